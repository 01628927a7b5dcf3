"""What several commands share: options, reading instances, printing numbers."""

from __future__ import annotations

import dataclasses
import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from cosolve import MIP, TSP, VRP, Scheduling

INSTANCE = click.Path(path_type=Path)
"""A path; the readers say what is wrong with it, better than click would."""

ARRAY_SUFFIXES = (".npy", ".csv", ".txt")
PICTURE_SUFFIXES = (".svg", ".html", ".png", ".pdf")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What the command line says about how to understand an instance file.

    Parameters
    ----------
    metric
        Name of a metric, for files of bare coordinates.
    open_path, first, last
        Whether a path is asked for, and its ends, counted from 1; of a TSP.
    rounding
        How to round Euclidean distances; None for the convention of the format.
    vehicles
        Limit on the number of vehicles, of a VRP.
    """

    metric: str | None = None
    open_path: bool = False
    first: int | None = None
    last: int | None = None
    rounding: str | None = None
    vehicles: int | None = None


def instance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how to understand an instance file: the argument ``how``."""

    @functools.wraps(command)
    def with_reading(*args: Any, **kwargs: Any) -> Any:
        names = [field.name for field in dataclasses.fields(Reading)]
        how = Reading(**{name: kwargs.pop(name) for name in names})
        return command(*args, how=how, **kwargs)

    options = with_reading
    for option in (
        click.option(
            "--vehicles", type=click.IntRange(1), metavar="K", help="Use at most K vehicles (VRP)."
        ),
        click.option(
            "--round", "rounding", type=click.Choice(["nint", "trunc1", "none"]),
            help="Round Euclidean distances to the nearest integer, cut them to one decimal, or "
            "neither.  [default: the convention of the best known values of the format]",
        ),
        click.option("--to", "last", type=int, metavar="NODE", help="Last node of the path (TSP)."),
        click.option(
            "--from", "first", type=int, metavar="NODE",
            help="First node of the path, counted from 1 as in TSPLIB files (TSP).",
        ),
        click.option(
            "--path", "open_path", is_flag=True, help="Find an open path, not a tour (TSP)."
        ),
        click.option(
            "--metric",
            help="Distance for .npy and .csv coordinates: EUCLIDEAN (exact, the default), or a "
            "rounded one as in TSPLIB: EUC, CEIL, MAN, MAX, ATT, GEO.",
        ),
    ):  # fmt: skip
        options = option(options)
    return options


def read_instance(path: Path, how: Reading | None = None) -> TSP | VRP | Scheduling | MIP:
    """Read an instance and apply what the command line says about it.

    Parameters
    ----------
    path
        The file.
    how
        What the command line says.

    Raises
    ------
    ValueError, OSError
        If the file or an option is wrong.
    """
    import cosolve

    how = how or Reading()
    problem = cosolve.read(path, how.rounding)
    if isinstance(problem, cosolve.Scheduling | cosolve.MIP):
        if how != Reading():
            raise ValueError(
                f"{path} is a {problem.kind} problem: --metric, --path, --from, --to, --round and "
                "--vehicles are not for it"
            )
        return problem
    if isinstance(problem, cosolve.VRP):
        return _as_asked_vrp(path, problem, how)
    return _as_asked_tsp(path, problem, how)


def _as_asked_vrp(path: Path, problem: VRP, how: Reading) -> VRP:
    for option, given in (
        ("--metric", how.metric is not None),
        ("--path", how.open_path),
        ("--from", how.first is not None),
        ("--to", how.last is not None),
    ):
        if given:
            raise ValueError(f"{option} is not for vehicle routing problems such as {path}")
    if how.vehicles is None:
        return problem
    if len(problem.vehicles) > 1:
        raise ValueError(
            f"--vehicles needs one type of vehicle, {path} has {len(problem.vehicles)}"
        )
    vehicle = dataclasses.replace(problem.vehicles[0], number=how.vehicles)
    return dataclasses.replace(problem, vehicles=(vehicle,))


def _as_asked_tsp(path: Path, problem: TSP, how: Reading) -> TSP:
    if how.vehicles is not None:
        raise ValueError(f"--vehicles is for vehicle routing problems, {path} is a TSP")
    changes: dict[str, Any] = {}
    if how.metric is not None:
        if how.rounding is not None:
            raise ValueError("--metric and --round both say how distances are rounded")
        changes["metric"] = _metric(path, how.metric)
    if how.open_path or how.first is not None or how.last is not None:
        changes["path"] = True
        changes["ends"] = tuple(
            _node(problem, option, node) for option, node in (("from", how.first), ("to", how.last))
        )
    if not changes:
        return problem
    if how.metric is not None and problem.coords is None:
        raise ValueError(f"{path}: --metric needs coordinates, but the file is a matrix")
    return dataclasses.replace(problem, **changes)


def _metric(path: Path, name: str) -> object:
    from cosolve import Metric

    valid = [m for m in Metric if m is not Metric.EXPLICIT]
    if name.upper() not in valid:
        raise ValueError(f"--metric must be one of {', '.join(valid)}, not {name}")
    if not path.name.lower().removesuffix(".gz").endswith(ARRAY_SUFFIXES):
        raise ValueError(f"--metric is for .npy and .csv files; {path} names its own metric")
    return Metric(name.upper())


def _node(problem: TSP, option: str, label: int | None) -> int | None:
    """Zero-based node of the number that files use for it."""
    if label is None:
        return None
    if problem.labels is not None:
        found = (problem.labels == label).nonzero()[0]
        if not found.size:
            raise ValueError(f"--{option}: the instance has no node {label}")
        return int(found[0])
    if not 1 <= label <= problem.size:
        raise ValueError(f"--{option} must be a node from 1 to {problem.size}, got {label}")
    return label - 1


def check_output(path: Path, instance: Path | None = None) -> None:
    """Raise if a result could not be written later, or would replace the instance.

    Parameters
    ----------
    path
        Where the result will go.
    instance
        The file being read.

    Raises
    ------
    ValueError, OSError
        In one line, naming the path.
    """
    from cosolve.io.atomic import check_writable

    check_writable(path)
    if instance is not None and path.exists() and instance.exists() and path.samefile(instance):
        raise ValueError(f"{path}: would overwrite the instance")


def check_picture(path: Path, instance: Path | None = None) -> None:
    """Raise if no picture could be drawn to a path later.

    Raises
    ------
    ValueError, OSError
        If the suffix is unknown or the path not writable.
    BackendMissing
        If matplotlib is not installed.
    """
    from cosolve.plot import require_matplotlib

    if path.suffix.lower() not in PICTURE_SUFFIXES:
        raise ValueError(f"{path}: a picture ends in {', '.join(PICTURE_SUFFIXES)}")
    check_output(path, instance)
    require_matplotlib()


def plain(cost: float | None, integral: bool) -> float | int | None:
    """Return a cost as an integer if all costs of the problem are."""
    return int(cost) if integral and cost is not None and cost == int(cost) else cost


def shown(cost: float | None, integral: bool) -> str:
    """Return a cost as text: no decimals if integral, else ten significant digits."""
    value = plain(cost, integral)
    if value is None:
        return "none"
    return str(value) if isinstance(value, int) else f"{value:.10g}"


def shown_bound(bound: float | None, integral: bool, maximize: bool) -> str:
    """Return a bound as text, which says so where it is an upper one."""
    suffix = " (upper bound)" if maximize and bound is not None else ""
    return shown(bound, integral) + suffix


def text(value: object) -> str:
    """Return the value of a parameter as ``--param`` takes it."""
    if isinstance(value, tuple):
        return ",".join(map(text, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


def shown_gap(gap: float | None) -> str:
    """Return a relative gap as text, in percent."""
    return "none" if gap is None else f"{100 * gap:.4f} %"


def compared(cost: float | None, known: float, integral: bool) -> str:
    """Return a best known value as text, with the excess of a cost over it in percent."""
    text = shown(known, integral)
    if cost is None or known == 0:
        return text
    return f"{text} ({100 * (cost - known) / abs(known):+.4f} %)"


def best_known(instance: Path, problem: TSP | VRP | Scheduling | MIP, how: Reading) -> float | None:
    """Return the best known value of an instance, if a ``bks.json`` beside or above it has one.

    Parameters
    ----------
    instance
        The instance file.
    problem
        What was read from it; a value must be for distances that are rounded alike.
    how
        How it was read.
    """
    from cosolve import TSP, VRP
    from cosolve.bench.best_known import for_file
    from cosolve.io.rounding import rounding_of

    rounding = rounding_of(problem) if isinstance(problem, TSP | VRP) else None
    if how.rounding is not None and (problem.kind == "tsp" or rounding is None):
        return None  # values of tours are listed in the metric of the file alone
    try:
        found = for_file(instance, rounding)
    except (OSError, ValueError):
        return None  # a damaged list must not cost the user a result
    return None if found is None else found.value


def echo_json(value: object) -> None:
    """Print one JSON object, in which NaN and infinity cannot occur."""
    click.echo(json.dumps(value, allow_nan=False))
