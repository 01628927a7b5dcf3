"""One run of a benchmark: what is asked for, its key, and the row it makes."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cosolve.bench.store import Row
from cosolve.bench.suites import Instance
from cosolve.certify import DEFAULT_BOUND_SHARE
from cosolve.core.report import result_to_dict
from cosolve.engine import peak_memory_mib
from cosolve.problems import Routes
from cosolve.solve import solve
from cosolve.solvers import presets

_KEY_LENGTH = 16
_GRACE_S = 60.0  # for starting the worker, reading the instance and checking the solution


@dataclass(frozen=True, slots=True)
class Task:
    """One method on one instance with one seed.

    Parameters
    ----------
    instance
        What to solve.
    method
        Name of the solver.
    params
        Its parameters, where they differ from the defaults.
    guide
        Name of the guidance, or None for the solver's own.
    seed, threads
        Handed to the solver.
    time_limit_s
        Wall seconds of the call of ``solve``; reading the instance is not part of it.
    bound_share
        Share of the time limit for a lower bound; see ``solve``.
    preset
        Name of a preset of the solver that `params` come on top of, or None.
    """

    instance: Instance
    method: str
    params: Mapping[str, object] = field(default_factory=dict)
    guide: str | None = None
    seed: int = 0
    threads: int = 1
    time_limit_s: float = 10.0
    bound_share: float = DEFAULT_BOUND_SHARE
    preset: str | None = None

    @property
    def key(self) -> str:
        """Hash of everything that is asked for; equal keys mean the same run."""
        question: list[object] = [
            self.instance.digest,
            self.method,
            sorted((name, str(value)) for name, value in self.params.items()),
            self.guide,
            self.seed,
            self.threads,
            float(self.time_limit_s),
            *([] if self.preset is None else [self.preset]),
        ]
        if self.bound_share != DEFAULT_BOUND_SHARE:
            question.append(self.bound_share)
        return hashlib.sha256(json.dumps(question).encode()).hexdigest()[:_KEY_LENGTH]

    @property
    def timeout_s(self) -> float:
        """Wall seconds after which the worker counts as hung."""
        return 2.0 * self.time_limit_s + _GRACE_S

    def question(self) -> Row:
        """Return the part of the row that is known before the run."""
        known = self.instance.best_known
        return {
            "key": self.key,
            "instance": self.instance.name,
            "source": self.instance.source,
            "suite": self.instance.suite,
            "digest": self.instance.digest,
            "method": self.method,
            "preset": self.preset,
            "params": dict(self.params),
            "guide": self.guide,
            "seed": self.seed,
            "threads": self.threads,
            "time_limit": self.time_limit_s,
            "best_known": None if known is None else known.value,
            "proven": None if known is None else known.proven,
            "reference": None if known is None else known.reference,
        }

    def failed(self, reason: str) -> Row:
        """Return the row of a run that gave no result.

        Parameters
        ----------
        reason
            One line.
        """
        return {**self.question(), "error": reason}


def make_tasks(
    instances: Iterable[Instance],
    methods: Iterable[str],
    seeds: Sequence[int],
    *,
    params: Mapping[str, Mapping[str, object]] | None = None,
    guides: Sequence[str | None] = (None,),
    threads: int = 1,
    time_limit_s: float = 10.0,
    bound_share: float = DEFAULT_BOUND_SHARE,
    time_per_node_s: float | None = None,
) -> list[Task]:
    """Cross instances with methods, guides and seeds, instance by instance.

    Parameters
    ----------
    instances, methods, seeds
        What to cross; a method is ``NAME`` or ``NAME:PRESET``.
    params
        Parameters by method, written as in `methods`.
    guides
        Names of guidance; None is the solver's own.
    threads, time_limit_s, bound_share
        The same for every run.
    time_per_node_s
        If given, the time limit is this times the number of nodes; where that cannot be read,
        `time_limit_s`.
    """
    found = []
    names = [(method, *split_method(method)) for method in methods]
    for instance in instances:
        limit = time_limit_s
        if time_per_node_s is not None and (size := instance.size()) is not None:
            limit = time_per_node_s * size
        for (spec, name, preset), guide, seed in itertools.product(names, guides, seeds):
            own = (params or {}).get(spec, {})
            found.append(
                Task(instance, name, own, guide, seed, threads, limit, bound_share, preset)
            )
    return found


def split_method(spec: str) -> tuple[str, str | None]:
    """Split ``NAME[:PRESET]``.

    Parameters
    ----------
    spec
        A method as benchmarks name it.
    """
    name, colon, preset = spec.partition(":")
    return name, preset if colon else None


def execute(task: Task) -> Row:
    """Make the run in this process and return its row.

    Parameters
    ----------
    task
        What to run.

    Returns
    -------
    dict
        The question, then everything ``result_to_dict`` says, then ``size``, ``routes`` (their
        number, None of problems without them), ``integral``, ``cpu`` (seconds of processor time of
        the call), ``memory`` (peak of this process in MiB), ``gap_to_best`` (fraction) and
        ``at_best``.
    """
    problem = task.instance.load()
    named = {} if task.preset is None else presets.preset(task.method, task.preset, problem.size)
    cpu_began_s = sum(os.times()[:4])  # with children: workers of back-ends
    result = solve(
        problem,
        task.method,
        stop=task.time_limit_s,
        seed=task.seed,
        threads=task.threads,
        guide=task.guide,
        params={**named, **task.params},
        bound_share=task.bound_share,
    )
    cpu_s = sum(os.times()[:4]) - cpu_began_s
    valid = result.solution is not None and not problem.check(result.solution)
    report = result_to_dict(result, instance=task.instance.name, problem=problem.kind, valid=valid)
    return {
        **task.question(),
        **report,
        "size": problem.size,
        "routes": count_routes(result.solution),
        "integral": problem.integral,
        "cpu": cpu_s,
        "memory": peak_memory_mib(),
        **compare(
            task.instance,
            result.cost if valid else None,
            integral=problem.integral,
            maximize=result.maximize,
        ),
    }


def compare(
    instance: Instance, cost: float | None, *, integral: bool, maximize: bool = False
) -> Row:
    """Return the part of a row that compares a cost with the best-known value.

    Parameters
    ----------
    instance
        The instance.
    cost
        Cost of a feasible solution, or None without one.
    integral
        Whether all costs are integers.
    maximize
        Whether more is better.
    """
    known = instance.best_known
    if known is None or cost is None:
        return {"gap_to_best": None, "at_best": None}
    return {
        "gap_to_best": known.gap(cost, maximize=maximize),
        "at_best": known.reached(cost, integral=integral, maximize=maximize),
    }


def count_routes(solution: object) -> int | None:
    """Return how many routes a solution has; None if it is not made of routes.

    Parameters
    ----------
    solution
        A solution of any problem, or None.
    """
    return len(solution.routes) if isinstance(solution, Routes) else None
