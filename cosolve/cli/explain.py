"""``cosolve explain``: why an instance has no solution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cosolve.cli import common
from cosolve.cli.main import NO_SOLUTION, OK
from cosolve.cli.progress import live_progress
from cosolve.core import Run, Status, Stop
from cosolve.core.interrupts import interrupts_set

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve.exact.infeasibility import Explanation
    from cosolve.exact.mip_conflict import Conflict
    from cosolve.problems import MIP

_COEFFICIENTS_SHOWN = 8  # of a row; the rest is in the file


@click.command()
@click.argument("file", type=common.INSTANCE)
@click.option(
    "-t", "--time-limit", type=float, default=60.0, show_default=True, metavar="SECONDS",
    help="Wall seconds.",
)  # fmt: skip
@click.option(
    "--backend", metavar="NAME",
    help="Solver of the programs that arise: highs or scip.  [default: each for what it does best]",
)  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@common.instance_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def explain(
    file: Path,
    time_limit: float,
    backend: str | None,
    seed: int,
    how: common.Reading,
    as_json: bool,
    quiet: bool,
) -> int:
    """Say why an instance has no solution.

    Of a mixed-integer program: rows and bounds, by the names in the file, that exclude each other,
    while without any one of them there is a solution. Of other problems: the reason, where it can
    be told without a search. The exit code is 0 if there is a proof or a solution, else 1.
    """
    problem: Any = common.read_instance(file, how)
    run = Run(Stop(time_limit=time_limit), seed)
    with live_progress(problem.integral, quiet) as listener, interrupts_set(run.interrupted):
        run.on_progress = listener
        report = _report(problem, run, backend)
    if as_json:
        common.echo_json(report)
    elif not quiet:
        click.echo(_summary(problem, report))
    return NO_SOLUTION if report["status"] == Status.UNKNOWN else OK


def _report(problem: Any, run: Run, backend: str | None) -> dict[str, Any]:
    """Return everything that is known, ready for JSON."""
    prove = getattr(problem, "proven_infeasible", None)
    reason = None if prove is None else prove()
    report: dict[str, Any] = {
        "instance": problem.name,
        "problem": problem.kind,
        "status": str(Status.UNKNOWN if reason is None else Status.INFEASIBLE),
        "reason": reason,
    }
    if problem.kind == "mip":
        from cosolve.exact.infeasibility import explain

        report |= _explained(problem, explain(problem, run, backend=backend), reason)
    report["runtime"] = run.elapsed
    return report


def _explained(problem: MIP, found: Explanation, reason: str | None) -> dict[str, Any]:
    cost = None if found.solution is None else problem.cost(found.solution)
    conflict = found.conflict
    status = Status.INFEASIBLE if reason is not None and conflict is None else found.status
    return {
        "status": str(status),
        "cost": common.plain(cost, problem.integral),
        "rows": None if conflict is None else [problem.rows[r] for r in conflict.rows],
        "bounds": None if conflict is None else _bounds(problem, conflict),
        "irreducible": None if conflict is None else conflict.irreducible,
        "relaxed": None if conflict is None else conflict.relaxed,
        "text": None if conflict is None else _lines(problem, conflict),
    }


def _bounds(problem: MIP, conflict: Conflict) -> list[dict[str, object]]:
    return [
        {"column": problem.columns[b.column], "side": b.side, "value": b.value}
        for b in conflict.bounds
    ]


def _lines(problem: MIP, conflict: Conflict) -> list[str]:
    """Write the members of a conflict, one a line."""
    lines = [_row(problem, r) for r in conflict.rows]
    for b in conflict.bounds:
        sign = ">=" if b.side == "lower" else "<="
        whole = ", whole" if problem.integer[b.column] else ""
        lines.append(f"{problem.columns[b.column]} {sign} {b.value:.15g}{whole}")
    return lines


def _row(problem: MIP, r: int) -> str:
    begin, end = problem.indptr[r], problem.indptr[r + 1]
    entries = list(zip(problem.coefficients[begin:end], problem.indices[begin:end], strict=True))
    terms = [f"{a:+.15g} {problem.columns[j]}" for a, j in entries[:_COEFFICIENTS_SHOWN]]
    if len(entries) > len(terms):
        terms.append(f"... ({len(entries) - len(terms)} more)")
    low, high = float(problem.row_lower[r]), float(problem.row_upper[r])
    form = " ".join(terms) or "0"
    if low == high:
        return f"{problem.rows[r]}: {form} = {low:.15g}"
    left = "" if low == -float("inf") else f"{low:.15g} <= "
    right = "" if high == float("inf") else f" <= {high:.15g}"
    return f"{problem.rows[r]}: {left}{form}{right}"


def _summary(problem: Any, report: dict[str, Any]) -> str:
    """Return the lines for people."""
    rows = [("instance", f"{problem.name} ({problem.kind})"), ("status", report["status"])]
    if report["reason"] is not None:
        rows.append(("reason", report["reason"]))
    if report.get("cost") is not None:
        rows.append(("cost", common.shown(report["cost"], problem.integral)))
    if report.get("text") is not None:
        count = f"{len(report['rows'])} rows and {len(report['bounds'])} bounds"
        without = "" if report["relaxed"] else " in whole numbers"
        rows.append(("conflict", f"{count} have no common solution{without}"))
        proof = "without any one of them there is one"
        if not report["irreducible"]:
            proof = "not proven to be irreducible within the time limit"
        rows.append(("", proof))
    elif report["status"] == Status.UNKNOWN:
        rows.append(("", "neither a solution nor a proof that there is none was found"))
    rows.append(("time", f"{report['runtime']:.2f} s"))
    lines = [f"{name:<11}{text}".rstrip() for name, text in rows]
    return "\n".join([*lines, *(f"  {line}" for line in report.get("text") or [])])
