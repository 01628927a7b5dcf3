"""Finds the best known value of an instance in the files that stand beside it."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_FILES = ("bks.json", "best_known.json")


def best_known(instance: Path) -> float | None:
    """Best known value of an instance, or None.

    Looks for the name of the file, without its suffixes, in ``bks.json`` or ``best_known.json``
    beside it, and for ``folder/name`` in those of the folder above.

    Parameters
    ----------
    instance
        The instance file.
    """
    name = instance.name.removesuffix(".gz").rpartition(".")[0] or instance.name
    here = instance.absolute().parent
    for folder, key in ((here, name), (here.parent, f"{here.name}/{name}")):
        for file in _FILES:
            value = _lookup(folder / file, key)
            if value is not None:
                return value
    return None


def _lookup(file: Path, key: str) -> float | None:
    # A damaged or foreign file beside the instance must not keep it from being solved.
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))[key]
        value = entry["value"] if isinstance(entry, dict) else entry
    except (OSError, ValueError, LookupError, TypeError):
        return None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and math.isfinite(value) else None
