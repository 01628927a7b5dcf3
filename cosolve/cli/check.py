"""``cosolve check``: whether a solution satisfies its instance, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cosolve.cli import common, kinds
from cosolve.cli.main import CHECK_FAILED, OK

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve import MIP, TSP, VRP, Scheduling
    from cosolve.core import Violation


@click.command()
@click.argument("file", type=common.INSTANCE)
@click.argument("solution", type=common.INSTANCE)
@common.instance_options
@click.option("--exact", is_flag=True, help="Check in rational numbers (MIP).")
@click.option(
    "--tolerance",
    type=float,
    metavar="EPS",
    help="Violation forgiven, absolute and relative (MIP).  [default: 1e-6]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(
    file: Path,
    solution: Path,
    how: common.Reading,
    exact: bool,
    tolerance: float | None,
    as_json: bool,
) -> int:
    """Check a solution of an instance and recompute its cost.

    Exit code 3 says that the solution violates the instance; every violation is listed.
    """
    from cosolve import read_solution

    problem = common.read_instance(file, how)
    candidate: Any = read_solution(solution, problem, complete=False)
    violations = _violations(file, problem, candidate, exact, tolerance)
    cost = None if violations else problem.cost(candidate)
    if as_json:
        common.echo_json(
            {
                "instance": problem.name,
                "problem": problem.kind,
                "valid": not violations,
                "cost": common.plain(cost, problem.integral),
                "violations": [{"kind": v.kind, "message": v.message} for v in violations],
            }
        )
    else:
        for violation in violations:
            click.echo(f"violation: {violation.message}")
        if not violations:
            click.echo(f"valid      yes\ncost       {common.shown(cost, problem.integral)}")
            for title, text in kinds.solution_rows(problem, candidate):
                click.echo(f"{title:<11}{text}")
            known = common.best_known(file, problem, how)
            if known is not None and cost is not None:
                click.echo(f"best known {common.compared(cost, known, problem.integral)}")
    return CHECK_FAILED if violations else OK


def _violations(
    file: Path,
    problem: TSP | VRP | Scheduling | MIP,
    candidate: Any,
    exact: bool,
    tolerance: float | None,
) -> list[Violation]:
    if problem.kind != "mip":
        if exact or tolerance is not None:
            raise ValueError(f"--exact and --tolerance are for mixed-integer programs, not {file}")
        return problem.check(candidate)
    program: Any = problem
    forgiven = {} if tolerance is None else {"feasibility": tolerance, "integrality": tolerance}
    found: list[Violation] = program.check(candidate, exact=exact, **forgiven)
    return found
