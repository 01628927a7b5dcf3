"""Scheduling problems as JSON: the one format that holds everything they may have.

``{"format": "cosolve-scheduling", "version": 1, "machines": 2, "jobs": [...]}`` is a problem; what
may be left out is ``name``, ``comment``, ``objective`` ("makespan"), ``ordered`` (true),
``precedence``, ``available``, ``downtime``, ``setups`` and ``change_cost``. A job is
``{"operations": [...], "release": 0, "due": 20, "weight": 1}``, an operation
``{"alternatives": [[machine, duration], ...], "family": 0, "preferred": 1}``; all but the
operations and their alternatives may be left out. Rows of ``precedence`` are pairs of operations,
each ``[job, place]``; the other keys are those of `cosolve.Scheduling`. All numbers are from 0.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cosolve.core import FormatError
from cosolve.io.files import stem_and_suffix
from cosolve.io.json_text import VERSION, Node, load
from cosolve.problems import Objective, Scheduling
from cosolve.problems.scheduling_validate import MAX_TIME

JSON_FORMAT = "cosolve-scheduling"
"""What a problem as JSON says it is."""

_KEYS = (
    "format", "version", "name", "comment", "machines", "objective", "ordered", "jobs",
    "precedence", "available", "downtime", "setups", "change_cost",
)  # fmt: skip
_JOB_KEYS = ("operations", "release", "due", "weight")
_OPERATION_KEYS = ("alternatives", "family", "preferred")
_MAX_COUNT = 2**31 - 1


@dataclass
class _Operations:
    """What the operations of all jobs have, one list entry each."""

    counts: list[int] = field(default_factory=list)
    pairs: list[list[int]] = field(default_factory=list)
    families: list[int | None] = field(default_factory=list)
    preferred: list[int | None] = field(default_factory=list)


def read_scheduling(path: str | Path, data: bytes) -> Scheduling:
    """Read a scheduling problem from JSON.

    Parameters
    ----------
    path
        The file, for messages and the name.
    data
        Its content.

    Raises
    ------
    FormatError
        If it is no such problem; the message names the line, or the key that is wrong.
    """
    root = load(path, data, JSON_FORMAT)
    root.only(_KEYS)
    machines = root.required("machines").whole(0, _MAX_COUNT)
    jobs = root.required("jobs").items()
    lengths, operations = [], _Operations()
    for job in jobs:
        job.only(_JOB_KEYS)
        listed = job.required("operations")
        if not _quickly(listed.value, machines, operations):
            _strictly(listed, machines, operations)
        lengths.append(len(listed.value))
    fields = _jobs(jobs) | _operations(root, operations) | _others(root, lengths)
    first = np.zeros(len(operations.counts) + 1, np.int32)
    np.cumsum(operations.counts, out=first[1:])
    pairs = np.array(operations.pairs, np.int64).reshape(-1, 2)
    try:
        return Scheduling(
            jobs=np.repeat(np.arange(len(jobs)), lengths),
            first=first,
            machine=pairs[:, 0].astype(np.int32),
            duration=pairs[:, 1],
            machines=machines,
            job_count=len(jobs),
            **fields,
        )
    except ValueError as error:
        raise FormatError(path, str(error)) from None


def _quickly(listed: Any, machines: int, into: _Operations) -> bool:
    """Add the operations of a job if nothing about them is wrong."""
    if type(listed) is not list or not all(
        type(operation) is dict and operation.keys() <= {*_OPERATION_KEYS} for operation in listed
    ):
        return False
    alternatives = [operation.get("alternatives") for operation in listed]
    if not all(type(pairs) is list and pairs for pairs in alternatives):
        return False
    pairs = list(chain.from_iterable(alternatives))
    if not all(type(pair) is list and len(pair) == 2 for pair in pairs):
        return False
    families = [operation.get("family") for operation in listed]
    preferred = [operation.get("preferred") for operation in listed]
    numbers = list(chain.from_iterable(pairs))
    if not set(map(type, numbers)) <= {int} or not all(
        set(map(type, column)) <= {int, type(None)} for column in (families, preferred)
    ):
        return False
    named = numbers[::2]
    ranges = (
        (named, 0, machines - 1),
        (numbers[1::2], 0, MAX_TIME),
        ([k for k in families if k is not None], 0, _MAX_COUNT),
        ([k for k in preferred if k is not None], -1, machines - 1),
    )
    if any(column and not least <= min(column) <= max(column) <= most
           for column, least, most in ranges):  # fmt: skip
        return False
    counts = [len(pairs) for pairs in alternatives]
    at = 0
    for count in counts:
        if count > 1 and len(set(named[at : at + count])) < count:
            return False
        at += count
    into.counts += counts
    into.pairs += pairs
    into.families += families
    into.preferred += preferred
    return True


def _strictly(listed: Node, machines: int, into: _Operations) -> None:
    """Do as `_quickly` does, but raise about the first thing that is wrong."""
    for operation in listed.items():
        operation.only(_OPERATION_KEYS)
        alternatives = operation.required("alternatives")
        pairs = alternatives.items()
        if not pairs:
            raise alternatives.error("expected one machine or more, found none")
        seen: set[int] = set()
        for pair in pairs:
            machine, duration = pair.items(2)
            number = machine.whole(0, machines - 1)
            if number in seen:
                raise machine.error(f"machine {number} is named twice")
            seen.add(number)
            into.pairs.append([number, duration.whole()])
        into.counts.append(len(pairs))
        family, preferred = operation.get("family"), operation.get("preferred")
        into.families.append(None if family is None else family.whole(0, _MAX_COUNT))
        into.preferred.append(None if preferred is None else preferred.whole(-1, machines - 1))


def _jobs(jobs: list[Node]) -> dict[str, Any]:
    release = [job.get("release") for job in jobs]
    due = [job.get("due") for job in jobs]
    weight = [job.get("weight") for job in jobs]
    fields: dict[str, Any] = {
        "release": [0 if node is None else node.whole() for node in release],
        "weights": [1.0 if node is None else node.number() for node in weight],
    }
    if any(node is not None for node in due):
        fields["due"] = [job.required("due").whole(-MAX_TIME) for job in jobs]
    return fields


def _operations(root: Node, operations: _Operations) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    given = [family is not None for family in operations.families]
    setups = root.get("setups")
    if any(given) and not all(given):
        raise FormatError(
            root.path, f"expected a family for every operation or for none, {given.count(False)} "
            "have none",
        )  # fmt: skip
    if setups is not None:
        fields |= {"families": operations.families, "setups": _setups(setups)}
        if not all(given):
            raise setups.error("expected a family for every operation, as there are setups")
        fields["families"] = np.array(operations.families, np.int64)
    elif any(given):
        raise FormatError(root.path, 'expected the key "setups", as operations have families')
    if any(machine is not None for machine in operations.preferred):
        fields["preferred"] = [-1 if m is None else m for m in operations.preferred]
    return fields


def _setups(node: Node) -> Any:
    """Return a table, or one for each machine."""
    rows = node.items()
    deep = any(isinstance(row.value, list) and row.value and isinstance(row.value[0], list)
               for row in rows)  # fmt: skip
    tables = rows if deep else [node]
    values = []
    for table in tables:
        size = len(table.items())
        values.append([[k.whole() for k in row.items(size)] for row in table.items()])
        if size != len(values[0]):
            raise table.error(f"expected {len(values[0])} rows, found {size}")
    if not rows:
        return np.zeros((0, 0), np.int64)
    return np.array(values if deep else values[0], np.int64)


def _others(root: Node, lengths: list[int]) -> dict[str, Any]:
    fields: dict[str, Any] = {"name": stem_and_suffix(root.path)[0]}
    for key in ("name", "comment"):
        if (node := root.get(key)) is not None:
            fields[key] = node.text()
    if (node := root.get("objective")) is not None:
        if node.value not in list(Objective):
            raise node.expected(" or ".join(json.dumps(str(known)) for known in Objective))
        fields["objective"] = Objective(node.value)
    if (node := root.get("ordered")) is not None:
        fields["ordered"] = node.flag()
    if (node := root.get("change_cost")) is not None:
        fields["change_cost"] = node.number()
    if (node := root.get("available")) is not None:
        fields["available"] = [time.whole() for time in node.items()]
    if (node := root.get("downtime")) is not None:
        fields["downtime"] = [[k.whole() for k in row.items(3)] for row in node.items()]
    if (node := root.get("precedence")) is not None:
        begin = [0, *np.cumsum(lengths).tolist()]
        fields["precedence"] = [
            [_operation(end, lengths, begin) for end in row.items(2)] for row in node.items()
        ]
    return fields


def _operation(node: Node, lengths: list[int], begin: list[int]) -> int:
    """Return the number of an operation that is given by job and place."""
    job, place = node.items(2)
    number = job.whole(0, len(lengths) - 1)
    return begin[number] + place.whole(0, lengths[number] - 1)


def scheduling_json(problem: Scheduling) -> str:
    """Write a problem as JSON, a job a line; whatever is as by default is left out.

    Parameters
    ----------
    problem
        The problem.
    """
    head: dict[str, Any] = {
        "format": JSON_FORMAT,
        "version": VERSION,
        "name": problem.name,
        **({"comment": problem.comment} if problem.comment else {}),
        "machines": problem.machines,
        "objective": str(problem.objective),
        **({} if problem.ordered else {"ordered": False}),
    }
    begin = np.searchsorted(problem.jobs, np.arange(problem.job_count + 1)).tolist()
    if problem.precedence.size:
        head["precedence"] = [
            [[int(problem.jobs[k]), k - begin[problem.jobs[k]]] for k in arc]
            for arc in problem.precedence.tolist()
        ]
    if problem.available.any():
        head["available"] = problem.available.tolist()
    if problem.downtime.size:
        head["downtime"] = problem.downtime.tolist()
    if problem.setups is not None:
        alike = len(problem.setups) == 0 or bool((problem.setups == problem.setups[:1]).all())
        size = problem.setups.shape[1]
        every = problem.setups[0] if len(problem.setups) else np.zeros((size, size), np.int64)
        head["setups"] = (every if alike else problem.setups).tolist()
    if problem.change_cost:
        head["change_cost"] = problem.change_cost
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in head.items()]
    operations = _operation_objects(problem)
    rows = ",\n".join(
        json.dumps(_job_object(problem, job, operations[a:b]))
        for job, (a, b) in enumerate(pairwise(begin))
    )
    return "\n".join(["{", *lines, '"jobs": [', rows, "]", "}"]) + "\n"


def _operation_objects(problem: Scheduling) -> list[dict[str, Any]]:
    pairs = np.column_stack([problem.machine, problem.duration]).tolist()
    first = problem.first.tolist()
    found: list[dict[str, Any]] = [{"alternatives": pairs[a:b]} for a, b in pairwise(first)]
    for key, values in (("family", problem.families), ("preferred", problem.preferred)):
        if values is not None:
            for operation, value in zip(found, values.tolist(), strict=True):
                operation[key] = value
    return found


def _job_object(problem: Scheduling, job: int, operations: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if problem.release[job]:
        found["release"] = int(problem.release[job])
    if problem.due is not None:
        found["due"] = int(problem.due[job])
    if problem.weights[job] != 1:
        weight = float(problem.weights[job])
        found["weight"] = int(weight) if weight.is_integer() and weight < 2**53 else weight
    return {**found, "operations": operations}
