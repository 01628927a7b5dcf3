"""Problem classes: immutable instances with their solution types and checkers."""

from cosolve.problems.metrics import Metric
from cosolve.problems.mip import MIP, Values
from cosolve.problems.scheduling import Objective, Schedule, Scheduling
from cosolve.problems.scheduling_remaining import preferring
from cosolve.problems.tsp import TSP, Tour
from cosolve.problems.vrp import VRP, ClientGroup, Route, Routes, VehicleType

__all__ = [
    "MIP",
    "TSP",
    "VRP",
    "ClientGroup",
    "Metric",
    "Objective",
    "Route",
    "Routes",
    "Schedule",
    "Scheduling",
    "Tour",
    "Values",
    "VehicleType",
    "preferring",
]
