"""Suites: what ``tsplib``, a folder, a file or ``uniform:1000x3:1234`` stands for."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

import cosolve
from cosolve.bench import best_known
from cosolve.bench.best_known import BestKnown
from cosolve.bench.line_sets import LineSet, find_line_set, is_line_set
from cosolve.core import FormatError
from cosolve.io import read
from cosolve.io.files import read_bytes
from cosolve.io.scheduling_json import JSON_FORMAT as PROBLEM_FORMAT
from cosolve.io.sniff import Format, sniff
from cosolve.problems import TSP

SUFFIXES = (".tsp", ".atsp", ".npy", ".vrp", ".fjs", ".jsp", ".mps", ".lp")
"""Files with these suffixes (or these and ``.gz``) in a folder are instances."""

_TEXT = (".txt", ".json")  # of instances whose content tells the format, and of much else
_BY_CONTENT = frozenset(
    {Format.SOLOMON, Format.LI_LIM, Format.CORDEAU, Format.TAILLARD, Format.SHOP, Format.SCHEDULING}
)

_UNIFORM = re.compile(r"uniform:(?P<n>[1-9]\d*)(?:x(?P<count>[1-9]\d*))?(?::(?P<seed>\d+))?")
_MEMBERS = re.compile(r"(?P<set>.+?):(?P<n>[1-9]\d*)(?:x(?P<count>[1-9]\d*))?(?::(?P<first>\d+))?")
_MEMBER = re.compile(r"(?P<path>.+)#(?P<number>\d+)")
_HASH_LENGTH = 16
_HEAD = 4096  # bytes of JSON that say what it holds
_NUMBERED = re.compile(r".*\.\d+")


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance of a suite, not read yet.

    Parameters
    ----------
    name
        What tables call it.
    source
        Path of the file, ``PATH#NUMBER`` in a file of many, or ``uniform:N:SEED``.
    digest
        Hash of the content: the same instance is known again wherever it lies.
    best_known
        The best value known, or None.
    suite
        The word that stands for the suite it was found in.
    rounding
        How Euclidean distances of a file are rounded, or None for the convention of its format.
    """

    name: str
    source: str
    digest: str
    best_known: BestKnown | None = None
    suite: str = field(default="", compare=False)
    rounding: str | None = None

    def load(self) -> Any:
        """Read or generate the problem.

        Raises
        ------
        OSError
            If the file cannot be read.
        FormatError
            If it is malformed.
        """
        match = _UNIFORM.fullmatch(self.source)
        if match:
            return uniform(int(match["n"]), int(match["seed"]))
        member = _MEMBER.fullmatch(self.source)
        if member and is_line_set(Path(member["path"])):
            return LineSet(Path(member["path"])).load(int(member["number"]))
        return read(self.source, self.rounding)

    def size(self) -> int | None:
        """Count the nodes; None if the file cannot be read."""
        match = _UNIFORM.fullmatch(self.source)
        if match:
            return int(match["n"])
        try:
            return int(self.load().size)
        except (OSError, ValueError):
            return None


def uniform(n: int, seed: int) -> TSP:
    """Generate random points in the unit square, with exact Euclidean distances.

    Parameters
    ----------
    n
        Number of nodes.
    seed
        Seed; the points are ``numpy.random.default_rng(seed).random((n, 2))``.
    """
    coords = np.random.default_rng(seed).random((n, 2))
    return TSP(coords=coords, name=f"uniform-{n}-{seed}")


def find_suite(
    target: str,
    *,
    min_size: int | None = None,
    max_size: int | None = None,
    rounding: str | None = None,
) -> list[Instance]:
    """Find the instances that a word on the command line stands for.

    Parameters
    ----------
    target
        A file, a folder (searched with all folders below), the name of a folder under
        ``$COSOLVE_DATA``, ``../shared/instances`` or the ``instances`` of a checkout;
        ``uniform:N[xCOUNT][:SEED]``, which generates COUNT instances of N nodes with seeds SEED,
        SEED + 1 and so on (1 and 0 unless given); or ``FOLDER:N[xCOUNT][:FIRST]``, such as
        ``tsp-uniform:500``: all, or COUNT from the FIRST (from 0) on, of the instances in the
        file of the folder that holds one of N nodes per line.
    min_size, max_size
        Leave out smaller and larger instances. Files that cannot be read stay in: a benchmark
        must not lose them silently.
    rounding
        Round Euclidean distances of files like this, as `cosolve.io.read` is told, and compare with
        values that were found so.

    Returns
    -------
    list of Instance
        Sorted by name, numbers in names by value.

    Raises
    ------
    ValueError
        If there is no such suite or no instance in it; the message says where it was looked for.
    """
    if target.startswith("uniform:"):
        instances = _generated(target)
    else:
        instances = _members(target) or _files(target)
    if min_size is not None or max_size is not None:
        low, high = min_size or 0, float("inf") if max_size is None else max_size
        instances = [i for i in instances if (n := i.size()) is None or low <= n <= high]
    if not instances:
        raise ValueError(f"suite {target} is empty: no instance of a size asked for")
    if rounding is not None:
        instances = [_rounded(instance, rounding) for instance in instances]
    return [dataclasses.replace(instance, suite=target) for instance in instances]


def _rounded(instance: Instance, rounding: str) -> Instance:
    path = Path(instance.source)
    if not path.is_file() or is_line_set(path):
        raise ValueError(f"{instance.name} is no file whose distances could be rounded")
    return dataclasses.replace(
        instance,
        rounding=rounding,
        digest=_hash(f"{instance.digest} {rounding}".encode()),
        best_known=best_known.for_file(path, rounding),
    )


def data_folders() -> list[Path]:
    """Folders in which suites are looked for by name, in order."""
    checkout = _checkout()
    folders = [Path(os.environ["COSOLVE_DATA"])] if os.environ.get("COSOLVE_DATA") else []
    for root in dict.fromkeys([Path.cwd(), checkout] if checkout else [Path.cwd()]):
        folders += [root.parent / "shared" / "instances", root / "instances"]
    return folders


def _checkout() -> Path | None:
    root = Path(cosolve.__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() else None


def _generated(target: str) -> list[Instance]:
    match = _UNIFORM.fullmatch(target)
    if match is None:
        raise ValueError(f"{target} is not of the form uniform:N[xCOUNT][:SEED]")
    checkout = _checkout()
    values = checkout / "benchmarks" / "best_known.json" if checkout else None
    first = int(match["seed"] or 0)
    instances = []
    for seed in range(first, first + int(match["count"] or 1)):
        source = f"uniform:{match['n']}:{seed}"
        name = source.replace(":", "-")
        known = best_known.for_name(values, name) if values else None
        instances.append(Instance(name, source, _hash(source.encode()), known))
    return instances


def _place(target: str) -> Path | None:
    places = [Path(target), *(folder / target for folder in data_folders())]
    return next((place for place in places if place.exists()), None)


def _members(target: str) -> list[Instance]:
    """Instances of ``FOLDER:N[xCOUNT][:FIRST]``; none if the target is nothing of the kind."""
    match = _MEMBERS.fullmatch(target)
    folder = _place(match["set"]) if match else None
    if match is None or folder is None or not folder.is_dir():
        return []
    path = find_line_set(folder, int(match["n"]))
    if path is None:
        raise ValueError(f"suite {target}: {folder} has no file tsp{match['n']}_*.txt[.gz]")
    first = int(match["first"] or 0)
    found = _line_set(path)[first:]
    return found[: int(match["count"])] if match["count"] else found


def _line_set(path: Path) -> list[Instance]:
    lines = LineSet(path)
    return [
        Instance(
            f"{lines.stem}-{number}",
            f"{path}#{number}",
            digest[:_HASH_LENGTH],
            best_known.for_member(path, number),
        )
        for number, digest in enumerate(lines.digests())
    ]


def _files(target: str) -> list[Instance]:
    place = _place(target)
    if place is None:
        looked = ", ".join(map(str, data_folders()))
        raise ValueError(f"there is no suite, folder or file {target} (looked in . and {looked})")
    if is_line_set(place):
        return _line_set(place)
    if place.is_file():
        return [_instance(place, place.parent)]
    found = [path for path in place.rglob("*") if path.is_file() and _is_instance(path)]
    if not found:
        raise ValueError(
            f"suite {target} is empty: no {', '.join(SUFFIXES)} file in {place}, and no "
            f"{' or '.join(_TEXT)} file that holds an instance"
        )
    return sorted((_instance(path, place) for path in found), key=_natural)


def _is_instance(path: Path) -> bool:
    if _has_suffix(path):
        return True
    plain = path.name.removesuffix(".gz")
    if plain.endswith(_TEXT):
        return _is_instance_by_content(path)
    # The DIMACS instances are called E1k.0 and the like: only a list of values tells them apart
    # from other files.
    return bool(_NUMBERED.fullmatch(plain)) and best_known.for_file(path) is not None


def _is_instance_by_content(path: Path) -> bool:
    if is_line_set(path):
        return False
    try:
        data = read_bytes(path)
        found = sniff(path, data)
    except (OSError, FormatError):
        return False
    # Much is JSON: lists of best-known values, schedules.
    return found in _BY_CONTENT and (
        found is not Format.SCHEDULING or PROBLEM_FORMAT.encode() in data[:_HEAD]
    )


def _instance(path: Path, root: Path) -> Instance:
    _, plain, stem = best_known.keys_of(path.relative_to(root).as_posix())
    name = stem if _has_suffix(path) or plain.endswith(_TEXT) else plain
    return Instance(name, str(path), _hash(path.read_bytes()), best_known.for_file(path))


def _has_suffix(path: Path) -> bool:
    return path.name.removesuffix(".gz").endswith(SUFFIXES)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_HASH_LENGTH]


def _natural(instance: Instance) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", instance.name.lower())
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
