"""How long the program takes to start and to read large files."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from cosolve import read
from cosolve.bench import Row
from cosolve.engine import LocalProcesses, peak_memory_mib

_REPEATS = 10
_READS = 5
_HEAVY = ("numpy", "scipy", "torch", "ortools", "pyscipopt", "highspy", "matplotlib", "rich")
_COUNT_MODULES = """
import io, sys, contextlib
before = set(sys.modules)
from cosolve.cli.main import run
with contextlib.redirect_stdout(io.StringIO()):
    run(["--help"])
print(len(set(sys.modules) - before), *[name for name in {heavy} if name in sys.modules])
"""


def measure() -> Iterator[Row]:
    """Yield one row per quantity."""
    script = Path(sys.executable).with_name("cosolve")
    program = [str(script)] if script.exists() else [sys.executable, "-m", "cosolve"]
    yield _timed("`cosolve --help`", [*program, "--help"], "< 0.25 s")
    yield _timed("`import cosolve`", [sys.executable, "-c", "import cosolve"], "< 0.25 s")
    yield _timed("a bare Python, for comparison", [sys.executable, "-c", "pass"], "")
    yield _modules()
    for nodes, target in ((100_000, "< 0.3 s"), (1_000_000, "< 3 s")):
        yield _reading(nodes, target)


def _modules() -> Row:
    command = [sys.executable, "-c", _COUNT_MODULES.format(heavy=_HEAVY)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    count, *heavy = output.split()
    note = f"heavy ones: {', '.join(heavy) or 'none'}"
    quantity = "modules loaded by `cosolve --help`"
    return _row(quantity, [float(count)], "", "no torch, ortools, scipy", note)


def _row(quantity: str, samples: list[float], unit: str, target: str, note: str = "") -> Row:
    return {
        "key": f"startup: {quantity}",
        "instance": quantity,
        "value": statistics.median(samples),
        "samples": samples,
        "unit": unit,
        "note": note,
        "target": target,
    }


def _timed(quantity: str, command: list[str], target: str) -> Row:
    def call() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    call()  # the first fills the caches of the disk and of Python
    return _row(quantity, _samples(call, _REPEATS), "s", target)


def _samples(call: Callable[[], object], repeats: int) -> list[float]:
    samples = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        call()
        samples.append(time.perf_counter() - began_s)
    return samples


def _reading(nodes: int, target: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.tsp"
        _write_points(path, nodes)
        finished = next(iter(LocalProcesses().run(read_repeatedly, [str(path)], [600.0])))
    if finished.value is None:
        raise RuntimeError(f"reading {nodes} points failed: {finished.failure}")
    samples, memory_mib = finished.value
    quantity = f"reading {nodes:,} points from a TSPLIB file"
    return _row(quantity, samples, "s", target, f"{memory_mib:.0f} MiB at peak")


def read_repeatedly(path: str) -> tuple[list[float], float]:
    """Seconds of every reading, and the peak memory in MiB; called in a worker."""
    return _samples(lambda: read(path), _READS), peak_memory_mib()


def _write_points(path: Path, nodes: int) -> None:
    points = np.random.default_rng(1).integers(0, 1_000_000, (nodes, 2)).tolist()
    body = "".join(f"{i} {x} {y}\n" for i, (x, y) in enumerate(points, 1))
    path.write_text(
        f"NAME : points\nTYPE : TSP\nDIMENSION : {nodes}\nEDGE_WEIGHT_TYPE : EUC_2D\n"
        f"NODE_COORD_SECTION\n{body}EOF\n"
    )
