"""What the commands say of mixed-integer programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cosolve import MIP, Values
    from cosolve.problems.metrics import FloatArray

_EXACT = 2.0**53


def mip_facts(problem: MIP) -> dict[str, object]:
    """Return what ``cosolve info`` says of a program, ready for JSON."""
    binary = problem.integer & (problem.lower == 0) & (problem.upper == 1)
    nonzeros = int(np.count_nonzero(problem.coefficients))
    cells = problem.row_count * problem.size
    return {
        "sense": "maximize" if problem.maximize else "minimize",
        "columns": problem.size,
        "integers": int(problem.integer.sum()),
        "binaries": int(binary.sum()),
        "rows": problem.row_count,
        "equations": int((problem.row_lower == problem.row_upper).sum()),
        "nonzeros": nonzeros,
        "density": round(nonzeros / cells, 8) if cells else None,
        "coefficients": _range(problem.coefficients),
        "objective_coefficients": _range(problem.objective),
        "constant": problem.offset,
        "integral": problem.integral,
        "infeasible": problem.proven_infeasible(),
    }


def _range(values: FloatArray) -> list[float] | None:
    """Least and greatest size of the numbers that are not 0."""
    sizes = np.abs(values[values != 0])
    return [float(sizes.min()), float(sizes.max())] if sizes.size else None


def values_by_name(problem: MIP, solution: Values) -> dict[str, float]:
    """Values that are not 0 by the names of their columns; whole ones as integers."""
    return {
        problem.columns[k]: _plain(float(solution.values[k]))
        for k in np.flatnonzero(solution.values).tolist()
    }


def _plain(value: float) -> float:
    return int(value) if value.is_integer() and abs(value) < _EXACT else value
