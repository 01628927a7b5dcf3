"""The JSON form of a result."""

from __future__ import annotations

import json

from cosolve.core import Limit, Result, Status, TracePoint
from cosolve.core.report import result_to_dict

KEYS = [
    *("instance", "problem", "solver", "status", "limit", "cost", "bound", "gap", "runtime"),
    *("seed", "threads", "iterations", "valid", "trace", "versions"),
]


def result(**changes: object) -> Result[None]:
    values: dict[str, object] = {
        "solution": None,
        "cost": 10.0,
        "bound": 9.0,
        "status": Status.FEASIBLE,
        "limit": Limit.TIME,
        "trace": (TracePoint(0.5, 10.0, None), TracePoint(0.7, 10.0, 9.0)),
        "solver": "lk",
        "seed": 3,
        "threads": 2,
        "runtime": 1.5,
        "iterations": 7,
        "versions": {"cosolve": "1"},
    }
    return Result(**(values | changes))  # type: ignore[arg-type]


def test_keys_come_in_the_order_of_the_contract() -> None:
    """The design fixes names and order of the keys."""
    assert list(result_to_dict(result(), instance="a", problem="tsp", valid=True)) == KEYS


def test_values_survive_json() -> None:
    """Everything is a plain JSON value and keeps its meaning."""
    report = json.loads(
        json.dumps(result_to_dict(result(), instance="a", problem="tsp", valid=True))
    )
    assert report["status"] == "FEASIBLE"
    assert report["limit"] == "TIME"
    assert report["gap"] == 0.1
    assert report["trace"] == [[0.5, 10.0, None], [0.7, 10.0, 9.0]]
    assert report["valid"] is True


def test_numbers_that_json_lacks_become_null() -> None:
    """A cost of 0 above a negative bound has an infinite gap, which JSON cannot say."""
    report = result_to_dict(
        result(cost=0.0, bound=-1.0, limit=None, trace=(TracePoint(0.0, 0.0, float("-inf")),)),
        instance="a",
        problem="tsp",
        valid=True,
    )
    text = json.dumps(report, allow_nan=False)
    assert json.loads(text)["gap"] is None
    assert json.loads(text)["limit"] is None
    assert json.loads(text)["trace"] == [[0.0, 0.0, None]]


def test_notes_appear_only_where_there_are_any() -> None:
    """A run without remarks has no such key."""
    assert "notes" not in result_to_dict(result(), instance="a", problem="tsp", valid=True)
    noted = result_to_dict(result(notes=("short",)), instance="a", problem="tsp", valid=True)
    assert noted["notes"] == ["short"]
