"""Tours and paths: cutting them into consecutive segments with fixed ends."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cosolve.divide.base import Part
from cosolve.problems import TSP, Tour

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosolve.divide.base import IntArray

_SMALLEST = 4  # nodes of a path with both ends given that can be in another order


def part_problem(
    problem: TSP,
    nodes: IntArray,
    fixed_edges: IntArray,
    ends: tuple[int | None, int | None] | None,
) -> TSP:
    """Return the problem of some nodes of a TSP.

    Parameters
    ----------
    problem
        The whole.
    nodes
        Distinct nodes; node i of the part is ``nodes[i]``.
    fixed_edges
        Edges that tours of the part must keep besides those that are fixed in the whole, in the
        numbers of the part, shape (m, 2).
    ends
        First and last node of a path, None where free; None for a closed tour.
    """
    edges = np.empty((0, 2), np.int32)
    if problem.fixed_edges.size:
        number = np.full(problem.size, -1, np.int32)
        number[nodes] = np.arange(nodes.size, dtype=np.int32)
        edges = number[problem.fixed_edges]
        edges = edges[(edges >= 0).all(axis=1)]
    return TSP(
        coords=None if problem.coords is None else problem.coords[nodes],
        matrix=None if problem.matrix is None else problem.matrix[np.ix_(nodes, nodes)],
        metric=problem.metric,
        fixed_edges=np.concatenate([edges, fixed_edges]).astype(np.int32),
        path=ends is not None,
        ends=(None, None) if ends is None else ends,
        name=f"{problem.name}-part",
    )


def no_segments(problem: TSP) -> None:
    """Say that every tour can be cut into segments."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Cuts a tour into consecutive segments of about equal length, paths with fixed ends [1]_.

    The first cut is where the tour begins, the second is shifted by half a segment, and later ones
    by a random number of nodes. Segments of an asymmetric problem keep their direction, since
    both ends are given. A path has nothing before its first and after its last node: a shift
    leaves shorter segments there, whose outer end is free if that of the path is.

    Parameters
    ----------
    size
        Most nodes of a segment, at least 2.

    References
    ----------
    .. [1] Z. Zheng et al., "UDC: A unified neural divide-and-conquer framework for large-scale
       combinatorial optimization problems", NeurIPS (2024), section 4.
    """

    size: int

    def __call__(
        self, problem: TSP, solution: Tour, number: int, rng: np.random.Generator
    ) -> list[Part]:
        """Return the segments of `solution`, those of a few nodes left out."""
        n = problem.size
        count = -(-n // self.size)
        length = -(-n // count)
        shift = (0, length // 2)[number] if number < 2 else int(rng.integers(length))
        cuts = np.linspace(0, n, count + 1).astype(int)
        if problem.path:
            cuts += shift
            cuts = np.concatenate([[0] if shift else [], cuts[cuts < n], [n]]).astype(int)
        order = solution.nodes if problem.path else np.roll(solution.nodes, -shift)
        place = 0 if problem.path else shift
        return [
            _segment(problem, order, a, b, (a + place) % n)
            for a, b in itertools.pairwise(cuts.tolist())
            if b - a >= _SMALLEST
        ]


def _segment(problem: TSP, order: IntArray, begin: int, end: int, place: int) -> Part:
    nodes = order[begin:end]
    first: int | None = 0
    last: int | None = nodes.size - 1
    if problem.path and begin == 0 and problem.ends[0] is None:
        first = None
    if problem.path and end == order.size and problem.ends[1] is None:
        last = None
    nothing = np.empty((0, 2), np.int32)
    part = part_problem(problem, nodes, nothing, (first, last))
    return Part(part, Tour(np.arange(nodes.size, dtype=np.int32)), nodes, place)


def put_segments_back(problem: TSP, solution: Tour, better: Sequence[tuple[Part, Tour]]) -> Tour:
    """Write better segments over those they came from.

    Parameters
    ----------
    problem
        The whole.
    solution
        What :class:`Segments` cut.
    better
        Segments, and paths that replace them.
    """
    del problem
    order = solution.nodes.copy()
    for part, path in better:
        order[(part.place + np.arange(part.nodes.size)) % order.size] = part.nodes[path.nodes]
    return Tour(order)
