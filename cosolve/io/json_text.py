"""JSON files, read strictly: messages name the line, or the key of what is wrong."""

from __future__ import annotations

import gc
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cosolve.core import FormatError
from cosolve.io.text import clean
from cosolve.problems.scheduling_validate import MAX_TIME

VERSION = 1
"""Of the formats of cosolve."""

_SHOWN = 40  # characters of a wrong value that a message quotes


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON file that knows where it stands.

    Parameters
    ----------
    path
        The file, for messages.
    key
        Keys that lead to it, such as ``jobs[3].release``; empty for the whole file.
    value
        The value.
    """

    path: str | Path
    key: str
    value: Any

    def error(self, message: str) -> FormatError:
        """Make an error about this value."""
        return FormatError(self.path, f"{self.key}: {message}" if self.key else message)

    def expected(self, what: str) -> FormatError:
        """Make an error about a value that is something else."""
        text = json.dumps(self.value)
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
        return self.error(f"expected {what}, found {shown}")

    def only(self, keys: Collection[str]) -> None:
        """Raise unless this is an object that has no other keys."""
        if not isinstance(self.value, dict):
            raise self.expected("an object")
        for key in self.value:
            if key not in keys:
                raise self.error(
                    f"unknown key {json.dumps(key)[:_SHOWN]}, expected one of: {', '.join(keys)}"
                )

    def get(self, key: str) -> Node | None:
        """Return the value of a key of an object, None if it has no such key."""
        if key not in self.value:
            return None
        return Node(self.path, f"{self.key}.{key}" if self.key else key, self.value[key])

    def required(self, key: str) -> Node:
        """Return the value of a key that an object must have."""
        found = self.get(key)
        if found is None:
            raise self.error(f"expected the key {json.dumps(key)}")
        return found

    def items(self, count: int | None = None) -> list[Node]:
        """Return the values of a list, of so many if that is given."""
        if not isinstance(self.value, list):
            raise self.expected("a list")
        if count is not None and len(self.value) != count:
            raise self.error(f"expected {count} values, found {len(self.value)}")
        return [Node(self.path, f"{self.key}[{k}]", v) for k, v in enumerate(self.value)]

    def whole(self, least: int = 0, most: int = MAX_TIME) -> int:
        """Return a whole number of a range."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.expected("a whole number")
        if not least <= value <= most:
            raise self.error(f"expected a number from {least} to {most}, found {str(value)[:24]}")
        return value

    def number(self) -> float:
        """Return a number, not negative."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.expected("a number")
        if not 0 <= value < 1e300:
            raise self.error(f"expected a number of 0 or more, found {str(value)[:24]}")
        return float(value)

    def text(self) -> str:
        """Return a text."""
        if not isinstance(self.value, str):
            raise self.expected("a text")
        return self.value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.expected("true or false")
        return self.value


@contextmanager
def _without_collection() -> Iterator[None]:
    """Switch the search for cycles off: a file has none, and it would take half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def parse(path: str | Path, data: bytes) -> Node:
    """Read a JSON object.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is no JSON, no object, or has a key twice.
    """
    try:
        text = clean(path, data).decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise FormatError(path, "expected text in UTF-8", line) from None

    def constant(word: str) -> NoReturn:
        raise FormatError(path, f"expected numbers that are finite, found {word}")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise FormatError(path, f"the key {json.dumps(twice)[:_SHOWN]} is there twice")
        return found

    try:
        with _without_collection():
            value = json.loads(text, parse_constant=constant, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise FormatError(path, f"not valid JSON: {error.msg.lower()}", error.lineno) from None
    except FormatError:
        raise
    except RecursionError:
        raise FormatError(path, "not valid JSON: nested too deeply") from None
    except ValueError:
        raise FormatError(path, "not valid JSON: a number has too many digits") from None
    root = Node(path, "", value)
    if not isinstance(value, dict):
        raise root.expected("an object")
    return root


def load(path: str | Path, data: bytes, form: str) -> Node:
    """Read a JSON object that says which format it is in.

    Parameters
    ----------
    path
        The file, for messages.
    data
        Its content.
    form
        What its key ``format`` must say; ``version`` must be 1.

    Raises
    ------
    FormatError
        If it is no JSON, has a key twice, or is in another format or version.
    """
    root = parse(path, data)
    found = root.required("format")
    if found.value != form:
        raise found.expected(json.dumps(form))
    version = root.required("version")
    if version.whole() != VERSION:
        raise version.expected(str(VERSION))
    return root
