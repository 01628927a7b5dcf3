"""Writers of problems and solutions, in the formats that are read.

Every number is written such that it reads back as the same double.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from cosolve.core import Violation
from cosolve.io.arrays import is_matrix
from cosolve.io.atomic import atomic_write
from cosolve.io.files import stem_and_suffix
from cosolve.io.fjs import fjs_text
from cosolve.io.jsplib import jsp_text
from cosolve.io.mip_solutions import values_text
from cosolve.io.numbers import one_line, row_lines, rows_of, shortest
from cosolve.io.routes import routes_text
from cosolve.io.schedules import schedule_json, schedule_text
from cosolve.io.scheduling_json import scheduling_json
from cosolve.io.write_lp import lp_text
from cosolve.io.write_mps import mps_text
from cosolve.io.write_vrplib import vrplib_bytes
from cosolve.problems import MIP, TSP, VRP, Metric, Routes, Schedule, Scheduling, Tour, Values
from cosolve.problems.metrics import FloatArray

_TSPLIB_SUFFIXES = (".tsp", ".atsp")
_ARRAY_SUFFIXES = (".npy", ".csv", ".txt")


def write_problem(problem: TSP | VRP | Scheduling | MIP, path: str | Path) -> None:
    """Write a problem; the suffix says how.

    ``.tsp`` and ``.atsp`` are TSPLIB95; ``.npy``, ``.csv`` and ``.txt`` are a bare array of
    coordinates or distances; ``.vrp`` is VRPLIB, for a VRP; ``.json`` holds any scheduling
    problem, ``.fjs`` and ``.jsp`` (flexible) job shops; ``.mps`` (free) and ``.lp`` hold
    mixed-integer programs. ``.gz`` behind any of them compresses.

    Parameters
    ----------
    problem
        The problem.
    path
        The file; it is replaced if it exists, and appears complete or not at all.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the format cannot hold this problem exactly: TSPLIB has no
        unrounded Euclidean distance and no paths, arrays have no metric and no fixed edges, VRPLIB
        has no pairs and no shifts, FJS and JSP files have jobs, machines and durations alone, MPS
        and LP have no names with blanks.
    OSError
        If the file cannot be written.
    """
    suffix = stem_and_suffix(path)[1]
    if isinstance(problem, VRP):
        if suffix != ".vrp":
            raise ValueError(
                f"{path}: cannot write a VRP as {suffix or 'a file without suffix'}; "
                "expected .vrp, perhaps with .gz"
            )
        _write(path, vrplib_bytes(problem, path))
        return
    if isinstance(problem, Scheduling):
        _write(path, _scheduling(problem, path, suffix).encode())
        return
    if isinstance(problem, MIP):
        if suffix not in (".mps", ".lp"):
            raise ValueError(
                f"{path}: cannot write a mixed-integer program as "
                f"{suffix or 'a file without suffix'}; expected .mps or .lp, perhaps with .gz"
            )
        _write(path, (mps_text if suffix == ".mps" else lp_text)(problem, path).encode())
        return
    if suffix in _TSPLIB_SUFFIXES:
        data = _tsplib(problem, path, suffix)
    elif suffix in _ARRAY_SUFFIXES:
        data = _array(problem, path, suffix)
    else:
        known = " ".join(_TSPLIB_SUFFIXES + _ARRAY_SUFFIXES)
        raise ValueError(
            f"{path}: cannot write a problem as {suffix or 'a file without suffix'}; "
            f"expected one of: {known}, perhaps with .gz"
        )
    _write(path, data)


def _scheduling(problem: Scheduling, path: str | Path, suffix: str) -> str:
    if suffix == ".json":
        return scheduling_json(problem)
    if suffix in (".fjs", ".jsp"):
        return (fjs_text if suffix == ".fjs" else jsp_text)(problem, path)
    raise ValueError(
        f"{path}: cannot write a scheduling problem as {suffix or 'a file without suffix'}; "
        "expected one of: .json .fjs .jsp, perhaps with .gz"
    )


def write_solution(
    problem: TSP | VRP | Scheduling | MIP,
    solution: Tour | Routes | Schedule | Values,
    path: str | Path,
) -> None:
    """Write a solution: a tour as TSPLIB does, routes as CVRPLIB does, a schedule, or values.

    Schedules are text, see `cosolve.io.schedules`, or JSON where the suffix says so. Values of
    columns are lines of name and value, see `cosolve.io.mip_solutions`.

    Parameters
    ----------
    problem
        The problem that is solved; its labels name the nodes.
    solution
        A feasible solution of it.
    path
        The file, customarily ``.tour`` or ``.sol``; with ``.gz`` it is compressed. It is replaced
        if it exists, and appears complete or not at all.

    Raises
    ------
    ValueError
        If the solution is not feasible: such a file is never written.
    TypeError
        If it is none of this problem.
    OSError
        If the file cannot be written.
    """
    if isinstance(problem, VRP) and isinstance(solution, Routes):
        _require_feasible("routes are", problem.check(solution), path)
        text = routes_text(problem, solution, shortest(problem.cost(solution)))
    elif isinstance(problem, Scheduling) and isinstance(solution, Schedule):
        _require_feasible("schedule is", problem.check(solution), path)
        if stem_and_suffix(path)[1] == ".json":
            text = schedule_json(problem, solution)
        else:
            text = schedule_text(problem, solution, shortest(problem.cost(solution)))
    elif isinstance(problem, MIP) and isinstance(solution, Values):
        _require_feasible("values are", problem.check(solution), path)
        text = values_text(problem, solution)
    elif isinstance(problem, TSP) and isinstance(solution, Tour):
        _require_feasible("tour is", problem.check(solution), path)
        text = _tour_text(problem, solution)
    else:
        raise TypeError(
            f"a {problem.kind} problem has no solution of type {type(solution).__name__}"
        )
    _write(path, text.encode())


def _require_feasible(what: str, violations: list[Violation], path: str | Path) -> None:
    if violations:
        raise ValueError(f"{path}: not written, the {what} infeasible: {violations[0].message}")


def _tour_text(problem: TSP, tour: Tour) -> str:
    kind = "path" if problem.path else "tour"
    labels = tour.nodes + 1 if problem.labels is None else problem.labels[tour.nodes]
    lines = [
        f"NAME : {one_line(problem.name)}.tour",
        f"COMMENT : {kind} of length {shortest(problem.cost(tour))}",
        "TYPE : TOUR",
        f"DIMENSION : {problem.size}",
        "TOUR_SECTION",
        *map(str, labels.tolist()),
        "-1",
        "EOF",
    ]
    return "\n".join(lines) + "\n"


def _write(path: str | Path, data: bytes) -> None:
    if Path(path).suffix.lower() == ".gz":
        data = gzip.compress(data, mtime=0)  # the same problem gives the same bytes
    atomic_write(path, data)


def _tsplib(problem: TSP, path: str | Path, suffix: str) -> bytes:
    if problem.path:
        raise ValueError(f"{path}: TSPLIB has no open paths, the problem cannot be written")
    if problem.metric in (Metric.EUCLIDEAN, Metric.TRUNC1):
        raise ValueError(
            f"{path}: TSPLIB has no Euclidean distance without rounding to integers; write .npy or "
            ".csv instead"
        )
    asymmetric = not problem.symmetric or (suffix == ".atsp" and problem.matrix is not None)
    lines = [f"NAME : {one_line(problem.name)}"]
    if problem.comment:
        lines += [
            f"COMMENT : {' '.join(line.replace(chr(0), ' ').split())}"
            for line in problem.comment.split("\n")
        ]
    lines += [f"TYPE : {'ATSP' if asymmetric else 'TSP'}", f"DIMENSION : {problem.size}"]
    labels = np.arange(1, problem.size + 1) if problem.labels is None else problem.labels
    if problem.coords is not None:
        lines += _coordinate_lines(problem, problem.coords, labels.tolist())
    else:
        if problem.labels is not None:
            raise ValueError(f"{path}: TSPLIB has no node labels for a matrix")
        assert problem.matrix is not None
        lines += _matrix_lines(problem.matrix, asymmetric, shown=problem.display is not None)
    if problem.display is not None:
        lines.append("DISPLAY_DATA_SECTION")
        lines += row_lines(labels.tolist(), problem.display)
    if problem.fixed_edges.size:
        lines.append("FIXED_EDGES_SECTION")
        lines += [f"{a} {b}" for a, b in labels[problem.fixed_edges].tolist()]
        lines.append("-1")
    lines.append("EOF")
    return ("\n".join(lines) + "\n").encode()


def _coordinate_lines(problem: TSP, coords: FloatArray, labels: list[int]) -> list[str]:
    metric = problem.metric
    dimensions = coords.shape[1]
    name = metric if metric in (Metric.GEO, Metric.ATT) else f"{metric}_{dimensions}D"
    lines = [f"EDGE_WEIGHT_TYPE : {name}"]
    if dimensions == 3:
        lines.append("NODE_COORD_TYPE : THREED_COORDS")
    if problem.display is not None:
        lines.append("DISPLAY_DATA_TYPE : TWOD_DISPLAY")
    return [*lines, "NODE_COORD_SECTION", *row_lines(labels, coords)]


def _matrix_lines(matrix: FloatArray, full: bool, shown: bool) -> list[str]:
    rows = rows_of(matrix)
    texts: Iterable[str]
    if full:
        texts = (" ".join(map(repr, row)) for row in rows)
    else:
        texts = (" ".join(map(repr, row[: i + 1])) for i, row in enumerate(rows))
    return [
        "EDGE_WEIGHT_TYPE : EXPLICIT",
        f"EDGE_WEIGHT_FORMAT : {'FULL_MATRIX' if full else 'LOWER_DIAG_ROW'}",
        f"DISPLAY_DATA_TYPE : {'TWOD_DISPLAY' if shown else 'NO_DISPLAY'}",
        "EDGE_WEIGHT_SECTION",
        *texts,
    ]


def _array(problem: TSP, path: str | Path, suffix: str) -> bytes:
    lost = [
        what
        for what, present in (
            (f"metric {problem.metric}", problem.metric not in (Metric.EUCLIDEAN, Metric.EXPLICIT)),
            ("path", problem.path),
            ("fixed edges", problem.fixed_edges.size > 0),
            ("node labels", problem.labels is not None),
        )
        if present
    ]
    if lost:
        raise ValueError(f"{path}: {suffix} cannot hold the {', '.join(lost)} of the problem")
    array = problem.matrix if problem.coords is None else problem.coords
    assert array is not None
    if is_matrix(array) != (problem.coords is None):
        # Only for n of 2 or 3; see cosolve.io.arrays.
        kind = "coordinates" if problem.coords is not None else "a matrix"
        raise ValueError(f"{path}: {len(array)} nodes with {kind} like these would be read wrongly")
    if suffix == ".npy":
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        return buffer.getvalue()
    separator = "," if suffix == ".csv" else " "
    lines = [separator.join(map(repr, row)) for row in rows_of(array)]
    return ("\n".join(lines) + "\n").encode()
