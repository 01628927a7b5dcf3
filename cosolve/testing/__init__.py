"""What solvers are tested with, in cosolve and in packages that add solvers to it."""

from cosolve.testing.conformance import check_solver
from cosolve.testing.mip_samples import mip_samples
from cosolve.testing.samples import tsp_samples, vrp_samples
from cosolve.testing.scheduling_samples import scheduling_samples

__all__ = ["check_solver", "mip_samples", "scheduling_samples", "tsp_samples", "vrp_samples"]
