"""Irreducible infeasible sets of rows, by SCIP; in a worker."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from cosolve.exact.mip_backend import INFINITE, ConflictTask
from cosolve.exact.scip_model import add_columns, add_row, rows_of, set_usual
from cosolve.exact.worker import Channel
from cosolve.problems.mip import IndexArray


def find(task: ConflictTask, channel: Channel) -> IndexArray | None:
    """Find rows of a program that have no common solution within the bounds of the columns.

    Parameters
    ----------
    task
        The program, and how long to look.
    channel
        Not used: SCIP tells nothing until it is done.

    Returns
    -------
    ndarray or None
        Numbers of rows; None if it did not get as far as an irreducible set.
    """
    del channel
    scip: Any = importlib.import_module("pyscipopt")
    model = scip.Model()
    set_usual(model, task.seed)
    columns = add_columns(model, task.problem)
    for r, row in enumerate(rows_of(task.problem)):
        add_row(model, columns, row, str(r))
    model.setParam("iis/silent", True)
    if task.seconds < INFINITE:
        model.setParam("iis/time", task.seconds)
    found = model.generateIIS()
    if not (found.isSubscipInfeasible() and found.isSubscipIrreducible()):
        return None
    rows = [int(constraint.name) for constraint in found.getSubscip().getConss()]
    return np.array(sorted(rows), dtype=np.int64)
