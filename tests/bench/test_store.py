"""Results survive being killed, and nobody else's file is harmed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosolve.bench.store import ResultStore, read_rows
from cosolve.core import FormatError

ROWS = [{"key": "a", "cost": 1.5, "name": "é"}, {"key": "b", "cost": None}]
LINES = b'{"key":"a","cost":1.5,"name":"\\u00e9"}\n{"key":"b","cost":null}\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


def test_rows_come_back(path: Path) -> None:
    """What was appended is there when the file is opened again."""
    with ResultStore(path) as store:
        assert store.rows == []
        for row in ROWS:
            store.append(row)
        assert store.rows == ROWS
    assert path.read_bytes() == LINES
    with ResultStore(path) as store:
        assert store.rows == ROWS
    assert read_rows(path) == ROWS


def test_a_row_is_in_the_file_when_append_returns(path: Path) -> None:
    """Nothing waits in a buffer that a kill would lose."""
    with ResultStore(path) as store:
        store.append(ROWS[0])
        assert read_rows(path) == ROWS[:1]


@pytest.mark.parametrize("cut", [1, 2, 10, 20, 23])
def test_a_torn_last_line_is_cut_off(path: Path, cut: int) -> None:
    """Whatever is left of the last line, the rows before it stay and the next one is whole."""
    path.write_bytes(LINES[: len(LINES) - cut])
    whole = ROWS if cut == 1 else ROWS[:1]  # only the newline is missing: the row is kept
    with ResultStore(path) as store:
        assert store.rows == whole
        store.append({"key": "c"})
    assert read_rows(path) == [*whole, {"key": "c"}]


def test_zeros_at_the_end_are_cut_off(path: Path) -> None:
    """A machine that lost power may leave blocks of zeros."""
    path.write_bytes(LINES + bytes(100))
    with ResultStore(path) as store:
        assert store.rows == ROWS
    assert path.read_bytes() == LINES


def test_reading_leaves_a_torn_line_alone(path: Path) -> None:
    """Reports read files that a benchmark is still writing."""
    path.write_bytes(LINES + b'{"key":"c')
    assert read_rows(path) == ROWS
    assert path.read_bytes() == LINES + b'{"key":"c'


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"some notes", 1),
        (b"some notes\n", 1),
        (b'{"name": "package"}', 1),
        (b'{\n  "key": 1\n}\n', 1),
        (b"[1, 2]\n", 1),
        (LINES + b"torn{\n" + LINES, 3),
    ],
)
def test_other_files_are_refused_and_left_alone(path: Path, content: bytes, line: int) -> None:
    """A file that is not one of results is an error that names the line, and stays as it is."""
    path.write_bytes(content)
    with pytest.raises(FormatError, match="results file") as caught:
        ResultStore(path)
    assert caught.value.line == line
    assert path.read_bytes() == content


def test_one_writer_at_a_time(path: Path) -> None:
    """A second benchmark on the same file is refused; after the first has ended it is not."""
    with ResultStore(path), pytest.raises(ValueError, match="another benchmark"):
        ResultStore(path)
    ResultStore(path).close()


def test_numbers_that_json_lacks_are_refused(path: Path) -> None:
    """A row that other programs could not read is not written at all."""
    with ResultStore(path) as store:
        store.append(ROWS[0])
        with pytest.raises(ValueError, match="JSON"):
            store.append({"key": "x", "cost": float("nan")})
        assert store.rows == ROWS[:1]
    assert read_rows(path) == ROWS[:1]


@pytest.mark.parametrize("place", ["missing/results.jsonl", "."])
def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path, place: str) -> None:
    """Missing folders and folders in place of a file are found on opening."""
    with pytest.raises(OSError, match="directory"):
        ResultStore(tmp_path / place)


def test_a_device_is_refused() -> None:
    """What cannot be read back cannot be resumed."""
    with pytest.raises(ValueError, match="not a regular file"):
        ResultStore("/dev/null")
