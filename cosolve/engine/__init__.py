"""Where work runs: in this process, or in local worker processes, one per task."""

from cosolve.engine.base import Engine, Finished
from cosolve.engine.inprocess import InProcess
from cosolve.engine.local import LocalProcesses
from cosolve.engine.memory import peak_memory_mib

__all__ = ["Engine", "Finished", "InProcess", "LocalProcesses", "peak_memory_mib"]
