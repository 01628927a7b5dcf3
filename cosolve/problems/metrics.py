"""The distance functions of TSPLIB95 and the exact Euclidean one, in NumPy.

They are the reference the kernels are tested against, and what every reported cost is recomputed
with.

References
----------
.. [1] G. Reinelt, "TSPLIB - a traveling salesman problem library", ORSA Journal on Computing 3
   (1991); the distance functions are those of the TSPLIB95 documentation, section 2.
"""

from __future__ import annotations

from enum import StrEnum, unique

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@unique
class Metric(StrEnum):
    """How the distance between two nodes is computed."""

    EUCLIDEAN = "EUCLIDEAN"
    """Exact Euclidean distance, a float; the default for coordinates from NumPy."""
    EUC = "EUC"
    """Euclidean distance rounded to the nearest integer (EUC_2D, EUC_3D)."""
    CEIL = "CEIL"
    """Euclidean distance rounded up (CEIL_2D)."""
    MAN = "MAN"
    """Manhattan distance rounded to the nearest integer (MAN_2D, MAN_3D)."""
    MAX = "MAX"
    """Largest coordinate difference, each rounded to the nearest integer (MAX_2D, MAX_3D)."""
    ATT = "ATT"
    """Pseudo-Euclidean distance of att48 and att532."""
    GEO = "GEO"
    """Great-circle distance in kilometers; coordinates are DDD.MM (degrees and minutes)."""
    TRUNC1 = "TRUNC1"
    """Euclidean distance cut to one decimal, floor(10 d) / 10: the convention of the DIMACS
    challenge for the instances of Solomon and of Gehring and Homberger."""
    EXPLICIT = "EXPLICIT"
    """Entries of a full matrix."""


INTEGRAL_METRICS = frozenset(
    {Metric.EUC, Metric.CEIL, Metric.MAN, Metric.MAX, Metric.ATT, Metric.GEO}
)


def _nint(x: FloatArray) -> FloatArray:
    # TSPLIB95 adds one half and truncates; np.rint would round halves to even.
    return np.floor(x + 0.5)


def _geo(a: FloatArray, b: FloatArray) -> FloatArray:
    def radians(x: FloatArray) -> FloatArray:
        degrees = np.trunc(x)
        radian: FloatArray = 3.141592 * (degrees + 5.0 * (x - degrees) / 3.0) / 180.0
        return radian

    a, b = radians(a), radians(b)
    q1 = np.cos(a[..., 1] - b[..., 1])
    q2 = np.cos(a[..., 0] - b[..., 0])
    q3 = np.cos(a[..., 0] + b[..., 0])
    cosine = np.clip(0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3), -1.0, 1.0)
    result: FloatArray = np.floor(6378.388 * np.arccos(cosine) + 1.0)
    return result


def distances(metric: Metric, a: FloatArray, b: FloatArray) -> FloatArray:
    """Distances between corresponding points.

    Parameters
    ----------
    metric
        Any metric but ``EXPLICIT``.
    a, b
        Coordinates, shape (..., 2) or (..., 3); they broadcast.

    Returns
    -------
    ndarray
        Distances, shape (...).
    """
    if metric is Metric.GEO:
        return _geo(a, b)
    delta = np.abs(a - b)
    if metric is Metric.MAN:
        return _nint(delta.sum(axis=-1))
    if metric is Metric.MAX:
        largest: FloatArray = _nint(delta).max(axis=-1)
        return largest
    squared = (delta * delta).sum(axis=-1)
    if metric is Metric.ATT:
        r = np.sqrt(squared / 10.0)
        t = _nint(r)
        pseudo: FloatArray = np.where(t < r, t + 1.0, t)
        return pseudo
    euclidean: FloatArray = np.sqrt(squared)
    if metric is Metric.EUC:
        return _nint(euclidean)
    if metric is Metric.CEIL:
        ceiling: FloatArray = np.ceil(euclidean)
        return ceiling
    if metric is Metric.TRUNC1:
        truncated: FloatArray = np.floor(10.0 * euclidean) / 10.0
        return truncated
    return euclidean
