"""How much memory this process took."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

_KIB_PER_MIB = 1024.0


def peak_memory_mib() -> float:
    """Return the largest resident set size this process ever had, in MiB.

    On Linux it is read from ``/proc``: the figure of ``getrusage`` survives ``exec``, so that a
    process started from a large one would report the size of its parent.
    """
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        peak = float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return peak / (_KIB_PER_MIB * _KIB_PER_MIB if sys.platform == "darwin" else _KIB_PER_MIB)
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / _KIB_PER_MIB
