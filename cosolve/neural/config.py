"""Settings from TOML files into dataclasses, and back into JSON."""

from __future__ import annotations

import dataclasses
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from cosolve.core import FormatError

C = TypeVar("C")


def read_settings(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FormatError
        If it is not TOML.
    OSError
        If it cannot be read.
    """
    text = Path(path).read_bytes()
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(path, f"not a TOML file: {error}") from None


def make_config(kind: type[C], settings: Mapping[str, Any], source: str) -> C:
    """Build a configuration.

    Parameters
    ----------
    kind
        A dataclass.
    settings
        Values of some of its fields; lists become tuples.
    source
        Where the settings come from, for messages.

    Raises
    ------
    ValueError
        If there is no such setting or a value is wrong; the message begins with `source`.
    """
    hints = typing.get_type_hints(kind)
    known = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    values = {}
    for name, value in settings.items():
        if name not in known:
            valid = ", ".join(sorted(known))
            raise ValueError(f"{source}: there is no setting {name!r}; they are {valid}")
        values[name] = _checked(name, value, hints[name], source)
    try:
        return kind(**values)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None


def _checked(name: str, value: Any, hint: Any, source: str) -> Any:
    wanted = typing.get_origin(hint) or hint
    if wanted is tuple and isinstance(value, list | tuple):
        return tuple(value)
    if wanted is float and type(value) is int:
        return float(value)
    if isinstance(wanted, type) and (
        not isinstance(value, wanted) or (wanted is int and isinstance(value, bool))
    ):
        words = {int: "a whole number", float: "a number", tuple: "a list", Mapping: "a table"}
        raise ValueError(
            f"{source}: {name} must be {words.get(wanted, wanted.__name__)}, got {value!r}"
        )
    return value
