"""Under which names lists of best-known values have the files of job shops."""

from __future__ import annotations

import re

_HURINK = re.compile(r"(?:.*[/_])?hurink[_/-]?([a-z]data)/(.+)", re.IGNORECASE)
# Instances of a set that a list numbers through: 1 to 20 are the small ones of Behnke, and so on.
_BEHNKE = re.compile(r"(sm|med|lar)(\d\d)_(\d)")
_BEHNKE_FIRST = {"sm": 0, "med": 20, "lar": 40}
_PER_SIZE = 5
_FATTAHI = re.compile(r"([sm])fjs(\d\d)")
_FATTAHI_SMALL = 10


def scheduling_keys(relative: str) -> list[str]:
    """Return other names of an instance file.

    Parameters
    ----------
    relative
        Path relative to the folder of the list, with forward slashes.

    Returns
    -------
    list of str
        None, or the name that `ScheduleOpt <https://github.com/ScheduleOpt/benchmarks>`_ uses.
    """
    plain = relative.removesuffix(".gz")
    folder, _, file = plain.rpartition("/")
    name = file.rpartition(".")[0] or file
    data = _HURINK.fullmatch(f"{folder}/{name}")
    if data is not None:
        return [f"{_fisher(data[2])}_{data[1].lower()}"]
    if (match := _BEHNKE.fullmatch(name)) is not None:
        number = _BEHNKE_FIRST[match[1]] + _PER_SIZE * (int(match[2]) - 1) + int(match[3])
        return [f"behnke{number}"]
    if (match := _FATTAHI.fullmatch(name)) is not None:
        return [f"fattahi{int(match[2]) + (_FATTAHI_SMALL if match[1] == 'm' else 0)}"]
    if re.fullmatch(r"\d\da", name):
        return [f"dpp{name}"]
    if re.fullmatch(r"k\d", name):
        return [f"kacem{name[1:]}"]
    if re.fullmatch(r"ta\d\d", name):
        return [f"{name}js"]
    return [_fisher(name)] if _fisher(name) != name else []


def _fisher(name: str) -> str:
    """Name of an instance of Fisher and Thompson, which others call after Muth and Thompson."""
    return re.sub(r"^mt(?=(06|10|20)$)", "ft", name)
