"""Branch and cut on edges: the proof of long routes without times; in a worker process."""

from __future__ import annotations

import math
import time

import numpy as np

from cosolve.bounds.vrp_edges import CutSet, EdgeProgram
from cosolve.bounds.vrp_model import RouteModel
from cosolve.bounds.vrp_proof import Step, Task, Verdict, cutoff_below
from cosolve.exact import Channel
from cosolve.exact.vrp_two_index import EdgeProblem, branch_and_cut

_MARGIN = 1e-9  # relative


def has_edges(model: RouteModel) -> bool:
    """Return whether routes are nothing but edges and loads.

    Parameters
    ----------
    model
        The routes.
    """
    plain = model.symmetric and model.all_required and math.isfinite(model.capacity)
    return plain and bool(model.load[1:].min() >= 0)


def prove(task: Task, channel: Channel) -> Verdict:
    """Prove that nothing is better than the known solution, or find what is, and prove that.

    Parameters
    ----------
    task
        What to prove, of a model that `has_edges`.
    channel
        Sent every step.
    """
    model = task.model
    deadline_s = time.perf_counter() + min(task.until - time.time(), 1e9)
    cutoff = cutoff_below(task.upper, task.unit)
    cuts = CutSet(model.nodes)
    program = EdgeProgram(model, cuts, thorough=True)
    best = -math.inf

    def tell(bound: float, phase: str) -> None:
        nonlocal best
        if bound > best and math.isfinite(bound):
            best = bound
            channel.send(Step(phase, bound))

    program.run(lambda bound, _: tell(bound, "edges"), deadline_s)
    left_s = deadline_s - time.perf_counter()
    if best > cutoff:
        return Verdict(True, "the bound of the edges is enough")
    if left_s <= 0 or channel.interrupted.is_set() or program.prices is None:
        return Verdict(False, "no time was left to branch on edges")
    problem = _remaining(task, program, cuts, cutoff)
    chosen = branch_and_cut(
        problem,
        left_s,
        # Beyond the cutoff it says nothing about the edges that were left out.
        on_bound=lambda bound: tell(min(bound, cutoff), "scip"),
        on_routes=lambda routes: channel.send(Step("scip", None, routes)),
        interrupted=channel.interrupted.is_set,
    )
    return Verdict(chosen.proven, f"SCIP over {len(problem.costs)} edges")


def _remaining(task: Task, program: EdgeProgram, cuts: CutSet, cutoff: float) -> EdgeProblem:
    """Return the problem of the edges that a better solution may have."""
    model = task.model
    assert program.prices is not None
    a, b = np.triu_indices(model.nodes, 1)
    cost = model.cost[a, b]
    rise = np.maximum(0.0, program.reduced[a, b])
    margin = _MARGIN * model.nodes * (1.0 + abs(program.best))
    kept = np.isfinite(cost) & ~(program.best + rise > cutoff + margin)
    used, _ = cuts.used(program.prices)
    return EdgeProblem(
        np.ascontiguousarray(model.load),
        model.capacity,
        np.column_stack([a[kept], b[kept]]).astype(np.int32),
        cost[kept],
        [(m.tolist(), k) for m, k in zip(used.members, used.vehicles, strict=True)],
        (model.fewest, model.most),
        cutoff,
        task.unit,
    )
