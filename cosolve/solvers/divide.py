"""Divide, conquer and reunite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from cosolve.core import Outcome, Problem, Run, Solver, Stop
from cosolve.core import Part as PartOfRun
from cosolve.divide import Division, conquer
from cosolve.divide.first import heaviest_edges, walk
from cosolve.divide.tours import Segments, put_segments_back
from cosolve.guidance import EdgeGuidance, GtPriorGuide
from cosolve.problems import TSP, VRP
from cosolve.solvers import registry
