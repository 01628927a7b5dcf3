"""Bytes of a file, unpacked where it is compressed, and errors that fit one line."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from pathlib import Path
from typing import BinaryIO

from cosolve.core import FormatError

# Larger than any instance in use; damaged or hostile files cannot fill the memory.
MAX_BYTES = 1 << 32
_CHUNK = 1 << 24
_GZIP_MAGIC = b"\x1f\x8b"


def readable_error(error: OSError, path: str | Path, doing: str) -> OSError:
    """Return an error of the same type whose text is one line: path, action, reason.

    Parameters
    ----------
    error
        What the operating system said.
    path
        The file, as the user named it.
    doing
        What failed, such as ``"cannot read"``.
    """
    reason = (error.strerror or str(error)).lower()
    return type(error)(f"{path}: {doing}: {reason}")


def read_bytes(path: str | Path) -> bytes:
    """Content of a file, decompressed if it is gzip.

    Parameters
    ----------
    path
        A regular file or a pipe.

    Returns
    -------
    bytes
        The content; never empty.

    Raises
    ------
    OSError
        If it cannot be read or is a directory or a device.
    FormatError
        If it is empty, larger than 4 GiB, or damaged gzip data.
    """
    data = _read_raw(path)
    if not data:
        raise FormatError(path, "the file is empty")
    if data[:2] == _GZIP_MAGIC:
        return _decompress(path, data)
    if Path(path).suffix.lower() == ".gz":
        raise FormatError(path, "expected gzip data, as the name says, but the file holds none")
    return data


def _read_raw(path: str | Path) -> bytes:
    if "\0" in str(path):
        raise ValueError(f"{str(path)!r} cannot be a file name: it holds a null character")
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - one call tells every kind of file apart
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(f"{path}: is a directory, expected a file")
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISSOCK(mode):
            raise OSError(f"{path}: is a device or socket, expected a file")
        with Path(path).open("rb") as file:
            return _read_limited(path, file)
    except OSError as error:
        if error.errno is None:
            raise
        raise readable_error(error, path, "cannot read") from None


def _read_limited(path: str | Path, file: BinaryIO | gzip.GzipFile) -> bytes:
    # In pieces: `read(MAX_BYTES)` would allocate that much first.
    chunks: list[bytes] = []
    size = 0
    while chunk := file.read(_CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > MAX_BYTES:
            raise FormatError(path, f"expected at most {MAX_BYTES >> 30} GiB of data, found more")
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decompress(path: str | Path, packed: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            data = _read_limited(path, file)
    except (OSError, EOFError, zlib.error) as error:
        raise FormatError(path, f"the gzip data is damaged ({str(error).lower()})") from None
    if not data:
        raise FormatError(path, "the file is empty after decompression")
    return data


def stem_and_suffix(path: str | Path) -> tuple[str, str]:
    """File name without and suffix with the dot, lower case, ``.gz`` left aside.

    Examples
    --------
    >>> stem_and_suffix("data/a280.tsp.gz")
    ('a280', '.tsp')
    """
    name = Path(path).name
    if name.lower().endswith(".gz"):
        name = name[:-3]
    return Path(name).stem, Path(name).suffix.lower()
