"""Reader of TSPLIB95 files: TSP, ATSP and TOUR, every weight type and format but SPECIAL.

References
----------
.. [1] G. Reinelt, "TSPLIB 95", Universitaet Heidelberg (1995): section 1 is the file format,
   section 2 the distance functions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cosolve.io.files import stem_and_suffix
from cosolve.io.text import Block, clean, read_rows, read_words, reject_unusable
from cosolve.io.tsplib_sections import TSPLIB, Sections, split_sections
from cosolve.problems import TSP, Metric
from cosolve.problems.metrics import FloatArray
from cosolve.problems.tsp import MAX_COORDINATE, MAX_LABEL

LabelArray = npt.NDArray[np.int64]

TYPES = TSPLIB.types
# EDGE_WEIGHT_TYPE: the metric and the number of coordinates. CEIL_3D is not in TSPLIB95 itself.
WEIGHT_TYPES: dict[str, tuple[Metric, int]] = {
    "EUC_2D": (Metric.EUC, 2),
    "EUC_3D": (Metric.EUC, 3),
    "MAX_2D": (Metric.MAX, 2),
    "MAX_3D": (Metric.MAX, 3),
    "MAN_2D": (Metric.MAN, 2),
    "MAN_3D": (Metric.MAN, 3),
    "CEIL_2D": (Metric.CEIL, 2),
    "CEIL_3D": (Metric.CEIL, 3),
    "GEO": (Metric.GEO, 2),
    "ATT": (Metric.ATT, 2),
    "EXPLICIT": (Metric.EXPLICIT, 0),
}
# EDGE_WEIGHT_FORMAT: the half of the matrix that is listed row by row, with the diagonal or not.
# Columns of one half are rows of the other, because all but FULL_MATRIX are symmetric.
WEIGHT_FORMATS: dict[str, tuple[str, bool]] = {
    "FULL_MATRIX": ("full", True),
    "UPPER_ROW": ("upper", False),
    "LOWER_ROW": ("lower", False),
    "UPPER_DIAG_ROW": ("upper", True),
    "LOWER_DIAG_ROW": ("lower", True),
    "UPPER_COL": ("lower", False),
    "LOWER_COL": ("upper", False),
    "UPPER_DIAG_COL": ("lower", True),
    "LOWER_DIAG_COL": ("upper", True),
}
_COORDINATES = {"TWOD_COORDS": 2, "THREED_COORDS": 3, "NO_COORDS": 0}
_DISPLAYS = ("COORD_DISPLAY", "TWOD_DISPLAY", "NO_DISPLAY")
_NOT_TSP = ("CAPACITY", "EDGE_DATA_FORMAT", "DEPOT_SECTION", "DEMAND_SECTION", "EDGE_DATA_SECTION")
_TERMINATOR = -1


def read_tsplib(path: str | Path, data: bytes) -> TSP:
    """Read a problem of TYPE TSP or ATSP.

    Nodes are numbered from 0 in the order of their labels, so that node i is the label i + 1 of
    an ordinary file; other labels are kept in `TSP.labels`.

    Parameters
    ----------
    path
        The file, for messages and the name of a problem that has none.
    data
        Its content, see `cosolve.io.files.read_bytes`.

    Raises
    ------
    FormatError
        If the file does not describe such a problem.
    """
    sections = split_sections(path, clean(path, data), TSPLIB)
    kind = sections.word("TYPE")
    if kind is None:
        raise sections.error(f"expected a TYPE line, one of: {' '.join(TYPES)}; found none")
    if kind == "TOUR":
        raise sections.error("expected a problem (TYPE TSP or ATSP), found a tour", "TYPE")
    for keyword in _NOT_TSP:
        if keyword in sections.values or keyword in sections.blocks:
            raise sections.error(f"{keyword} does not belong in a file of TYPE {kind}", keyword)
    n = sections.dimension()
    if n is None:
        raise sections.error("expected a DIMENSION line, found none")
    weight_type = _weight_type(sections)
    metric, dimensions = WEIGHT_TYPES[weight_type]
    sections.choice("DISPLAY_DATA_TYPE", _DISPLAYS)
    if metric is Metric.EXPLICIT:
        fields = explicit_weights(sections, n, symmetric=kind == "TSP")
    else:
        fields = _coordinates(sections, n, weight_type, metric, dimensions)
    if "DISPLAY_DATA_SECTION" in sections.blocks:
        fields["display"] = node_table(sections, "DISPLAY_DATA_SECTION", n, 2)[1]
    fields |= description(sections)
    return _build(sections, fields)


def read_tour(path: str | Path, data: bytes) -> tuple[LabelArray, Block]:
    """Labels in the TOUR_SECTION of a file, and the section for further messages.

    Raises
    ------
    FormatError
        If there is no such section, or it is not one list of node labels ended by -1.
    """
    sections = split_sections(path, clean(path, data), TSPLIB)
    if "TOUR_SECTION" not in sections.blocks:
        raise sections.error("expected a TOUR_SECTION, found none")
    block = sections.blocks["TOUR_SECTION"]
    labels = _terminated(block)
    n = sections.dimension()
    if n is not None and labels.size != n:
        raise block.error(f"expected {n} nodes (DIMENSION), found {labels.size}", block.last_line)
    return labels, block


def _weight_type(sections: Sections) -> str:
    word = sections.choice("EDGE_WEIGHT_TYPE", WEIGHT_TYPES)
    if word is None:
        raise sections.error(
            f"expected an EDGE_WEIGHT_TYPE line, one of: {' '.join(WEIGHT_TYPES)}; found none"
        )
    return word


def description(sections: Sections) -> dict[str, Any]:
    """Name, that of the file if it holds none, and comment."""
    values = sections.values
    name = values["NAME"].text if "NAME" in values else ""
    return {
        "name": name or stem_and_suffix(sections.path)[0],
        "comment": values["COMMENT"].text if "COMMENT" in values else "",
    }


def _build(sections: Sections, fields: dict[str, Any]) -> TSP:
    if "FIXED_EDGES_SECTION" not in sections.blocks:
        try:
            return TSP(**fields)
        except ValueError as error:
            raise sections.error(str(error)) from None
    n = len(fields["coords"] if "coords" in fields else fields["matrix"])
    labels = fields.get("labels")
    fields["fixed_edges"] = _fixed_edges(
        sections.blocks["FIXED_EDGES_SECTION"], np.arange(1, n + 1) if labels is None else labels
    )
    try:
        return TSP(**fields)
    except ValueError as error:
        raise sections.error(str(error), "FIXED_EDGES_SECTION") from None


def _coordinates(
    sections: Sections, n: int, weight_type: str, metric: Metric, dimensions: int
) -> dict[str, Any]:
    if "EDGE_WEIGHT_SECTION" in sections.blocks:
        raise sections.error(
            f"expected no EDGE_WEIGHT_SECTION with EDGE_WEIGHT_TYPE {weight_type}",
            "EDGE_WEIGHT_SECTION",
        )
    sections.choice("EDGE_WEIGHT_FORMAT", ("FUNCTION", *WEIGHT_FORMATS))
    declared = sections.choice("NODE_COORD_TYPE", _COORDINATES)
    if declared is not None and _COORDINATES[declared] != dimensions:
        raise sections.error(
            f"NODE_COORD_TYPE {declared} contradicts EDGE_WEIGHT_TYPE {weight_type}, which needs "
            f"{dimensions} coordinates",
            "NODE_COORD_TYPE",
        )
    if "NODE_COORD_SECTION" not in sections.blocks:
        raise sections.error(
            f"expected a NODE_COORD_SECTION for EDGE_WEIGHT_TYPE {weight_type}, found none"
        )
    labels, coords = node_table(sections, "NODE_COORD_SECTION", n, dimensions)
    usual = labels[0] == 1 and labels[-1] == n  # they rise, so there is nothing else between
    return {"coords": coords, "metric": metric, "labels": None if usual else labels}


def node_table(
    sections: Sections,
    keyword: str,
    n: int,
    dimensions: int | None,
    what: str = "a coordinate",
) -> tuple[LabelArray, FloatArray]:
    """Read a section with one line for each node: its label and some numbers.

    Parameters
    ----------
    sections
        The file.
    keyword
        The section, which must be there.
    n
        How many lines it must have.
    dimensions
        How many numbers follow each label; None for as many as in the first line.
    what
        What messages call such a number.

    Returns
    -------
    tuple
        Labels in rising order, shape (n,), and the numbers, shape (n, dimensions).

    Raises
    ------
    FormatError
        If labels are no different whole numbers, or numbers are not finite.
    """
    block = sections.blocks[keyword]
    table = read_rows(block, None if dimensions is None else 1 + dimensions)
    if len(table) != n:
        line = block.last_line
        if len(table) > n:
            line = block.row_error(n, "").line or line
        raise block.error(
            f"expected {n} nodes (DIMENSION in line {sections.values['DIMENSION'].line}), "
            f"found {len(table)}",
            line,
        )
    numbers = table[:, 0]
    # Written so that NaN is bad as well.
    bad = ~((numbers >= 0) & (numbers <= MAX_LABEL) & (numbers == np.floor(numbers)))
    if bad.any():
        row = int(bad.argmax())
        raise block.row_error(row, f"node label {numbers[row]:g}, expected a whole number")
    reject_unusable(block, table[:, 1:], what)
    labels = numbers.astype(np.int64)
    if not (np.diff(labels) > 0).all():
        order = np.argsort(labels, kind="stable")
        labels = labels[order]
        table = table[order]
        repeated = np.flatnonzero(np.diff(labels) == 0)
        if repeated.size:
            # Stable sorting leaves the later of two equal labels behind the earlier one.
            row = int(order[repeated + 1].min())
            label = int(numbers[row])
            raise block.row_error(row, f"node {label} is listed twice, expected each once")
    return labels, np.ascontiguousarray(table[:, 1:])


def explicit_weights(sections: Sections, n: int, *, symmetric: bool) -> dict[str, Any]:
    """Matrix of a file with EDGE_WEIGHT_TYPE EXPLICIT, and where to draw its nodes if it says.

    Parameters
    ----------
    sections
        The file.
    n
        Number of nodes.
    symmetric
        Whether the matrix must be symmetric.
    """
    name = sections.choice("EDGE_WEIGHT_FORMAT", WEIGHT_FORMATS)
    if name is None:
        raise sections.error(
            "expected an EDGE_WEIGHT_FORMAT line for EDGE_WEIGHT_TYPE EXPLICIT, found none"
        )
    if "EDGE_WEIGHT_SECTION" not in sections.blocks:
        raise sections.error(
            "expected an EDGE_WEIGHT_SECTION for EDGE_WEIGHT_TYPE EXPLICIT, found none"
        )
    block = sections.blocks["EDGE_WEIGHT_SECTION"]
    half, diagonal = WEIGHT_FORMATS[name]
    values = read_words(block)
    # Python integers: a DIMENSION of any size is compared, and nothing allocated, before the
    # section is known to hold that many weights.
    expected = n * n if half == "full" else n * (n + 1) // 2 if diagonal else n * (n - 1) // 2
    if values.size != expected:
        line = block.last_line
        if values.size > expected:
            line = block.word_error(expected, "").line or line
        raise block.error(
            f"expected {expected} weights ({name}, DIMENSION {n}), found {values.size}", line
        )
    matrix, source = _fill(values, n, half, diagonal)
    _check_matrix(block, matrix, source, symmetric=symmetric)
    fields: dict[str, Any] = {"matrix": matrix}
    declared = sections.choice("NODE_COORD_TYPE", _COORDINATES)
    if "NODE_COORD_SECTION" in sections.blocks:
        dimensions = _COORDINATES[declared] if declared is not None else 0
        _, coords = node_table(sections, "NODE_COORD_SECTION", n, dimensions or None)
        if coords.shape[1] not in (2, 3):
            block = sections.blocks["NODE_COORD_SECTION"]
            raise block.row_error(0, f"expected 2 or 3 coordinates, found {coords.shape[1]}")
        if coords.shape[1] == 2:
            fields["display"] = coords
    return fields


def _fill(
    values: FloatArray, n: int, half: str, diagonal: bool
) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Matrix, and where its entries come from the file rather than from symmetry."""
    if half == "full":
        return values.reshape(n, n), np.ones((n, n), np.bool_)
    lower = np.tri(n, k=0 if diagonal else -1, dtype=np.bool_)
    listed = lower if half == "lower" else lower.T
    matrix = np.zeros((n, n))
    matrix[listed] = values  # boolean indexing goes row by row, as the file does
    mirrored = ~listed
    np.fill_diagonal(mirrored, False)
    matrix[mirrored] = matrix.T[mirrored]
    return matrix, listed


def _check_matrix(
    block: Block, matrix: FloatArray, listed: npt.NDArray[np.bool_], *, symmetric: bool
) -> None:
    """Reject weights no problem can have, naming the line they stand in."""
    np.fill_diagonal(matrix, 0.0)  # TSPLIB puts anything there, it is never used
    unusable = ~((matrix >= 0) & (matrix <= MAX_COORDINATE))
    if unusable.any():
        i, j = (int(k) for k in np.argwhere(unusable & listed)[0])
        expected = f"expected a finite weight from 0 to {MAX_COORDINATE:g}"
        found = f"the weight from node {i + 1} to {j + 1} is {matrix[i, j]:g}"
        raise block.word_error(_word_of(listed, i, j), f"{found}, {expected}")
    if symmetric and not np.array_equal(matrix, matrix.T):
        i, j = (int(k) for k in np.argwhere(np.tril(matrix != matrix.T))[0])
        raise block.word_error(
            _word_of(listed, i, j),
            f"the weight from node {i + 1} to {j + 1} is {matrix[i, j]:g}, expected "
            f"{matrix[j, i]:g} as from {j + 1} to {i + 1}, because TYPE is TSP",
        )


def _word_of(listed: npt.NDArray[np.bool_], i: int, j: int) -> int:
    return int(np.count_nonzero(listed[:i]) + np.count_nonzero(listed[i, :j]))


def _terminated(block: Block) -> LabelArray:
    """Whole numbers up to the -1 that ends a section."""
    values = read_words(block)
    whole = (values == np.floor(values)) & (np.abs(values) <= MAX_LABEL)  # false for NaN
    if not whole.all():
        word = int((~whole).argmax())
        raise block.word_error(word, f"expected a whole number, found {values[word]:g}")
    ends = np.flatnonzero(values == _TERMINATOR)
    if not ends.size:
        raise block.error("expected -1 at its end, found none", block.last_line)
    first = int(ends[0])
    # TSPLIB allows a second -1 behind the last of several tours.
    if (values[first:] != _TERMINATOR).any():
        word = first + int((values[first:] != _TERMINATOR).argmax())
        raise block.word_error(word, "expected one list ended by -1, found more numbers")
    labels = values[:first]
    if (labels < 0).any():
        word = int((labels < 0).argmax())
        raise block.word_error(word, f"expected a node label, found {labels[word]:g}")
    return labels.astype(np.int64)


def _fixed_edges(block: Block, labels: LabelArray) -> npt.NDArray[np.int32]:
    ends = _terminated(block)
    if ends.size % 2:
        raise block.error("expected pairs of nodes, found an odd number", block.last_line)
    return positions(block, ends, labels).reshape(-1, 2).astype(np.int32)


def positions(block: Block, found: LabelArray, labels: LabelArray) -> LabelArray:
    """Zero-based nodes that carry the labels found in a block.

    Parameters
    ----------
    block
        Where they were found, for messages; word k of it is ``found[k]``.
    found
        Labels.
    labels
        The labels of nodes 0, 1, ..., n - 1, in any order.

    Raises
    ------
    FormatError
        If a label belongs to no node.
    """
    n = labels.size
    consecutive = bool((np.diff(labels) == 1).all())
    if consecutive:
        node = found - labels[0]
        unknown = (node < 0) | (node >= n)
    else:
        order = np.argsort(labels, kind="stable")
        where = np.searchsorted(labels, found, sorter=order)
        node = order[np.minimum(where, n - 1)]
        unknown = labels[node] != found
    if unknown.any():
        word = int(unknown.argmax())
        expected = f"{labels[0]} to {labels[-1]}" if consecutive else "a label of the instance"
        raise block.word_error(word, f"there is no node {found[word]}, expected {expected}")
    result: LabelArray = node.astype(np.int64)
    return result
