"""Guidance kept in a file, whoever computed it."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cosolve.core import FormatError
from cosolve.guidance.base import EdgeGuidance

if TYPE_CHECKING:
    from cosolve.problems import TSP, VRP

_ARRAYS = ("indptr", "indices", "weight")


def save_guidance(path: str | Path, guidance: EdgeGuidance) -> None:
    """Write guidance as an ``.npz`` file of the arrays ``indptr``, ``indices`` and ``weight``.

    Parameters
    ----------
    path
        The file; it appears complete or not at all.
    guidance
        What to write.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    from cosolve.io.atomic import atomic_write

    buffer = io.BytesIO()
    np.savez(buffer, indptr=guidance.indptr, indices=guidance.indices, weight=guidance.weight)
    atomic_write(path, buffer.getvalue())


def load_guidance(path: str | Path) -> EdgeGuidance:
    """Read guidance written by `save_guidance` or by ``numpy.savez``.

    Parameters
    ----------
    path
        An ``.npz`` file of the arrays ``indptr`` (n + 1,), ``indices`` (m,) and ``weight`` (m,).

    Returns
    -------
    EdgeGuidance
        The guidance, validated.

    Raises
    ------
    FormatError
        If the file does not hold guidance.
    OSError
        If it cannot be read.
    """
    expected = "expected an .npz file of the arrays indptr, indices and weight"
    content = Path(path).read_bytes()
    try:
        archive = np.load(io.BytesIO(content), allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise FormatError(path, f"{expected}, found a single array")
        with archive:
            missing = [name for name in _ARRAYS if name not in archive]
            if missing:
                raise FormatError(path, f"{expected}, found no {missing[0]}")
            arrays = [archive[name] for name in _ARRAYS]
    except FormatError:
        raise
    except (ValueError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise FormatError(path, f"{expected}, but it cannot be read as one") from error
    try:
        return EdgeGuidance(*arrays)
    except (ValueError, TypeError) as error:
        raise FormatError(path, str(error)) from error


@dataclass(frozen=True, slots=True)
class FileGuide:
    """Guidance read from an ``.npz`` file, as `save_guidance` writes it.

    Parameters
    ----------
    path
        The file; it is read when the guide is called.
    """

    path: str | Path

    def __call__(self, problem: TSP | VRP) -> EdgeGuidance:
        """Return the guidance in the file, which must be for as many nodes as `problem` has.

        Raises
        ------
        FormatError
            If the file does not hold guidance, or guidance for another number of nodes.
        OSError
            If it cannot be read.
        """
        guidance = load_guidance(self.path)
        try:
            guidance.require_for(problem)
        except ValueError as error:
            raise FormatError(self.path, str(error)) from None
        return guidance
