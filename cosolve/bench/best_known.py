"""Best-known values, read from the ``bks.json`` beside or above the instances."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from cosolve.bench.scheduling_names import scheduling_keys
from cosolve.core import FormatError

FILE_NAMES = ("bks.json", "best_known.json")
_TOLERANCE = 1e-6
_LEVELS = 4  # how far above an instance its values may lie
# Parts of an entry that hold the value of a convention.
_BY_ROUNDING = {"dimacs": "trunc1", "distance_double": "none"}
_ROUNDING_WORDS = (("nint", "nint"), ("truncated", "trunc1"), ("double", "none"), ("unit", "none"))
# Sets whose values are not in the unit of the costs that their files lead to, and by how much.
_UNITS = (("instance file costs are x100", 100.0), ("scaled", 1e-3))


@dataclass(frozen=True, slots=True)
class BestKnown:
    """The best value anyone is known to have found.

    Parameters
    ----------
    value
        Cost of the best solution known.
    proven
        Whether no better solution can exist.
    reference
        Where it comes from, as tables say it.
    """

    value: float
    proven: bool
    reference: str = field(default="best known", compare=False)

    def gap(self, cost: float, *, maximize: bool = False) -> float:
        """Return how far a cost is above the value, as a fraction of it; negative if it is better.

        Parameters
        ----------
        cost
            Cost of a solution.
        maximize
            Whether less is worse; then how far it is below.
        """
        if cost == self.value:
            return 0.0
        worse = self.value - cost if maximize else cost - self.value
        return worse / abs(self.value) if self.value else math.copysign(math.inf, worse)

    def reached(self, cost: float, *, integral: bool, maximize: bool = False) -> bool:
        """Whether a solution is as good as the best known one.

        Parameters
        ----------
        cost
            Its cost.
        integral
            Whether costs are integers. Otherwise the value was written down with a few decimals,
            and a relative difference of 1e-6 counts as none.
        maximize
            Whether more is better.
        """
        if self.gap(cost, maximize=maximize) <= 0:
            return True
        if integral:
            # Values were found by floating-point solvers: 753.9999999999 stands for 754.
            return cost == round(self.value) and abs(cost - self.value) <= _TOLERANCE
        return self.gap(cost, maximize=maximize) <= _TOLERANCE


def for_file(path: Path, rounding: str | None = None) -> BestKnown | None:
    """Look up an instance file.

    The nearest of the folders above the file that has a ``bks.json`` (or ``best_known.json``) is
    asked; its keys are paths relative to it, with or without the suffix of the file, in letters of
    either case; if none of them has a folder, the names alone count. Job shops are also
    looked for by the names of `cosolve.bench.scheduling_names`.

    Parameters
    ----------
    path
        The instance.
    rounding
        How its distances are rounded, as `cosolve.io.read` is told; None for the convention of its
        format, to which the value belongs that an entry states first.

    Returns
    -------
    BestKnown or None
        None where no value is known.

    Raises
    ------
    FormatError
        If the file with the values is not valid.
    """
    path = path.resolve()
    for folder in list(path.parents)[:_LEVELS]:
        for name in FILE_NAMES:
            if (folder / name).is_file():
                relative = path.relative_to(folder).as_posix()
                keys = [*keys_of(relative), *scheduling_keys(relative)]
                return _look_up(folder / name, keys, rounding)
    return None


def for_name(values: Path, name: str) -> BestKnown | None:
    """Look up an instance that is not a file.

    Parameters
    ----------
    values
        A file like ``bks.json``; it need not exist.
    name
        A key of it.
    """
    return _look_up(values, [name]) if values.is_file() else None


def for_member(path: Path, number: int) -> BestKnown | None:
    """Look up one instance of a file that holds many.

    The entry of the file in the list beside it has the values under ``per_instance``; where that is
    missing, its ``value`` is their mean, and gaps to it mean something only as a mean.

    Parameters
    ----------
    path
        The file.
    number
        Number of the instance in it, from 0.

    Raises
    ------
    FormatError
        If the file with the values is not valid.
    """
    for name in FILE_NAMES:
        values = path.parent / name
        if values.is_file():
            entries = _load(values)
            entry = next((entries[key] for key in keys_of(path.name) if key in entries), None)
            return _member(entry, number, f"{path.parent.name}/{name}")
    return None


def _member(entry: object, number: int, source: str) -> BestKnown | None:
    if not isinstance(entry, dict):
        return None
    members = entry.get("per_instance")
    if isinstance(members, list) and number < len(members):
        return BestKnown(float(members[number]), False, f"the values per instance of {source}")
    value = entry.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return BestKnown(float(value), False, f"the mean value in {source}")


def keys_of(relative: str) -> list[str]:
    """Names under which a file may be listed: as it is, without ``.gz``, without its suffix.

    Parameters
    ----------
    relative
        Path relative to the folder of the list, with forward slashes.
    """
    plain = relative.removesuffix(".gz")
    folder, slash, name = plain.rpartition("/")
    return [relative, plain, folder + slash + name.rpartition(".")[0]]


def _look_up(values: Path, keys: list[str], rounding: str | None = None) -> BestKnown | None:
    entry = _find(values, keys)
    if not isinstance(entry, dict):
        return None
    if rounding is not None and any(isinstance(entry.get(key), dict) for key in _BY_ROUNDING):
        entry = next((e for r, e in _conventions(entry) if r == rounding), {})
    elif rounding is not None and _rounding_of(entry) not in (None, rounding):
        return None
    return _best_known(entry)


def _find(values: Path, keys: list[str]) -> Any:
    """Return the entry of the first key that there is, in other letters if need be."""
    entries = _load(values)
    found = next((entries[key] for key in keys if key in entries), None)
    if found is not None:
        return found
    lower, flat = _lower(values)
    if flat:
        # A list that names no folders serves all of them.
        keys = [key.rpartition("/")[2] for key in keys]
    return next((entries[lower[k]] for k in map(str.lower, keys) if k in lower), None)


@cache
def _lower(values: Path) -> tuple[dict[str, str], bool]:
    """Return the keys of a list by their small letters, and whether none of them has a folder."""
    entries = _load(values)
    return {key.lower(): key for key in entries}, not any("/" in key for key in entries)


def _conventions(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the entries within an entry that has one for each convention."""
    for key, rounding in _BY_ROUNDING.items():
        if isinstance(entry.get(key), dict):
            yield rounding, entry[key]


def _rounding_of(entry: dict[str, Any]) -> str | None:
    """Return the rounding that the convention of an entry names; None if it names none."""
    convention = str(entry.get("convention", ""))
    return next((r for words, r in _ROUNDING_WORDS if words in convention), None)


def _best_known(entry: dict[str, Any]) -> BestKnown | None:
    value, convention = entry.get("value", entry.get("ub")), str(entry.get("convention", ""))
    if isinstance(value, list) and len(value) == 2 and "vehicles first" in convention:
        # Fewer vehicles may drive farther: whoever counts distance only may well do better.
        return BestKnown(float(value[1]), False, "the distance of the best known by vehicles")
    # Some sets list words ("infeasible"): nothing to compare with.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    factor = next((f for words, f in _UNITS if words in convention), 1.0)
    if "at most k vehicles" in str(entry.get("note", "")):
        # Files do not state the number: with more vehicles, less may do.
        return BestKnown(factor * value, False, "best known for the vehicles in the name")
    # Lists of job shops have the bounds that are known.
    proven = entry.get("proven", "ub" in entry and entry.get("lb") == value)
    return BestKnown(factor * value, bool(proven))


@cache
def _load(values: Path) -> dict[str, Any]:
    try:
        entries = json.loads(values.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise FormatError(values, f"not valid JSON: {error.msg}", error.lineno) from error
    if not isinstance(entries, dict):
        raise FormatError(values, "expected an object with one entry per instance")
    return entries
