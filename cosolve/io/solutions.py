"""Reader of solutions: tours (TSPLIB and plain lists), routes (CVRPLIB), schedules, values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.files import read_bytes
from cosolve.io.mip_solutions import read_values
from cosolve.io.routes import read_routes
from cosolve.io.schedules import read_schedule
from cosolve.io.sniff import Format, sniff
from cosolve.io.text import Block, clean, read_words
from cosolve.io.tsplib import positions, read_tour
from cosolve.problems import MIP, TSP, VRP, Routes, Schedule, Scheduling, Tour, Values


@overload
def read_solution(path: str | Path, problem: TSP, *, complete: bool = True) -> Tour: ...
@overload
def read_solution(path: str | Path, problem: VRP, *, complete: bool = True) -> Routes: ...
@overload
def read_solution(path: str | Path, problem: Scheduling, *, complete: bool = True) -> Schedule: ...
@overload
def read_solution(path: str | Path, problem: MIP, *, complete: bool = True) -> Values: ...
@overload
def read_solution(
    path: str | Path, problem: TSP | VRP | Scheduling | MIP, *, complete: bool = True
) -> Any: ...


def read_solution(
    path: str | Path, problem: TSP | VRP | Scheduling | MIP, *, complete: bool = True
) -> Tour | Routes | Schedule | Values:
    """Read a solution of a problem.

    Of tours, two formats are told apart by their content: TSPLIB files with a TOUR_SECTION, whose
    numbers are the labels of the instance file (1 to n, unless `TSP.labels` says otherwise), and
    plain lists of n numbers separated by white space. A plain list is zero-based if it contains 0,
    else one-based; it may begin with its length, as Concorde writes it. Routes are read as CVRPLIB
    writes them, see `cosolve.io.routes`; schedules as text or JSON, see `cosolve.io.schedules`;
    values of columns as SCIP and others write them, see `cosolve.io.mip_solutions`.
    Any of them may be compressed.

    Parameters
    ----------
    path
        The file.
    problem
        The problem the solution is meant for.
    complete
        Whether to insist that every node is visited exactly once, every required client of a VRP
        once and no other client twice, every operation on a machine that can do it. If not,
        that is left to ``check`` as well, and only labels
        that mean nothing are refused.

    Returns
    -------
    Tour, Routes, Schedule or Values
        Visits what it must, if `complete`; whether it obeys all other constraints is for ``check``
        to say.

    Raises
    ------
    OSError
        If the file cannot be read.
    FormatError
        If it holds no solution, or one that is not complete although that was asked for.
    """
    data = read_bytes(path)
    if isinstance(problem, VRP):
        return read_routes(path, data, problem, complete=complete)
    if isinstance(problem, Scheduling):
        return read_schedule(path, data, problem, complete=complete)
    if isinstance(problem, MIP):
        return read_values(path, data, problem)
    return _tour(path, data, problem, complete)


def _tour(path: str | Path, data: bytes, problem: TSP, complete: bool) -> Tour:
    if sniff(path, data) is Format.NPY:
        raise FormatError(path, "expected a tour as text, found a NumPy array")
    n = problem.size
    labels = problem.labels
    base = 1
    if sniff(path, data) is Format.TSPLIB:
        found, block = read_tour(path, data)
    else:
        text = clean(path, data)
        block = Block(path, text, 0, len(text), "list of nodes")
        found, block = _plain(block, n)
        labels, base = None, 0 if (found == 0).any() else 1
    if labels is None and not complete:
        # Nodes that do not exist are for the checker, but must not wrap around to ones that do.
        return Tour(np.minimum(found - base, np.iinfo(np.int32).max).astype(np.int32))
    labels = np.arange(base, n + base) if labels is None else labels
    if not complete:
        return Tour(positions(block, found, labels).astype(np.int32))
    if found.size != n:
        raise block.error(f"expected the {n} nodes of {problem.name}, found {found.size}")
    nodes = positions(block, found, labels)
    _reject_repeats(block, found, nodes, n)
    return Tour(nodes.astype(np.int32))


def _plain(block: Block, n: int) -> tuple[npt.NDArray[np.int64], Block]:
    values = read_words(block)
    # Negated, so that NaN is bad as well; all others of this size are exact.
    bad = ~((values >= 0) & (values <= np.iinfo(np.int32).max) & (values == np.floor(values)))
    if bad.any():
        word = int(bad.argmax())
        raise block.word_error(word, f"expected a node number, found {values[word]:g}")
    numbers = values.astype(np.int64)
    if numbers.size == n + 1 and numbers[0] == n:
        # Behind the length, messages count words from a block that begins later.
        length = len(block.text) - len(block.text.lstrip())
        return numbers[1:], Block(
            block.path, block.data, length + len(str(n)), block.end, block.what
        )
    return numbers, block


def _reject_repeats(
    block: Block, found: npt.NDArray[np.int64], nodes: npt.NDArray[np.int64], n: int
) -> None:
    first = np.full(n, n, np.int64)
    np.minimum.at(first, nodes, np.arange(n))
    again = first[nodes] != np.arange(n)
    if again.any():
        word = int(again.argmax())
        raise block.word_error(word, f"node {found[word]} is visited twice, expected once")
