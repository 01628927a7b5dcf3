"""Searches for good parameters of a method with Optuna, which is imported when tuning begins."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from cosolve.bench.store import Row
from cosolve.bench.suites import Instance
from cosolve.bench.task import Task, execute
from cosolve.core import BackendMissing, Limit
from cosolve.core.sense import Sense
from cosolve.solvers import presets, registry
from cosolve.solvers.space import Choice, Domain, FloatRange

_STARTUP_TRIALS = 5  # before trials are compared with the median of others
_WARM_UP = 2  # instances a trial sees before it may be given up
_IMPORTANCE_TRIALS = 8  # fewer say nothing about which parameters matter
_REFERENCES = "references"
_ANY_SIZE = 1000  # of presets that do not depend on it


class TrialReport(NamedTuple):
    """What ``on_trial`` is told."""

    number: int
    params: Mapping[str, object]
    gap: float | None
    """Mean gap as a fraction; None if the trial was given up."""
    best: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """The best parameters found.

    Parameters
    ----------
    method
        Name of the method.
    params
        All parameters that were set.
    gap
        Their mean gap, as a fraction: to the best-known value of an instance, or to what the
        defaults reached where there is none.
    default_gap
        That of the parameters the tuning began with.
    trials
        Number of trials, those given up included.
    importance
        Share of the variation in quality that each parameter explains; empty if there were too few
        trials.
    """

    method: str
    params: Mapping[str, object]
    gap: float
    default_gap: float
    trials: int
    importance: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return plain, JSON-ready values, of which ``--params`` reads the method and params."""
        return {
            "method": self.method,
            "params": dict(self.params),
            "gap": self.gap,
            "default_gap": self.default_gap,
            "trials": self.trials,
            "importance": dict(self.importance),
        }


@dataclass(frozen=True, slots=True)
class Tuning:
    """What is to be tuned, and on what.

    Parameters
    ----------
    method
        Name of the method; it declares the ranges of its parameters in ``space``.
    instances
        Instances of about the size to tune for; a trial solves them in this order.
    time_limit_s
        Wall seconds of every run.
    guide
        Name of the guidance, or None for the method's own.
    preset
        Preset to begin with, or None for the defaults.
    seed
        Seed of the runs and of the choice of parameters.

    Raises
    ------
    ValueError
        If the method has nothing to tune, or there are no instances.
    """

    method: str
    instances: Sequence[Instance]
    time_limit_s: float
    guide: str | None = None
    preset: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate."""
        presets.space(self.method, self.preset)
        if not self.instances:
            raise ValueError("there are no instances to tune on")

    @property
    def space(self) -> Mapping[str, Domain]:
        """Ranges of the parameters."""
        return presets.space(self.method, self.preset)

    @property
    def key(self) -> str:
        """Hash of everything but the number of trials: they can be added to the same question."""
        question = [
            self.method,
            self.guide,
            self.preset,
            self.seed,
            float(self.time_limit_s),
            [instance.digest for instance in self.instances],
            {name: repr(domain) for name, domain in self.space.items()},
        ]
        return hashlib.sha256(json.dumps(question).encode()).hexdigest()[:16]

    def base(self) -> dict[str, object]:
        """Parameters to begin with: those of the preset over the defaults."""
        if self.preset is None:
            return {}
        return presets.preset(self.method, self.preset, self.instances[0].size() or _ANY_SIZE)

    def run(self, instance: Instance, params: Mapping[str, object]) -> Row:
        """Solve an instance in this process.

        Parameters
        ----------
        instance
            One of the instances.
        params
            Parameters of the method.
        """
        return execute(
            Task(
                instance,
                self.method,
                params,
                self.guide,
                self.seed,
                time_limit_s=self.time_limit_s,
            )
        )


def tune(
    tuning: Tuning,
    trials: int,
    *,
    storage: Path | None = None,
    on_trial: Callable[[TrialReport], None] | None = None,
) -> Tuned:
    """Try parameters until there were so many trials; return the best.

    The first trial is that of the defaults. A trial that is worse than the median of the others
    after some of the instances is given up. Ctrl-C ends the search and keeps what was found.

    Parameters
    ----------
    tuning
        The question.
    trials
        Number of trials, those in `storage` included.
    storage
        File to which trials are written as they are made; the same question goes on where it was
        left. A file may hold several questions.
    on_trial
        Called after every trial.

    Raises
    ------
    BackendMissing
        If Optuna is not installed.
    KeyboardInterrupt
        If interrupted before the first trial was over.
    RuntimeError
        If a run gives no valid solution.
    """
    study = _study(tuning, storage)
    if not _complete(study):
        study.enqueue_trial(_encoded(tuning, _defaults(tuning)))

    def objective(trial: Any) -> float:
        return _objective(tuning, study, trial)

    def report(_study: Any, trial: Any) -> None:
        if on_trial is not None:
            params = _decoded(tuning, trial.params)
            gap = trial.value if trial.state.name == "COMPLETE" else None
            on_trial(TrialReport(trial.number, params, gap, study.best_value))

    left = trials - _count(study)
    try:
        if left > 0:
            study.optimize(objective, n_trials=left, callbacks=[report])
    except KeyboardInterrupt:
        if not _complete(study):
            raise
    return _result(tuning, study)


def _optuna() -> Any:
    try:
        import optuna
    except ModuleNotFoundError:
        raise BackendMissing("tuning needs Optuna: pip install 'cosolve[tune]'") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _study(tuning: Tuning, storage: Path | None) -> Any:
    optuna = _optuna()
    journal = None
    if storage is not None:
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        journal = JournalStorage(JournalFileBackend(str(storage)))
    study = optuna.create_study(
        study_name=tuning.key,
        storage=journal,
        pruner=optuna.pruners.MedianPruner(_STARTUP_TRIALS, _WARM_UP - 1),
        load_if_exists=True,
    )
    # Going on with the same seed would propose the same parameters again.
    study.sampler = optuna.samplers.TPESampler(seed=(tuning.seed + len(study.trials)) % 2**32)
    return study


def _objective(tuning: Tuning, study: Any, trial: Any) -> float:
    """Mean gap over the instances, as a fraction."""
    params = {**tuning.base(), **_suggested(tuning, trial)}
    references: list[float] = study.user_attrs.get(_REFERENCES, [])
    first = not references
    gaps: list[float] = []
    for number, instance in enumerate(tuning.instances):
        cost, sense = _cost(tuning, instance, params)
        if first:
            known = instance.best_known
            references.append(cost if known is None else sense.flip(known.value))
        reference = references[number]
        gaps.append((cost - reference) / (abs(reference) or 1.0))
        trial.report(statistics.fmean(gaps), number)
        if not first and number + 1 < len(tuning.instances) and trial.should_prune():
            raise _optuna().TrialPruned
    if first:
        study.set_user_attr(_REFERENCES, references)
    return statistics.fmean(gaps)


def _cost(tuning: Tuning, instance: Instance, params: Mapping[str, object]) -> tuple[float, Sense]:
    """Return a cost to minimize, and the sense it has in truth."""
    row = tuning.run(instance, params)
    if row["limit"] == Limit.INTERRUPTED:
        raise KeyboardInterrupt
    if not row["valid"]:
        raise RuntimeError(f"{tuning.method} found no solution of {instance.name}")
    sense = Sense(bool(row.get("maximize")))
    return sense.flip(float(row["cost"])), sense


def _defaults(tuning: Tuning) -> dict[str, object]:
    known = {**registry.parameters(tuning.method), **tuning.base()}
    return {name: known[name] for name in tuning.space if _within(tuning.space[name], known[name])}


def _within(domain: Domain, value: object) -> bool:
    if isinstance(domain, Choice):
        return value in domain.values
    return isinstance(value, int | float) and domain.low <= value <= domain.high


def _suggested(tuning: Tuning, trial: Any) -> dict[str, object]:
    texts: dict[str, object] = {}
    for name, domain in tuning.space.items():
        if isinstance(domain, Choice):
            texts[name] = trial.suggest_categorical(name, [_text(v) for v in domain.values])
        elif isinstance(domain, FloatRange):
            texts[name] = trial.suggest_float(name, domain.low, domain.high, log=domain.log)
        else:
            texts[name] = trial.suggest_int(name, domain.low, domain.high, log=domain.log)
    return _decoded(tuning, texts)


def _text(value: object) -> str:
    # Optuna stores numbers and texts only.
    return json.dumps(value)


def _encoded(tuning: Tuning, params: Mapping[str, object]) -> dict[str, object]:
    choices = {name for name, domain in tuning.space.items() if isinstance(domain, Choice)}
    return {name: _text(v) if name in choices else v for name, v in params.items()}


def _decoded(tuning: Tuning, texts: Mapping[str, object]) -> dict[str, object]:
    values = dict(texts)
    for name, text in texts.items():
        domain = tuning.space[name]
        if isinstance(domain, Choice):
            values[name] = next(v for v in domain.values if _text(v) == text)
    return values


def _complete(study: Any) -> list[Any]:
    return [trial for trial in study.trials if trial.state.name == "COMPLETE"]


def _count(study: Any) -> int:
    """Count the trials that were made or given up, but not interrupted."""
    return sum(trial.state.name in ("COMPLETE", "PRUNED") for trial in study.trials)


def _result(tuning: Tuning, study: Any) -> Tuned:
    best = study.best_trial
    return Tuned(
        method=tuning.method,
        params={**tuning.base(), **_decoded(tuning, best.params)},
        gap=best.value,
        default_gap=_complete(study)[0].value,
        trials=_count(study),
        importance=_importance(study),
    )


def _importance(study: Any) -> dict[str, float]:
    values = {trial.value for trial in _complete(study)}
    if len(values) < _IMPORTANCE_TRIALS:
        return {}
    optuna = _optuna()
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    found = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in found.items() if math.isfinite(share)}
