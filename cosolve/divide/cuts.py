"""How the problems of cosolve can be cut, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cosolve.divide.base import Cutter, Merger
from cosolve.divide.regions import Regions, no_regions, put_region_back
from cosolve.divide.routes import RouteGroups, no_groups, put_routes_back
from cosolve.divide.strings import RouteStrings, no_strings, put_strings_back
from cosolve.divide.tours import Segments, no_segments, put_segments_back
from cosolve.problems import TSP, VRP


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to cut solutions of a kind of problem.

    Parameters
    ----------
    make
        Makes a cutter for one run, given the size of a part.
    merge
        Puts its parts back.
    unsupported
        Says why a problem cannot be cut so; None if it can.
    """

    make: Callable[[int], Cutter]
    merge: Merger
    unsupported: Callable[[Any], str | None]


CUTS: Mapping[str, Mapping[str, Cut]] = MappingProxyType(
    {
        TSP.kind: MappingProxyType(
            {
                "segments": Cut(Segments, put_segments_back, no_segments),
                "regions": Cut(Regions, put_region_back, no_regions),
            }
        ),
        VRP.kind: MappingProxyType(
            {
                "clusters": Cut(RouteGroups, put_routes_back, no_groups),
                "sectors": Cut(
                    lambda size: RouteGroups(size, polar=True), put_routes_back, no_groups
                ),
                "strings": Cut(RouteStrings, put_strings_back, no_strings),
            }
        ),
    }
)
"""Ways to cut by kind of problem and name; the first is the usual one."""
