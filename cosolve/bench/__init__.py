"""Suites of instances, the runner that solves them, and the tables made of the outcome."""

from cosolve.bench.best_known import BestKnown
from cosolve.bench.pivot import Pivot, parse_axes, pivot
from cosolve.bench.references import References, load_references
from cosolve.bench.runner import answers, remaining, run_bench
from cosolve.bench.store import ResultStore, Row, read_rows
from cosolve.bench.suites import Instance, find_suite
from cosolve.bench.tables import Line, per_instance, per_method, summary
from cosolve.bench.task import Task, compare, count_routes, execute, make_tasks, split_method

__all__ = [
    "BestKnown",
    "Instance",
    "Line",
    "Pivot",
    "References",
    "ResultStore",
    "Row",
    "Task",
    "answers",
    "compare",
    "count_routes",
    "execute",
    "find_suite",
    "load_references",
    "make_tasks",
    "parse_axes",
    "per_instance",
    "per_method",
    "pivot",
    "read_rows",
    "remaining",
    "run_bench",
    "split_method",
    "summary",
]
