"""Ranges of parameters, which a solver declares for tuning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntRange:
    """Whole numbers.

    Parameters
    ----------
    low, high
        The least and the greatest, both included.
    log
        Whether ratios matter rather than differences.
    """

    low: int
    high: int
    log: bool = False


@dataclass(frozen=True, slots=True)
class FloatRange:
    """Numbers.

    Parameters
    ----------
    low, high
        The least and the greatest, both included.
    log
        Whether ratios matter rather than differences; then `low` must be positive.
    """

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A few values without an order.

    Parameters
    ----------
    values
        The values.
    """

    values: tuple[object, ...]


Domain = IntRange | FloatRange | Choice
"""The values a parameter may take while it is tuned."""
