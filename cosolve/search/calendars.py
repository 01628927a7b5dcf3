"""Working time of machines that are down at times."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import Scheduling, TimeArray


class Calendar:
    """Working time of a machine: real time without what is down.

    Parameters
    ----------
    downtime
        Rows (from, to), sorted and disjoint; shape (d, 2).
    """

    def __init__(self, downtime: TimeArray) -> None:
        self._from = downtime[:, 0]
        lengths = downtime[:, 1] - downtime[:, 0]
        self._lost = np.concatenate([[0], np.cumsum(lengths)])
        # Working time at which each stretch begins.
        self._worked = self._from - self._lost[:-1]
        self._to = downtime[:, 1]

    def worked(self, when: npt.NDArray[Any]) -> TimeArray:
        """Working time up to some times, which must be whole."""
        whole = when.astype(np.int64)
        passed = np.searchsorted(self._to, whole, side="right")
        inside = np.append(self._from, np.iinfo(np.int64).max)[passed]
        return np.asarray(np.minimum(whole, inside) - self._lost[passed], np.int64)

    def real(self, worked: TimeArray) -> TimeArray:
        """Earliest times by which so much working time is over."""
        passed = np.searchsorted(self._worked, worked, side="left")
        return np.asarray(worked + self._lost[passed], np.int64)


def merged_downtime(problem: Scheduling) -> TimeArray:
    """Return the downtime of a problem with what overlaps or touches made one.

    Parameters
    ----------
    problem
        Any scheduling problem.

    Returns
    -------
    numpy.ndarray
        Rows (machine, from, to), sorted; shape (d, 3).
    """
    rows: list[list[int]] = []
    for machine, begin, end in problem.downtime.tolist():
        if rows and rows[-1][0] == machine and begin <= rows[-1][2]:
            rows[-1][2] = max(rows[-1][2], end)
        else:
            rows.append([machine, begin, end])
    return np.array(rows, np.int64).reshape(-1, 3)
