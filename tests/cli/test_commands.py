"""The smaller commands: check, info, methods, generate, convert, plot, and the group itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import cosolve
from cosolve.cli.main import COMMANDS, cli, run
from cosolve.solvers import registry

Call = Callable[..., str]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command that must succeed and return what it printed."""

    def succeed(*arguments: object, code: int = 0) -> str:
        assert run([str(a) for a in arguments]) == code
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return succeed


@pytest.fixture
def fail(capsys: pytest.CaptureFixture[str]) -> Call:
    """Run a command that must fail with exit code 2 and return its one line."""

    def refuse(*arguments: object) -> str:
        assert run([str(a) for a in arguments]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("cosolve: error: ")
        assert err.count("\n") == 1
        return err

    return refuse


@pytest.fixture
def square(tmp_path: Path) -> Path:
    """Four nodes; the best tour costs 40."""
    path = tmp_path / "square.tsp"
    path.write_text(
        "NAME: square\nCOMMENT: four corners\nTYPE: TSP\nDIMENSION: 4\n"
        "EDGE_WEIGHT_TYPE: EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 10 10\n3 10 0\n4 0 10\nEOF\n"
    )
    (tmp_path / "bks.json").write_text('{"square": {"value": 40, "proven": true}}')
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    """Write a solution file."""

    def text(content: str) -> Path:
        path = tmp_path / "square.sol"
        path.write_text(content)
        return path

    return text


# check


def test_check_recomputes_the_cost(square: Path, write: Callable[[str], Path], call: Call) -> None:
    """A valid tour is said to be valid, with its cost and the best known."""
    out = call("check", square, write("1 2 3 4"))
    assert "valid      yes\n" in out
    assert "cost       48\n" in out
    assert "best known 40 (+20.0000 %)\n" in out


@pytest.mark.parametrize(
    ("tour", "violation"),
    [
        ("1 2 3 3", "node 3 is not visited"),
        ("1 2 3 3", "node 2 is visited more than once"),
        ("1 2 3", "node 3 is not visited"),
        ("1 2 3 9", "node 8 is not in the instance, whose nodes are 0 to 3"),
        ("TYPE: TOUR\nTOUR_SECTION\n1\n1\n2\n3\n-1\n", "node 3 is not visited"),
    ],
)
def test_check_lists_violations(
    square: Path, write: Callable[[str], Path], call: Call, tour: str, violation: str
) -> None:
    """Whatever is wrong with a tour is listed, and the exit code is 3."""
    assert f"violation: {violation}\n" in call("check", square, write(tour), code=3)


def test_check_as_json(square: Path, write: Callable[[str], Path], call: Call) -> None:
    """JSON says the same."""
    assert json.loads(call("check", square, write("1 2 3 4"), "--json")) == {
        "instance": "square", "problem": "tsp", "valid": True, "cost": 48, "violations": [],
    }  # fmt: skip
    report = json.loads(call("check", square, write("1 2 3 3"), "--json", code=3))
    assert (report["valid"], report["cost"]) == (False, None)
    assert {v["kind"] for v in report["violations"]} == {"missing-node", "repeated-node"}


def test_check_of_a_path(square: Path, write: Callable[[str], Path], call: Call) -> None:
    """The ends of a path are checked, and the closing leg is not counted."""
    assert "cost       30\n" in call("check", square, write("1 3 2 4"), "--path", "--from", 1)
    out = call("check", square, write("1 3 2 4"), "--from", 2, code=3)
    assert "violation: the path must begin at node 1, not 0" in out


def test_check_of_garbage(square: Path, write: Callable[[str], Path], fail: Call) -> None:
    """A file that is no tour is bad input, not a failed check."""
    assert "square.sol:1" in fail("check", square, write("one two three"))


# info


def test_info(square: Path, call: Call) -> None:
    """What is in the file is listed."""
    lines = {line[:14].strip(): line[14:] for line in call("info", square).splitlines()}
    assert lines == {
        "instance": "square", "comment": "four corners", "problem": "tsp", "nodes": "4",
        "metric": "EUC", "symmetric": "yes", "integral": "yes", "path": "no",
        "ends": "free to free", "fixed edges": "0",
        "bounding box": "[0.0, 0.0] to [10.0, 10.0]", "duplicates": "0", "best known": "40",
    }  # fmt: skip


def test_info_counts_duplicates(tmp_path: Path, call: Call) -> None:
    """A node counts as a duplicate if another one lies there already."""
    np.save(tmp_path / "x.npy", np.array([[1, 2], [3, 4], [1, 2], [1, 2], [3, 5], [3, 4]]))
    facts = json.loads(call("info", tmp_path / "x.npy", "--json"))
    assert (facts["duplicates"], facts["nodes"], facts["best_known"]) == (3, 6, None)


def test_info_of_a_matrix(tmp_path: Path, call: Call) -> None:
    """A matrix has no bounding box."""
    np.save(tmp_path / "x.npy", np.arange(16.0).reshape(4, 4))
    facts = json.loads(call("info", tmp_path / "x.npy", "--json"))
    assert (facts["bounding_box"], facts["duplicates"], facts["symmetric"]) == (None, None, False)


def test_damaged_best_known_values_cost_nothing(square: Path, call: Call) -> None:
    """A broken ``bks.json`` beside the instance is no reason to fail."""
    (square.parent / "bks.json").write_text("{")
    assert json.loads(call("info", square, "--json"))["best_known"] is None


# methods


def test_methods_are_listed(call: Call) -> None:
    """Every method is there with its parameters."""
    out = call("methods", "tsp")
    assert all(f"\n{name} " in f"\n{out}" for name in registry.for_kind("tsp"))
    assert "  randomization=0.0\n" in out


def test_methods_as_json(call: Call) -> None:
    """JSON has the summaries and the defaults."""
    found = json.loads(call("methods", "--json"))
    assert list(found) == list(registry.names())
    assert found["greedy"]["parameters"] == {"randomization": 0.0}


def test_methods_for_an_unknown_problem(fail: Call) -> None:
    """An unknown kind lists the kinds there are."""
    assert "the kinds are tsp" in fail("methods", "tps")


# generate


def test_generated_points_are_numpys(tmp_path: Path, call: Call) -> None:
    """Uniform instances are exactly NumPy's."""
    call("generate", "tsp", "--n", 50, "--seed", 1234, "-o", tmp_path / "x.npy")
    expected = np.random.default_rng(1234).random((50, 2))
    assert np.array_equal(np.load(tmp_path / "x.npy"), expected)


def test_several_are_numbered(tmp_path: Path, call: Call) -> None:
    """With ``--count`` the seeds count up and stand in the names."""
    call("generate", "tsp", "-n", 5, "-s", 8, "--count", 3, "-o", tmp_path / "u.csv.gz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["u-10.csv.gz", "u-8.csv.gz", "u-9.csv.gz"]
    third = cosolve.read(tmp_path / "u-10.csv.gz")
    assert np.array_equal(third.coords, np.random.default_rng(10).random((5, 2)))


def test_scaled_instances_are_tsplib(tmp_path: Path, call: Call) -> None:
    """With ``--scale`` coordinates are whole and the metric is that of TSPLIB."""
    call("generate", "tsp", "-n", 20, "-k", "grid", "--scale", 100, "-o", tmp_path / "x.tsp")
    problem = cosolve.read(tmp_path / "x.tsp")
    assert (problem.metric, problem.size) == (cosolve.Metric.EUC, 20)
    assert problem.coords.max() == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-n", "0", "-o", "x.npy"], "n must be at least 1, got 0"),
        (["-n", "5", "-k", "round", "-o", "x.npy"], "kind must be one of uniform, clustered"),
        (["-n", "5", "-s", "-2", "-o", "x.npy"], "seed must not be negative"),
        (["-n", "5", "--scale", "nan", "-o", "x.tsp"], "--scale must be between"),
        (["-n", "5", "-o", "x.tsp"], "TSPLIB has no Euclidean distance without rounding"),
        (["-n", "5", "-o", "x.what"], "cannot write a problem as .what"),
        (["-n", "5", "-o", "no/such/x.npy"], "no/such/x.npy: cannot write"),
        (["-n", "5"], "Missing option '-o'"),
    ],
)
def test_bad_generation(
    arguments: list[str], message: str, fail: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be made is one line, and no file is left."""
    monkeypatch.chdir(tmp_path)
    assert message in fail("generate", "tsp", *arguments)
    assert list(tmp_path.iterdir()) == []


# convert


def test_conversion_keeps_every_bit(tmp_path: Path, call: Call) -> None:
    """Coordinates survive the way through text."""
    call("generate", "tsp", "-n", 40, "-o", tmp_path / "a.npy")
    call("convert", tmp_path / "a.npy", tmp_path / "b.csv.gz")
    call("convert", tmp_path / "b.csv.gz", tmp_path / "c.npy")
    assert np.array_equal(np.load(tmp_path / "a.npy"), np.load(tmp_path / "c.npy"))


def test_conversion_with_a_metric(tmp_path: Path, call: Call) -> None:
    """A metric makes a TSPLIB file of bare coordinates."""
    np.save(tmp_path / "a.npy", np.arange(12.0).reshape(6, 2) ** 2)
    call("convert", tmp_path / "a.npy", tmp_path / "b.tsp", "--metric", "man")
    problem = cosolve.read(tmp_path / "b.tsp")
    assert problem.metric is cosolve.Metric.MAN
    assert np.array_equal(problem.coords, np.load(tmp_path / "a.npy"))


def test_lossy_conversion_is_refused(tmp_path: Path, square: Path, fail: Call) -> None:
    """What the target cannot hold is an error that names it."""
    assert "cannot hold the metric EUC" in fail("convert", square, tmp_path / "x.npy")
    assert not (tmp_path / "x.npy").exists()


def test_conversion_onto_itself_is_refused(square: Path, fail: Call) -> None:
    """The source is never replaced."""
    before = square.read_bytes()
    assert "would overwrite" in fail("convert", square, square)
    assert square.read_bytes() == before


# plot


def test_plot(square: Path, write: Callable[[str], Path], call: Call, tmp_path: Path) -> None:
    """A solution is drawn in the format of the suffix."""
    for suffix, magic in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")):
        out = tmp_path / f"x{suffix}"
        call("plot", square, write("1 2 3 4"), "-o", out)
        assert out.read_bytes().startswith(magic)


def test_plot_of_a_wrong_solution(square: Path, write: Callable[[str], Path], fail: Call) -> None:
    """A tour that does not fit the instance is not drawn."""
    assert "visited twice" in fail("plot", square, write("1 2 3 3"), "-o", "x.svg")
    assert not Path("x.svg").exists()


# the group


def test_every_command_exists() -> None:
    """Every command of the help can be imported and has the same name."""
    with cli.make_context("cosolve", []) as context:
        for name in COMMANDS:
            command = cli.get_command(context, name)
            assert command is not None
            assert command.name == name
            assert command.help


def test_help_lists_every_command(call: Call) -> None:
    """Without arguments the help appears."""
    out = call()
    assert out == call("--help")
    assert all(f"  {name} " in out for name in COMMANDS)


def test_version(call: Call) -> None:
    """``--version`` prints the version."""
    assert call("--version") == f"cosolve {cosolve.__version__}\n"


def test_unknown_command(fail: Call) -> None:
    """An unknown command is one line."""
    assert "No such command 'slove'" in fail("slove")


@pytest.mark.parametrize("command", ["solve", "check", "info", "convert", "plot"])
@pytest.mark.parametrize(
    ("file", "message"),
    [("missing.tsp", "missing.tsp: cannot read"), ("folder", "folder: is a directory")],
)
def test_bad_instance(
    command: str, file: str, message: str, fail: Call, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A file that cannot be read is one line naming it, whatever the command."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    more = {"check": ["x.tour"], "convert": ["x.npy"], "plot": ["x.tour", "-o", "x.svg"]}
    assert message in fail(command, file, *more.get(command, []))
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_traceback_on_demand(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``-vv`` the traceback stands before the line."""
    import logging

    root = logging.getLogger()
    before = root.level, root.handlers[:]
    try:
        root.handlers.clear()
        assert run(["-vv", "info", "missing.tsp"]) == 2
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
    err = capsys.readouterr().err
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("cosolve: error: missing.tsp")
