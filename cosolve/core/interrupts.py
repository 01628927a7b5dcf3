"""Ctrl-C and SIGTERM as a request to stop, not as an exception."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts_set(flag: threading.Event) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM set a flag and the second raise ``KeyboardInterrupt``.

    The handlers found on entry are put back on exit. Python delivers signals to the main thread
    only: in any other thread nothing happens.

    Parameters
    ----------
    flag
        Set by the first signal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_signum: int, _frame: FrameType | None) -> None:
        if flag.is_set():
            raise KeyboardInterrupt
        flag.set()

    # A handler that was not installed from Python reads as None and cannot be put back.
    before = {s: old for s in _SIGNALS if (old := signal.getsignal(s)) is not None}
    for signum in before:
        signal.signal(signum, handle)
    try:
        yield
    finally:
        for signum, old in before.items():
            signal.signal(signum, old)
