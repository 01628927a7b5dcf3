"""Turns result files into Markdown: ``python benchmarks/report.py results/*.jsonl``."""

from __future__ import annotations

import math
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import peers

from cosolve.bench import Row, read_rows

_TITLES = {
    "u1000": "Uniform, 1000 nodes",
    "u10000": "Uniform, 10 000 nodes",
    "tsplib": "TSPLIB, symmetric, up to 1000 nodes",
    "u100k": "Uniform, 100 000 nodes",
    "u100k-threads": "Uniform, 100 000 nodes, two threads",
    "u1m": "Uniform, 1 000 000 nodes",
    "u1m-threads": "Uniform, 1 000 000 nodes, two threads",
    "large": "DIMACS, national, VLSI and art, up to 120 000 nodes",
    "neural500": "The set TSP-500 of neural solvers; gaps to LKH of the same run",
    "neural1000": "The set TSP-1000 of neural solvers; gaps to LKH of the same run",
    "neural10000": "The set TSP-10000 of neural solvers; gaps to LKH of the same run",
    "mcts1000": "mcts, uniform, 1000 nodes; gaps to the better of eax and mcts",
    "mcts10000": "mcts, uniform, 10 000 nodes; gaps to the better of eax and mcts",
    "x101": "CVRP: X-n101-k25",
    "x200": "CVRP: X-n200-k36",
    "x502": "CVRP: X-n502-k39",
    "x1001": "CVRP: X-n1001-k43",
    "xset": "CVRP: the X instances",
    "leuven1": "CVRP: Leuven1, 3000 clients",
    "antwerp1": "CVRP: Antwerp1, 6000 clients",
    "leuven2": "CVRP: Leuven2, 4000 clients",
    "flanders2": "CVRP: Flanders2, 30 000 clients",
    "solomon": "VRPTW: Solomon, 100 clients; distances cut to one decimal",
    "gh1000": "VRPTW: Gehring and Homberger, 1000 clients; distances cut to one decimal",
    "lilim100": "PDPTW: Li and Lim, 100 clients; gaps to distances of the best known by vehicles",
    "lilim1000": "PDPTW: Li and Lim, 1000 clients; gaps to distances of the best known by vehicles",
    "mdvrp": "MDVRP: Cordeau",
    "mdvrptw": "MDVRPTW: Vidal",
    "hfvrp": "HFVRP: Taillard",
    "hfvrp-x": "HFVRP: Pessoa, on the X instances",
    "ta41": "Job shop: ta41",
    "ta61-70": "Job shop: Taillard, 50 jobs, 20 machines",
    "ta71-80": "Job shop: Taillard, 100 jobs, 20 machines",
    "mk10": "Flexible job shop: mk10",
    "behnke60": "Flexible job shop: behnke60",
    "dpp18a": "Flexible job shop: dpp18a",
    "la40-vdata": "Flexible job shop: la40, vdata",
    "shops-small": "Job shop: Fisher and Thompson",
    "lawrence": "Job shop: Lawrence",
    "orb": "Job shop: Applegate and Cook",
    "brandimarte": "Flexible job shop: mk01 to mk09",
    "kacem": "Flexible job shop: Kacem",
    "fattahi": "Flexible job shop: Fattahi",
    "sd2-600": "Flexible job shop of the rolling-horizon papers, 600 operations",
    "sd2-2000": "Flexible job shop of the rolling-horizon papers, 2000 operations",
    "sd2-100k": "Flexible job shop of the rolling-horizon papers, 100 000 operations",
    "startup": "Start and reading",
}


class _Total(NamedTuple):
    """Mean gap in percent, share of the runs at the best-known value, median length."""

    gap: float
    at_best: float
    cost: float


class _Target(NamedTuple):
    text: str
    reached: Callable[[_Total], bool]
    method: str | None = None  # None: of all methods


def _mean(most: float, stretch: float, method: str | None = None) -> _Target:
    text = f"mean gap ≤ {most:g} % (stretch {stretch:g} %)"
    return _Target(text, lambda total: total.gap <= most, method)


def _makespan(most: int, stretch: int) -> _Target:
    text = f"makespan ≤ {most} (stretch {stretch})"
    return _Target(text, lambda total: total.cost <= most, "auto")


# What is to be reached, by case and time limit in seconds.
_TARGETS = {
    ("u1000", 1.0): _Target("mean gap ≤ 0.02 %", lambda t: t.gap <= 0.02),
    ("u1000", 3.0): _Target("stretch: best known in every run", lambda t: t.at_best == 1.0),
    ("u1000", 5.0): _Target("mean gap ≤ 0.003 %", lambda t: t.gap <= 0.003),
    ("u10000", 10.0): _Target("length ≤ 71.72 (stretch 71.68)", lambda t: t.cost <= 71.72),
    ("u10000", 60.0): _Target("length ≤ 71.67 (stretch 71.655)", lambda t: t.cost <= 71.67),
    ("u100k", 15.0): _Target("length ≤ 227.2", lambda t: t.cost <= 227.2),
    ("u100k", 60.0): _Target("length ≤ 226.4", lambda t: t.cost <= 226.4),
    ("u100k-threads", 600.0): _Target("stretch: length ≤ 225.6", lambda t: t.cost <= 225.6),
    ("u1m", 90.0): _Target("length ≤ 722", lambda t: t.cost <= 722),
    ("u1m", 320.0): _Target("length ≤ 716.6", lambda t: t.cost <= 716.6),
    ("u1m-threads", 300.0): _Target("stretch: length ≤ 715", lambda t: t.cost <= 715),
    ("neural10000", 60.0): _Target(
        "ahead of 2.14 % (GT-Prior as published)", lambda t: t.gap < 2.14, "mcts"
    ),
    ("neural500", 10.0): _Target("mean gap ≤ 0.01 %", lambda t: t.gap <= 0.01, "auto"),
    ("neural1000", 20.0): _Target("mean gap ≤ 0.01 %", lambda t: t.gap <= 0.01, "auto"),
    ("mcts1000", 10.0): _Target("mean gap ≤ 0.5 % (stretch 0.1 %)", lambda t: t.gap <= 0.5),
    ("mcts10000", 100.0): _Target("mean gap ≤ 1.5 % (stretch 0.5 %)", lambda t: t.gap <= 1.5),
    ("tsplib", 5.0): _Target(
        "mean gap ≤ 0.01 %, at least 90 % at the optimum (stretch: all)",
        lambda t: t.gap <= 0.01 and t.at_best >= 0.9,
    ),
    ("x101", 8.0): _Target("best known", lambda t: t.at_best == 1.0, "auto"),
    ("x200", 9.0): _Target("mean gap ≤ 0.15 %", lambda t: t.gap <= 0.15, "auto"),
    ("x200", 60.0): _Target("stretch: best known", lambda t: t.at_best == 1.0, "auto"),
    ("x502", 60.0): _mean(0.10, 0.03, "auto"),
    ("x1001", 60.0): _mean(0.55, 0.35, "auto"),
    ("xset", 60.0): _mean(0.25, 0.15, "auto"),
    ("leuven1", 60.0): _mean(0.6, 0.4, "auto"),
    ("antwerp1", 10.0): _mean(1.3, 1.0, "auto"),
    ("leuven2", 120.0): _mean(1.1, 0.8, "auto"),
    ("flanders2", 120.0): _mean(2.1, 1.5, "auto"),
    ("solomon", 10.0): _Target(
        "mean gap ≤ 0.1 % (stretch: the optimum on all)", lambda t: t.gap <= 0.1, "auto"
    ),
    ("gh1000", 60.0): _mean(2.0, 1.2, "auto"),
    ("ta41", 60.0): _makespan(2050, 2025),
    ("ta71-80", 60.0): _Target("best known", lambda t: t.at_best == 1.0, "auto"),
    ("ta61-70", 60.0): _mean(0.5, 0.1, "auto"),
    ("mk10", 60.0): _makespan(197, 195),
    ("behnke60", 60.0): _makespan(410, 405),
    ("dpp18a", 60.0): _makespan(2090, 2080),
    ("la40-vdata", 60.0): _Target("best known", lambda t: t.at_best == 1.0, "auto"),
    **{
        (name, 10.0): _Target("mean gap ≤ 0.2 %", lambda t: t.gap <= 0.2, "auto")
        for name in ("shops-small", "lawrence", "orb", "brandimarte", "kacem", "fattahi")
    },
    ("sd2-600", 60.0): _makespan(1365, 1345),
    ("sd2-2000", 60.0): _makespan(4700, 4600),
}
# Cases in which a method is to be ahead of a peer, at any time limit.
_RICH = ("lilim100", "lilim1000", "mdvrp", "mdvrptw", "hfvrp", "hfvrp-x")
_AHEAD_OF = dict.fromkeys(_RICH, "peer:pyvrp")
_AGAINST = {"neural500": "peer:lkh", "neural1000": "peer:lkh", "neural10000": "peer:lkh"}
_OTHERS = {"dcr", "divide"}  # results that are no runs of a benchmark, with tables of their own
_MANY_INSTANCES = 5
_MANY_LIMITS = 4


@cache
def machine() -> str:
    """Processor, cores, memory and system, in one line."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            x.partition(":")[2].strip() for x in info.read_text().splitlines() if "model name" in x
        ]
        cpu = names[0] if names else cpu
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()}"


def render(rows: Iterable[Row]) -> str:
    """Return the tables of all cases in the rows; the last row of a key counts."""
    latest = list({row["key"]: row for row in rows}.values())
    parts = []
    for case, title in _TITLES.items():
        found = _compared([row for row in latest if row.get("case") == case], _AGAINST.get(case))
        if found:
            table = _startup if case == "startup" else _runs
            parts += [f"## {title}\n", table(found), _provenance(found)]
    return "\n".join(parts)


def _compared(rows: Sequence[Row], method: str | None) -> list[Row]:
    """Measure gaps from what a method found, or where no best value is known from the best row."""
    costs: dict[str, list[float]] = {}
    for row in rows:
        if row.get("cost") is not None and method in (None, row["method"]):
            costs.setdefault(row["instance"], []).append(row["cost"])
    result = []
    for row in rows:
        if row.get("cost") is None or (method is None and row.get("gap_to_best") is not None):
            result.append(row)
            continue
        reference = min(costs.get(row["instance"], [row["cost"]]))
        gap = row["cost"] / reference - 1
        result.append({**row, "gap_to_best": gap, "at_best": gap <= 1e-9})
    return result


def _markdown(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (header, rule, *body))


def _startup(rows: Sequence[Row]) -> str:
    header = ("quantity", "median", "runs", "note", "target")
    return _markdown(
        header,
        [
            (
                row["instance"],
                f"{row['value']:.3g} {row['unit']}".strip(),
                str(len(row["samples"])),
                row["note"],
                row["target"],
            )
            for row in rows
        ],
    )


def _runs(rows: Sequence[Row]) -> str:
    parts = []
    limits_s = sorted({row["time_limit"] for row in rows})
    groups = [[limit_s] for limit_s in limits_s]
    if len(groups) > _MANY_LIMITS:  # a limit per node
        groups = [limits_s]
    for group_s in groups:
        limit_s = group_s[-1]
        chosen = [row for row in rows if row["time_limit"] in group_s]
        seeds = len({row["seed"] for row in chosen})
        instances = list(dict.fromkeys(row["instance"] for row in chosen))
        by_method: dict[str, list[Row]] = {}
        for row in chosen:
            by_method.setdefault(row["method"], []).append(row)
        shown = instances if len(instances) <= _MANY_INSTANCES else []
        body = [_line(method, group, shown) for method, group in by_method.items()]
        gaps = [f"gap % {name}" for name in shown] if len(shown) > 1 else []
        value = _VALUES.get(chosen[0].get("problem"), "length")
        lengths = [value] if len(shown) == 1 else []
        header = ["solver", *gaps, *lengths, *_COMMON]
        title = f"{limit_s:g} s" if len(group_s) == 1 else f"{group_s[0]:g} to {limit_s:g} s"
        parts.append(f"### Time limit {title}, medians over {seeds} seed{'s'[: seeds > 1]}\n")
        parts.append(_markdown(header, body))
        own = {m: group for m, group in by_method.items() if not _is_peer(m)}
        parts += [_verdict(m, group, limit_s) for m, group in own.items()]
        rival = by_method.get(_AHEAD_OF.get(chosen[0]["case"], ""), [])
        parts += [_duel(m, group, rival) for m, group in own.items() if rival]
    return "\n".join(part for part in parts if part)


_VALUES = {"vrp": "cost", "scheduling": "makespan"}
_COMMON = ("mean gap %", "worst gap %", "at best known %", "wall s", "CPU s", "MiB", "failed")


def _line(method: str, rows: Sequence[Row], shown: Sequence[str]) -> list[str]:
    solved = [row for row in rows if _solved(row)]
    cells = [_label(method)]
    if len(shown) == 1:
        whole = all(row.get("integral") or float(row["cost"]).is_integer() for row in solved)
        cells.append(_median(solved, lambda r: r["cost"], "{:.10g}" if whole else "{:.6f}"))
    else:
        for name in shown:
            own = [row for row in solved if row["instance"] == name]
            cells.append(_median(own, lambda r: 100 * r["gap_to_best"], "{:z.4f}"))
    total = _total(rows)
    cells.append(f"{total.gap:z.4f}" if solved else "")
    cells.append(f"{100 * max(r['gap_to_best'] for r in solved):z.4f}" if solved else "")
    cells.append(f"{100 * total.at_best:.0f}")
    cells.append(_median(solved, lambda r: r["runtime"], "{:.2f}"))
    cells.append(_median(solved, lambda r: r["cpu"], "{:.2f}"))
    cells.append(f"{max(r['memory'] for r in solved):.0f}" if solved else "")
    return [*cells, str(len(rows) - len(solved))]


def _solved(row: Row) -> bool:
    return row.get("error") is None and row["valid"] and row["gap_to_best"] is not None


def _total(rows: Sequence[Row]) -> _Total:
    solved = [row for row in rows if _solved(row)]
    if not solved:
        return _Total(math.inf, 0.0, math.inf)
    return _Total(
        100 * statistics.fmean(row["gap_to_best"] for row in solved),
        sum(bool(row["at_best"]) for row in solved) / len(rows),
        statistics.median(row["cost"] for row in solved),
    )


def _median(rows: Sequence[Row], value: Callable[[Row], float], form: str) -> str:
    return form.format(statistics.median(map(value, rows))) if rows else ""


def _is_peer(method: str) -> bool:
    return method.startswith("peer:")


def _label(method: str) -> str:
    return peers.PEERS[method.removeprefix("peer:")].label if _is_peer(method) else f"**{method}**"


def _verdict(method: str, rows: Sequence[Row], limit_s: float) -> str:
    """Say whether the target is reached, and on which instances it is not the best known."""
    lines = []
    goal = _TARGETS.get((rows[0]["case"], limit_s))
    if goal is not None and goal.method in (None, method):
        reached = all(map(_solved, rows)) and goal.reached(_total(rows))
        lines.append(f"{method}, {goal.text}: {'reached' if reached else '**not reached**'}.")
    short: dict[str, list[str]] = {}
    for row in rows:
        if not row.get("at_best"):
            gap = f"{100 * row['gap_to_best']:z.4f} %" if _solved(row) else "failed"
            short.setdefault(row["instance"], []).append(gap)
    if len({row["instance"] for row in rows}) > _MANY_INSTANCES and short:
        names = ", ".join(f"{name} ({', '.join(gaps)})" for name, gaps in short.items())
        lines.append(f"{method}, above the best known: {names}.")
    return "\n".join(line + "\n" for line in lines)


def _duel(method: str, rows: Sequence[Row], rival: Sequence[Row]) -> str:
    """Compare a method with a peer on what both solved; what only one solved is counted."""
    theirs = {(r["instance"], r["seed"]): r["cost"] for r in rival if _solved(r)}
    pairs = [
        (row["cost"], theirs[row["instance"], row["seed"]])
        for row in filter(_solved, rows)
        if (row["instance"], row["seed"]) in theirs
    ]
    if not pairs:
        return ""
    mean = 100 * statistics.fmean(a / b - 1 for a, b in pairs)
    ahead = sum(a < b for a, b in pairs)
    behind = sum(a > b for a, b in pairs)
    solved, others = sum(map(_solved, rows)), len(theirs)
    reached = mean < 0 and solved >= others
    return (
        f"{method} against {_label(rival[0]['method'])}: {mean:+.3f} % on average, ahead on "
        f"{ahead}, behind on {behind} of {len(pairs)} that both solved ({solved} and {others} "
        f"solved); ahead of it: {'reached' if reached else '**not reached**'}.\n"
    )


def _provenance(rows: Sequence[Row]) -> str:
    versions: dict[str, set[str]] = {}
    for row in rows:
        for package, number in (row.get("versions") or {}).items():
            versions.setdefault(package, set()).add(str(number))
    listed = ", ".join(f"{name} {'/'.join(sorted(v))}" for name, v in sorted(versions.items()))
    machines = "; ".join(sorted({row["machine"] for row in rows}))
    times = sorted(row["time"] for row in rows)
    loads = [row["load"] for row in rows]
    numbers = sorted({int(row.get("threads") or 1) for row in rows})
    threads = "one thread" if numbers == [1] else f"{'/'.join(map(str, numbers))} threads"
    commands = "; ".join(f"`{c}`" for c in dict.fromkeys(row["command"] for row in rows))
    return (
        f"Measured {times[0]} to {times[-1]} on {machines}; {threads}, one run at a time; "
        f"load average {min(loads)} to {max(loads)}. {f'Versions: {listed}. ' if listed else ''}"
        f"Command: {commands}.\n"
    )


if __name__ == "__main__":
    print(
        "# Results\n\nMade by `python benchmarks/report.py` from the files in `results/` and from "
        "`NOTES.md`.\n"
    )
    files = [Path(name) for name in sys.argv[1:]]
    print(render(row for file in files if file.stem not in _OTHERS for row in read_rows(file)))
    print((Path(__file__).parent / "NOTES.md").read_text(encoding="utf-8"), end="")
