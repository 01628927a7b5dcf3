"""Named sets of parameters: those a solver declares, and those a tuning run wrote to a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosolve.core import FormatError
from cosolve.solvers import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cosolve.core import Problem, Solver
    from cosolve.solvers.space import Domain


def names(method: str) -> tuple[str, ...]:
    """Names of the presets of a method.

    Parameters
    ----------
    method
        As in ``registry.names()``.
    """
    return tuple(_presets(method))


def preset(method: str, name: str, size: int) -> dict[str, object]:
    """Return the parameters that a preset sets.

    Parameters
    ----------
    method
        As in ``registry.names()``.
    name
        One of ``names(method)``, or the path of a ``.json`` file that ``cosolve tune`` wrote.
    size
        Number of nodes of the problem: presets may depend on it.

    Raises
    ------
    ValueError
        If there is no such preset, or the file is for another method.
    OSError, FormatError
        If the file cannot be read or is not such a file.
    """
    if name.endswith(".json"):
        return _from_file(Path(name), method)
    known = _presets(method)
    if name not in known:
        valid = f"they are {', '.join(known)}" if known else "it has none"
        raise ValueError(
            f"method {method} has no parameters named {name!r}; {valid}, or a .json file"
        )
    return dict(known[name](size))


def space(method: str, name: str | None = None) -> Mapping[str, Domain]:
    """Return the ranges in which the parameters of a method are tuned.

    Parameters
    ----------
    method
        As in ``registry.names()``.
    name
        A preset that the tuning starts from; some have a space of their own.

    Raises
    ------
    ValueError
        If the method declares none.
    """
    solver = registry.solver_class(method)
    special: Mapping[str, Mapping[str, Domain]] = getattr(solver, "preset_spaces", {})
    found: Mapping[str, Domain] = special.get(name or "", getattr(solver, "space", {}))
    if not found:
        tunable = [m for m in registry.names() if getattr(registry.solver_class(m), "space", {})]
        raise ValueError(f"method {method} has nothing to tune; these have: {', '.join(tunable)}")
    return found


def default_time_limit(solver: Solver, problem: Problem[Any]) -> float | None:
    """Return the seconds after which a solver ends by itself unless told otherwise.

    Parameters
    ----------
    solver
        It may have a method ``default_time_limit(problem)``.
    problem
        What it is to solve.

    Returns
    -------
    float or None
        None where the solver has no time limit of its own.
    """
    own: Callable[[Problem[Any]], float | None] | None = getattr(solver, "default_time_limit", None)
    return None if own is None else own(problem)


def _presets(method: str) -> Mapping[str, Callable[[int], Mapping[str, object]]]:
    found: Mapping[str, Callable[[int], Mapping[str, object]]]
    found = getattr(registry.solver_class(method), "presets", {})
    return found


def _from_file(path: Path, method: str) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise FormatError(path, f"not valid JSON: {error}") from error
    params = content.get("params") if isinstance(content, dict) else None
    if not isinstance(params, dict):
        raise FormatError(path, "expected an object with the keys method and params")
    if content.get("method") != method:
        raise ValueError(
            f"{path}: the parameters are for method {content.get('method')}, not {method}"
        )
    return {
        key: tuple(value) if isinstance(value, list) else value for key, value in params.items()
    }
