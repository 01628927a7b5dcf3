"""Tours: cutting out compact regions of the plane."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cosolve.divide.base import Part
from cosolve.divide.tours import part_problem
from cosolve.problems import TSP, Tour
from cosolve.search.parts import Part as PartOfTour
from cosolve.search.parts import WholeTour, split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from cosolve.divide.base import IntArray


class _Nodes:
    """The nodes of a problem, as a frame that parts are cut out of."""

    hub = None

    def __init__(self, problem: TSP) -> None:
        self.problem = problem

    def points(self) -> npt.NDArray[np.float64]:
        """Coordinates, shape (n, dimensions)."""
        assert self.problem.coords is not None
        return self.problem.coords

    def restrict(self, nodes: IntArray, fixed_edges: IntArray) -> _Nodes:
        """Return the frame of some nodes."""
        return _Nodes(part_problem(self.problem, nodes, fixed_edges, None))


def no_regions(problem: TSP) -> str | None:
    """Return None for closed tours of nodes with coordinates, else why there are no regions."""
    if problem.coords is None:
        return "it has no coordinates, by which the nodes are grouped"
    if problem.path:
        return "it asks for a path, and regions are of closed tours"
    return None


class Regions:
    """Cuts compact regions out of a closed tour, one at a time.

    What the tour does outside is contracted to fixed edges, as in method ``popmusic``. What becomes
    of one region changes the fixed edges of its neighbors, so regions cannot be searched at the
    same time; threads are of use if the conqueror has a use for them. When all nodes were in a
    region, the plane is cut at other places.

    Parameters
    ----------
    size
        Most nodes of a region.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._waiting: Iterator[IntArray] = iter(())

    def __call__(
        self, problem: TSP, solution: Tour, number: int, rng: np.random.Generator
    ) -> list[Part]:
        """Return the next region that the tour runs through some nodes of in a row."""
        frame = _Nodes(problem)
        whole = WholeTour(frame, solution.nodes)
        again = split(frame, self.size, rng if number else None)
        for waiting in (self._waiting, again):
            for nodes in waiting:
                cut = whole.cut_out(nodes)
                if cut is not None:
                    self._waiting = waiting
                    inside = cut.nodes.astype(np.int32)
                    return [Part(cut.region.problem, Tour(cut.tour), inside, cut)]
        return []


def put_region_back(problem: TSP, solution: Tour, better: Sequence[tuple[Part, Tour]]) -> Tour:
    """Replace what a tour does in a region.

    Parameters
    ----------
    problem
        The whole.
    solution
        What :class:`Regions` cut.
    better
        The region and a better tour of it.
    """
    whole = WholeTour(_Nodes(problem), solution.nodes)
    for part, tour in better:
        place: PartOfTour[_Nodes] = part.place
        whole.put_back(place, tour.nodes)
    return Tour(whole.order)
