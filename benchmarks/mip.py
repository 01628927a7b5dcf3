"""Measures mixed-integer programs beside peers: ``python benchmarks/mip.py --case 50v-10``.

Every run has a process of its own; runs are made one after the other, methods alternating. Stop it
at any time; the same command goes on where it stopped. Peers read the file themselves; what they
find is checked, and its cost recomputed, by cosolve. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Iterable
from pathlib import Path

import harness
import measure
from peers.mip import primal_gap

from cosolve.bench import Instance, ResultStore, Row, Task, find_suite, make_tasks
from cosolve.solvers import registry

_RESULTS = Path(__file__).parent / "results"
_SUITES = (
    "mip/miplib2017",
    "mip/miplib3",
    "mip/scip_check",
    "mip/highs_check",
    "mip/generated_dmiplib_style",
)
_PEERS = ("scip", "highs", "cpsat-mip")
_CASES = (
    "50v-10",
    "b1c1s1",
    "seymour",
    "rococoC10-001000",
    "gisp_102",
    "mis_2",
    "mvc_8",
    "reblock115",
)
_LEAST = 1e-4  # of an integral, so that a geometric mean exists
_SHIFT = 0.01  # of integrals in the shifted geometric mean, which easy programs do not rule
_WORSE = 0.01  # relative; final bounds that are further behind SCIP's are named


def main() -> None:
    options = _options()
    out = options.out or _RESULTS / f"mip-{options.case}.jsonl"
    out.parent.mkdir(parents=True, exist_ok=True)
    with ResultStore(out) as store:
        names = _CASES if options.case == "table" else (options.case,)
        for name in names:
            harness.run(_tasks(name, options), store, f"mip-{name}", options.jobs)
        print(render(store.rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=[*_CASES, "table", "all"], required=True)
    parser.add_argument("--peers", default=",".join(_PEERS), help="with commas")
    parser.add_argument("--no-peers", action="store_true", help="measure cosolve only")
    parser.add_argument("--methods", default="auto", help="of cosolve, with commas")
    parser.add_argument("--limit", type=float, default=60.0, help="wall seconds of a run")
    parser.add_argument("--threads", type=int, default=1, help="threads of each run")
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time")
    parser.add_argument("--seeds", default="0", help="with commas")
    parser.add_argument("--out", type=Path, help="results; benchmarks/results/mip-CASE.jsonl")
    return parser.parse_args()


def _tasks(name: str, options: argparse.Namespace) -> list[Task]:
    methods = [m for m in options.methods.split(",") if m]
    for method in methods:
        registry.get(method.partition(":")[0])
    if not options.no_peers:
        chosen = options.peers.split(",")
        harness.require_peers(chosen)
        methods += [measure.PEER + peer for peer in chosen]
    seeds = [int(seed) for seed in options.seeds.split(",")]
    return make_tasks(
        _instances(name),
        methods,
        seeds,
        threads=options.threads,
        time_limit_s=options.limit,
        bound_share=0.0,
    )


def _instances(name: str) -> list[Instance]:
    found = [instance for suite in _SUITES for instance in find_suite(suite)]
    if name == "all":
        return found
    return [i for i in found if name in i.name.rpartition("/")[2]][:1]


def render(rows: Iterable[Row]) -> str:
    """Return a table: primal, dual, gap to the best known and primal integral of every run.

    Parameters
    ----------
    rows
        Of runs of mixed-integer programs.
    """
    lines = [
        "| instance | method | seed | limit, s | CPU, s | primal | dual | gap, % | integral |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows = sorted(rows, key=lambda row: (row["instance"], row["method"], row["seed"]))
    for row in rows:
        instance = row["instance"].rpartition("/")[2]
        head = f"| {instance} | {row['method']} | {row['seed']} | {row['time_limit']:g} "
        if row.get("error"):
            lines.append(f"{head}| | {row['error']} | | | |")
            continue
        integral = row.get("primal_integral")
        gap = (
            None if row["best_known"] is None else 100 * primal_gap(row["cost"], row["best_known"])
        )
        cells = (row["cpu"], row["cost"], row["bound"], gap, integral)
        lines.append(f"{head}| {' | '.join(map(_number, cells))} |")
    return "\n".join([*lines, "", *_beside_peers(rows)])


def _beside_peers(rows: list[Row]) -> list[str]:
    """Compare every method of cosolve with every peer, on the runs that both have."""
    runs: dict[str, dict[tuple[str, int], Row]] = {}
    for row in rows:
        if not row.get("error"):
            runs.setdefault(row["method"], {})[row["instance"], row["seed"]] = row
    peers = sorted(method for method in runs if method.startswith(measure.PEER))
    lines = [
        "| method | beside | runs | smaller integral | larger | geometric means | shifted by .01 |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for method in sorted(set(runs) - set(peers)):
        for peer in peers:
            pairs = [
                (ours["primal_integral"], theirs["primal_integral"])
                for key, ours in runs[method].items()
                if (theirs := runs[peer].get(key)) is not None
                and ours.get("primal_integral") is not None
                and theirs.get("primal_integral") is not None
            ]
            if not pairs:
                continue
            less, more = (sum(sign * (a - b) < 0 for a, b in pairs) for sign in (1, -1))
            plain, shifted = (
                " : ".join(f"{_mean(values, *how):.4f}" for values in zip(*pairs, strict=True))
                for how in ((_LEAST, 0.0), (0.0, _SHIFT))
            )
            lines.append(
                f"| {method} | {peer} | {len(pairs)} | {less} | {more} | {plain} | {shifted} |"
            )
    return [*lines, *_worse_bounds(runs)]


def _mean(values: Iterable[float], least: float, shift: float) -> float:
    """Return the geometric mean, shifted, of values not below the least."""
    return math.exp(statistics.fmean(math.log(max(least, v) + shift) for v in values)) - shift


def _worse_bounds(runs: dict[str, dict[tuple[str, int], Row]]) -> list[str]:
    """Name the runs whose final bound is behind SCIP's, and those of SCIP with other seeds."""
    scip = runs.get(measure.PEER + "scip", {})
    lines = []
    for title, worse in (
        ("auto", _behind(runs.get("auto", {}), scip)),
        *(
            (
                f"SCIP with seed {seed}",
                _behind({k: r for k, r in scip.items() if k[1] == seed}, scip, 0),
            )
            for seed in sorted({seed for _, seed in scip} - {0})
        ),
    ):
        named = ", ".join(f"{name} {100 * behind:.1f} %" for name, behind in worse)
        lines += ["", f"Final bounds of {title} more than 1 % behind SCIP's: {len(worse)}. {named}"]
    return lines


def _behind(
    runs: dict[tuple[str, int], Row], scip: dict[tuple[str, int], Row], beside: int | None = None
) -> list[tuple[str, float]]:
    """Return names and relative distances of runs with worse bounds than SCIP with some seed."""
    found = []
    for (name, seed), ours in runs.items():
        theirs = scip.get((name, seed if beside is None else beside))
        if theirs is None or ours["bound"] is None or theirs["bound"] is None:
            continue
        behind = abs(ours["bound"] - theirs["bound"]) / max(1e-9, abs(theirs["bound"]))
        maximize = ours["cost"] is not None and ours["bound"] > ours["cost"]
        if behind > _WORSE and (ours["bound"] < theirs["bound"]) != maximize:
            found.append((name.rpartition("/")[2], behind))
    return found


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.8g}"


if __name__ == "__main__":
    main()
