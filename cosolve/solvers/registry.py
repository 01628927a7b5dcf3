"""Finds solvers by name, imports them on first use, and builds them from named parameters.

A new solver is one file and one line of ``SOLVERS``. The back-ends for mixed-integer programs, one
file each in ``cosolve.exact.backends``, are methods of the same names. Solvers of other packages
are found through the entry-point group ``cosolve.solvers``, whose entries are
``name = "module:Class"``.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from cosolve.exact.mip_backend import backend_names
from cosolve.problems import MIP, TSP, VRP, Scheduling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cosolve.core import Problem, Solver

SOLVERS: Mapping[str, str] = MappingProxyType(
    {
        "auto": "cosolve.solvers.auto:Auto",
        "eax": "cosolve.solvers.eax:Eax",
        "lk": "cosolve.solvers.lk:Lk",
        "mcts": "cosolve.solvers.mcts:Mcts",
        "popmusic": "cosolve.solvers.popmusic:Popmusic",
        "divide": "cosolve.solvers.divide:Divide",
        "ils": "cosolve.solvers.ils:Ils",
        "exact": "cosolve.solvers.exact:Exact",
        "hgs": "cosolve.solvers.hgs:Hgs",
        "tabu": "cosolve.solvers.tabu:Tabu",
        "clusters": "cosolve.solvers.clusters:Clusters",
        "savings": "cosolve.solvers.first_routes:Savings",
        "insertion": "cosolve.solvers.first_routes:Insertion",
        "cpsat": "cosolve.solvers.cpsat:CpSat",
        "dispatch": "cosolve.solvers.dispatch:Dispatch",
        "rho": "cosolve.solvers.rho:Rho",
        "alns": "cosolve.solvers.alns:Alns",
        "jump": "cosolve.solvers.jump:Jump",
        "greedy": "cosolve.solvers.greedy:Greedy",
        "space-filling-curve": "cosolve.solvers.space_filling_curve:SpaceFillingCurve",
    }
)
"""Where the solvers of cosolve are: ``"module:Class"`` by name."""

_GROUP = "cosolve.solvers"
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@cache
def _homes() -> Mapping[str, str]:
    from importlib.metadata import entry_points  # it takes a while, and most need it never

    # The names of cosolve come last: no other package can replace them.
    others = {entry.name: entry.value for entry in entry_points(group=_GROUP)}
    exact = {name: f"cosolve.solvers.mip_exact:{name}" for name in backend_names()}
    return {**others, **exact, **SOLVERS}


def names() -> tuple[str, ...]:
    """Names of all solvers, those of cosolve first, and back-ends before those of others."""
    ours = set(backend_names())
    others = sorted(set(_homes()) - set(SOLVERS), key=lambda name: (name not in ours, name))
    return (*SOLVERS, *others)


def solver_class(name: str) -> type[Solver]:
    """Import a solver.

    Parameters
    ----------
    name
        As in ``names()``.

    Returns
    -------
    type
        A frozen dataclass whose fields are the parameters of the solver.

    Raises
    ------
    ValueError
        If there is no such solver; the message lists those there are.
    """
    home = SOLVERS.get(name) or _homes().get(name)
    if home is None:
        raise ValueError(f"there is no method {name!r}; the methods are {', '.join(names())}")
    module, _, attribute = home.partition(":")
    found: type[Solver] = getattr(import_module(module), attribute)
    return found


def parameters(name: str) -> dict[str, object]:
    """Parameters of a solver and their defaults.

    Parameters
    ----------
    name
        As in ``names()``.

    Returns
    -------
    dict
        Default value by name, in the order of the solver's fields.
    """
    return {field.name: _default(field) for field in _fields(solver_class(name))}


def get(name: str, params: Mapping[str, object] | None = None) -> Solver:
    """Build a solver.

    Parameters
    ----------
    name
        As in ``names()``.
    params
        Parameters that differ from their defaults. Text is converted to the type of the
        parameter, so that a command line can pass what it was given.

    Raises
    ------
    ValueError
        If the name, a parameter or a value is wrong; the message lists the valid ones.
    """
    solver = solver_class(name)
    hints = typing.get_type_hints(solver)
    known = {field.name for field in _fields(solver)}
    values = {}
    for key, value in (params or {}).items():
        if key not in known:
            valid = f"they are {', '.join(sorted(known))}" if known else "it has none"
            raise ValueError(f"method {name} has no parameter {key!r}; {valid}")
        try:
            values[key] = _convert(value, hints[key])
        except ValueError:
            raise ValueError(
                f"parameter {key} of method {name} must be {_describe(hints[key])}, got {value!r}"
            ) from None
    return solver(**values)


def for_problem(problem: Problem[Any]) -> tuple[str, ...]:
    """Names of the solvers that handle a problem."""
    return tuple(name for name in names() if get(name).supports(problem) is None)


def for_kind(kind: str) -> tuple[str, ...]:
    """Names of the solvers that handle the plainest problem of a kind.

    Parameters
    ----------
    kind
        Such as ``"tsp"``.

    Raises
    ------
    ValueError
        If there is no such kind of problem.
    """
    plainest: dict[str, Problem[Any]] = {
        TSP.kind: TSP(coords=np.eye(3)),
        VRP.kind: VRP(coords=np.eye(3)),
        Scheduling.kind: Scheduling.from_jobs([[{0: 1}]]),
        MIP.kind: MIP.from_dense([1], [[1]], [1], [1], upper=[1], integer=np.array([True])),
    }
    if kind not in plainest:
        raise ValueError(f"there is no problem kind {kind!r}; the kinds are {', '.join(plainest)}")
    return for_problem(plainest[kind])


def _fields(solver: type[Any]) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(solver) if field.init]


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _alternatives(hint: Any) -> tuple[Any, ...]:
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)


def _describe(hint: Any) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", type(None): "none"}

    def describe(kind: Any) -> str:
        if typing.get_origin(kind) is tuple:
            return f"a list, with commas, each {_describe(typing.get_args(kind)[0])}"
        return words.get(kind, getattr(kind, "__name__", str(kind)))

    return " or ".join(map(describe, _alternatives(hint)))


def _convert(value: object, hint: Any) -> object:
    """Convert text to a type of `hint`; other values must be of one already."""
    accepted = _alternatives(hint)
    if not isinstance(value, str):
        known = [a for a in accepted if a in (int, float, bool, str, type(None))]
        if len(known) < len(accepted) or type(value) in known:
            return value  # a type only the solver itself can judge, or a right one
        if type(value) is int and float in known:
            return float(value)
        raise ValueError
    if type(None) in accepted and value.lower() == "none":
        return None
    if bool in accepted and value.lower() in _WORDS:
        return _WORDS[value.lower()]
    for kind in (int, float):
        if kind in accepted:
            try:
                return kind(value)
            except ValueError:
                continue
    for kind in accepted:
        if typing.get_origin(kind) is tuple:
            return tuple(_convert(item, typing.get_args(kind)[0]) for item in value.split(","))
    if set(accepted) <= {int, float, bool, type(None)}:
        raise ValueError
    return value
