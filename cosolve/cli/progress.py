"""One live line about a running search, on a terminal only."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cosolve.cli.common import shown, shown_gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

    from cosolve.core import Progress

_INTERVAL_S = 0.1


class ProgressLine:
    """Rewrites one line of a terminal at most ten times a second.

    Parameters
    ----------
    stream
        The terminal.
    integral
        Whether costs are integers.
    """

    def __init__(self, stream: TextIO, integral: bool) -> None:
        self._stream = stream
        self._integral = integral
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show the progress, if the last line is old enough."""
        if progress.seconds < self._next:
            return
        self._next = progress.seconds + _INTERVAL_S
        columns = shutil.get_terminal_size().columns
        self._stream.write(f"\r{self.text(progress)[: columns - 1]}\x1b[K")
        self._stream.flush()

    def text(self, progress: Progress) -> str:
        """Return the line for a progress report."""
        rate = progress.iterations / progress.seconds if progress.seconds > 0 else 0.0
        parts = [
            f"{progress.seconds:7.1f} s",
            f"cost {shown(progress.cost, self._integral)}",
            f"{'upper ' * progress.maximize}bound {shown(progress.bound, False)}",
            f"gap {shown_gap(progress.gap)}",
            f"{progress.iterations} iterations ({rate:.0f}/s)",
        ]
        return "  ".join([*parts, progress.phase] if progress.phase else parts)

    def clear(self) -> None:
        """Leave an empty line behind."""
        self._stream.write("\r\x1b[K")
        self._stream.flush()


@contextmanager
def live_progress(integral: bool, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Give a listener that writes to stderr if that is a terminal, else None.

    Parameters
    ----------
    integral
        Whether costs are integers.
    quiet
        Whether to stay silent in any case.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    line = ProgressLine(sys.stderr, integral)
    try:
        yield line
    finally:
        line.clear()
