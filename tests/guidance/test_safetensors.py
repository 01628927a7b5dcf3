"""The reader of weights: what it reads and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from damaged import outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from network_reference import random_tensors, write_safetensors

from cosolve import FormatError
from cosolve.guidance.safetensors import read_safetensors

FLOATS = np.arange(6, dtype="<f4")


def file_of(header: object, data: bytes = FLOATS.tobytes()) -> bytes:
    """Bytes of a file with any header."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(first: int, last: int, shape: list[int], dtype: str = "F32") -> dict[str, object]:
    """Describe a tensor as a header does."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [first, last]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "weights.safetensors"


def test_tensors_come_back(path: Path) -> None:
    """Names, shapes and numbers are what was written; metadata are skipped."""
    tensors = random_tensors(2, 20)
    tensors["scalar"] = np.array(3.5, np.float32)
    tensors["nothing"] = np.empty((0, 4), np.float32)
    write_safetensors(path, tensors, {"made": "by a test"})
    read = read_safetensors(path)
    assert read.keys() == tensors.keys()
    for name, values in tensors.items():
        assert read[name].shape == values.shape
        assert (read[name] == values).all()
        assert not read[name].flags.writeable


def test_order_of_the_header_does_not_matter(path: Path) -> None:
    """Tensors are found where their offsets say, at any alignment."""
    path.write_bytes(file_of({"b": entry(8, 24, [2, 2]), "a": entry(0, 8, [2])}))
    read = read_safetensors(path)
    assert read["a"].tolist() == [0, 1]
    assert read["b"].tolist() == [[2, 3], [4, 5]]
    assert all(values.flags.aligned for values in read.values())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "fewer than eight bytes"),
        (b"1234567", "fewer than eight bytes"),
        ((200_000_000).to_bytes(8, "little") + b"{}", "header of at most 100000000 bytes, found"),
        ((50).to_bytes(8, "little") + b"{}", "cut off within its header"),
        (file_of(b"[]", b""), "whose header is a JSON object"),
        (file_of(b" {}", b""), "whose header is a JSON object"),
        (file_of(b"{", b""), "not valid JSON"),
        (file_of(b'{"a":1,"a":1}', b""), "there twice"),
        (file_of({"a": 3}, b""), "a: expected an object"),
        (file_of({"a": entry(0, 24, [6], "F64")}), "type F32, found F64"),
        (file_of({"a": entry(0, 24, [6], "BF16")}), "type F32, found BF16"),
        (file_of({"a": entry(0, 24, [5])}), "5 numbers take 20 bytes, found 24"),
        (file_of({"a": entry(0, 24, [-6])}), "expected a number from 0"),
        (file_of({"a": entry(24, 0, [6])}), "begins at byte 24"),
        (file_of({"a": entry(0, 48, [12])}), "cut off"),
        (file_of({"a": entry(0, 16, [4])}), "bytes of header and tensors, found"),
        (file_of({"a": entry(0, 16, [4]), "b": entry(8, 24, [4])}), "neither overlap nor"),
        (file_of({"a": entry(0, 8, [2]), "b": entry(16, 24, [2])}), "neither overlap nor"),
        (file_of({"a": entry(0, 24, [2**40, 2**40])}), "numbers take"),
        (file_of({"a": entry(0, 4, [1] * 80)}, b"1234"), "80 dimensions"),
        (file_of({"a": entry(0, 4, [1])}, np.float32(np.nan).tobytes()), "not finite"),
        (file_of({"a": entry(0, 4, [1])}, np.float32(-np.inf).tobytes()), "not finite"),
        (file_of({"a\n": entry(0, 24, [6])}), "not a name of a tensor"),
        (file_of({"a" * 999: entry(0, 24, [6])}), "not a name of a tensor"),
        (file_of({"a": {**entry(0, 24, [6]), "x": 1}}), "unknown key"),
        (file_of({"a": {"dtype": "F32", "shape": [6]}}), "expected the key"),
    ],
)  # fmt: skip
def test_bad_files_are_refused(path: Path, content: bytes, message: str) -> None:
    """One line that begins with the path says what is wrong."""
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message) as refused:
        read_safetensors(path)
    assert str(refused.value).startswith(str(path))


@given(content=st.binary(max_size=300))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(path: Path, content: bytes) -> None:
    """Whatever bytes there are, they are read or refused in one line."""
    path.write_bytes(content)
    outcome(path, read_safetensors)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["F32", "F16", "", "I64"]) | JSON,
        "shape": st.lists(st.integers(-1, 4), max_size=3) | JSON,
        "data_offsets": st.lists(st.integers(-1, 30), min_size=1, max_size=3) | JSON,
    }
)


@given(header=st.dictionaries(st.text(max_size=4), ENTRY | JSON, max_size=3))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_header(path: Path, header: dict[str, object]) -> None:
    """Whatever a header says, its tensors are read or refused in one line."""
    path.write_bytes(file_of(header))
    outcome(path, read_safetensors)


@given(at=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files(path: Path, at: int, byte: int, cut: bool) -> None:
    """A file of which a byte was changed or the end is missing is read or refused in one line."""
    write_safetensors(path, random_tensors(1, 4))
    content = bytearray(path.read_bytes())
    at %= len(content)
    if cut:
        del content[at:]
    else:
        content[at] = byte
    path.write_bytes(content)
    read = outcome(path, read_safetensors)
    assert read is None or not cut
