"""Mixed-integer linear programs: sparse rows, bounds on columns, integrality."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from cosolve.core import Violation
from cosolve.problems.arrays import as_float, frozen
from cosolve.problems.metrics import FloatArray
from cosolve.problems.mip_validate import compressed, distinct, flags, length, numbers, side

if TYPE_CHECKING:
    from cosolve.problems.mip_build import MIPBuilder

BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.int64]

FEASIBILITY = 1e-6
"""Absolute and relative violation of a row or a bound that is forgiven, as solvers do."""

INTEGRALITY = 1e-6
"""Distance from a whole number that is forgiven."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """Values of the columns of a mixed-integer program.

    Parameters
    ----------
    values
        Shape (columns,). A copy is kept, read-only.

    Raises
    ------
    ValueError
        If they are not a one-dimensional array of finite numbers.
    """

    values: FloatArray

    def __post_init__(self) -> None:
        """Validate and freeze the array."""
        values = as_float(self.values, "values")
        if values.ndim != 1:
            raise ValueError(f"values are a one-dimensional array, got shape {values.shape}")
        if not np.isfinite(values).all():
            where = int(np.flatnonzero(~np.isfinite(values))[0])
            raise ValueError(f"the value of column {where} is {values[where]}")
        object.__setattr__(self, "values", frozen(values))

    def __len__(self) -> int:
        """Return the number of columns."""
        return int(self.values.size)

    def __eq__(self, other: object) -> bool:
        """Two are equal if all values are."""
        return isinstance(other, Values) and np.array_equal(self.values, other.values)

    def __hash__(self) -> int:
        """Hash of the values."""
        return hash(self.values.tobytes())


@dataclass(frozen=True, slots=True, eq=False)
class MIP:
    """A mixed-integer linear program.

    Optimize ``objective @ x + offset`` over ``lower <= x <= upper`` with
    ``row_lower <= A x <= row_upper``, where some of `x` are whole numbers. Arrays are copied and
    made read-only.

    Parameters
    ----------
    objective
        Coefficients, shape (n,).
    indptr, indices, coefficients
        Rows of A in compressed form (CSR): those of row r are at ``indptr[r]`` to
        ``indptr[r + 1]``; shapes (m + 1,), (z,), (z,). No column occurs twice in a row.
    row_lower, row_upper
        Sides of the rows, shape (m,); infinite where there is none.
    lower, upper
        Bounds of the columns, shape (n,); 0 and infinity unless given.
    integer
        Which columns are whole numbers, shape (n,); none unless given.
    offset
        Constant of the objective.
    maximize
        Maximize instead of minimize.
    columns, rows
        Names, each distinct; ``x1``, ``x2``... and ``c1``, ``c2``... unless given.
    name, comment
        As in the file.

    Raises
    ------
    ValueError
        If an argument is malformed; the message says what and where.
    """

    kind: ClassVar[str] = "mip"
    cost_tolerance: ClassVar[float] = 1e-4
    """Relative; a hundred times what the checker forgives, which may make a solution cost less than
    any that violates nothing."""
    bound_tolerance: ClassVar[float] = 1e-6
    """Relative; what is forgiven of a bound that is a little above a whole number."""

    objective: FloatArray
    indptr: IndexArray
    indices: IndexArray
    coefficients: FloatArray
    row_lower: FloatArray
    row_upper: FloatArray
    lower: FloatArray = None  # type: ignore[assignment]
    upper: FloatArray = None  # type: ignore[assignment]
    integer: BoolArray = None  # type: ignore[assignment]
    offset: float = 0.0
    maximize: bool = False
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    name: str = "mip"
    comment: str = ""

    def __post_init__(self) -> None:
        """Validate and freeze the arrays."""
        n = length(self.objective)
        m = length(self.row_lower)
        given: dict[str, Any] = {
            "objective": numbers(self.objective, "objective", n),
            "row_lower": side(self.row_lower, "row_lower", m, -np.inf),
            "row_upper": side(self.row_upper, "row_upper", m, np.inf),
            "lower": side(self.lower, "lower", n, -np.inf, 0.0),
            "upper": side(self.upper, "upper", n, np.inf, np.inf),
            "integer": flags(self.integer, n),
            "columns": distinct(self.columns, "column", n, "x"),
            "rows": distinct(self.rows, "row", m, "c"),
        }
        given |= compressed(
            self.indptr, self.indices, self.coefficients, given["rows"], given["columns"]
        )
        if not np.isfinite(self.offset):
            raise ValueError(f"offset must be finite, got {self.offset}")
        for name, value in given.items():
            if isinstance(value, np.ndarray):
                frozen(value)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "offset", float(self.offset))
        object.__setattr__(self, "maximize", bool(self.maximize))

    @classmethod
    def build(cls, name: str = "mip", *, maximize: bool = False, offset: float = 0.0) -> MIPBuilder:
        """Return a model without columns and rows, to which both are added one by one.

        Parameters
        ----------
        name, maximize, offset
            As in the class.
        """
        from cosolve.problems.mip_build import MIPBuilder

        return MIPBuilder(name, maximize=maximize, offset=offset)

    @classmethod
    def from_triplets(
        cls,
        objective: npt.ArrayLike,
        row_indices: npt.ArrayLike,
        column_indices: npt.ArrayLike,
        values: npt.ArrayLike,
        row_lower: npt.ArrayLike,
        row_upper: npt.ArrayLike,
        **others: Any,
    ) -> MIP:
        """Return the program whose A has ``values[k]`` at a row and a column, and else zeros.

        Parameters
        ----------
        objective, row_lower, row_upper
            As in the class.
        row_indices, column_indices, values
            Shape (z,), in any order; no place twice.
        **others
            Any further parameters of the class, by name.

        Raises
        ------
        ValueError
            If an argument is malformed.
        """
        from cosolve.problems.mip_build import triplets

        rows = triplets(row_indices, column_indices, values, length(row_lower))
        return cls(objective, *rows, row_lower, row_upper, **others)  # type: ignore[arg-type]

    @classmethod
    def from_dense(
        cls,
        objective: npt.ArrayLike,
        matrix: npt.ArrayLike,
        row_lower: npt.ArrayLike,
        row_upper: npt.ArrayLike,
        **others: Any,
    ) -> MIP:
        """Return the program whose A is an array of shape (m, n).

        Parameters
        ----------
        objective, row_lower, row_upper
            As in the class.
        matrix
            A, with all its zeros.
        **others
            Any further parameters of the class, by name.

        Raises
        ------
        ValueError
            If an argument is malformed.
        """
        from cosolve.problems.mip_build import dense

        rows = dense(matrix, length(row_lower), length(objective))
        return cls(objective, *rows, row_lower, row_upper, **others)  # type: ignore[arg-type]

    @classmethod
    def from_scipy(
        cls,
        objective: npt.ArrayLike,
        matrix: Any,
        row_lower: npt.ArrayLike,
        row_upper: npt.ArrayLike,
        **others: Any,
    ) -> MIP:
        """Return the program whose A is a sparse matrix of SciPy, or anything with ``tocsr()``.

        Parameters
        ----------
        objective, row_lower, row_upper
            As in the class.
        matrix
            A, of shape (m, n); several entries at one place are added up.
        **others
            Any further parameters of the class, by name.

        Raises
        ------
        ValueError, TypeError
            If an argument is malformed.
        """
        from cosolve.problems.mip_build import sparse

        rows = sparse(matrix, length(row_lower), length(objective))
        return cls(objective, *rows, row_lower, row_upper, **others)  # type: ignore[arg-type]

    @property
    def size(self) -> int:
        """Number of columns."""
        return len(self.objective)

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(self.row_lower)

    @property
    def integral(self) -> bool:
        """Whether every feasible objective value is an integer."""
        used = self.objective != 0
        whole = bool((self.objective[used] == np.round(self.objective[used])).all())
        return whole and self.offset.is_integer() and bool(self.integer[used].all())

    def activities(self, solution: Values) -> FloatArray:
        """Values of the rows, shape (m,)."""
        products = self.coefficients * solution.values[self.indices]
        sums = np.zeros(self.row_count)
        filled = np.flatnonzero(np.diff(self.indptr))  # `reduceat` knows no empty rows
        if filled.size:
            sums[filled] = np.add.reduceat(products, self.indptr[filled])
        return sums

    def cost(self, solution: Values) -> float:
        """Objective value, to be maximized if `maximize`, else minimized.

        Parameters
        ----------
        solution
            Values of the columns.
        """
        return float(math.fsum(self.objective * solution.values)) + self.offset

    def proven_infeasible(self) -> str | None:
        """Return why there is no solution, where the bounds of the columns alone prove it.

        That is, where bounds or sides exclude each other, an integer column has no whole number
        left, or a row cannot be met by any values within the bounds, in exact arithmetic.
        """
        from cosolve.problems.mip_proofs import proven_infeasible

        return proven_infeasible(self)

    def trivial_bound(self) -> float | None:
        """Best objective value within the bounds of the columns alone, or None if infinite.

        Whatever the rows are, no solution is better. Rounded to the safe side: down, or up where
        `maximize`.
        """
        from cosolve.problems.mip_proofs import trivial_bound

        return trivial_bound(self)

    def check(
        self,
        solution: Values,
        *,
        feasibility: float = FEASIBILITY,
        integrality: float = INTEGRALITY,
        exact: bool = False,
    ) -> list[Violation]:
        """All violations of a solution; empty if it is feasible.

        Parameters
        ----------
        solution
            Values of the columns.
        feasibility
            What is forgiven of a bound or a side b: this times ``max(1, |b|)``.
        integrality
            Distance from a whole number that is forgiven.
        exact
            Compute in rational numbers, so that no rounding hides or makes a violation.

        Raises
        ------
        ValueError
            If a tolerance is negative.
        """
        from cosolve.problems.mip_check import violations

        return violations(self, solution, feasibility, integrality, exact)
