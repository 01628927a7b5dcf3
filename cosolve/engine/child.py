"""The worker's side: receives one call, makes it, sends the answer back, ends.

A worker is a fresh interpreter and not a fork: it inherits no threads, no locks and no memory, and
what it needs at peak is its own. Nor does it run the caller's ``__main__`` again, as
``multiprocessing`` would.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from multiprocessing.connection import Connection

from cosolve.engine.base import one_line


def _end_with_parent(connection: Connection) -> None:
    """Wait for the parent's end of the pipe to close, which it does however the parent ends."""
    try:
        connection.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def main(handle: int) -> None:
    """Serve the one call that arrives through a pipe.

    Parameters
    ----------
    handle
        File descriptor of this side of the pipe.
    """
    connection = Connection(handle)
    call = connection.recv_bytes()
    threading.Thread(target=_end_with_parent, args=(connection,), daemon=True).start()
    try:
        function, task = pickle.loads(call)
        answer = pickle.dumps((True, function(task)))
    except Exception as error:  # whatever it is, the caller must be told
        answer = pickle.dumps((False, one_line(error)))
    connection.send_bytes(answer)
    # Without waiting for whatever threads or exit handlers a solver left behind.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
