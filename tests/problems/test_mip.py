"""Mixed-integer programs: construction, objective, what their bounds prove."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosolve.problems import MIP, Values
from cosolve.testing.mip_samples import all_integer_values, brute_force
from cosolve.testing.mip_strategies import mips, values_of

INF = np.inf
FEW = settings(max_examples=40, deadline=None)


class Sparse:
    """What SciPy's matrices offer, as far as it is used."""

    def __init__(self, indptr, indices, data, shape):
        self.indptr, self.indices, self.data = map(np.array, (indptr, indices, data))
        self.shape = shape

    def tocsr(self):
        """Return itself."""
        return self


def knapsack(**changes) -> MIP:
    """Three things of which two fit."""
    fields = {"upper": np.ones(3), "integer": np.ones(3, dtype=np.bool_), "maximize": True}
    return MIP.from_dense([9, 5, 3], [[6, 4, 1.5]], [-INF], [10], **(fields | changes))


def test_defaults():
    """Columns are continuous, not negative and numbered; so are rows."""
    problem = MIP.from_dense([1, 2], [[1, 1]], [0], [3])
    assert problem.columns == ("x1", "x2")
    assert problem.rows == ("c1",)
    assert problem.lower.tolist() == [0, 0]
    assert problem.upper.tolist() == [INF, INF]
    assert not problem.integer.any()


def test_arrays_are_read_only_copies():
    """Changing what was given changes nothing."""
    objective = np.array([1.0, 2.0])
    problem = MIP.from_dense(objective, [[1, 1]], [0], [3])
    objective[0] = 5
    assert problem.objective.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        problem.objective[0] = 3


def test_triplets_come_in_any_order():
    """Rows are compressed, columns ascending."""
    problem = MIP.from_triplets([1, 1, 1], [1, 0, 1], [2, 1, 0], [5, 6, 7], [0, 0], [1, 1])
    assert problem.indptr.tolist() == [0, 1, 3]
    assert problem.indices.tolist() == [1, 0, 2]
    assert problem.coefficients.tolist() == [6, 7, 5]


def test_sparse_matrices():
    """Anything with ``tocsr`` will do; zeros are left out."""
    matrix = Sparse([0, 2, 3], [2, 0, 1], [4.0, 0.0, 5.0], (2, 3))
    problem = MIP.from_scipy([1, 1, 1], matrix, [0, 0], [1, 1])
    assert problem.indices.tolist() == [2, 1]
    assert problem.coefficients.tolist() == [4, 5]


def test_scipy_entries_are_added_up():
    """SciPy's coordinates may name a place twice."""
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(1, 2))
    assert MIP.from_scipy([1, 1], matrix, [0], [1]).coefficients.tolist() == [3]


def test_building_one_by_one():
    """The builder makes the same program as arrays do."""
    model = MIP.build(maximize=True)
    things = [model.add_binary(worth) for worth in (9, 5, 3)]
    model.add_row(dict(zip(things, (6, 4, 1.5), strict=True)), upper=10)
    built, whole = model.problem(), knapsack()
    assert np.array_equal(built.coefficients, whole.coefficients)
    assert np.array_equal(built.upper, whole.upper)
    assert built.maximize
    assert built.rows == ("c1",)


def test_builder_refuses_columns_of_others():
    """A column of another model means nothing here."""
    other = MIP.build().add_column()
    with pytest.raises(ValueError, match="x1 is not of this model"):
        MIP.build().add_row({other: 1.0})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"objective": [1, np.nan]}, r"objective\[1\] is nan"),
        ({"objective": [1, INF]}, r"objective\[1\] is inf"),
        ({"objective": [[1, 2]]}, "one dimension"),
        ({"row_lower": [INF]}, r"row_lower\[0\] is inf"),
        ({"row_upper": [-INF]}, r"row_upper\[0\] is -inf"),
        ({"row_upper": [1, 2]}, r"row_upper must have shape \(1,\)"),
        ({"lower": [0, INF]}, r"lower\[1\] is inf"),
        ({"upper": [np.nan, 1]}, r"upper\[0\] is nan"),
        ({"integer": [1, 0]}, "truth values"),
        ({"indptr": [0, 3]}, "indptr ends at 3"),
        ({"indptr": [1, 2]}, "ascend from 0"),
        ({"indices": [0, 2]}, "from 0 to 1"),
        ({"indices": [1, 1]}, "row c1 has column x2 twice"),
        ({"coefficients": [1, -INF]}, r"coefficients\[1\] is -inf"),
        ({"columns": ("a",)}, "expected 2 column names"),
        ({"columns": ("a", "a")}, "two columns are called 'a'"),
        ({"offset": INF}, "offset must be finite"),
    ],
)
def test_malformed(change, message):
    """What is wrong is said in one line."""
    good = {
        "objective": [1, 2], "indptr": [0, 2], "indices": [0, 1], "coefficients": [1, 1],
        "row_lower": [0], "row_upper": [3],
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        MIP(**(good | change))


def test_empty_program():
    """Without columns and rows there is one solution, with the cost of the constant."""
    problem = MIP([], [0], np.zeros(0, dtype=int), [], [], [], offset=2.5)
    assert problem.check(Values([])) == []
    assert problem.cost(Values([])) == 2.5
    assert problem.trivial_bound() == 2.5


@pytest.mark.parametrize(
    ("change", "integral"),
    [
        ({}, True),
        ({"offset": 0.5}, False),
        ({"objective": [9, 5.5, 3]}, False),
        ({"integer": np.array([True, True, False])}, False),
        ({"integer": np.array([True, True, False]), "objective": [9, 5, 0]}, True),
    ],
)
def test_integral(change, integral):
    """Costs are whole numbers if all that enters them is."""
    assert dataclasses.replace(knapsack(), **change).integral is integral


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (knapsack(lower=[0, 2, 0]), "column x2 exclude each other: at least 2, at most 1"),
        (knapsack(lower=[0.2, 0, 0], upper=[0.8, 1, 1]), "x1 has no whole number from 0.2 to 0.8"),
        (MIP.from_dense([1], [[1]], [3], [2]), "sides of row c1 exclude each other"),
        (MIP.from_dense([1, 1], [[1, -1]], [3], [INF], upper=[2, 9]), "row c1 is at most 2"),
        (MIP.from_dense([1, 1], [[1, 1]], [-INF], [-1]), "row c1 is at least 0 within the bounds"),
        (MIP.from_dense([1], [[0]], [1], [INF]), "row c1 is at most 0"),
    ],
)
def test_proven_infeasible(problem, reason):
    """What bounds alone exclude is named."""
    assert reason in (problem.proven_infeasible() or "")


@FEW
@given(problem=mips(pure=True))
def test_proofs_of_infeasibility_hold(problem):
    """Where infeasibility is proven, trying everything finds no solution."""
    if problem.proven_infeasible() is not None:
        everything = all_integer_values(problem)
        assert everything is not None
        assert all(problem.check(values) for values in everything)


@FEW
@given(problem=mips(pure=True))
def test_trivial_bound_holds(problem):
    """No values within the bounds are better."""
    bound = problem.trivial_bound()
    found = brute_force(problem)
    if found is not None:
        values = [Fraction(v) for v in found[0].values.tolist()]
        factors = [Fraction(c) for c in problem.objective.tolist()]
        cost = sum((a * b for a, b in zip(factors, values, strict=True)), Fraction(problem.offset))
        assert bound is not None
        assert cost <= Fraction(bound) if problem.maximize else cost >= Fraction(bound)


def test_trivial_bound_of_free_columns():
    """Without bounds that hold the objective there is none."""
    assert MIP.from_dense([-1], [[1]], [0], [1]).trivial_bound() is None
    assert MIP.from_dense([1], [[1]], [0], [1]).trivial_bound() == 0


@FEW
@given(data=st.data())
def test_exact_check_agrees_with_fractions(data):
    """In exact mode a program is violated where rational arithmetic says so, and nowhere else."""
    problem = data.draw(mips())
    solution = data.draw(values_of(problem))
    values = [Fraction(v) for v in solution.values.tolist()]
    wrong = set()
    for k, value in enumerate(values):
        if _outside(value, problem.lower[k], problem.upper[k]):
            wrong.add("bound")
        if problem.integer[k] and value.denominator != 1:
            wrong.add("integrality")
    for r in range(problem.row_count):
        row = range(problem.indptr[r], problem.indptr[r + 1])
        terms = (Fraction(problem.coefficients[k]) * values[problem.indices[k]] for k in row)
        if _outside(sum(terms, Fraction(0)), problem.row_lower[r], problem.row_upper[r]):
            wrong.add("row")
    found = problem.check(solution, feasibility=0.0, integrality=0.0, exact=True)
    assert {violation.kind for violation in found} == wrong


def _outside(value: Fraction, low: float, high: float) -> bool:
    return (np.isfinite(low) and value < Fraction(low)) or (
        np.isfinite(high) and value > Fraction(high)
    )


@FEW
@given(data=st.data())
def test_floating_point_check_forgives_what_is_tiny(data):
    """What exact arithmetic accepts strictly, floating point accepts within the tolerances."""
    problem = data.draw(mips(whole=True))
    solution = data.draw(values_of(problem))
    if not problem.check(solution, feasibility=0.0, integrality=0.0, exact=True):
        assert problem.check(solution) == []


def test_violations_name_rows_and_amounts():
    """A violation says what is violated and by how much."""
    found = knapsack(rows=("weight",)).check(Values([1, 1, 1]))
    assert [violation.message for violation in found] == ["row weight is 11.5, 1.5 above 10"]


def test_many_violations_are_counted():
    """Only the first ones are told one by one."""
    problem = MIP.from_dense(np.ones(30), np.zeros((0, 30)), [], [], upper=np.ones(30))
    found = problem.check(Values(np.full(30, 2.0)))
    assert len(found) == 11
    assert found[-1].message == "20 more columns like that"


@pytest.mark.parametrize("name", ["feasibility", "integrality"])
def test_negative_tolerances(name):
    """A tolerance is not negative."""
    with pytest.raises(ValueError, match=f"{name} must not be negative"):
        knapsack().check(Values([0, 0, 0]), **{name: -1.0})


def test_wrong_number_of_values():
    """That is a violation, too."""
    assert [v.kind for v in knapsack().check(Values([0, 0]))] == ["length"]


@pytest.mark.parametrize("values", [[np.nan], [INF], [[1.0]]])
def test_malformed_values(values):
    """Values are finite and in one dimension."""
    with pytest.raises(ValueError, match="value"):
        Values(values)
