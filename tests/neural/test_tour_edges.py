"""Training of the guidance of tours."""

from __future__ import annotations

import json
import signal
import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torch_geometric")

from cosolve import Run, Stop, Tour  # noqa: E402
from cosolve.bounds.held_karp import held_karp_bound  # noqa: E402
from cosolve.guidance.models import load_model  # noqa: E402
from cosolve.guidance.penalties import predicted_multipliers  # noqa: E402
from cosolve.neural import tasks  # noqa: E402
from cosolve.neural.edge_training import collate, ways_back  # noqa: E402
from cosolve.neural.encoder import GuidanceNetwork  # noqa: E402
from cosolve.neural.export import folded_tensors  # noqa: E402
from cosolve.neural.labels import good_tour  # noqa: E402
from cosolve.neural.loop import read_metrics  # noqa: E402
from cosolve.neural.stream import Stream  # noqa: E402
from cosolve.neural.tour_edges import TourEdgesConfig, tour_edges_trainer  # noqa: E402
from cosolve.neural.tour_examples import TourExamples, tour_example  # noqa: E402
from cosolve.problems.random_tsp import random_tsp  # noqa: E402

CPU = torch.device("cpu")
SMALL = {
    "sizes": [20, 30],
    "population": 4,
    "width": 8,
    "layers": 2,
    "steps": 6,
    "batch": 2,
    "workers": 0,
    "held_out": 1,
    "held_out_size": 40,
    "evaluate_every": 3,
}


@pytest.fixture(autouse=True)
def one_thread():
    """Train on one thread, which is fastest for the smallest networks."""
    torch.set_num_threads(1)


def train(folder, changes=None, stop_after=None):
    """Train in a folder; return the training."""
    stopped = threading.Event()

    def tell(progress):
        if stop_after is not None and progress.step >= stop_after:
            stopped.set()

    if (folder / tasks.CONFIG).exists():
        training = tasks.go_on(folder, device=CPU, on_progress=tell)
    else:
        settings = {**SMALL, **(changes or {})}
        training = tasks.begin(
            "tour-edges", folder, settings, source="test", device=CPU, on_progress=tell
        )
    training.run(stopped)
    return training


def test_labels_are_the_edges_of_the_tour() -> None:
    """An edge of a row is labelled if and only if it joins neighbors in the tour."""
    problem = random_tsp(40, 1)
    tour = np.random.default_rng(0).permutation(40).astype(np.int32)
    example = tour_example(problem, tour, 10, 5)
    place = np.argsort(tour)
    apart = np.abs(place[example.neighbors] - place[:, None])
    assert np.array_equal(example.labels["edge"], (apart == 1) | (apart == 39))


def test_penalties_are_learned_if_asked_for(tmp_path) -> None:
    """The network then has a second head, whose loss is measured, and a kernel runs both."""
    training = train(tmp_path / "run", {"penalties": True})
    found = read_metrics(tmp_path / "run")
    assert {"huber/ascent/uniform"} <= found[0].keys()
    assert {"bce/uniform", "huber/uniform"} <= found[-1].keys()
    tasks.write_model(training, tmp_path / "mine", "mine")
    problem = random_tsp(50, 1)
    start = predicted_multipliers(load_model(tmp_path / "mine"), problem)
    bound = held_karp_bound(problem, Run(Stop(iterations=5)), start=start)
    assert bound is not None
    tour = good_tour(problem, seed=0)
    assert bound.value <= problem.cost(Tour(tour))


def test_examples_follow_from_their_number() -> None:
    """The same number gives the same example, another number another one."""
    make = TourExamples((20, 40), {"uniform": 1.0, "clustered": 1.0}, population=4)
    first, again, other = make(3), make(3), make(4)
    for one, other_one in zip(first[:3], again[:3], strict=True):
        assert np.array_equal(one, other_one)
    assert np.array_equal(first.labels["edge"], again.labels["edge"])
    assert first.nodes.shape != other.nodes.shape or not np.array_equal(first.nodes, other.nodes)


def test_labels_are_nearly_optimal() -> None:
    """Labels of 12 000 edges differ little from those of a far larger population."""
    few = TourExamples((60, 60), {"uniform": 1.0}, population=20)
    many = TourExamples((60, 60), {"uniform": 1.0}, population=60)
    differ = [np.mean(few(i).labels["edge"] != many(i).labels["edge"]) for i in range(20)]
    assert np.mean(differ) < 0.01


def test_ways_back_lead_back() -> None:
    """The way back of an edge is the edge between the same nodes, and its way back is the edge."""
    neighbors = TourExamples((30, 30), {"uniform": 1.0}, population=4)(0).neighbors
    back = ways_back(neighbors)
    n, k = neighbors.shape
    for i in range(n):
        for r in range(k):
            j = neighbors[i, r]
            assert (back[i, r] >= 0) == (i in neighbors[j])
            if back[i, r] >= 0:
                assert divmod(back[i, r], k)[0] == j
                assert neighbors.ravel()[back[i, r]] == i


def test_collating_changes_no_score() -> None:
    """Graphs side by side have the scores they have alone."""
    make = TourExamples((20, 40), {"uniform": 1.0}, population=4)
    examples = [make(i) for i in range(3)]
    torch.manual_seed(0)
    network = GuidanceNetwork(6, 18, width=8, layers=2).eval()
    together = network(collate(examples, CPU)[0])["edge"]
    alone = torch.cat([network(collate([e], CPU)[0])["edge"] for e in examples])
    assert torch.allclose(together, alone, atol=1e-5)


def test_both_ways_have_one_score() -> None:
    """The score of an edge is that of its way back."""
    example = TourExamples((30, 30), {"uniform": 1.0}, population=4)(0)
    torch.manual_seed(0)
    network = GuidanceNetwork(6, 18, width=8, layers=2).eval()
    score = network(collate([example], CPU)[0])["edge"].reshape(-1)
    back = torch.from_numpy(ways_back(example.neighbors)).reshape(-1)
    assert torch.allclose(score[back >= 0], score[back[back >= 0]])


def test_folded_weights_compute_the_same() -> None:
    """The exported tensors, used as the format says, give the scores of the network."""
    from network_reference import reference  # what inference is tested with

    settings = {k: v for k, v in SMALL.items() if k != "evaluate_every"}
    trainer = tour_edges_trainer(TourEdgesConfig(**settings), CPU)
    for _ in range(3):
        trainer.step()
    trainer.network.eval()
    example = TourExamples((30, 30), {"clustered": 1.0}, population=4)(5)
    with torch.no_grad():
        score = trainer.network(collate([example], CPU)[0])["edge"].numpy()
    tensors = {name: t.numpy() for name, t in folded_tensors(trainer.network).items()}
    found = reference(tensors, 2, True, example.neighbors, example.nodes, example.edges)
    assert np.allclose(found["edge"], score, atol=1e-4)


def test_training_lowers_the_loss(tmp_path) -> None:
    """After some dozen steps the held-out entropy is far below what it was."""
    training = train(tmp_path, {"steps": 60, "batch": 4, "learning_rate": 1e-2, "warmup": 5})
    scores = [row["score"] for row in read_metrics(tmp_path) if "score" in row]
    assert scores[-1] < 0.35 < scores[0]
    assert training.best == min(scores)


def test_killed_and_resumed_is_as_uninterrupted(tmp_path) -> None:
    """A training stopped half-way and resumed ends with the same weights and measurements."""
    whole = train(tmp_path / "whole")
    train(tmp_path / "parts", stop_after=2)
    parts = train(tmp_path / "parts")
    for name, tensor in whole.trainer.weights().items():
        assert torch.equal(tensor, parts.trainer.weights()[name]), name
    assert read_metrics(tmp_path / "whole") == read_metrics(tmp_path / "parts")


def test_workers_change_nothing() -> None:
    """Examples from processes come in the order of their numbers."""
    make = TourExamples((20, 30), {"uniform": 1.0}, population=3)
    with Stream(make, 2, first=5) as stream:
        for number in range(5, 9):
            assert np.array_equal(next(stream).edges, make(number).edges)


def test_patience_ends_the_training(tmp_path) -> None:
    """Without a better score for so many measurements the training ends."""
    training = train(
        tmp_path, {"learning_rate": 0.0, "evaluate_every": 1, "patience": 2, "steps": 50}
    )
    assert training.trainer.step_number <= 10


def test_command_trains_and_writes_a_model(tmp_path, capsys) -> None:
    """`cosolve train` leaves weights, configuration and measurements."""
    from cosolve.cli.main import run

    config = tmp_path / "small.toml"
    config.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in SMALL.items()))
    out = tmp_path / "out"
    assert run(["train", "tour-edges", "--config", str(config), "-o", str(out), "-q"]) == 0
    described = json.loads((out / "model" / "config.json").read_text())
    assert described["problem"] == "tsp"
    assert described["width"] == 8
    assert (out / "model" / "weights.safetensors").stat().st_size > 1000
    assert "bce/prior/uniform" in (out / "curve.svg").read_text()
    assert run(["train", "tour-edges", "-o", str(out)]) == 2
    assert "--resume" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("widht = 3", "there is no setting 'widht'"),
        ("width = 'wide'", "width must be a whole number"),
        ("steps = 0", "steps must be positive"),
        ("steps = ", "not a TOML file"),
    ],
)
def test_bad_settings_are_named(tmp_path, capsys, text: str, message: str) -> None:
    """A wrong setting is one line that names the file, and exit code 2."""
    from cosolve.cli.main import run

    config = tmp_path / "bad.toml"
    config.write_text(text)
    out = tmp_path / "out"
    assert run(["train", "tour-edges", "--config", str(config), "-o", str(out)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "bad.toml" in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_unknown_task_and_nothing_to_resume(tmp_path, capsys) -> None:
    """Both are one line and exit code 2."""
    from cosolve.cli.main import run

    assert run(["train", "tours", "-o", str(tmp_path / "a")]) == 2
    assert "tour-edges" in capsys.readouterr().err
    assert run(["train", "--resume", "-o", str(tmp_path / "b")]) == 2
    assert "no training to resume" in capsys.readouterr().err


def test_damaged_checkpoint_is_refused(tmp_path, capsys) -> None:
    """A truncated checkpoint is one line and exit code 2."""
    from cosolve.cli.main import run

    train(tmp_path, stop_after=2)
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:100])
    assert run(["train", "--resume", "-o", str(tmp_path)]) == 2
    assert "checkpoint.pt: cannot resume" in capsys.readouterr().err


def test_termination_saves_a_checkpoint(tmp_path) -> None:
    """SIGTERM ends the training after the step, and it can be resumed."""
    from cosolve.cli.main import run

    config = tmp_path / "long.toml"
    settings = {**SMALL, "steps": 100_000}
    config.write_text("\n".join(f"{k} = {json.dumps(v)}" for k, v in settings.items()))
    out = tmp_path / "out"
    timer = threading.Timer(1.0, signal.raise_signal, [signal.SIGTERM])
    timer.start()
    assert run(["train", "tour-edges", "--config", str(config), "-o", str(out)]) == 0
    assert run(["train", "--resume", "-o", str(out), "--steps", "1"]) == 0
