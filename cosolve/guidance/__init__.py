"""Guides: priors over the decisions of a problem, as plain NumPy arrays."""

from cosolve.guidance.base import EdgeGuidance, EdgeGuide

__all__ = ["EdgeGuidance", "EdgeGuide"]
