"""Sets of uniform instances as neural solvers are tested on: one instance per line.

A line is ``x y x y ... output 1 5 3 ... 1``, the points and a tour of them, counted from 1; some
files leave the tour out. Tours are not read: best-known values come from a list beside the file.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from cosolve.core import FormatError
from cosolve.problems import TSP

SUFFIXES = (".txt", ".txt.gz")
"""Names of such files end like this; ``tsp500_….txt`` has instances of 500 nodes."""

_NAME = re.compile(r"tsp(\d+)[_.]")


@dataclass(frozen=True, slots=True)
class LineSet:
    """A file with one instance per line.

    Parameters
    ----------
    path
        The file.
    """

    path: Path

    @property
    def stem(self) -> str:
        """Name of the file without its suffix."""
        return self.path.name.removesuffix(".gz").removesuffix(".txt")

    def digests(self) -> list[str]:
        """Hash of the points of every instance, as they are written.

        Raises
        ------
        FormatError
            If the file cannot be read as such a set.
        """
        return [hashlib.sha256(line.encode()).hexdigest() for line in _points(self.path)]

    def load(self, number: int) -> TSP:
        """Read one instance: points with exact Euclidean distances.

        Parameters
        ----------
        number
            Of the line, from 0.

        Raises
        ------
        FormatError
            If there is no such line, or it does not hold points.
        """
        lines = _points(self.path)
        if number >= len(lines):
            raise FormatError(self.path, f"there are only {len(lines)} instances", number + 1)
        try:
            values = np.array(lines[number].split(), dtype=np.float64)
            return TSP(coords=values.reshape(-1, 2), name=f"{self.stem}-{number}")
        except ValueError as error:
            raise FormatError(
                self.path, f"expected x y x y ... output tour: {error}", number + 1
            ) from error


def is_line_set(path: Path) -> bool:
    """Return whether a path is named like such a set.

    Parameters
    ----------
    path
        A file.
    """
    return bool(_NAME.match(path.name)) and path.name.endswith(SUFFIXES)


def find_line_set(folder: Path, nodes: int) -> Path | None:
    """Find the set of instances of a size in a folder.

    Parameters
    ----------
    folder
        Where to look, not in the folders below.
    nodes
        Number of nodes.
    """
    found = sorted(path for path in folder.iterdir() if is_line_set(path))
    named = ((_NAME.match(path.name), path) for path in found)
    return next((path for match, path in named if match and int(match[1]) == nodes), None)


@lru_cache(maxsize=2)
def _points(path: Path) -> list[str]:
    """Part of every line before the tour."""
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.name.endswith(".gz") else data).decode("ascii")
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FormatError(path, f"expected lines of numbers: {error}") from error
    return [line.partition("output")[0].strip() for line in text.splitlines() if line.strip()]
