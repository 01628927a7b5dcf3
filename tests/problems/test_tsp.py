"""Tests of the traveling salesman problem: validation, objective and checker."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.problems import TSP, Metric, Tour
from cosolve.testing.strategies import tours, tsps

SQUARE = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])

FEW = settings(max_examples=60, deadline=None)


def tour(*nodes):
    return Tour(np.array(nodes, np.int32))


def kinds(problem, *nodes):
    return [violation.kind for violation in problem.check(tour(*nodes))]


# --- tours ---------------------------------------------------------------------------------


def test_tour_keeps_a_copy():
    """Changing the array afterwards does not change the tour."""
    nodes = np.array([0, 1, 2])
    kept = Tour(nodes)
    nodes[0] = 7
    assert kept == tour(0, 1, 2)


def test_tour_is_read_only():
    """A tour cannot be changed."""
    with pytest.raises(ValueError, match="read-only"):
        tour(0, 1).nodes[0] = 1


@pytest.mark.parametrize("nodes", [np.array([0.0, 1.0]), np.array([[0, 1]]), np.array(["a"])])
def test_tour_rejects_what_is_no_list_of_integers(nodes):
    """A tour is a one-dimensional array of integers."""
    with pytest.raises(ValueError, match="one-dimensional array of integers"):
        Tour(nodes)


@pytest.mark.parametrize("node", [2**31, -(2**31) - 1])
def test_tour_rejects_numbers_beyond_32_bits(node):
    """Large numbers are refused rather than wrapped around."""
    with pytest.raises(ValueError, match="32 bits"):
        Tour(np.array([node]))


def test_equal_tours_have_equal_hashes():
    """Tours may be kept in sets."""
    assert len({tour(0, 1, 2), tour(0, 1, 2), tour(0, 2, 1)}) == 2


def test_length_of_a_tour_is_its_number_of_nodes():
    """``len`` counts visits."""
    assert len(tour(0, 1, 2)) == 3


# --- construction --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "either coords or matrix"),
        ({"coords": SQUARE, "matrix": np.zeros((4, 4))}, "either coords or matrix"),
        ({"coords": np.zeros((0, 2))}, "at least one node"),
        ({"matrix": np.zeros((0, 0))}, "at least one node"),
        ({"coords": np.zeros((4, 4))}, r"shape \(n, 2\) or \(n, 3\), got \(4, 4\)"),
        ({"coords": np.zeros(4)}, "shape"),
        ({"coords": np.array([["a", "b"]])}, "must be numbers"),
        ({"coords": np.array([[0, 0], [0, np.nan]])}, r"node 1 .* finite"),
        ({"coords": np.array([[np.inf, 0]])}, r"node 0 .* finite"),
        ({"coords": np.array([[1e16, 0]])}, r"node 0 .* at most 1e\+15"),
        ({"coords": SQUARE, "metric": "EXPLICIT"}, "needs a matrix"),
        ({"coords": SQUARE, "metric": "EUC_2D"}, "EUC_2D"),
        ({"coords": np.zeros((2, 3)), "metric": "GEO"}, "2 coordinates, got 3"),
        ({"coords": np.zeros((2, 3)), "metric": "ATT"}, "2 coordinates, got 3"),
        ({"matrix": np.zeros((2, 3))}, r"square, got shape \(2, 3\)"),
        ({"matrix": np.zeros((2, 2)), "metric": "EUC"}, "needs coords"),
        ({"matrix": np.array([[0, -1], [1, 0]])}, "from node 0 to 1 is -1.0; it must not be neg"),
        ({"matrix": np.array([[0, 1], [np.nan, 0]])}, "from node 1 to 0 is nan; it must be finite"),
        ({"matrix": np.array([[0, 1], [1e16, 0]])}, r"from node 1 to 0 .* at most 1e\+15"),
        ({"coords": SQUARE, "fixed_edges": [[0, 4]]}, "nodes 0 to 3"),
        ({"coords": SQUARE, "fixed_edges": [[-1, 2]]}, "nodes 0 to 3"),
        ({"coords": SQUARE, "fixed_edges": [[1, 1]]}, "joins a node with itself"),
        ({"coords": SQUARE, "fixed_edges": [[0.5, 1]]}, "must be integers"),
        ({"coords": SQUARE, "fixed_edges": [0, 1]}, r"shape \(m, 2\)"),
        ({"coords": SQUARE, "fixed_edges": [[0, 1], [0, 2], [3, 0]]}, "node 0 has more than two"),
        ({"coords": SQUARE, "fixed_edges": [[0, 1], [1, 2], [2, 0]]}, "cycle"),
        (
            {"coords": SQUARE, "fixed_edges": [[0, 1], [1, 2], [2, 3], [3, 0]], "path": True},
            "cycle",
        ),
        ({"coords": SQUARE, "ends": (0, 1)}, "only meaningful with path"),
        ({"coords": SQUARE, "path": True, "ends": (0,)}, "pair"),
        ({"coords": SQUARE, "path": True, "ends": (0, 4)}, "end 4 is not a node"),
        ({"coords": SQUARE, "path": True, "ends": (0, True)}, "node numbers or None"),
        ({"coords": SQUARE, "path": True, "ends": (0, 0)}, "same node"),
        (
            {"coords": SQUARE, "path": True, "ends": (1, None), "fixed_edges": [[0, 1], [1, 2]]},
            "end 1 has two fixed edges",
        ),
        (
            {"coords": SQUARE, "path": True, "ends": (0, 1), "fixed_edges": [[1, 0]]},
            "joins the two ends",
        ),
        (
            {"coords": SQUARE, "path": True, "ends": (0, 2), "fixed_edges": [[0, 1], [1, 2]]},
            "cycle",
        ),
        ({"coords": SQUARE, "labels": [1, 2, 3]}, r"shape \(4,\)"),
        ({"coords": SQUARE, "labels": [1, 2, 3, 1.5]}, "integers"),
        ({"coords": SQUARE, "labels": [1, 2, 3, 2]}, "label 2 is given to more than one"),
        ({"coords": SQUARE, "labels": [1, 2, 3, -2]}, "labels must be 0 to"),
        ({"coords": SQUARE, "display": np.zeros((3, 2))}, r"shape \(4, 2\)"),
        ({"coords": SQUARE, "display": np.full((4, 2), np.nan)}, "finite"),
    ],
)
def test_malformed_arguments_are_rejected(fields, message):
    """Every malformed argument raises ValueError that says what and where."""
    with pytest.raises(ValueError, match=message):
        TSP(**fields)


def test_arrays_are_copied():
    """Changing the arrays afterwards does not change the problem."""
    coords = SQUARE.astype(float)
    problem = TSP(coords=coords)
    coords[:] = 0
    assert problem.cost(tour(0, 1, 2, 3)) == 4


@pytest.mark.parametrize("field", ["coords", "fixed_edges", "labels", "display"])
def test_arrays_are_read_only(field):
    """No array of a problem can be changed."""
    problem = TSP(coords=SQUARE, fixed_edges=[[0, 1]], labels=[4, 3, 2, 1], display=SQUARE)
    with pytest.raises(ValueError, match="read-only"):
        getattr(problem, field)[0] = 0


def test_diagonal_of_a_matrix_is_ignored():
    """Whatever the diagonal holds, even infinity, is replaced by zero."""
    problem = TSP(matrix=np.array([[np.inf, 1], [2, -5]]))
    assert problem.matrix.diagonal().tolist() == [0, 0]


def test_symmetry_is_found():
    """A matrix is symmetric if it equals its transpose."""
    assert TSP(matrix=np.array([[0, 1], [1, 0]])).symmetric
    assert not TSP(matrix=np.array([[0, 1], [2, 0]])).symmetric


@pytest.mark.parametrize(
    ("fields", "integral"),
    [
        ({"coords": SQUARE}, False),
        *(({"coords": SQUARE, "metric": m}, True) for m in ("EUC", "CEIL", "MAN", "MAX", "GEO")),
        ({"matrix": np.array([[0, 1], [1, 0]])}, True),
        ({"matrix": np.array([[0, 1.5], [1.5, 0]])}, False),
    ],
)
def test_integrality_follows_from_the_metric(fields, integral):
    """Rounded metrics and whole matrices have whole costs, the exact distance has not."""
    assert TSP(**fields).integral is integral


def test_fixed_edges_are_sorted_and_unique():
    """An edge listed twice, in either direction, is one edge."""
    problem = TSP(coords=SQUARE, fixed_edges=[[3, 2], [2, 3], [1, 0]])
    assert problem.fixed_edges.tolist() == [[0, 1], [2, 3]]


def test_fixed_edges_may_be_a_whole_tour():
    """A cycle of fixed edges is allowed where it visits every node."""
    problem = TSP(coords=SQUARE, fixed_edges=[[0, 1], [1, 2], [2, 3], [3, 0]])
    assert problem.check(tour(0, 1, 2, 3)) == []


def test_usual_labels_are_not_stored():
    """Labels 1 to n say nothing that None does not."""
    assert TSP(coords=SQUARE, labels=[1, 2, 3, 4]).labels is None


@FEW
@given(tsps())
def test_drawn_problems_are_feasible(problem):
    """At least one order of the nodes satisfies every problem the strategy draws."""
    if problem.size <= 6:
        orders = itertools.permutations(range(problem.size))
        assert any(not problem.check(tour(*order)) for order in orders)


# --- cost ----------------------------------------------------------------------------------


def test_closed_tour_returns_to_its_start():
    """The cost of a tour includes the way back."""
    assert TSP(coords=SQUARE).cost(tour(0, 1, 2, 3)) == 4


def test_path_does_not_return():
    """The cost of a path does not include the way back."""
    assert TSP(coords=SQUARE, path=True).cost(tour(0, 1, 2, 3)) == 3


def test_asymmetric_cost_follows_the_direction():
    """Entry (i, j) is the distance from i to j."""
    problem = TSP(matrix=np.array([[0, 1, 90], [80, 0, 2], [3, 70, 0]]))
    assert problem.cost(tour(0, 1, 2)) == 6
    assert problem.cost(tour(2, 1, 0)) == 240


@pytest.mark.parametrize(("n", "expected"), [(1, 0), (2, 2), (3, 2 + math.sqrt(2))])
def test_smallest_sizes(n, expected):
    """One node costs nothing, two nodes the way there and back."""
    problem = TSP(coords=SQUARE[:n])
    assert problem.cost(tour(*range(n))) == pytest.approx(expected)
    assert problem.check(tour(*range(n))) == []


def test_equal_points_cost_nothing():
    """All nodes in one place are a valid problem."""
    problem = TSP(coords=np.full((5, 2), 7.5))
    assert problem.cost(tour(4, 3, 2, 1, 0)) == 0


@pytest.mark.parametrize("nodes", [(0, 1, 4), (0, -1, 2)])
def test_cost_rejects_unknown_nodes(nodes):
    """Negative numbers must not count from the end."""
    with pytest.raises(ValueError, match="outside 0 to 3"):
        TSP(coords=SQUARE).cost(tour(*nodes))


@FEW
@given(st.data())
def test_cost_is_the_sum_of_distances(data):
    """The cost equals a plain sum over legs."""
    problem = data.draw(tsps())
    nodes = data.draw(tours(problem.size)).nodes.tolist()
    legs = list(itertools.pairwise(nodes))
    if not problem.path and len(nodes) > 1:
        legs.append((nodes[-1], nodes[0]))
    expected = math.fsum(float(problem.distance(i, j)) for i, j in legs)
    assert problem.cost(tour(*nodes)) == expected


@FEW
@given(st.data())
def test_cost_does_not_depend_on_where_a_tour_starts(data):
    """Rotated tours have exactly the same cost."""
    problem = data.draw(tsps(paths=False))
    nodes = data.draw(tours(problem.size)).nodes
    shift = data.draw(st.integers(0, problem.size))
    assert problem.cost(Tour(nodes)) == problem.cost(Tour(np.roll(nodes, shift)))


def test_rotation_keeps_huge_integral_costs():
    """Sums beyond 2**53 are rounded once, not at every addition."""
    rng = np.random.default_rng(0)
    matrix = np.floor(rng.random((60, 60)) * 1e15)
    problem = TSP(matrix=matrix)
    nodes = np.arange(60)
    assert len({problem.cost(Tour(np.roll(nodes, k))) for k in range(60)}) == 1


@FEW
@given(st.data())
def test_reversal_keeps_symmetric_costs(data):
    """Symmetric problems do not care about the direction."""
    problem = data.draw(tsps(asymmetric=False))
    nodes = data.draw(tours(problem.size)).nodes
    assert problem.cost(Tour(nodes)) == problem.cost(Tour(nodes[::-1]))


# --- check ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ((0, 1, 2, 3), []),
        ((3, 1, 0, 2), []),
        ((0, 1, 2), ["missing-node"]),
        ((), ["missing-node"]),
        ((0, 1, 2, 3, 0), ["repeated-node"]),
        ((0, 1, 2, 2), ["missing-node", "repeated-node"]),
        ((0, 1, 2, 4), ["unknown-node"]),
        ((0, 1, 2, -1), ["unknown-node"]),
    ],
)
def test_every_node_is_visited_once(nodes, expected):
    """Missing, repeated and unknown nodes are all reported."""
    assert kinds(TSP(coords=SQUARE), *nodes) == expected


def test_messages_name_the_first_few_nodes():
    """Long lists are shortened."""
    (violation,) = TSP(coords=np.zeros((9, 2))).check(tour(0, 1))
    assert violation.message == "nodes 2, 3, 4 and 4 more are not visited"


@pytest.mark.parametrize(
    ("path", "nodes", "expected"),
    [
        (False, (0, 1, 2, 3), []),
        (False, (3, 0, 2, 1), ["fixed-edge"]),
        (False, (0, 1, 3, 2), []),
        (False, (1, 2, 3, 0), []),
        (True, (1, 2, 3, 0), ["fixed-edge"]),
        (True, (1, 0, 2, 3), []),
    ],
)
def test_fixed_edges_are_checked(path, nodes, expected):
    """The edge 0-1 may close a tour but not a path."""
    problem = TSP(coords=SQUARE, fixed_edges=[[1, 0]], path=path)
    assert kinds(problem, *nodes) == expected


@pytest.mark.parametrize(
    ("ends", "nodes", "expected"),
    [
        ((0, 3), (0, 1, 2, 3), []),
        ((0, 3), (3, 1, 2, 0), ["end", "end"]),
        ((0, None), (0, 3, 2, 1), []),
        ((None, 0), (0, 3, 2, 1), ["end"]),
        ((None, None), (2, 3, 1, 0), []),
    ],
)
def test_ends_are_checked(ends, nodes, expected):
    """A path begins and ends where it was asked to."""
    assert kinds(TSP(coords=SQUARE, path=True, ends=ends), *nodes) == expected


def test_one_node_may_be_both_ends():
    """A path of one node begins and ends there."""
    problem = TSP(coords=SQUARE[:1], path=True, ends=(0, 0))
    assert problem.check(tour(0)) == []


def _satisfies(problem, order):
    """Written from the definition, without arrays."""
    legs = {frozenset(leg) for leg in itertools.pairwise(order)}
    if not problem.path:
        legs.add(frozenset((order[-1], order[0])))
    first, last = problem.ends
    return (
        sorted(order) == list(range(problem.size))
        and all(frozenset(edge) in legs for edge in problem.fixed_edges.tolist())
        and first in (None, order[0])
        and last in (None, order[-1])
    )


@FEW
@given(st.data())
def test_check_agrees_with_the_definition(data):
    """``check`` is empty exactly for the orders that satisfy every condition."""
    problem = data.draw(tsps(max_size=5))
    node = st.integers(0, problem.size - 1)
    order = data.draw(
        st.permutations(range(problem.size)).map(list)
        | st.lists(node, min_size=1, max_size=problem.size + 1)
    )
    assert (problem.check(tour(*order)) == []) == _satisfies(problem, order)


@FEW
@given(st.data())
def test_constructor_accepts_exactly_the_feasible(data):
    """Fixed edges and ends are accepted if and only if some order satisfies them."""
    n = data.draw(st.integers(1, 5))
    node = st.integers(0, n - 1)
    edges = data.draw(st.lists(st.tuples(node, node), max_size=5))
    edges = [edge for edge in edges if edge[0] != edge[1]]
    path = data.draw(st.booleans())
    ends = data.draw(st.tuples(st.none() | node, st.none() | node)) if path else (None, None)

    class Wanted:
        size = n
        fixed_edges = np.array(edges, np.int32).reshape(-1, 2)

    Wanted.path, Wanted.ends = path, ends
    feasible = any(_satisfies(Wanted, order) for order in itertools.permutations(range(n)))
    try:
        TSP(coords=np.zeros((n, 2)), fixed_edges=Wanted.fixed_edges, path=path, ends=ends)
        accepted = True
    except ValueError:
        accepted = False
    assert accepted == feasible


def test_distance_broadcasts():
    """Arrays of nodes give arrays of distances."""
    problem = TSP(coords=SQUARE, metric=Metric.MAN)
    found = problem.distance(np.arange(4)[:, None], np.array([0, 2]))
    assert found.tolist() == [[0, 2], [1, 1], [2, 0], [1, 1]]
