"""Lower bounds: what is proven about a problem, whatever a search found."""

from __future__ import annotations

from cosolve.bounds.base import LowerBound

__all__ = ["LowerBound"]
