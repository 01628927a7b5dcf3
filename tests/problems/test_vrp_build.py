"""Problems put together step by step."""

import math

import numpy as np
import pytest

from cosolve import VRP, Metric, Routes
from cosolve.problems.vrp_build import Place


def test_a_small_model():
    """Everything said arrives in the problem."""
    model = VRP.build(metric=Metric.EUC, name="small")
    ann = model.add_client(3, 4, demand=2, window=(1, 9), service=5, release=1)
    depot = model.add_depot(0, 0, window=(0, 50))
    bob = model.add_client(6, 8, pickup=1, prize=7)
    model.add_vehicles(2, capacity=3, fixed_cost=10, shift=(0, 40), name="van")
    problem = model.problem()
    assert (problem.name, problem.metric, problem.depots, problem.size) == (
        "small", Metric.EUC, 1, 2,
    )  # fmt: skip
    assert [model.location(place) for place in (depot, ann, bob)] == [0, 1, 2]
    assert problem.demands.tolist() == [[0], [2], [0]]
    assert problem.pickups.tolist() == [[0], [0], [1]]
    assert problem.windows.tolist() == [[0, 50], [1, 9], [0, math.inf]]
    assert problem.service.tolist() == [0, 5, 0]
    assert problem.release.tolist() == [0, 1, 0]
    assert problem.prizes.tolist() == [0, 0, 7]
    assert problem.required.tolist() == [False, True, False]
    (van,) = problem.vehicles
    assert (van.number, van.capacity, van.fixed_cost, van.shift, van.name) == (
        2, (3,), 10, (0, 40), "van",
    )  # fmt: skip


def test_pairs_groups_and_depots():
    """Places may be added in any order."""
    model = VRP.build()
    a, b, c, d = (model.add_client(k, 0) for k in range(4))
    first, second = model.add_depot(0, 5), model.add_depot(0, 6)
    model.add_vehicles(capacity=4, start=second, end=first)
    model.add_vehicles(1, capacity=2, start=second, open=True)
    model.add_pair(a, b, 3)
    model.add_group([c, d], required=False)
    problem = model.problem()
    assert problem.pairs.tolist() == [[2, 3]]
    assert problem.pair_loads.tolist() == [[3]]
    assert [(g.clients, g.required) for g in problem.groups] == [((4, 5), False)]
    assert [(v.start, v.end, v.open, v.number) for v in problem.vehicles] == [
        (1, 0, False, None), (1, None, True, 1),
    ]  # fmt: skip


def test_distances_may_be_given():
    """Coordinates are for drawing then."""
    model = VRP.build()
    model.add_depot(0, 0)
    model.add_client(1, 1)
    model.add_vehicles()
    model.set_distances([[0, 3], [4, 0]], durations=[[0, 5], [6, 0]])
    problem = model.problem()
    assert problem.cost(Routes([[1]])) == 7
    assert problem.duration(0, 1) == 5
    assert problem.display.tolist() == [[0, 0], [1, 1]]


def test_several_dimensions_of_load():
    """Clients without a load need not say how many."""
    model = VRP.build()
    model.add_depot(0, 0)
    model.add_client(1, 1, demand=(1, 2))
    model.add_client(2, 2)
    model.add_vehicles(capacity=(3, 3))
    assert model.problem().demands.tolist() == [[0, 0], [1, 2], [0, 0]]


def test_a_model_can_grow():
    """A problem made before does not change."""
    model = VRP.build()
    model.add_depot(0, 0)
    model.add_client(1, 1)
    model.add_vehicles()
    before = model.problem()
    model.add_client(2, 2)
    assert (before.size, model.problem().size) == (1, 2)


def test_places_have_names():
    """For messages."""
    model = VRP.build()
    assert str(model.add_client(0, 0, name="Ann")) == "Ann"
    assert str(model.add_client(0, 0)) == "client 1"
    assert str(model.add_depot(0, 0)) == "depot 0"


def wrong(action):
    """Message of a model that is not put together well."""
    model = VRP.build()
    depot, client = model.add_depot(0, 0), model.add_client(1, 1, name="Ann")
    model.add_vehicles()
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the caller looks at the message
        action(model, depot, client)
    return str(error.value)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda m, d, c: m.add_vehicles(start=c), "start and end at depots, Ann is a client"),
        (lambda m, d, c: m.add_vehicles(open=True, end=d), "no end depot"),
        (lambda m, d, c: m.add_vehicles(-1), "at least 1"),
        (lambda m, d, c: m.add_pair(c, d, 1), "expected clients, depot 0 is a depot"),
        (lambda m, d, c: m.add_group([Place(False, 7, "")]), "client 7 is not of this model"),
        (lambda m, d, c: m.add_client(1), "both x and y"),
        (lambda m, d, c: (m.add_client(), m.problem()), "client 1 has no coordinates"),
        (lambda m, d, c: (m.add_client(np.nan, 0), m.problem()), "client 2 has coordinates"),
        (lambda m, d, c: (m.add_client(0, 0, demand=-1), m.problem()), "client 2 has demand -1"),
        (
            lambda m, d, c: (
                m.add_client(0, 0, demand=(1, 2)), m.add_client(0, 0, demand=1), m.problem()
            ),
            "a demand has 1 dimensions, another one 2",
        ),
        (lambda m, d, c: VRP.build().problem(), "no vehicles"),
    ],
)  # fmt: skip
def test_mistakes_are_named(action, message):
    """With the place, where there is one."""
    assert message in wrong(action)
