"""The traveling salesman problem: closed tours and open paths, coordinates or a matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from cosolve.core import Violation
from cosolve.problems.arrays import as_float, frozen
from cosolve.problems.metrics import INTEGRAL_METRICS, FloatArray, Metric, distances

IntArray = npt.NDArray[np.int32]

# Beyond this the square of a difference leaves the range in which a double counts integers
# sensibly; real data never comes near it.
MAX_COORDINATE = 1e15
MAX_LABEL = 2**53  # labels are read as doubles
_EXACT = 2.0**53  # whole numbers up to here add up exactly
_SHOWN = 3  # how many offending nodes a message names


@dataclass(frozen=True, slots=True, eq=False)
class Tour:
    """The order in which the nodes are visited.

    Parameters
    ----------
    nodes
        Zero-based node numbers, shape (n,). A copy is kept, read-only.

    Raises
    ------
    ValueError
        If `nodes` is not a one-dimensional array of integers.
    """

    nodes: IntArray

    def __post_init__(self) -> None:
        """Validate and freeze the array."""
        nodes = np.asarray(self.nodes)
        if nodes.ndim != 1 or (nodes.size and nodes.dtype.kind not in "iu"):
            raise ValueError(
                f"a tour is a one-dimensional array of integers, got shape {nodes.shape} "
                f"and type {nodes.dtype}"
            )
        if nodes.size and (nodes.max() > np.iinfo(np.int32).max or nodes.min() < -(2**31)):
            raise ValueError("a tour holds a node number that does not fit in 32 bits")
        object.__setattr__(self, "nodes", frozen(nodes.astype(np.int32, copy=True)))

    def __len__(self) -> int:
        """Return the number of nodes visited."""
        return int(self.nodes.size)

    def __eq__(self, other: object) -> bool:
        """Two tours are equal if they list the same nodes in the same order."""
        return isinstance(other, Tour) and np.array_equal(self.nodes, other.nodes)

    def __hash__(self) -> int:
        """Hash of the order."""
        return hash(self.nodes.tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class TSP:
    """A traveling salesman problem.

    Exactly one of `coords` and `matrix` is given. Arrays are copied and made read-only. No n x n
    matrix is built from coordinates: distances are evaluated on the fly.

    Parameters
    ----------
    coords
        Coordinates, shape (n, 2) or (n, 3).
    matrix
        Distances, shape (n, n); entry (i, j) is the distance from i to j. The diagonal is ignored.
        An asymmetric matrix makes an asymmetric problem.
    metric
        How coordinates become distances: the exact Euclidean distance unless given. Must be
        omitted or ``EXPLICIT`` with a matrix.
    fixed_edges
        Edges every tour must contain, shape (m, 2).
    path
        Ask for a Hamiltonian path instead of a closed tour.
    ends
        First and last node of the path; None where free. Only with `path`.
    name, comment
        As in the file.
    labels
        The numbers files use for the nodes, shape (n,), int64, distinct and not negative; None
        where node i is called i + 1, as TSPLIB files usually do.
    display
        Where to draw the nodes of a problem whose distances do not say, shape (n, 2). It has no
        influence on any distance.

    Raises
    ------
    ValueError
        If an argument is malformed; the message says what and where.

    Examples
    --------
    >>> import numpy as np
    >>> square = TSP(coords=np.array([[0, 0], [1, 1], [1, 0], [0, 1]]))
    >>> square.cost(Tour(np.array([0, 2, 1, 3])))
    4.0
    """

    kind: ClassVar[str] = "tsp"
    maximize: ClassVar[bool] = False

    coords: FloatArray | None = None
    matrix: FloatArray | None = None
    metric: Metric = Metric.EUCLIDEAN
    fixed_edges: IntArray = field(default_factory=lambda: np.empty((0, 2), np.int32))
    path: bool = False
    ends: tuple[int | None, int | None] = (None, None)
    name: str = "unnamed"
    comment: str = ""
    labels: npt.NDArray[np.int64] | None = None
    display: FloatArray | None = None
    symmetric: bool = field(init=False, default=True)
    integral: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Validate every argument and freeze the arrays."""
        if (self.coords is None) == (self.matrix is None):
            raise ValueError("give either coords or matrix, not both and not neither")
        if self.coords is not None:
            self._set_coords(self.coords)
        else:
            self._set_matrix(self.matrix)
        self._set_fixed_edges()
        self._set_ends()
        self._set_labels()
        self._set_display()

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _set_coords(self, coords: FloatArray) -> None:
        array = as_float(coords, "coords")
        if array.ndim != 2 or array.shape[1] not in (2, 3):
            raise ValueError(f"coords must have shape (n, 2) or (n, 3), got {array.shape}")
        if array.shape[0] == 0:
            raise ValueError("a TSP needs at least one node, got none")
        metric = Metric(self.metric)
        if metric is Metric.EXPLICIT:
            raise ValueError("metric EXPLICIT needs a matrix, not coords")
        if metric in (Metric.GEO, Metric.ATT) and array.shape[1] != 2:
            raise ValueError(f"metric {metric} is defined for 2 coordinates, got {array.shape[1]}")
        bad = np.flatnonzero(~(np.abs(array) <= MAX_COORDINATE).all(axis=1))
        if bad.size:
            i = int(bad[0])
            raise ValueError(
                f"node {i} has coordinates {array[i].tolist()}; they must be finite and at most "
                f"{MAX_COORDINATE:g} in size"
            )
        self._set("metric", metric)
        self._set("coords", frozen(array))
        self._set("integral", metric in INTEGRAL_METRICS)

    def _set_matrix(self, matrix: FloatArray | None) -> None:
        array = as_float(matrix, "matrix")
        if array.ndim != 2 or array.shape[0] != array.shape[1]:
            raise ValueError(f"matrix must be square, got shape {array.shape}")
        if array.shape[0] == 0:
            raise ValueError("a TSP needs at least one node, got none")
        if Metric(self.metric) not in (Metric.EUCLIDEAN, Metric.EXPLICIT):
            raise ValueError(f"metric {self.metric} needs coords, not a matrix")
        np.fill_diagonal(array, 0.0)
        for bad, what in (
            (~np.isfinite(array), "must be finite"),
            (array < 0, "must not be negative"),
            (array > MAX_COORDINATE, f"must be at most {MAX_COORDINATE:g}"),
        ):
            if bad.any():
                i, j = (int(k) for k in np.argwhere(bad)[0])
                raise ValueError(f"the distance from node {i} to {j} is {array[i, j]}; it {what}")
        self._set("metric", Metric.EXPLICIT)
        self._set("symmetric", bool(np.array_equal(array, array.T)))
        self._set("integral", bool((array == np.floor(array)).all()))
        self._set("matrix", frozen(array))

    def _set_fixed_edges(self) -> None:
        edges = np.asarray(self.fixed_edges)
        if edges.size == 0:
            self._set("fixed_edges", frozen(np.empty((0, 2), np.int32)))
            return
        if edges.ndim != 2 or edges.shape[1] != 2 or edges.dtype.kind not in "iu":
            raise ValueError(f"fixed_edges must be integers of shape (m, 2), got {edges.shape}")
        if edges.min() < 0 or edges.max() >= self.size:
            raise ValueError(f"fixed_edges must name nodes 0 to {self.size - 1}")
        edges = np.unique(np.sort(edges, axis=1), axis=0).astype(np.int32)
        if (edges[:, 0] == edges[:, 1]).any():
            raise ValueError("a fixed edge joins a node with itself")
        _reject_impossible(edges, self.size, self.path)
        self._set("fixed_edges", frozen(edges))

    def _set_ends(self) -> None:
        ends = tuple(self.ends)
        if len(ends) != 2:
            raise ValueError(f"ends must be a pair, got {ends!r}")
        given = [e for e in ends if e is not None]
        if given and not self.path:
            raise ValueError("ends are only meaningful with path=True")
        for end in given:
            if isinstance(end, bool) or not isinstance(end, int | np.integer):
                raise ValueError(f"ends must be node numbers or None, got {end!r}")
            if not 0 <= end < self.size:
                raise ValueError(f"end {end} is not a node: they are 0 to {self.size - 1}")
        if len(given) == 2 and given[0] == given[1] and self.size > 1:
            raise ValueError(f"a path cannot begin and end at the same node ({given[0]})")
        self._set("ends", tuple(None if e is None else int(e) for e in ends))
        self._reject_ends_inside_fixed_chains()

    def _set_labels(self) -> None:
        if self.labels is None:
            return
        labels = np.asarray(self.labels)
        if labels.shape != (self.size,) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"labels must be integers of shape ({self.size},), got shape {labels.shape} "
                f"and type {labels.dtype}"
            )
        if labels.min() < 0 or labels.max() > MAX_LABEL:
            raise ValueError(f"labels must be 0 to {MAX_LABEL}")
        values, counts = np.unique(labels, return_counts=True)
        if values.size < self.size:
            raise ValueError(f"label {values[counts > 1][0]} is given to more than one node")
        usual = np.array_equal(labels, np.arange(1, self.size + 1))
        self._set("labels", None if usual else frozen(labels.astype(np.int64, copy=True)))

    def _set_display(self) -> None:
        if self.display is None:
            return
        display = as_float(self.display, "display")
        if display.shape != (self.size, 2):
            raise ValueError(f"display must have shape ({self.size}, 2), got {display.shape}")
        if not (np.abs(display) <= MAX_COORDINATE).all():
            raise ValueError(f"display must be finite and at most {MAX_COORDINATE:g} in size")
        self._set("display", frozen(display))

    def _reject_ends_inside_fixed_chains(self) -> None:
        first, last = self.ends
        degree = np.bincount(self.fixed_edges.ravel(), minlength=self.size)
        for end in (first, last):
            if end is not None and degree[end] > 1:
                raise ValueError(f"end {end} has two fixed edges, so no path can end there")
        if first is not None and last is not None and self.fixed_edges.size:
            closing = np.array([sorted((first, last))], np.int32)
            chain = np.unique(np.concatenate([self.fixed_edges, closing]), axis=0)
            if len(chain) == len(self.fixed_edges) and self.size > 2:
                raise ValueError(f"the fixed edge {first}-{last} joins the two ends of the path")
            _reject_impossible(chain, self.size, path=False)

    @property
    def size(self) -> int:
        """Number of nodes."""
        array = self.coords if self.coords is not None else self.matrix
        assert array is not None
        return int(array.shape[0])

    def distance(self, i: Any, j: Any) -> FloatArray:
        """Distances from nodes `i` to nodes `j`.

        Parameters
        ----------
        i, j
            Node numbers or integer arrays of them; they broadcast.

        Returns
        -------
        ndarray
            Distances; 0 from a node to itself when a matrix is given.
        """
        if self.coords is not None:
            return distances(self.metric, self.coords[i], self.coords[j])
        assert self.matrix is not None
        return np.asarray(self.matrix[i, j])

    def cost(self, solution: Tour) -> float:
        """Length of a tour, or of a path if the problem asks for one.

        Raises
        ------
        ValueError
            If the tour names a node that does not exist.
        """
        nodes = solution.nodes
        if nodes.size and (nodes.min() < 0 or nodes.max() >= self.size):
            raise ValueError(f"the tour names a node outside 0 to {self.size - 1}")
        if nodes.size < 2:
            return 0.0
        legs = self.distance(nodes[:-1], nodes[1:])
        last = 0.0 if self.path else float(self.distance(nodes[-1], nodes[0]))
        total = float(legs.sum()) + last
        if self.integral and total <= _EXACT:
            return total
        # fsum: a tour must not get a different length when it is rotated.
        return math.fsum([*legs.tolist(), last])

    def check(self, solution: Tour) -> list[Violation]:
        """Every way in which a tour is not feasible; empty if it is."""
        nodes = solution.nodes
        outside = np.unique(nodes[(nodes < 0) | (nodes >= self.size)])
        if outside.size:
            return [
                Violation(
                    "unknown-node",
                    f"{_list(outside)} not in the instance, whose nodes are 0 to {self.size - 1}",
                )
            ]
        visits = np.bincount(nodes, minlength=self.size)
        found: list[Violation] = []
        for kind, which, what in (
            ("missing-node", np.flatnonzero(visits == 0), "not visited"),
            ("repeated-node", np.flatnonzero(visits > 1), "visited more than once"),
        ):
            if which.size:
                found.append(Violation(kind, f"{_list(which)} {what}"))
        if not found:
            found = self._check_fixed_edges(nodes) + self._check_ends(nodes)
        return found

    def _check_fixed_edges(self, nodes: IntArray) -> list[Violation]:
        if not self.fixed_edges.size:
            return []
        position = np.empty(self.size, np.int64)
        position[nodes] = np.arange(self.size)
        apart = np.abs(position[self.fixed_edges[:, 0]] - position[self.fixed_edges[:, 1]])
        used = apart == 1
        if not self.path:
            used |= apart == self.size - 1
        return [
            Violation("fixed-edge", f"fixed edge {int(a)}-{int(b)} is not in the tour")
            for a, b in self.fixed_edges[~used]
        ]

    def _check_ends(self, nodes: IntArray) -> list[Violation]:
        if not self.path:
            return []
        return [
            Violation("end", f"the path must {verb} at node {end}, not {int(actual)}")
            for end, actual, verb in (
                (self.ends[0], nodes[0], "begin"),
                (self.ends[1], nodes[-1], "end"),
            )
            if end is not None and end != actual
        ]


def _list(nodes: npt.NDArray[Any]) -> str:
    shown = ", ".join(str(int(k)) for k in nodes[:_SHOWN])
    more = f" and {nodes.size - _SHOWN} more" if nodes.size > _SHOWN else ""
    return f"node{'s' if nodes.size > 1 else ''} {shown}{more} {'are' if nodes.size > 1 else 'is'}"


def _reject_impossible(edges: IntArray, n: int, path: bool) -> None:
    """Raise if no tour (or path) can contain all the edges."""
    degree = np.bincount(edges.ravel(), minlength=n)
    if degree.max() > 2:
        raise ValueError(f"node {int(degree.argmax())} has more than two fixed edges")
    root = list(range(n))

    def find(x: int) -> int:
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        return x

    for count, (a, b) in enumerate(edges.tolist(), start=1):
        ra, rb = find(a), find(b)
        if ra == rb:
            # A cycle is only allowed where it is the whole tour.
            if path or len(edges) != n or count != n:
                raise ValueError(f"the fixed edges form a cycle through node {a}")
            return
        root[ra] = rb
