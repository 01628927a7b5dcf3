"""Worker processes for back-ends: started, listened to, interrupted, and killed in time.

Some solvers' wheels cannot be loaded into one process together, and a crash or a runaway allocation
in one must not take the caller down. So none is ever imported by the caller: a worker is a fresh
interpreter that imports a function by name, runs it, and sends messages back.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cosolve.core import Run
from cosolve.core.errors import BackendError, BackendMissing

_BOOT = "import sys; sys.path[:] = {path!r}; from cosolve.exact.worker import main; main({handle})"
_STDERR_TAIL = 4096  # bytes of a dead worker's last words that are looked at
_POLL_S = 0.1  # longest time between two looks at the limits
_INTERRUPT = pickle.dumps(("interrupt", None))


class Channel:
    """The worker's side: what its function sends to the caller and hears from it.

    Parameters
    ----------
    connection
        The worker's end of the pipe.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.interrupted = threading.Event()
        """Set when the caller wants the function to return what it has."""
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        """What the caller has sent and nobody has taken yet."""

    def send(self, message: object) -> None:
        """Send something picklable to the caller, at once.

        Parameters
        ----------
        message
            Anything but the result, which the function returns.
        """
        self._connection.send_bytes(pickle.dumps(("message", message)))

    def _listen(self) -> None:
        """Hear the caller until its end closes, which ends the worker."""
        try:
            while True:
                kind, content = pickle.loads(self._connection.recv_bytes())
                if kind == "interrupt":
                    self.interrupted.set()
                else:
                    self.inbox.put(content)
        except (EOFError, OSError):
            os._exit(1)


def require_package(package: str) -> None:
    """Raise if a package is not installed, without importing it.

    Parameters
    ----------
    package
        Name of the module.

    Raises
    ------
    BackendMissing
        With the line that installs it.
    """
    if importlib.util.find_spec(package) is None:
        raise BackendMissing(f"{package} is not installed; pip install {package} installs it")


class Worker:
    """One call of a function in a process of its own; a context manager that ends the process.

    Parameters
    ----------
    target
        The function, as ``"module:name"``; it is called with `payload` and a `Channel` and returns
        the result, which must be picklable like the payload.
    payload
        Its argument.
    package
        A package the function needs; None if it needs none that could be absent.
    memory_mib
        Address space the worker may use; unlimited unless given.

    Raises
    ------
    BackendMissing
        If the package is not installed.
    """

    def __init__(
        self,
        target: str,
        payload: object,
        *,
        package: str | None = None,
        memory_mib: int | None = None,
    ) -> None:
        if package is not None:
            require_package(package)
        self.done = False
        """Whether the function has returned."""
        self.result: Any = None
        """What it returned."""
        self._target = target
        self._sending = threading.Lock()  # messages come from any thread
        call = pickle.dumps((target, payload, memory_mib))
        self._connection, theirs = Pipe()
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as the worker
        handle = theirs.fileno()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT.format(path=sys.path, handle=handle)],
            pass_fds=[handle],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._stderr,
            start_new_session=True,  # Ctrl-C is for the caller to handle
        )
        theirs.close()
        with suppress(OSError):  # it died at once: receive() says how
            self._connection.send_bytes(call)

    def __enter__(self) -> Self:
        """Return the worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process, whatever it does."""
        self.kill()

    def receive(self, timeout_s: float) -> tuple[Any] | None:
        """Return the next message, in a tuple, or None if there is none.

        Parameters
        ----------
        timeout_s
            How long to wait for it. Once the function has returned, `done` is set and there are no
            more messages.

        Raises
        ------
        BackendError
            If the function raised something or the process died.
        """
        if self.done or not self._connection.poll(max(0.0, timeout_s)):
            return None
        try:
            kind, content = pickle.loads(self._connection.recv_bytes())
        except (EOFError, OSError):
            raise BackendError(f"{self._target}: {self._cause_of_death()}") from None
        if kind == "message":
            return (content,)
        if kind == "error":
            raise BackendError(f"{self._target}: {content}")
        self.done, self.result = True, content
        return None

    def send(self, message: object) -> None:
        """Send something picklable to the function, into the inbox of its channel.

        Parameters
        ----------
        message
            Anything; a worker that has died does not get it, and says so in ``receive``.
        """
        self._send(pickle.dumps(("message", message)))

    def interrupt(self) -> None:
        """Ask the function to return what it has; it need not obey."""
        self._send(_INTERRUPT)

    def _send(self, content: bytes) -> None:
        with suppress(OSError), self._sending:
            self._connection.send_bytes(content)

    @property
    def cpu_s(self) -> float:
        """CPU seconds the process has used; 0 where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_bytes().rpartition(b")")[2]
        except OSError:
            return 0.0
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and those it has started.

        Parameters
        ----------
        number
            Such as ``signal.SIGSTOP``.
        """
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        # The whole session: a back-end may have started processes of its own.
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._connection.close()
        self._stderr.close()

    def _cause_of_death(self) -> str:
        status = self._process.wait()
        if status >= 0:
            cause = f"the worker exited with status {status}"
        else:
            name = signal.Signals(-status).name
            hint = " (out of memory?)" if name == "SIGKILL" else ""
            cause = f"the worker was ended by {name}{hint}"
        self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, self._stderr.tell() - _STDERR_TAIL))
        words = self._stderr.read().decode(errors="replace").strip().splitlines()
        return f"{cause}: {words[-1].strip()}" if words else cause


def run_in_worker(
    target: str,
    payload: object,
    run: Run,
    *,
    on_message: Callable[[Any], None],
    package: str | None = None,
    memory_mib: int | None = None,
    grace_s: float = 0.0,
) -> Any:
    """Call a function in a worker within the limits of a run.

    When the run is interrupted, or `grace_s` before its time is up, the function is asked to
    return; when time is up, it is killed. What it sent until then remains the caller's.

    Parameters
    ----------
    target
        The function, as ``"module:name"``; see `Worker`.
    payload
        Its argument.
    run
        Whose time limit and interruption hold.
    on_message
        Called with every message, in this thread.
    package, memory_mib
        See `Worker`.
    grace_s
        Seconds the function gets to return after it was asked to.

    Returns
    -------
    object or None
        What the function returned; None if it was killed.

    Raises
    ------
    BackendMissing
        If the package is not installed.
    BackendError
        If the function raised something or the process died.
    """
    asked_s: float | None = None
    with Worker(target, payload, package=package, memory_mib=memory_mib) as worker:
        while True:
            left_s = run.remaining
            if asked_s is None and (run.interrupted.is_set() or left_s <= grace_s):
                worker.interrupt()
                asked_s = time.perf_counter()
            overdue = asked_s is not None and time.perf_counter() - asked_s >= grace_s
            if overdue or left_s <= 0:
                # What has arrived already is still heard.
                while (message := worker.receive(0.0)) is not None:
                    on_message(message[0])
                return worker.result
            message = worker.receive(min(_POLL_S, left_s))
            if message is not None:
                on_message(message[0])
            elif worker.done:
                return worker.result


def main(handle: int) -> None:
    """Serve, in the worker, the one call that arrives through a pipe.

    Parameters
    ----------
    handle
        File descriptor of this side of the pipe.
    """
    connection = Connection(handle)
    target, payload, memory_mib = pickle.loads(connection.recv_bytes())
    channel = Channel(connection)
    threading.Thread(target=channel._listen, daemon=True).start()  # noqa: SLF001 - its own class
    try:
        if memory_mib is not None:
            _limit_memory(memory_mib)
        module, _, name = target.partition(":")
        function = getattr(importlib.import_module(module), name)
        answer = pickle.dumps(("result", function(payload, channel)))
    except Exception as error:  # whatever it is, the caller must be told
        lines = str(error).strip().splitlines()
        words = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
        answer = pickle.dumps(("error", words))
    connection.send_bytes(answer)
    # Without waiting for whatever threads or exit handlers a solver left behind.
    sys.stderr.flush()
    os._exit(0)


def _limit_memory(mib: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))
