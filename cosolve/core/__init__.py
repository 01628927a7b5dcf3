"""The vocabulary every problem and solver shares; it knows no problem and no solver."""

from cosolve.core.errors import BackendError, BackendMissing, FormatError, KernelError
from cosolve.core.problem import Problem, Violation
from cosolve.core.result import Limit, Result, Status, TracePoint
from cosolve.core.run import Outcome, Part, Progress, Run
from cosolve.core.solver import Solver
from cosolve.core.stop import Stop

__all__ = [
    "BackendError",
    "BackendMissing",
    "FormatError",
    "KernelError",
    "Limit",
    "Outcome",
    "Part",
    "Problem",
    "Progress",
    "Result",
    "Run",
    "Solver",
    "Status",
    "Stop",
    "TracePoint",
    "Violation",
]
