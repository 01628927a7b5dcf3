"""Solutions of vehicle routing problems: the ``.sol`` files of CVRPLIB, read and written.

A file has one line for each route, ``Route #1: 17 4 9``, and a line with the cost. With several
vehicle types the number of a route is that of its vehicle, counted through the types in their
order, and vehicles that stay at home have an empty route or none: that tells the type.

References
----------
.. [1] CVRPLIB, http://vrp.galgos.inf.puc-rio.br, solutions.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.text import clean, quote
from cosolve.problems import VRP, Route, Routes

_ROUTE = re.compile(r"\s*route\s*#?\s*(\d{1,9})\s*:(.*)", re.IGNORECASE)
_REMARK = re.compile(r"\s*[A-Za-z#]")
_NUMBER = re.compile(r"\d{1,18}")


def read_routes(path: str | Path, data: bytes, problem: VRP, *, complete: bool = True) -> Routes:
    """Read a solution of a vehicle routing problem.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its content.
    problem
        The problem the solution is meant for; its labels name the clients.
    complete
        Whether to insist that every required client is visited, and none twice. If not, that is
        left to `VRP.check`.

    Raises
    ------
    FormatError
        If it holds no routes, or clients or vehicles that do not exist.
    """
    text = clean(path, data).decode("utf-8", "replace")
    labels = problem.labels
    clients = np.arange(problem.depots, problem.locations)
    names = clients if labels is None else labels[problem.depots :]
    location = dict(zip(names.tolist(), clients.tolist(), strict=True))
    routes = []
    first_line: dict[int, int] = {}
    for line, content in enumerate(text.split("\n"), start=1):
        match = _ROUTE.fullmatch(content)
        if match is None:
            if content.strip() and not _REMARK.match(content):
                raise FormatError(
                    path, f"expected 'Route #k: clients', found {quote(content.strip())}", line
                )
            continue
        visits = []
        for word in match[2].split():
            client = location.get(int(word)) if _NUMBER.fullmatch(word) else None
            if client is None:
                raise FormatError(
                    path,
                    f"there is no client {quote(word)} in {problem.name}, expected {_range(names)}",
                    line,
                )
            if complete and client in first_line:
                raise FormatError(
                    path,
                    f"client {word} is visited twice, first in line {first_line[client]}",
                    line,
                )
            first_line[client] = line
            visits.append(client)
        vehicle = _vehicle(problem, int(match[1]))
        if vehicle is None and visits:
            raise FormatError(
                path, f"there is no vehicle {match[1]}: expected 1 to {_last(problem)}", line
            )
        routes.append(Route(np.array(visits, dtype=np.int32), vehicle or 0))
    if not routes:
        raise FormatError(path, "expected lines 'Route #k: clients', found none")
    if complete:
        missing = [k for k in np.flatnonzero(problem.required).tolist() if k not in first_line]
        if missing:
            count = "1 client" if len(missing) == 1 else f"{len(missing)} clients"
            raise FormatError(
                path,
                f"{count} of {problem.name} not visited, the first is {problem.label(missing[0])}",
            )
    return Routes(tuple(routes))


def routes_text(problem: VRP, solution: Routes, cost: str) -> str:
    """Write a solution as CVRPLIB does.

    Parameters
    ----------
    problem
        The problem; its labels name the clients.
    solution
        A feasible solution.
    cost
        Its cost as it is to be written.
    """
    numbered = enumerate(solution.routes, start=1)
    if len(problem.vehicles) > 1:
        numbered = enumerate(_with_idle(problem, solution), start=1)
    lines = []
    for number, route in numbered:
        visits = route.visits if problem.labels is None else problem.labels[route.visits]
        lines.append(" ".join([f"Route #{number}:", *map(str, visits.tolist())]))
    return "\n".join([*lines, f"Cost {cost}"]) + "\n"


def _with_idle(problem: VRP, solution: Routes) -> list[Route]:
    """Routes of all vehicles up to the last one that is used, empty ones included."""
    ordered: list[Route] = []
    idle = 0
    for kind in range(len(problem.vehicles)):
        used = [route for route in solution.routes if route.vehicle == kind]
        if used:
            ordered += [Route(np.empty(0, np.int32))] * idle + used
            idle = 0
        idle += _number(problem, kind) - len(used)
    return ordered


def _number(problem: VRP, kind: int) -> int:
    # Where there are as many as wanted, no more than one for each client are.
    number = problem.vehicles[kind].number
    return problem.size if number is None else number


def _last(problem: VRP) -> int:
    return sum(_number(problem, kind) for kind in range(len(problem.vehicles)))


def _vehicle(problem: VRP, route: int) -> int | None:
    """Type of the vehicle of that number, from 1; None if there are not so many."""
    if len(problem.vehicles) == 1:
        return 0
    for kind in range(len(problem.vehicles)):
        route -= _number(problem, kind)
        if route <= 0:
            return kind
    return None


def _range(names: npt.NDArray[np.int64]) -> str:
    return f"{names.min()} to {names.max()}"
