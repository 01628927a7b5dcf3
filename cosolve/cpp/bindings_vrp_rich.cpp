// Binding of the ruin-and-recreate search for any vehicle routing problem.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_vrp.h"
#include "vrp/rich/search.h"

namespace nb = nanobind;
using namespace nb::literals;
using cosolve::Metric;
using cosolve::binding::OptionalInts;
using cosolve::binding::toNeighbors;
using namespace cosolve::vrp::rich;

namespace {

using Table = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using Ints = nb::ndarray<int const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using IntTable = nb::ndarray<int const, nb::numpy, nb::ndim<2>, nb::c_contig>;

std::vector<double> rows(Table table, std::size_t count, std::size_t columns) {
    if (table.shape(0) != count || table.shape(1) != columns)
        throw std::invalid_argument("a table of the problem has a wrong shape");
    for (std::size_t i = 0; i < count * columns; ++i)
        if (std::isnan(table.data()[i])) throw std::invalid_argument("NaN in a table");
    return {table.data(), table.data() + count * columns};
}

std::vector<double> column(Table table, std::size_t which) {
    std::vector<double> values(table.shape(0));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = table.data()[i * table.shape(1) + which];
    return values;
}

int location(int i, int low, int high) {
    if (i < low || i >= high) throw std::invalid_argument("a location is out of range");
    return i;
}

// Columns of `limits`: fixed, distance and time cost, earliest and latest leaving, earliest and
// latest return, maximum distance and duration. Columns of `kinds`: number, start, end (-1: open).
std::vector<Kind> toKinds(IntTable kinds, Table limits, int depots) {
    if (kinds.shape(1) != 3 || limits.shape(1) != 9 || kinds.shape(0) != limits.shape(0) ||
        kinds.shape(0) == 0)
        throw std::invalid_argument("kinds and limits must have 3 and 9 columns and as many rows");
    std::vector<Kind> all(kinds.shape(0));
    for (std::size_t k = 0; k < all.size(); ++k) {
        int const *row = kinds.data() + 3 * k;
        double const *limit = limits.data() + 9 * k;
        Kind &kind = all[k];
        kind.number = row[0];
        kind.start = location(row[1], 0, depots);
        kind.end = location(row[2], -1, depots);
        kind.fixedCost = limit[0];
        kind.distanceCost = limit[1];
        kind.timeCost = limit[2];
        kind.leaveEarly = limit[3];
        kind.leaveLate = limit[4];
        kind.backEarly = limit[5];
        kind.backLate = limit[6];
        kind.maxDistance = limit[7];
        kind.maxDuration = limit[8];
        if (kind.leaveEarly > std::min(kind.leaveLate, kind.backLate) ||
            kind.backEarly > kind.backLate)
            kind.number = 0;
    }
    return all;
}

// Columns of `tasks`: type, whether required, number of clients; they follow in `members`.
void toTasks(Arrays &arrays, IntTable tasks, Ints members) {
    if (tasks.shape(1) != 3) throw std::invalid_argument("tasks must have 3 columns");
    std::vector<char> seen(static_cast<std::size_t>(arrays.locations), 0);
    int first = 0;
    for (std::size_t t = 0; t < tasks.shape(0); ++t) {
        int const *row = tasks.data() + 3 * t;
        if (row[0] < 0 || row[0] > 2 || row[2] < 1 || (row[0] == 0 && row[2] != 1) ||
            (row[0] == 1 && row[2] != 2))
            throw std::invalid_argument("a task is malformed");
        arrays.tasks.push_back({static_cast<TaskType>(row[0]), row[1] != 0, first, row[2]});
        first += row[2];
    }
    if (static_cast<std::size_t>(first) != members.shape(0) ||
        first != arrays.locations - arrays.depots)
        throw std::invalid_argument("every client must be in one task");
    for (std::size_t i = 0; i < members.shape(0); ++i) {
        int const c = location(members.data()[i], arrays.depots, arrays.locations);
        if (std::exchange(seen[static_cast<std::size_t>(c)], char{1}) != 0)
            throw std::invalid_argument("every client must be in one task");
        arrays.taskClients.push_back(c);
    }
}

Options toOptions(double removed, int longest, double splitRate, double splitDepth, double blink) {
    if (!(removed >= 1) || longest < 1) throw std::invalid_argument("strings must not be empty");
    for (double const share : {splitRate, splitDepth, blink})
        if (!(share >= 0 && share < 1)) throw std::invalid_argument("rates must be in [0, 1)");
    return {removed, longest, splitRate, splitDepth, blink};
}

// Columns of `clients`: earliest and latest start of the service, service time, release time,
// prize.
void construct(RuinRecreate *self, Metric const &distance, Metric const *duration, bool symmetric,
               int depots, IntTable kinds, Table limits, Table capacities, Table demands,
               Table pickups, Table clients, IntTable tasks, Ints members, Table pairLoads,
               bool backhauls, OptionalInts const &nearStart, OptionalInts const &near,
               std::uint64_t seed, int granularity, double meanRemoved, int longestString,
               double splitRate, double splitDepth, double blinkRate) {
    Arrays a;
    a.depots = depots;
    a.locations = distance.size();
    if (depots < 1 || depots > a.locations)
        throw std::invalid_argument("the number of depots is out of range");
    if (duration != nullptr && duration->size() != a.locations)
        throw std::invalid_argument("distances and durations must be of one size");
    if (granularity < 1) throw std::invalid_argument("granularity must be positive");
    auto const n = static_cast<std::size_t>(a.locations);
    auto const d = demands.shape(1);
    a.dimensions = static_cast<int>(d);
    a.distance = &distance;
    a.duration = duration;
    a.symmetric = symmetric;
    a.kinds = toKinds(kinds, limits, depots);
    a.capacity = rows(capacities, a.kinds.size(), d);
    a.demand = rows(demands, n, d);
    a.pickup = rows(pickups, n, d);
    rows(clients, n, 5);
    a.early = column(clients, 0);
    a.late = column(clients, 1);
    a.service = column(clients, 2);
    a.release = column(clients, 3);
    a.prize = column(clients, 4);
    toTasks(a, tasks, members);
    a.pairLoad = rows(pairLoads, a.tasks.size(), d);
    a.backhauls = backhauls;
    a.granularity = granularity;
    a.near = toNeighbors(nearStart, near, depots, n);
    auto const options = toOptions(meanRemoved, longestString, splitRate, splitDepth, blinkRate);
    nb::gil_scoped_release const release;
    new (self) RuinRecreate(std::move(a), options, seed);
}

RouteSpans toRoutes(Instance const &in, Ints kinds, Ints begins, Ints visits) {
    std::size_t const count = kinds.shape(0);
    if (begins.shape(0) != count + 1 || begins.data()[0] != 0 ||
        begins.data()[count] != static_cast<int>(visits.shape(0)))
        throw std::invalid_argument("routes must begin where the ones before them end");
    std::vector<char> seen(static_cast<std::size_t>(in.locations), 0);
    for (std::size_t r = 0; r < count; ++r) {
        location(kinds.data()[r], 0, static_cast<int>(in.kinds.size()));
        if (begins.data()[r] > begins.data()[r + 1])
            throw std::invalid_argument("routes must begin where the ones before them end");
    }
    for (std::size_t i = 0; i < visits.shape(0); ++i) {
        int const c = location(visits.data()[i], in.depots, in.locations);
        if (std::exchange(seen[static_cast<std::size_t>(c)], char{1}) != 0)
            throw std::invalid_argument("a client is visited twice");
    }
    return {{kinds.data(), count}, {begins.data(), count + 1}, {visits.data(), visits.shape(0)}};
}

void start(RuinRecreate &self, Ints kinds, Ints begins, Ints visits) {
    RouteSpans const routes = toRoutes(self.instance(), kinds, begins, visits);
    nb::gil_scoped_release const release;
    self.start(routes);
}

void startPart(RuinRecreate &self, Ints kinds, Ints begins, Ints visits, Ints tasks, Ints numbers) {
    Instance const &in = self.instance();
    RouteSpans const routes = toRoutes(in, kinds, begins, visits);
    std::vector<char> isMember(in.tasks.size(), 0);
    for (std::size_t i = 0; i < tasks.shape(0); ++i) {
        int const task = tasks.data()[i];
        if (task < 0 || static_cast<std::size_t>(task) >= isMember.size())
            throw std::invalid_argument("a task is out of range");
        if (std::exchange(isMember[static_cast<std::size_t>(task)], char{1}) != 0)
            throw std::invalid_argument("a task is named twice");
    }
    for (int const client : routes.visits)
        if (isMember[static_cast<std::size_t>(in.taskOf[static_cast<std::size_t>(client)])] == 0)
            throw std::invalid_argument("a route serves a task that is none of the part");
    if (numbers.shape(0) != in.kinds.size())
        throw std::invalid_argument("every kind of vehicle needs a number");
    std::vector<int> most(numbers.data(), numbers.data() + numbers.shape(0));
    // Vehicles of which none is of use have been taken away.
    for (std::size_t k = 0; k < most.size(); ++k) most[k] = std::min(most[k], in.kinds[k].number);
    nb::gil_scoped_release const release;
    self.startPart(routes, {tasks.data(), tasks.shape(0)}, most);
}

using IntArray = nb::ndarray<nb::numpy, int, nb::ndim<1>>;

IntArray toArray(std::vector<int> values) {
    auto owned = std::make_unique<std::vector<int>>(std::move(values));
    int *data = owned->data();
    std::size_t const size = owned->size();
    nb::capsule owner(owned.release(),
                      [](void *p) noexcept { delete static_cast<std::vector<int> *>(p); });
    return {data, {size}, owner};
}

using RouteArrays = std::tuple<IntArray, IntArray, IntArray>;

// Of slots, of which some may be empty: their kind is negative.
template <class KindOf, class VisitsOf>
RouteArrays toArrays(std::size_t slots, KindOf kindOf, VisitsOf visitsOf) {
    std::vector<int> kinds, begins{0}, visits;
    for (std::size_t r = 0; r < slots; ++r) {
        if (kindOf(r) < 0) continue;
        std::vector<int> const &route = visitsOf(r);
        kinds.push_back(kindOf(r));
        visits.insert(visits.end(), route.begin(), route.end());
        begins.push_back(static_cast<int>(visits.size()));
    }
    return {toArray(std::move(kinds)), toArray(std::move(begins)), toArray(std::move(visits))};
}

RouteArrays best(RuinRecreate const &self) {
    return toArrays(
        self.bestVisits().size(), [&](std::size_t r) { return self.bestKinds()[r]; },
        [&](std::size_t r) -> std::vector<int> const & { return self.bestVisits()[r]; });
}

RouteArrays current(RuinRecreate const &self) {
    State const &state = self.current();
    return toArrays(
        static_cast<std::size_t>(state.slots()),
        [&](std::size_t r) { return state.route(static_cast<int>(r)).kind; },
        [&](std::size_t r) -> std::vector<int> const & {
            return state.visits(static_cast<int>(r));
        });
}

}  // namespace

void bindVrpRich(nb::module_ &m) {
    using Release = nb::call_guard<nb::gil_scoped_release>;
    nb::class_<RuinRecreate>(m, "RuinRecreate", "Ruin and recreate for vehicle routing problems.")
        .def("__init__", &construct, "distance"_a, "duration"_a.none(), "symmetric"_a, "depots"_a,
             "kinds"_a.noconvert(), "limits"_a.noconvert(), "capacities"_a.noconvert(),
             "demands"_a.noconvert(), "pickups"_a.noconvert(), "clients"_a.noconvert(),
             "tasks"_a.noconvert(), "members"_a.noconvert(), "pair_loads"_a.noconvert(),
             "backhauls"_a, "near_start"_a.noconvert().none(), "near"_a.noconvert().none(),
             "seed"_a, "granularity"_a = 40, "mean_removed"_a = 10.0, "longest_string"_a = 10,
             "split_rate"_a = 0.5, "split_depth"_a = 0.01, "blink_rate"_a = 0.01,
             nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>())
        .def("construct", &RuinRecreate::construct, Release(),
             "Serve what is unserved, neighbors after each other.")
        .def("start", &start, "kinds"_a.noconvert(), "begins"_a.noconvert(), "visits"_a.noconvert(),
             "Begin again with routes; those that break a limit are dissolved.")
        .def("start_part", &startPart, "kinds"_a.noconvert(), "begins"_a.noconvert(),
             "visits"_a.noconvert(), "tasks"_a.noconvert(), "numbers"_a.noconvert(),
             "Begin again with some of the routes and of the tasks, and so many vehicles of each "
             "kind; the other tasks are left alone.")
        .def("anneal", &RuinRecreate::anneal, "seconds"_a, "iterations"_a, "temperature"_a,
             Release())
        .def("repair", &RuinRecreate::repair, "seconds"_a, "iterations"_a, "temperature"_a,
             Release(), "Look for places for the unserved clients, whatever they cost.")
        .def("reduce_fleet", &RuinRecreate::reduceFleet, "seconds"_a, "iterations"_a,
             "temperature"_a, "fewest"_a, Release(), "Do with fewer and fewer vehicles.")
        .def("to_best", &RuinRecreate::toBest, Release(), "Go back to the best solution.")
        .def("best", &best, "Best routes: kinds, begins (one more), visits.")
        .def("current", &current, "Present routes, in the same form.")
        .def("consistent", &RuinRecreate::consistent, "Whether all kept data agree, for tests.")
        .def("mean_arc", &RuinRecreate::meanArc, "Mean cost of an arc of the current routes.")
        .def_prop_ro("cost", &RuinRecreate::cost, "Of the best solution, with prizes forgone.")
        .def_prop_ro("unserved", &RuinRecreate::unserved, "Required tasks the best one leaves out.")
        .def_prop_ro("vehicles", &RuinRecreate::vehicles, "That the best solution uses.")
        .def_prop_ro("current_cost", &RuinRecreate::currentCost);
}
