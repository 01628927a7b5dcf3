"""cosolve: an instance file comes in, a near-optimal and checked solution comes out.

Everything public is reached from here, and loaded on first use: ``import cosolve`` alone loads
no NumPy.

Examples
--------
>>> import numpy as np
>>> import cosolve
>>> problem = cosolve.TSP(coords=np.array([[0, 0], [1, 1], [1, 0], [0, 1]]))
>>> result = cosolve.solve(problem, stop=1.0)
>>> result.cost, result.status
(4.0, <Status.OPTIMAL: 'OPTIMAL'>)
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

try:
    import cosolve._kernels  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "cosolve._kernels":
        raise
    raise ImportError(
        f"cosolve is not built in {__path__[0]}: in a source checkout run "
        "`pip install -e .`; if cosolve is installed, start Python in another directory"
    ) from None

if TYPE_CHECKING:
    from cosolve.core import (
        BackendError,
        BackendMissing,
        FormatError,
        KernelError,
        Limit,
        Outcome,
        Problem,
        Progress,
        Result,
        Run,
        Solver,
        Status,
        Stop,
        TracePoint,
        Violation,
    )
    from cosolve.guidance import EdgeGuidance, EdgeGuide
    from cosolve.io import read, read_solution, write_problem, write_solution
    from cosolve.problems import (
        MIP,
        TSP,
        VRP,
        ClientGroup,
        Metric,
        Objective,
        Route,
        Routes,
        Schedule,
        Scheduling,
        Tour,
        Values,
        VehicleType,
    )
    from cosolve.solve import solve

    __version__: str

__all__ = [
    "MIP",
    "TSP",
    "VRP",
    "BackendError",
    "BackendMissing",
    "ClientGroup",
    "EdgeGuidance",
    "EdgeGuide",
    "FormatError",
    "KernelError",
    "Limit",
    "Metric",
    "Objective",
    "Outcome",
    "Problem",
    "Progress",
    "Result",
    "Route",
    "Routes",
    "Run",
    "Schedule",
    "Scheduling",
    "Solver",
    "Status",
    "Stop",
    "Tour",
    "TracePoint",
    "Values",
    "VehicleType",
    "Violation",
    "__version__",
    "read",
    "read_solution",
    "solve",
    "write_problem",
    "write_solution",
]

_HOME = {
    **dict.fromkeys(("EdgeGuidance", "EdgeGuide"), "cosolve.guidance"),
    **dict.fromkeys(("read", "read_solution", "write_problem", "write_solution"), "cosolve.io"),
    **dict.fromkeys(
        (
            *("TSP", "Metric", "Tour"),
            *("VRP", "ClientGroup", "Route", "Routes", "VehicleType"),
            *("Scheduling", "Schedule", "Objective"),
            *("MIP", "Values"),
        ),
        "cosolve.problems",
    ),
}


class _Package(ModuleType):
    """The package itself, in which ``solve`` is the function although a module has that name."""

    @property
    def solve(self) -> object:
        return import_module("cosolve.solve").solve

    @solve.setter
    def solve(self, module: ModuleType) -> None:
        # The import system binds every submodule in its package; here that would hide the function.
        pass


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("cosolve")
    elif name in __all__:
        value = getattr(import_module(_HOME.get(name, "cosolve.core")), name)
    else:
        raise AttributeError(f"module 'cosolve' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
