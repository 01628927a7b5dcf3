"""Problem classes: immutable instances with their solution types and checkers."""

from cosolve.problems.metrics import Metric
from cosolve.problems.tsp import TSP, Tour

__all__ = ["TSP", "Metric", "Tour"]
