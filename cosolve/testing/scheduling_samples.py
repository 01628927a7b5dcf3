"""Small scheduling problems that between them need everything a solver may be asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from cosolve.problems import Objective, Scheduling
from cosolve.problems.random_scheduling import random_fjsp, random_jsp

# Problems are made in two sizes: large enough to be searched, and so small that trying all orders
# tells the optimum.
_SEARCHED = (6, 4, 4)  # jobs, machines, operations of a job
_TINY = (2, 2, 2)


def scheduling_samples() -> list[Scheduling]:
    """Return scheduling problems for the conformance suite, the largest first.

    They are: job shops and flexible ones, an open shop, a flow shop, parallel machines, one machine
    and one job; precedence between jobs, release and due dates, weights, machines that are
    available late or down for a while, setups, preferred machines; makespan, tardiness and flow
    time; operations without duration, jobs without operations; everything together. Those whose
    name ends in ``tiny`` have at most six operations.
    """
    plain = [random_fjsp(10, 6, 12, 2), random_jsp(20, 5, 3), random_jsp(10, 8, 1)]
    return [
        *(replace(problem, name=name) for problem, name in zip(plain, _NAMES, strict=True)),
        *_of_size(_SEARCHED, ""),
        *_of_size(_TINY, "-tiny"),
        *_edges(),
    ]


_NAMES = ("flexible-job-shop", "many-jobs", "job-shop")


def _of_size(size: tuple[int, int, int], suffix: str) -> list[Scheduling]:
    """Return a problem for each thing that a problem may have."""
    jobs, machines, operations = size
    base = random_fjsp(jobs, machines, operations, 4)
    shop = random_jsp(jobs, machines, 5)
    rng = np.random.default_rng(6)
    release = rng.integers(0, 60, size=jobs)
    due = release + rng.integers(20, 150, size=jobs)
    weights = rng.integers(1, 5, size=jobs)
    rows = [[0, 20, 45], [0, 70, 75], [machines - 1, 0, 30], [machines - 1, 25, 60]]
    n = base.operations
    families = rng.integers(0, 3, size=n)
    setups = rng.integers(1, 25, size=(machines, 3, 3))
    setups[:, range(3), range(3)] = 0
    preferred = np.where(np.arange(n) % 3 == 0, -1, base.machine[base.first[:-1]])
    changed: dict[str, tuple[Scheduling, dict[str, Any]]] = {
        "job-shop-plain": (shop, {}),
        "open-shop": (shop, {"ordered": False}),
        "flow-shop": (shop, {"machine": np.tile(np.arange(machines), jobs)}),
        "precedence": (base, {"precedence": _arcs(base)}),
        "open-precedence": (shop, {"ordered": False, "precedence": _arcs(shop)}),
        "release": (base, {"release": release}),
        "available": (base, {"available": 15 * np.arange(machines)}),
        "downtime": (base, {"downtime": rows}),
        "tardiness": (
            base,
            {"objective": Objective.TARDINESS, "due": due, "release": release, "weights": weights},
        ),
        "flow-time": (base, {"objective": Objective.FLOW_TIME, "release": release}),
        "weighted-flow-time": (
            shop,
            {"objective": Objective.FLOW_TIME, "weights": weights + 0.5},
        ),
        "setups": (base, {"families": families, "setups": setups}),
        "setups-alike": (base, {"families": families, "setups": setups[0]}),
        "preferred": (base, {"preferred": preferred, "change_cost": 7.0}),
        "everything": (
            base,
            {
                "objective": Objective.TARDINESS, "due": due, "release": release,
                "weights": weights, "families": families, "setups": setups,
                "precedence": _arcs(base), "downtime": rows,
                "available": 5 * np.arange(machines), "preferred": preferred, "change_cost": 2.5,
            },
        ),
    }  # fmt: skip
    return [
        replace(problem, **fields, name=f"{name}{suffix}")
        for name, (problem, fields) in changed.items()
    ]


def _arcs(problem: Scheduling) -> list[tuple[int, int]]:
    """Join the first operation of each job to the last one of the next."""
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
    return [(begin[job], begin[job + 2] - 1) for job in range(problem.job_count - 1)]


def _edges() -> list[Scheduling]:
    from_jobs = Scheduling.from_jobs
    return [
        from_jobs([[{0: 5}, {1: 0}, {0: 3}], [{1: 4}, {0: 0, 1: 2}]], name="no-duration-tiny"),
        from_jobs([[{0: 0}], [{0: 0}]], name="all-zero-tiny"),
        from_jobs([[], [{0: 3, 1: 4}, {1: 2}], []], name="empty-jobs-tiny"),
        from_jobs([[{0: 3}]], name="one-operation-tiny"),
        from_jobs([[{0: 3}], [{0: 5}], [{0: 1}]], name="one-machine-tiny"),
        from_jobs([[{0: 3}, {1: 5}, {0: 1}]], machines=4, name="one-job-tiny"),
        from_jobs([[{0: 3, 1: 3, 2: 3}]] * 5, name="parallel-machines-tiny"),
        from_jobs([[{0: 3}, {0: 4}], [{0: 2}, {1: 4}]], name="recirculation-tiny"),
        from_jobs(
            [[{0: 3}], [{0: 5}], [], [{0: 1}]], objective=Objective.TARDINESS, due=[3, 4, 0, -2],
            weights=[1, 0, 5, 2], name="no-weight-tiny",
        ),
        from_jobs([[{0: 2**32}, {1: 2**32}], [{1: 2**33}]], name="long-tiny"),
        from_jobs([[], []], machines=1, name="no-operations-tiny"),
    ]  # fmt: skip
