"""Colors for any number of things, such that those with near numbers differ."""

from __future__ import annotations

_TURN = 0.618033988749895  # of the color circle: neighbors of any number of colors differ
_SHADES = (0.85, 0.65, 0.75)


def color_of(number: int) -> tuple[float, float, float]:
    """Return red, green and blue of the thing of a number, from 0."""
    from matplotlib.colors import hsv_to_rgb

    hue = number * _TURN % 1.0
    red, green, blue = hsv_to_rgb((hue, 0.85, _SHADES[number % len(_SHADES)])).tolist()
    return red, green, blue
