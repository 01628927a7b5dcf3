"""Guidance files."""

import io

import numpy as np
import pytest

from cosolve.core import FormatError
from cosolve.guidance import FileGuide, KnnGuide, load_guidance, save_guidance
from cosolve.problems import TSP

ROWS = {
    "indptr": np.array([0, 1, 2], np.int32),
    "indices": np.array([1, 0], np.int32),
    "weight": np.array([0.5, 0.25], np.float32),
}


@pytest.fixture
def problem():
    return TSP(coords=np.random.default_rng(4).random((30, 2)))


def archive(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_guidance_survives_a_file(problem, tmp_path):
    """What is read back is what was written."""
    guidance = KnnGuide(4)(problem)
    path = tmp_path / "guide.npz"
    save_guidance(path, guidance)
    again = FileGuide(path)(problem)
    for name in ("indptr", "indices", "weight"):
        assert (getattr(again, name) == getattr(guidance, name)).all()


def test_files_of_numpy_savez_are_guidance(tmp_path):
    """Anyone can write such a file with NumPy alone."""
    path = tmp_path / "guide.npz"
    np.savez(path, **ROWS)
    assert load_guidance(path).weight.tolist() == [0.5, 0.25]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an .npz file"),
        (b"NAME: a\nTYPE: TSP\n", "expected an .npz file"),
        (archive(**ROWS)[:-30], "expected an .npz file"),
        (archive(**ROWS)[:100], "expected an .npz file"),
        (archive(indptr=ROWS["indptr"], indices=ROWS["indices"]), "found no weight"),
        (archive(**ROWS | {"weight": np.array([None, None])}), "cannot be read"),
        (archive(**ROWS | {"weight": np.array(["a", "b"])}), "could not convert"),
        (archive(**ROWS | {"indices": np.array([1, 2])}), "indices name node 2"),
        (archive(**ROWS | {"indices": np.array([0, 0])}), "names itself"),
        (archive(**ROWS | {"weight": np.array([np.nan, 1])}), "finite"),
    ],
    ids=range(10),
)
def test_bad_files_are_named(tmp_path, content, message):
    """A file that holds no guidance is a FormatError naming it."""
    path = tmp_path / "guide.npz"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message) as caught:
        load_guidance(path)
    assert str(caught.value).startswith(str(path))


def test_a_single_array_is_no_guidance(tmp_path):
    """An .npy file is told apart from an .npz file."""
    path = tmp_path / "guide.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(FormatError, match="found a single array"):
        load_guidance(path)


def test_guidance_must_fit_the_problem(problem, tmp_path):
    """Guidance for another number of nodes is refused."""
    path = tmp_path / "guide.npz"
    np.savez(path, **ROWS)
    with pytest.raises(FormatError, match="for 2 nodes, the problem has 30"):
        FileGuide(path)(problem)


def test_a_missing_file_is_an_os_error(problem, tmp_path):
    """The system's error says which file."""
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        FileGuide(tmp_path / "none.npz")(problem)
