"""Back-ends that solve linear and integer programs, each in a worker process of its own."""

from cosolve.exact.worker import Channel, Worker, run_in_worker

__all__ = ["Channel", "Worker", "run_in_worker"]
