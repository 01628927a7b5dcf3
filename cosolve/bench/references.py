"""Values to compare with that a user brings: a former benchmark, or a list of lengths."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cosolve.bench.best_known import BestKnown
from cosolve.bench.store import read_rows
from cosolve.bench.suites import Instance
from cosolve.core import FormatError


@dataclass(frozen=True, slots=True)
class References:
    """Values by the content of an instance or by its name.

    Parameters
    ----------
    source
        What tables call them.
    by_digest, by_name
        Values.
    """

    source: str
    by_digest: Mapping[str, float] = field(default_factory=dict)
    by_name: Mapping[str, float] = field(default_factory=dict)

    def apply(self, instances: Iterable[Instance]) -> list[Instance]:
        """Return the instances with these values in place of all others.

        An instance without one has no value any more: a table never mixes references.

        Parameters
        ----------
        instances
            What is to be compared.

        Raises
        ------
        ValueError
            If there is a value for none of them.
        """
        changed = [dataclasses.replace(i, best_known=self._value(i)) for i in instances]
        if changed and all(i.best_known is None for i in changed):
            raise ValueError(f"{self.source} has no value for any of the instances")
        return changed

    def _value(self, instance: Instance) -> BestKnown | None:
        value = self.by_digest.get(instance.digest, self.by_name.get(instance.name))
        return None if value is None else BestKnown(value, False, self.source)


def load_references(path: Path) -> References:
    """Read values to compare with.

    Parameters
    ----------
    path
        A ``.jsonl`` file of ``cosolve bench -o``, of which the least valid cost of every instance
        counts; or a ``.json`` object like ``bks.json``, with a number, or an object with the key
        ``value``, per name of an instance.

    Raises
    ------
    FormatError
        If it is neither.
    OSError
        If it cannot be read.
    """
    if path.suffix == ".jsonl":
        found: dict[str, float] = {}
        for row in read_rows(path):
            digest, cost = row.get("digest"), row.get("cost")
            if digest is not None and cost is not None and row.get("valid"):
                better = max if row.get("maximize") else min
                found[digest] = better(cost, found.get(digest, cost))
        return References(path.name, by_digest=found)
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FormatError(path, f"not valid JSON: {error}") from error
    if not isinstance(entries, dict):
        raise FormatError(path, "expected an object with one entry per instance")
    values = {
        name: entry.get("value") if isinstance(entry, dict) else entry
        for name, entry in entries.items()
    }
    numbers = {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return References(path.name, by_name=numbers)
