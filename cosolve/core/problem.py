"""What every problem offers: a size, an objective and an independent checker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Violation:
    """One reason why a solution is not feasible.

    Parameters
    ----------
    kind
        Short machine-readable name, such as ``"missing-node"``.
    message
        One sentence for people, naming what is violated and by how much.
    """

    kind: str
    message: str


S = TypeVar("S")
S_contra = TypeVar("S_contra", contravariant=True)


class Problem(Protocol[S_contra]):
    """An immutable instance.

    A problem whose attribute ``maximize`` is true is maximized. It says so itself, and so do its
    costs and bounds wherever users see them; solvers minimize the opposite of the cost, and
    ``cosolve.solve`` converts.

    ``check`` and ``cost`` are plain NumPy and share no code with the kernels: whatever a solver
    reports is recomputed with them.
    """

    kind: ClassVar[str]

    @property
    def maximize(self) -> bool:
        """Whether the objective is maximized; most problems are minimized."""

    @property
    def name(self) -> str:
        """Name of the instance."""

    @property
    def size(self) -> int:
        """Number of nodes, jobs or variables."""

    @property
    def integral(self) -> bool:
        """Whether every feasible cost is an integer."""

    def check(self, solution: S_contra) -> list[Violation]:
        """All violations of a solution; empty if it is feasible."""

    def cost(self, solution: S_contra) -> float:
        """Objective value of a solution."""
