"""Runs that compare guides, and the instances they are made on; called in worker processes."""

from __future__ import annotations

import hashlib
import time
import types
from dataclasses import dataclass

import cosolve.core.run
from cosolve.bench import Instance, Row, Task, execute
from cosolve.core import Run
from cosolve.problems import TSP
from cosolve.problems.random_tsp import random_tsp


@dataclass(frozen=True, slots=True)
class Generated(Instance):
    """A random tour; its source is ``kind:n:seed``."""

    def load(self) -> TSP:
        """Generate it."""
        kind, n, seed = self.source.split(":")
        return random_tsp(int(n), int(seed), kind)

    def size(self) -> int | None:
        """Return the number of nodes."""
        return int(self.source.split(":")[1])


def generated(kind: str, n: int, seed: int) -> Generated:
    """Name an instance."""
    source = f"{kind}:{n}:{seed}"
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    return Generated(f"{kind}-{n}-{seed}", source, digest, suite=f"{kind}-{n}")


@dataclass(frozen=True, slots=True)
class CpuTask(Task):
    """A task whose seconds are those of the processor: what else runs hardly matters to it."""

    @property
    def key(self) -> str:
        """As of any task, but another one."""
        return f"cpu-{Task.key.fget(self)}"  # type: ignore[attr-defined]

    @property
    def timeout_s(self) -> float:
        """Long enough for a machine that does much else."""
        return 20.0 * self.time_limit_s + 300.0


def measured(task: Task) -> Row:
    """Make a run; where the task says so, by the clock of the processor."""
    if not isinstance(task, CpuTask):
        return _without_trace(execute(task)) | {"clock": "wall"}
    _use_processor_clock()
    return _without_trace(execute(task)) | {"clock": "cpu"}


def _without_trace(row: Row) -> Row:
    """Leave out what no table needs and takes more room than all the rest."""
    return {name: value for name, value in row.items() if name != "trace"}


def _use_processor_clock() -> None:
    """Let the limits of every run in this process count its seconds of the processor.

    Kernels still end their slices by the wall clock: these become shorter, nothing else.
    """
    original = Run.__init__

    def begun(self: Run, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("started", time.process_time())
        original(self, *args, **kwargs)  # type: ignore[arg-type]

    Run.__init__ = begun  # type: ignore[method-assign]
    clock = types.SimpleNamespace(perf_counter=time.process_time)
    cosolve.core.run.time = clock  # type: ignore[attr-defined]
