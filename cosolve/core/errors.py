"""The errors cosolve raises beside ``ValueError`` and ``TypeError``."""

from __future__ import annotations

from pathlib import Path


class FormatError(ValueError):
    """A file does not hold what its format asks for.

    Parameters
    ----------
    path
        The file that was read.
    message
        What was found and what was expected.
    line
        One-based line number, where one is known.
    """

    def __init__(self, path: str | Path, message: str, line: int | None = None) -> None:
        self.path = str(path)
        self.line = line
        self.message = message
        where = self.path if line is None else f"{self.path}:{line}"
        super().__init__(f"{where}: {message}")


class BackendMissing(ModuleNotFoundError):
    """An optional package is not installed; the message says how to install it."""


class BackendError(RuntimeError):
    """A back-end's worker process died or answered with an error."""


class KernelError(RuntimeError):
    """A kernel returned something impossible: a bug in cosolve."""
