"""Reader of safetensors files, the format of trained weights.

Eight bytes give the length of a header, a JSON object that says of every tensor its type, its shape
and where its numbers stand in the rest of the file: little-endian, one tensor after the other,
without gaps (section "Format" of the documentation of safetensors). Nothing in such a file is ever
executed. Only numbers of single precision are read, for there are no others in the networks of
cosolve.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cosolve.core import FormatError
from cosolve.io.json_text import Node, parse

_METADATA = "__metadata__"
_LENGTH = 8  # bytes
_LONGEST_HEADER = 100_000_000  # bytes, a limit of the format
_LONGEST_NAME = 200  # characters
_MOST = 2**62
_BYTES = 4  # of a number


def read_safetensors(path: str | Path) -> dict[str, npt.NDArray[np.float32]]:
    """Read all tensors of a file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Arrays by name, read-only, float32, of finite numbers.

    Raises
    ------
    FormatError
        If it is no such file, is cut off, or has tensors that overlap, are not of type F32 or hold
        numbers that are not finite.
    OSError
        If it cannot be read.
    """
    content = Path(path).read_bytes()
    header, begin = _header(path, content)
    tensors = {}
    end = 0
    for entry in sorted(_entries(header), key=lambda entry: _offsets(entry)):
        first, last = _offsets(entry)
        if first != end:
            raise entry.error(
                f"begins at byte {first} of the data, expected {end}: tensors must neither overlap "
                "nor leave gaps"
            )
        end = last
        tensors[entry.key] = _tensor(entry, content, begin)
    if begin + end != len(content):
        raise FormatError(
            path, f"expected {begin + end} bytes of header and tensors, found {len(content)}"
        )
    return tensors


def _header(path: str | Path, content: bytes) -> tuple[Node, int]:
    """Return the header and where the data begin."""
    if len(content) < _LENGTH:
        raise FormatError(path, "expected a safetensors file, found fewer than eight bytes")
    length = int.from_bytes(content[:_LENGTH], "little")
    if length > _LONGEST_HEADER:
        raise FormatError(
            path,
            f"expected a safetensors file with a header of at most {_LONGEST_HEADER} bytes, "
            f"found {length}",
        )
    begin = _LENGTH + length
    if begin > len(content):
        raise FormatError(path, f"cut off within its header, of {length} bytes")
    if content[_LENGTH : _LENGTH + 1] != b"{":
        raise FormatError(path, "expected a safetensors file, whose header is a JSON object")
    return parse(path, content[_LENGTH:begin]), begin


def _entries(header: Node) -> list[Node]:
    """Return what is said of each tensor."""
    names = [name for name in header.value if name != _METADATA]
    for name in names:
        if not name.isprintable() or len(name) > _LONGEST_NAME:
            raise header.error(f"not a name of a tensor: {name[:24]!a}")
    entries = [header.required(name) for name in names]
    for entry in entries:
        entry.only(("dtype", "shape", "data_offsets"))
    return entries


def _offsets(entry: Node) -> tuple[int, int]:
    first, last = (node.whole(0, _MOST) for node in entry.required("data_offsets").items(2))
    return first, last


def _tensor(entry: Node, content: bytes, begin: int) -> npt.NDArray[np.float32]:
    dtype = entry.required("dtype").text()
    if dtype != "F32":
        raise entry.error(f"expected numbers of type F32, found {dtype[:24]}")
    shape = tuple(node.whole(0, _MOST) for node in entry.required("shape").items())
    count = math.prod(shape)
    first, last = _offsets(entry)
    if last - first != _BYTES * count:
        raise entry.error(f"{count} numbers take {_BYTES * count} bytes, found {last - first}")
    if begin + last > len(content):
        raise entry.error("cut off: the file ends before its last number")
    values = np.frombuffer(content, "<f4", count, begin + first).astype(np.float32)  # aligned, too
    if not np.isfinite(values).all():
        raise entry.error("has numbers that are not finite")
    try:
        tensor = values.reshape(shape)
    except ValueError:  # more dimensions than NumPy has
        raise entry.error(f"has {len(shape)} dimensions") from None
    tensor.setflags(write=False)
    return tensor
