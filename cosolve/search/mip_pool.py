"""The good solutions of a mixed-integer program that a search has come across."""

from __future__ import annotations

import numpy as np

from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip import IndexArray

MOST = 10
"""Solutions that are kept."""


class SolutionPool:
    """Solutions that differ in the columns that decide, the best first.

    Parameters
    ----------
    deciding
        Those columns, shape (k,); solutions that are equal there are one, and the cheapest stays.
    most
        How many are kept.
    """

    def __init__(self, deciding: IndexArray, most: int = MOST) -> None:
        self._deciding = deciding
        self._most = most
        self._entries: list[tuple[float, bytes, FloatArray]] = []

    def __len__(self) -> int:
        """Return the number of solutions."""
        return len(self._entries)

    @property
    def solutions(self) -> tuple[FloatArray, ...]:
        """The solutions, the best first, shape (n,) each."""
        return tuple(entry[2] for entry in self._entries)

    def add(self, values: FloatArray, cost: float) -> bool:
        """Add a solution.

        Parameters
        ----------
        values
            Shape (n,).
        cost
            Its objective, to be minimized.

        Returns
        -------
        bool
            Whether it was kept.
        """
        key = np.round(values[self._deciding]).tobytes()
        for k, (known_cost, known, _) in enumerate(self._entries):
            if known == key:
                if cost >= known_cost:
                    return False
                del self._entries[k]
                break
        place = sum(entry[0] <= cost for entry in self._entries)
        self._entries.insert(place, (cost, key, values))
        del self._entries[self._most :]
        return place < self._most
