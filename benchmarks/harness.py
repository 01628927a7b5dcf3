"""What the measuring programs share: runs one after the other, their rows, their circumstances."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import measure
import peers
import report

from cosolve.bench import ResultStore, Row, Task, remaining, run_bench
from cosolve.engine import LocalProcesses


def peer_methods(kind: str) -> list[str]:
    """Methods that stand for all peers of a kind of problem; see ``require_peers``."""
    names = peers.of_kind(kind)
    require_peers(names)
    return [measure.PEER + name for name in names]


def require_peers(names: Iterable[str]) -> None:
    """End the program if a peer is not installed."""
    missing = [peers.PEERS[name].package for name in names if not peers.installed_version(name)]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; pip install 'cosolve[peers]' or --no-peers")


def run(tasks: list[Task], store: ResultStore, case: str, jobs: int) -> None:
    """Make the runs that the store has no rows of yet."""
    todo = remaining(tasks, store.rows)
    began_s = time.monotonic()
    done = 0

    def keep(row: Row) -> None:
        nonlocal done
        done += 1
        if f"{row['method']}:" == measure.PEER:  # failed, before it could say which peer it was
            row = row | {"method": measure.PEER + row["preset"]}
        store.append(row | circumstances(case))
        outcome = row.get("error") or f"{row['cost']} in {row['runtime']:.2f} s"
        minutes = (time.monotonic() - began_s) / 60
        print(
            f"[{done}/{len(todo)}, {minutes:.1f} min] {row['instance']} {row['method']} "
            f"seed {row['seed']} limit {row['time_limit']:g} s: {outcome}",
            file=sys.stderr,
        )

    run_bench(todo, LocalProcesses(jobs), keep, run=measure.execute)


def circumstances(case: str) -> Row:
    """Return what one must know to judge a measurement: where and when it was made."""
    return {
        "case": case,
        "machine": report.machine(),
        "command": f"python benchmarks/{Path(sys.argv[0]).name} {shlex.join(sys.argv[1:])}",
        "load": round(os.getloadavg()[0], 2),
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
