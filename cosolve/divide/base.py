"""Parts of a solution, and what cuts and merges them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from cosolve.core import Problem, Run

IntArray = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a solution, as a problem of its own.

    Parameters
    ----------
    problem
        An ordinary problem that any solver may be given.
    solution
        What the whole solution is on it now: feasible.
    nodes
        The numbers its nodes have in the whole, shape (nodes of `problem`,).
    place
        Whatever the merger needs to put another solution in the place of this one.
    exact
        Whether every solution of the part can be put back, and the whole then costs less by just as
        much as the part does. Where not, gains are known only when the parts were merged.
    """

    problem: Problem[Any]
    solution: Any
    nodes: IntArray
    place: Any = None
    exact: bool = True

    @property
    def size(self) -> int:
        """Number of nodes, clients or jobs."""
        return self.problem.size


class Cutter(Protocol):
    """Cuts a solution into parts.

    The parts of one call have nothing in common: they are searched at the same time, and each can
    be put back whatever becomes of the others.
    """

    def __call__(
        self, problem: Any, solution: Any, number: int, rng: np.random.Generator
    ) -> Sequence[Part]:
        """Return parts of `solution`.

        Parameters
        ----------
        problem
            The whole.
        solution
            A feasible solution of it.
        number
            How many times this run has cut before; cuts should not be twice the same.
        rng
            Where random choices come from: the same for the same seed and number.
        """


@runtime_checkable
class SolvesBatches(Protocol):
    """A solver that improves many parts at once faster than one after the other."""

    def batch_key(self, problem: Any) -> Hashable | None:
        """Return what problems have in common that can be improved at once; None: nothing."""

    def solve_batch(self, problems: Sequence[Any], run: Run, *, starts: Sequence[Any]) -> list[Any]:
        """Return a solution of each problem, none of which costs more than its start.

        Parameters
        ----------
        problems
            Problems with the same key.
        run
            Clock, limits and seed.
        starts
            A feasible solution of each.
        """


class Merger(Protocol):
    """Puts better solutions of parts back."""

    def __call__(self, problem: Any, solution: Any, better: Sequence[tuple[Part, Any]]) -> Any:
        """Return a feasible solution of the whole.

        Parameters
        ----------
        problem
            The whole.
        solution
            What the parts were cut out of, perhaps with others of the same cut replaced already.
        better
            Some of these parts, with the solutions that are to replace their present ones.
        """
