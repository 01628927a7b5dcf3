"""``cosolve generate``: random instances."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from cosolve.cli import common

if TYPE_CHECKING:
    from pathlib import Path

    from cosolve import TSP


_COUNT = click.option(
    "--count",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of instances, of consecutive seeds; with more than one, -SEED is put into the "
    "name of each file.",
)
_SEED = click.option(
    "-s", "--seed", type=int, default=0, show_default=True, help="Seed of the first one."
)


@click.group()
def generate() -> None:
    """Write random instances."""


@generate.command()
@click.option("-n", "--n", "n", type=int, required=True, help="Number of nodes.")
@_SEED
@click.option(
    "-k",
    "--kind",
    default="uniform",
    show_default=True,
    help="uniform, clustered, explosion, rotation, grid or drilled.",
)
@_COUNT
@click.option(
    "--scale",
    type=float,
    metavar="S",
    help="Round to whole coordinates on a square of this size, with the TSPLIB metric EUC_2D.",
)
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="FILE",
    help="File to write: .tsp, .npy or .csv, each also with .gz.",
)
def tsp(n: int, seed: int, kind: str, count: int, scale: float | None, output: Path) -> None:
    """Write TSPs of n random nodes in the unit square.

    Uniform ones are exactly numpy.random.default_rng(seed).random((n, 2)).
    """  # fmt: skip
    from cosolve import write_problem
    from cosolve.problems.random_tsp import random_tsp

    if scale is not None and not 1 <= scale <= 1e9:
        raise ValueError(f"--scale must be between 1 and 1e9, got {scale}")
    for number, target in _targets(output, seed, count).items():
        problem = random_tsp(n, number, kind)
        write_problem(problem if scale is None else _rounded(problem, scale), target)


@generate.command()
@click.option("-n", "--n", "n", type=int, required=True, help="Number of clients.")
@_SEED
@click.option(
    "-k",
    "--kind",
    default="x",
    show_default=True,
    help="x (whole coordinates, rounded distances) or uniform (unit square, exact distances).",
)
@click.option(
    "--depot", default="random", show_default=True, help="central, eccentric or random; of kind x."
)
@click.option(
    "--clients",
    default="random",
    show_default=True,
    help="random, clustered or random-clustered; of kind x.",
)
@click.option(
    "--demand",
    default="1-100",
    show_default=True,
    help="unit, 1-10, 5-10, 1-100, 50-100, quadrant or small-large; of kind x.",
)
@click.option(
    "--route-size",
    type=float,
    metavar="R",
    help="Clients a vehicle can serve, about; of kind x. Random unless given.",
)
@click.option("--capacity", type=int, metavar="Q", help="Of the vehicles, instead.")
@_COUNT
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="FILE",
    help="File to write: .vrp or .vrp.gz.",
)
def vrp(
    n: int,
    seed: int,
    kind: str,
    depot: str,
    clients: str,
    demand: str,
    route_size: float | None,
    capacity: int | None,
    count: int,
    output: Path,
) -> None:
    """Write capacitated vehicle routing problems with n random clients.

    Kind x makes them as the X instances of Uchoa et al. (2017) are made, kind uniform as neural
    solvers are tested on.
    """  # fmt: skip
    from cosolve import write_problem
    from cosolve.problems.random_vrp import random_vrp

    for number, target in _targets(output, seed, count).items():
        problem = random_vrp(
            n, number, kind, depot=depot, clients=clients, demand=demand,
            route_size=route_size, capacity=capacity,
        )  # fmt: skip
        write_problem(problem, target)


@generate.command()
@click.option("--jobs", type=int, default=20, show_default=True, help="Number of jobs.")
@click.option("--machines", type=int, default=10, show_default=True, help="Number of machines.")
@click.option("--operations", type=int, default=30, show_default=True, help="Of each job.")
@click.option(
    "--breakdowns",
    is_flag=True,
    help="Let a fifth of the machines break down every now and then; only for .json.",
)
@_SEED
@_COUNT
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="FILE",
    help="File to write: .fjs or .json, each also with .gz.",
)
def fjsp(
    jobs: int, machines: int, operations: int, breakdowns: bool, seed: int, count: int, output: Path
) -> None:
    """Write random flexible job shops.

    They are made as those of learned rolling horizons: an operation has from 1 to all machines and
    takes from 1 to 99 on each.
    """  # fmt: skip
    from cosolve import write_problem
    from cosolve.problems.random_scheduling import random_fjsp

    if breakdowns and not output.name.removesuffix(".gz").endswith(".json"):
        raise ValueError(f"{output}: --breakdowns need a file that ends in .json")
    for number, target in _targets(output, seed, count).items():
        problem = random_fjsp(jobs, machines, operations, number, breakdowns=breakdowns)
        write_problem(problem, target)


@generate.command()
@click.option("--jobs", type=int, default=15, show_default=True, help="Number of jobs.")
@click.option("--machines", type=int, default=15, show_default=True, help="Number of machines.")
@_SEED
@_COUNT
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="FILE",
    help="File to write: .jsp, .fjs or .json, each also with .gz.",
)
def jsp(jobs: int, machines: int, seed: int, count: int, output: Path) -> None:
    """Write random job shops.

    They are made as those of Taillard: each job visits all machines and takes from 1 to 99 on each.
    """  # fmt: skip
    from cosolve import write_problem
    from cosolve.problems.random_scheduling import random_jsp

    for number, target in _targets(output, seed, count).items():
        write_problem(random_jsp(jobs, machines, number), target)


@generate.command()
@click.option(
    "-k",
    "--kind",
    type=click.Choice(["cover", "knapsack", "independent-set"]),
    default="cover",
    show_default=True,
    help="Set covering, multidimensional knapsack, or independent nodes of a graph.",
)
@click.option("--columns", type=int, metavar="N", help="Number of sets, things or nodes.")
@click.option("--rows", type=int, metavar="M", help="Number of elements or limits.")
@_SEED
@_COUNT
@click.option(
    "-o",
    "--output",
    type=common.INSTANCE,
    required=True,
    metavar="FILE",
    help="File to write: .mps or .lp, each also with .gz.",
)
def mip(
    kind: str, columns: int | None, rows: int | None, seed: int, count: int, output: Path
) -> None:
    """Write random integer programs, as the literature makes them.

    A cover has 500 elements and 1000 sets unless told otherwise, a knapsack 5 limits and 100
    things, a graph 500 nodes.
    """
    from cosolve import write_problem
    from cosolve.problems import random_mip

    sizes = {"columns": columns, "rows": rows}
    given = {name: value for name, value in sizes.items() if value is not None}
    if kind == "independent-set" and rows is not None:
        raise ValueError("--rows is not for independent-set: its rows are the edges of a graph")
    make: Any = {
        "cover": random_mip.random_cover,
        "knapsack": random_mip.random_knapsack,
        "independent-set": random_mip.random_independent_set,
    }[kind]
    for number, target in _targets(output, seed, count).items():
        write_problem(make(seed=number, **given), target)


def _targets(output: Path, seed: int, count: int) -> dict[int, Path]:
    """Return the file of each seed, all of them writable."""
    targets = {s: _target(output, s, count) for s in range(seed, seed + count)}
    for target in targets.values():
        common.check_output(target)
    return targets


def _target(output: Path, seed: int, count: int) -> Path:
    if count == 1:
        return output
    stem, dot, suffixes = output.name.partition(".")
    return output.with_name(f"{stem}-{seed}{dot}{suffixes}")


def _rounded(problem: TSP, scale: float) -> TSP:
    import numpy as np

    from cosolve import Metric

    assert problem.coords is not None
    coords = np.floor(problem.coords * scale + 0.5)
    return dataclasses.replace(problem, coords=coords, metric=Metric.EUC)
