"""What the commands say and do differently for each kind of problem."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cosolve import MIP, TSP, VRP, Routes, Schedule, Scheduling

_ROUNDINGS = {
    "nint": "Euclidean, rounded to the nearest integer (nint)",
    "trunc1": "Euclidean, cut to one decimal (trunc1)",
    "none": "Euclidean, not rounded (none)",
}


def size_text(problem: TSP | VRP | Scheduling | MIP) -> str:
    """Size of a problem in words."""
    unit = {"vrp": "client", "scheduling": "operation", "mip": "column"}.get(problem.kind, "node")
    return f"{problem.size} {unit}{'' if problem.size == 1 else 's'}"


def distances_text(problem: TSP | VRP) -> str:
    """How distances are computed and rounded, in words."""
    from cosolve.io.rounding import rounding_of

    rounding = rounding_of(problem)
    if rounding is None:
        return str(problem.metric)
    return _ROUNDINGS[rounding]


def solution_rows(problem: TSP | VRP | Scheduling | MIP, solution: Any) -> list[tuple[str, str]]:
    """Lines of a summary that only this kind of problem has: title and text."""
    from cosolve import MIP, TSP, Scheduling

    if isinstance(problem, TSP):
        return []
    if isinstance(problem, MIP):
        return [("objective", "maximize" if problem.maximize else "minimize")]
    if isinstance(problem, Scheduling):
        return _schedule_rows(problem, solution)
    rows = [("distances", distances_text(problem))]
    if solution is not None:
        rows.append(("routes", _routes_text(problem, solution)))
    return rows


def _schedule_rows(problem: Scheduling, schedule: Schedule | None) -> list[tuple[str, str]]:
    rows = [("objective", str(problem.objective))]
    if schedule is not None:
        makespan = int(problem.ends(schedule).max(initial=0))
        used = len(set(schedule.machine.tolist()))
        text = f"ends at {makespan}, uses {used} of {problem.machines} machines"
        if problem.preferred is not None:
            changes = problem.changes(schedule)
            text += f", {changes} operation{'' if changes == 1 else 's'} changed"
        rows.append(("schedule", text))
    return rows


def _routes_text(problem: Any, solution: Routes) -> str:
    limit = problem.fleet_size
    count = str(len(solution)) if limit is None else f"{len(solution)} of at most {limit}"
    if len(problem.vehicles) > 1:
        used = [sum(r.vehicle == k for r in solution.routes) for k in range(len(problem.vehicles))]
        named = (
            f"{count} of type {problem.vehicles[k].name or k}"
            for k, count in enumerate(used)
            if count
        )
        count = f"{count} ({', '.join(named)})"
    return count


def solution_json(problem: TSP | VRP | Scheduling | MIP, solution: Any) -> dict[str, object] | None:
    """Solution as JSON: zero-based nodes of a tour, client numbers of solution files of routes.

    With several types of vehicles, ``vehicles`` has the number of the type of each route. Of a
    schedule, ``operations`` has an object for each, as files have. Of a mixed-integer program,
    ``values`` has those that are not 0 by name.
    """
    from cosolve import MIP, TSP, Scheduling

    if solution is None:
        return None
    if isinstance(problem, TSP):
        return {"tour": solution.nodes.tolist()}
    if isinstance(problem, MIP):
        from cosolve.cli.mip_kind import values_by_name

        return {"values": values_by_name(problem, solution)}
    if isinstance(problem, Scheduling):
        from cosolve.io.schedules import schedule_objects

        return {"operations": schedule_objects(problem, solution)}
    labels = problem.labels
    report: dict[str, object] = {
        "routes": [
            (r.visits if labels is None else labels[r.visits]).tolist() for r in solution.routes
        ]
    }
    if len(problem.vehicles) > 1:
        report["vehicles"] = [route.vehicle for route in solution.routes]
    return report


def facts(problem: TSP | VRP | Scheduling | MIP) -> dict[str, object]:
    """Everything ``cosolve info`` says of a problem, ready for JSON."""
    from cosolve import MIP, VRP, Scheduling

    if isinstance(problem, Scheduling | MIP):
        from cosolve.cli.mip_kind import mip_facts

        return {
            "instance": problem.name,
            "comment": problem.comment,
            "problem": problem.kind,
            **(mip_facts(problem) if isinstance(problem, MIP) else _scheduling_facts(problem)),
        }
    own = _vrp_facts(problem) if isinstance(problem, VRP) else _tsp_facts(problem)
    return {
        "instance": problem.name,
        "comment": problem.comment,
        "problem": problem.kind,
        **own,
        "bounding_box": _bounding_box(problem),
        "duplicates": _duplicates(problem),
    }


def _tsp_facts(problem: TSP) -> dict[str, object]:
    def label(node: int | None) -> int | None:
        if node is None or problem.labels is None:
            return None if node is None else node + 1
        return int(problem.labels[node])

    return {
        "nodes": problem.size,
        "metric": str(problem.metric),
        "symmetric": problem.symmetric,
        "integral": problem.integral,
        "path": problem.path,
        "ends": [label(end) for end in problem.ends],
        "fixed_edges": len(problem.fixed_edges),
    }


def _vrp_facts(problem: VRP) -> dict[str, object]:
    from cosolve.io.rounding import rounding_of

    rounding = rounding_of(problem)
    return {
        "clients": problem.size,
        "depots": problem.depots,
        "vehicles": problem.fleet_size,
        "vehicle_types": len(problem.vehicles),
        "capacity": _capacities(problem),
        "demand": problem.demands.sum(axis=0).tolist(),
        "metric": str(problem.metric),
        "rounding": None if rounding is None else str(rounding),
        "symmetric": problem.symmetric,
        "integral": problem.integral,
        "features": _features(problem),
        "infeasible": problem.proven_infeasible(),
    }


def _scheduling_facts(problem: Scheduling) -> dict[str, object]:
    from cosolve.problems.scheduling_features import features

    return {
        "jobs": problem.job_count,
        "operations": problem.operations,
        "machines": problem.machines,
        "alternatives": round(len(problem.machine) / max(1, problem.operations), 4),
        "durations": [int(d) for d in (problem.duration.min(), problem.duration.max())]
        if problem.operations
        else None,
        "objective": str(problem.objective),
        "integral": problem.integral,
        "features": features(problem),
    }


def _capacities(problem: VRP) -> list[float | None] | list[list[float | None]]:
    """Capacities of the vehicle types, None where infinite, each once."""
    each = dict.fromkeys(vehicle.capacities for vehicle in problem.vehicles)
    found = [[None if c == float("inf") else c for c in capacities] for capacities in each]
    return [capacity for (capacity,) in found] if problem.dimensions == 1 else found


def _features(problem: VRP) -> list[str]:
    """Name what the problem has beyond capacities."""
    vehicles = problem.vehicles
    present = {
        "several depots": problem.depots > 1,
        "mixed fleet": len({replace(v, number=None, start=0, end=None) for v in vehicles}) > 1,
        "open routes": any(v.open for v in vehicles),
        "duration limit": any(v.max_duration < float("inf") for v in vehicles),
        "distance limit": any(v.max_distance < float("inf") for v in vehicles),
        "fixed costs": any(v.fixed_cost for v in vehicles),
        "time costs": any(v.time_cost for v in vehicles),
        "time windows": bool((problem.windows[problem.depots :, 1] < float("inf")).any()),
        "service times": bool(problem.service.any()),
        "release times": bool(problem.release.any()),
        "pickups": bool(problem.pickups.any()),
        "backhauls": problem.backhauls,
        "pickup and delivery pairs": len(problem.pairs) > 0,
        "optional clients": not problem.required[problem.depots :].all() and not problem.groups,
        "groups of clients": len(problem.groups) > 0,
    }
    return [name for name, there in present.items() if there]


def _bounding_box(problem: TSP | VRP) -> list[list[float]] | None:
    if problem.coords is None:
        return None
    return [problem.coords.min(axis=0).tolist(), problem.coords.max(axis=0).tolist()]


def _duplicates(problem: TSP | VRP) -> int | None:
    """Count the nodes that lie where another one lies already."""
    import numpy as np

    if problem.coords is None:
        return None
    ordered = problem.coords[np.lexsort(problem.coords.T)]
    return int((ordered[1:] == ordered[:-1]).all(axis=1).sum())
