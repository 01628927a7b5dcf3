"""Random job shops, the same on every machine for the same seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cosolve.problems.scheduling import Scheduling

_LONGEST = 99  # duration, as in [1] and [2]
_MAX_OPERATIONS = 10_000_000
# Of breakdowns [2]: when the first one begins, how long it is from one to the next, how long each
# takes, and which share of the machines it stops.
_FIRST = (50, 150)
_BETWEEN = (400, 600)
_LENGTH = 100
_SHARE = 0.2
_NEVER = np.empty((0, 3), np.int64)


def random_fjsp(
    jobs: int = 20,
    machines: int = 10,
    operations: int = 30,
    seed: int = 0,
    *,
    breakdowns: bool = False,
) -> Scheduling:
    """Make a flexible job shop as those of [1]_ ("SD2") and of learned rolling horizons [2]_.

    An operation has from 1 to all machines, each number as likely, and a duration of its own from 1
    to 99 on each of them.

    Parameters
    ----------
    jobs, machines
        How many.
    operations
        Of each job.
    seed
        Seed, not negative.
    breakdowns
        Whether machines break down, as in [2]_: a fifth of them, others each time, for 100, first
        between 50 and 150 and then every 400 to 600, for as long as a schedule may take.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] R. Wang et al., "Flexible job shop scheduling via dual attention network-based
       reinforcement learning", IEEE Transactions on Neural Networks and Learning Systems (2023).
    .. [2] S. Li et al., "Learning-guided rolling horizon optimization for long-horizon flexible
       job-shop scheduling", ICLR (2025).
    """
    rng = _generator(jobs, machines, operations, seed)
    n = jobs * operations
    count = rng.integers(1, machines + 1, size=n)
    # The first of a random order of the machines, in the order of their numbers.
    chosen = rng.random((n, machines)).argsort(axis=1).argsort(axis=1) < count[:, None]
    duration = rng.integers(1, _LONGEST + 1, size=int(count.sum()))
    first = np.zeros(n + 1, np.int32)
    np.cumsum(count, out=first[1:])
    mean = np.add.reduceat(duration, first[:-1]) / count
    return Scheduling(
        jobs=np.repeat(np.arange(jobs), operations),
        first=first,
        machine=np.nonzero(chosen)[1].astype(np.int32),
        duration=duration,
        machines=machines,
        job_count=jobs,
        downtime=_breakdowns(rng, machines, mean.reshape(jobs, -1)) if breakdowns else _NEVER,
        name=f"fjsp-{jobs}x{machines}x{operations}-{seed}",
    )


def random_jsp(jobs: int = 15, machines: int = 15, seed: int = 0) -> Scheduling:
    """Make a job shop as those of Taillard [1]_: durations from 1 to 99, machines in any order.

    Parameters
    ----------
    jobs, machines
        How many; each job visits every machine once.
    seed
        Seed, not negative. The generator is another one than that of [1]_.

    Raises
    ------
    ValueError
        If an argument is out of range.

    References
    ----------
    .. [1] E. Taillard, "Benchmarks for basic scheduling problems", European Journal of Operational
       Research 64 (1993), section 4.
    """
    rng = _generator(jobs, machines, machines, seed)
    n = jobs * machines
    return Scheduling(
        jobs=np.repeat(np.arange(jobs), machines),
        first=np.arange(n + 1, dtype=np.int32),
        machine=rng.random((jobs, machines)).argsort(axis=1).ravel().astype(np.int32),
        duration=rng.integers(1, _LONGEST + 1, size=n),
        machines=machines,
        job_count=jobs,
        name=f"jsp-{jobs}x{machines}-{seed}",
    )


def _generator(jobs: int, machines: int, operations: int, seed: int) -> np.random.Generator:
    for name, number in (("jobs", jobs), ("machines", machines), ("operations", operations)):
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    if jobs * operations * machines > _MAX_OPERATIONS * 10:
        raise ValueError(
            f"{jobs} jobs of {operations} operations on {machines} machines are too many"
        )
    if seed < 0:
        raise ValueError(f"seed must not be negative, got {seed}")
    return np.random.default_rng(seed)


def _breakdowns(
    rng: np.random.Generator, machines: int, mean: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Rows (machine, from, to) for twice as long as the work takes, or the longest job.

    Parameters
    ----------
    rng
        Source of randomness.
    machines
        How many.
    mean
        Mean duration of each operation, a row for each job.
    """
    horizon = 2 * max(mean.sum() / machines, mean.sum(axis=1).max()) + _FIRST[1]
    hit = max(1, round(_SHARE * machines))
    rows = []
    begin = int(rng.integers(_FIRST[0], _FIRST[1] + 1))
    while begin < horizon:
        rows += [[int(m), begin, begin + _LENGTH] for m in rng.permutation(machines)[:hit]]
        begin += int(rng.integers(_BETWEEN[0], _BETWEEN[1] + 1))
    return np.array(rows, np.int64).reshape(-1, 3)
