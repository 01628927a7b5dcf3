"""Hypothesis strategies: problems of every kind, files that hold them, and damaged files.

Importing this module needs the ``test`` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st

from cosolve.problems import TSP, Metric, Tour
from cosolve.problems.metrics import FloatArray

_MATRIX_FORMATS = (
    "FULL_MATRIX", "UPPER_ROW", "LOWER_ROW", "UPPER_DIAG_ROW", "LOWER_DIAG_ROW",
    "UPPER_COL", "LOWER_COL", "UPPER_DIAG_COL", "LOWER_DIAG_COL",
)  # fmt: skip
# What damages a file in instructive ways.
_NASTY = (
    b"nan", b"inf", b"-inf", b"-1", b"0", b"1e999", b"1e-999", b"99999999999999999999", b"1.5",
    b".", b"-", b":", b"\n", b"\r", b"\t", b" ", b",", b";", b"#", b"\0", b"\xff", b"\x1f\x8b",
    b"EOF\n", b"\x93NUMPY", b"\xef\xbb\xbf", b"TYPE : TOUR\n", b"TYPE : HCP\n",
    b"DIMENSION : 1000000000000\n", b"DIMENSION : 0\n",
    b"NODE_COORD_SECTION\n", b"EDGE_WEIGHT_SECTION\n",
    b"TOUR_SECTION\n1\n-1\n", b"FIXED_EDGES_SECTION\n1 2\n-1\n", b"DISPLAY_DATA_SECTION\n",
    b"EDGE_WEIGHT_TYPE : SPECIAL\n",
)  # fmt: skip


def _numbers(whole: bool, least: float, most: float) -> st.SearchStrategy[float]:
    if whole:
        return st.integers(int(least), int(most)).map(float)
    return st.floats(least, most, allow_subnormal=False)


def coordinates(
    n: int, dimensions: int = 2, *, metric: Metric = Metric.EUCLIDEAN
) -> st.SearchStrategy[FloatArray]:
    """Coordinates of shape (n, dimensions) that suit a metric.

    Whole numbers from a small range are as likely as any others, so that equal points and equal
    distances are common.
    """
    if metric is Metric.GEO:
        # Degrees and minutes; the minutes are the first two decimals.
        one: st.SearchStrategy[float] = st.builds(
            lambda degrees, minutes, sign: sign * (degrees + minutes / 100),
            st.integers(0, 89),
            st.integers(0, 59),
            st.sampled_from((-1, 1)),
        )
        values = st.just(one)
    else:
        values = st.sampled_from(
            (_numbers(True, 0, 3), _numbers(True, -1000, 10**9), _numbers(False, -1e6, 1e6))
        )
    return values.flatmap(
        lambda value: st.lists(value, min_size=n * dimensions, max_size=n * dimensions)
    ).map(lambda flat: np.array(flat, np.float64).reshape(n, dimensions))


@st.composite
def matrices(draw: st.DrawFn, n: int, *, symmetric: bool = True) -> FloatArray:
    """Distances of shape (n, n) with a zero diagonal, whole or not."""
    value = draw(st.sampled_from((_numbers(True, 0, 9), _numbers(False, 0, 1e6))))
    flat = draw(st.lists(value, min_size=n * n, max_size=n * n))
    matrix = np.array(flat, np.float64).reshape(n, n)
    np.fill_diagonal(matrix, 0.0)
    return np.triu(matrix) + np.triu(matrix).T if symmetric else matrix


@st.composite
def tsps(
    draw: st.DrawFn,
    *,
    min_size: int = 1,
    max_size: int = 9,
    metrics: Sequence[Metric] = tuple(Metric),
    asymmetric: bool = True,
    fixed_edges: bool = True,
    paths: bool = True,
) -> TSP:
    """Problems with at least one feasible tour.

    Parameters
    ----------
    draw
        Supplied by hypothesis.
    min_size, max_size
        Numbers of nodes.
    metrics
        Allowed metrics; ``EXPLICIT`` for matrices.
    asymmetric, fixed_edges, paths
        Whether problems may have these.
    """
    n = draw(st.integers(min_size, max_size))
    metric = draw(st.sampled_from(metrics))
    fields: dict[str, Any] = {"name": draw(st.sampled_from(("unnamed", "a280", "two words")))}
    if metric is Metric.EXPLICIT:
        symmetric = not asymmetric or draw(st.booleans())
        fields["matrix"] = draw(matrices(n, symmetric=symmetric))
    else:
        flat = metric in (Metric.GEO, Metric.ATT) or draw(st.booleans())
        fields["coords"] = draw(coordinates(n, 2 if flat else 3, metric=metric))
        fields["metric"] = metric
    order = draw(st.permutations(range(n)))
    if paths and draw(st.booleans()):
        fields["path"] = True
        first = order[0] if draw(st.booleans()) else None
        last = order[-1] if n > 1 and draw(st.booleans()) else None
        fields["ends"] = (first, last)
    if fixed_edges and n > 1 and draw(st.booleans()):
        # Edges of one path through all nodes always fit into a tour.
        chosen = draw(st.sets(st.integers(0, n - 2), min_size=1))
        fields["fixed_edges"] = np.array([order[k : k + 2] for k in sorted(chosen)], np.int32)
    return TSP(**fields)


def tours(n: int) -> st.SearchStrategy[Tour]:
    """Tours of n nodes."""
    return st.permutations(range(n)).map(lambda order: Tour(np.array(order, np.int32)))


@st.composite
def tsplib_files(draw: st.DrawFn, *, max_size: int = 9) -> tuple[bytes, TSP]:
    """TSPLIB files in every legal layout, with the problem each of them holds.

    Returns
    -------
    tuple
        Content of the file, and the problem.
    """
    metrics = [metric for metric in Metric if metric not in (Metric.EUCLIDEAN, Metric.TRUNC1)]
    problem = draw(tsps(max_size=max_size, metrics=metrics, paths=False))
    if problem.coords is not None and draw(st.booleans()):
        problem = _relabel(draw, problem)
    header = [
        ("NAME", problem.name),
        ("TYPE", "TSP" if problem.symmetric else "ATSP"),
        ("DIMENSION", str(problem.size)),
    ]
    sections: list[list[str]] = []
    if problem.coords is not None:
        flat = problem.metric in (Metric.GEO, Metric.ATT)
        suffix = "" if flat else f"_{problem.coords.shape[1]}D"
        header.append(("EDGE_WEIGHT_TYPE", f"{problem.metric}{suffix}"))
        sections.append(["NODE_COORD_SECTION", *_listed(draw, problem, problem.coords)])
    else:
        assert problem.matrix is not None
        kind = draw(st.sampled_from(_MATRIX_FORMATS)) if problem.symmetric else "FULL_MATRIX"
        header += [("EDGE_WEIGHT_TYPE", "EXPLICIT"), ("EDGE_WEIGHT_FORMAT", kind)]
        sections.append(["EDGE_WEIGHT_SECTION", *_weights(draw, problem.matrix, kind)])
    if problem.fixed_edges.size:
        labels = _labels(problem)
        pairs = [f"{labels[a]} {labels[b]}" for a, b in problem.fixed_edges.tolist()]
        sections.insert(draw(st.integers(0, 1)), ["FIXED_EDGES_SECTION", *pairs, "-1"])
    if draw(st.booleans()):
        header += [("COMMENT", "one"), ("COMMENT", "")]
    colon = draw(st.sampled_from((":", " : ", ": ", " :", "\t:\t")))
    lines = [f"{keyword}{colon}{value}" for keyword, value in draw(st.permutations(header))]
    for section in sections:
        lines += [*section, *([""] if draw(st.booleans()) else [])]
    lines += draw(st.sampled_from((["EOF"], [" EOF ", "ignored"], [])))
    newline = draw(st.sampled_from(("\n", "\r\n", "\r", " \n")))
    return newline.join([*lines, ""]).encode(), problem


def _relabel(draw: st.DrawFn, problem: TSP) -> TSP:
    n = problem.size
    labels = draw(st.sets(st.integers(0, 3 * n), min_size=n, max_size=n))
    return TSP(
        coords=problem.coords,
        metric=problem.metric,
        fixed_edges=problem.fixed_edges,
        name=problem.name,
        labels=np.array(sorted(labels), np.int64),
    )


def _labels(problem: TSP) -> list[int]:
    if problem.labels is None:
        return list(range(1, problem.size + 1))
    return [int(label) for label in problem.labels]


def _text(draw: st.DrawFn, value: float) -> str:
    forms = [repr(value), f"{value:.17e}"]
    if value == int(value):
        forms += [str(int(value)), f"{int(value)}."]
    return draw(st.sampled_from(forms))


def _listed(draw: st.DrawFn, problem: TSP, coords: FloatArray) -> list[str]:
    gap = draw(st.sampled_from((" ", "\t", "   ")))
    lines = [
        gap.join(["", str(label), *(_text(draw, x) for x in row)])
        for label, row in zip(_labels(problem), coords.tolist(), strict=True)
    ]
    return draw(st.permutations(lines))


def _weights(draw: st.DrawFn, matrix: FloatArray, kind: str) -> list[str]:
    n = len(matrix)
    half, _, order = kind.partition("_")
    diagonal = "DIAG" in kind or half == "FULL"
    cells = [
        (i, j)
        for i in range(n)
        for j in range(n)
        if (i != j or diagonal) and (half == "FULL" or (i <= j if half == "UPPER" else i >= j))
    ]
    if order.endswith("COL"):
        cells.sort(key=lambda cell: (cell[1], cell[0]))
    unused = draw(st.sampled_from(("0", "9999", "-1", "1e30")))
    words = [unused if i == j else _text(draw, float(matrix[i, j])) for i, j in cells]
    width = draw(st.integers(1, 12))
    return [" ".join(words[k : k + width]) for k in range(0, len(words), width)]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Damage a file: a copy with some bytes cut, repeated, moved, replaced or inserted."""
    for _ in range(draw(st.integers(1, 4))):
        a, b = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        what = draw(st.sampled_from(("cut", "truncate", "repeat", "insert", "replace", "swap")))
        if what == "cut":
            content = content[:a] + content[b:]
        elif what == "truncate":
            content = content[:b]
        elif what == "repeat":
            content = content[:b] + content[a:b] + content[b:]
        elif what == "swap":
            lines = content.split(b"\n")
            i, j = draw(st.tuples(*[st.integers(0, len(lines) - 1)] * 2))
            lines[i], lines[j] = lines[j], lines[i]
            content = b"\n".join(lines)
        else:
            nasty = draw(st.sampled_from(_NASTY) | st.binary(max_size=4))
            content = content[:a] + nasty + content[a + (what == "replace") * len(nasty) :]
    return content
