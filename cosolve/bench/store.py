"""Results on disk: one JSON object per line, safe against being killed at any moment."""

from __future__ import annotations

import fcntl
import json
import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cosolve.core import FormatError

Row = dict[str, Any]

# Every row begins with its key: what is left of a torn one can be told from someone else's file.
_BEGIN = b'{"key":'
_EXPECTED = "expected one result per line, a JSON object; is this a results file?"


class ResultStore:
    """A JSONL file that rows are appended to, held for one writer at a time.

    Rows are objects whose first key is ``"key"``. A row is on disk when ``append`` returns. What a
    killed writer left of a last line is cut off when the file is opened again, so that every line
    is a whole row.

    Parameters
    ----------
    path
        The file; it is created if need be.

    Raises
    ------
    OSError
        If the file cannot be written.
    FormatError
        If a line other than the last is not a row.
    ValueError
        If another process holds the file, or it is not a regular file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                raise ValueError(f"{self.path}: not a regular file")
            self._lock()
            self.rows: list[Row] = self._recover()
        except BaseException:
            os.close(self._descriptor)
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(f"{self.path}: another benchmark is writing to this file") from None

    def _recover(self) -> list[Row]:
        """Read all whole lines and cut off what is left of a torn one."""
        data = self.path.read_bytes()
        body, newline, tail = data.rpartition(b"\n")
        rows = _parse(self.path, body + newline)
        if not tail:
            return rows
        if not (tail.startswith(_BEGIN) or _BEGIN.startswith(tail) or not tail.strip(b"\0")):
            raise FormatError(self.path, _EXPECTED, len(rows) + 1)
        os.ftruncate(self._descriptor, len(data) - len(tail))
        # Only the newline may be missing: then the row is whole and worth keeping.
        row = _row_or_none(tail)
        if row is not None:
            self._write(row)
            rows.append(row)
        return rows

    def append(self, row: Row) -> None:
        """Add a row and return once it is on disk.

        Parameters
        ----------
        row
            JSON-ready values; NaN and infinity are not.

        Raises
        ------
        ValueError
            If a value cannot be said in JSON.
        OSError
            If it cannot be written; the file is then as it was.
        """
        self._write(row)
        self.rows.append(row)

    def _write(self, row: Row) -> None:
        line = json.dumps(row, allow_nan=False, separators=(",", ":")).encode() + b"\n"
        size = os.fstat(self._descriptor).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except BaseException:
            os.ftruncate(self._descriptor, size)
            raise

    def close(self) -> None:
        """Release the file."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        """Return the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Release the file."""
        self.close()


def read_rows(path: str | Path) -> list[Row]:
    """Read a file of results without changing it; a torn last line is left out.

    Parameters
    ----------
    path
        A JSONL file.

    Raises
    ------
    FormatError
        If a line other than the last is not a row.
    """
    body, newline, _ = Path(path).read_bytes().rpartition(b"\n")
    return _parse(Path(path), body + newline)


def _parse(path: Path, data: bytes) -> list[Row]:
    rows = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        row = _row_or_none(line)
        if row is None:
            raise FormatError(path, _EXPECTED, number)
        rows.append(row)
    return rows


def _row_or_none(line: bytes) -> Row | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and next(iter(row), None) == "key" else None
