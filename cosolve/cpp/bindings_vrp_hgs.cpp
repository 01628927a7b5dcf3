// Binding of the hybrid genetic search for vehicle routing.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings_vrp.h"
#include "vrp/hgs/genetic.h"

namespace nb = nanobind;
using namespace nb::literals;
using cosolve::binding::OptionalInts;
using cosolve::vrp::hgs::Genetic;
using cosolve::vrp::hgs::GeneticOptions;
using cosolve::vrp::hgs::InstanceData;
using cosolve::vrp::hgs::Plan;
using cosolve::vrp::hgs::VehicleData;

namespace {

using Ints = nb::ndarray<int const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using Doubles = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using Matrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using Kinds = nb::ndarray<int const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using IntResult = nb::ndarray<nb::numpy, int>;

std::vector<double> toVector(Matrix matrix, std::size_t size, char const *what) {
    if (matrix.shape(0) != size || matrix.shape(1) != size)
        throw std::invalid_argument(std::string(what) + " must be a square matrix of locations");
    return {matrix.data(), matrix.data() + matrix.size()};
}

std::vector<double> toVector(Doubles values, std::size_t size, char const *what) {
    if (values.shape(0) != size)
        throw std::invalid_argument(std::string(what) + " must have one entry for each location");
    return {values.data(), values.data() + size};
}

IntResult toArray(std::vector<int> values) {
    auto *owned = new std::vector<int>(std::move(values));
    nb::capsule owner(owned, [](void *p) noexcept { delete static_cast<std::vector<int> *>(p); });
    return IntResult(owned->data(), {owned->size()}, owner);
}

// Rows of (number, first depot, last depot) and of (capacity, fixed cost, cost of distance, longest
// duration, earliest and latest time to leave, earliest and latest time to be back).
std::vector<VehicleData> toVehicles(Kinds kinds, Matrix limits, int depots) {
    if (kinds.shape(0) < 1 || kinds.shape(1) != 3 || limits.shape(0) != kinds.shape(0) ||
        limits.shape(1) != 8)
        throw std::invalid_argument("kinds must have 3 columns, limits 8, and a row for each type");
    std::vector<VehicleData> vehicles;
    bool different = false;
    for (std::size_t t = 0; t < kinds.shape(0); ++t) {
        int const *kind = kinds.data() + 3 * t;
        double const *limit = limits.data() + 8 * t;
        vehicles.push_back({limit[0], kind[0], kind[1], kind[2], limit[1], limit[2], limit[3],
                            limit[4], limit[5], limit[6], limit[7]});
        auto const &row = vehicles.back();
        different = different || row.rate != vehicles.front().rate;
        if (row.number < 0 || row.start < 0 || row.start >= depots || row.end < -1 ||
            row.end >= depots)
            throw std::invalid_argument("a number of vehicles or a depot is out of range");
        if (!(row.capacity >= 0) || !(row.fixed >= 0) || !(row.rate >= 0) ||
            !(row.maxDuration >= 0))
            throw std::invalid_argument("limits and costs of vehicles must not be negative");
    }
    for (auto const &row : vehicles)
        if (different && row.rate == 0)
            throw std::invalid_argument("if costs of distance differ, they must be positive");
    return vehicles;
}

void construct(Genetic *self, int depots, Matrix distance, std::optional<Matrix> duration,
               Matrix coords, Doubles demand, std::optional<Doubles> service,
               std::optional<Matrix> windows, Kinds kinds, Matrix limits,
               OptionalInts const &nearStart, OptionalInts const &near, std::uint64_t seed,
               int granular, int minimum, int generation, int elite, int close,
               double targetFeasible, int first, int noImprovement, double routeExchange,
               double repair) {
    std::size_t const size = distance.shape(0);
    if (depots < 1 || size < static_cast<std::size_t>(depots))
        throw std::invalid_argument("there must be a depot");
    InstanceData data;
    data.depots = depots;
    data.clients = static_cast<int>(size) - depots;
    data.vehicles = toVehicles(kinds, limits, depots);
    data.distance = toVector(distance, size, "distance");
    if (duration) data.duration = toVector(*duration, size, "duration");
    if (coords.shape(0) != size || coords.shape(1) != 2)
        throw std::invalid_argument("coords must have two columns and a row for each location");
    for (std::size_t i = 0; i < size; ++i) {
        data.x.push_back(coords.data()[2 * i]);
        data.y.push_back(coords.data()[2 * i + 1]);
    }
    data.demand = toVector(demand, size, "demand");
    if (service) data.service = toVector(*service, size, "service");
    if (windows) {
        if (windows->shape(0) != size || windows->shape(1) != 2)
            throw std::invalid_argument(
                "windows must have two columns and a row for each location");
        for (std::size_t i = 0; i < size; ++i) {
            data.earliest.push_back(windows->data()[2 * i]);
            data.latest.push_back(windows->data()[2 * i + 1]);
        }
    }
    bool limited = service.has_value() || windows.has_value();
    for (auto const &row : data.vehicles)
        limited = limited || row.maxDuration < std::numeric_limits<double>::infinity();
    if (!duration && limited)
        throw std::invalid_argument("service, windows and longest durations need durations");
    if (granular < 1 || minimum < 2 || generation < 1 || elite < 0 || close < 1 || first < 2 ||
        noImprovement < 1)
        throw std::invalid_argument("a parameter of the population is out of range");
    data.granular = granular;
    data.near = cosolve::binding::toNeighbors(nearStart, near, depots, size);
    GeneticOptions options;
    options.population = {minimum, generation, elite, close};
    options.targetFeasible = targetFeasible;
    options.first = first;
    options.noImprovement = noImprovement;
    options.routeExchange = routeExchange;
    options.repair = repair;
    nb::gil_scoped_release const release;
    new (self) Genetic(std::move(data), seed, options);
}

void requireVisits(Genetic const &self, Ints visits) {
    auto const &instance = self.instance();
    std::vector<char> seen(static_cast<std::size_t>(instance.end()), 0);
    bool right = visits.shape(0) == static_cast<std::size_t>(instance.clients());
    for (std::size_t k = 0; k < visits.shape(0) && right; ++k) {
        int const i = visits.data()[k];
        right = i >= instance.first() && i < instance.end() && !seen[static_cast<std::size_t>(i)]++;
    }
    if (!right) throw std::invalid_argument("routes must visit every client once");
}

Plan toPlan(Genetic const &self, Ints visits, Ints begin, Ints types) {
    requireVisits(self, visits);
    auto const &instance = self.instance();
    std::size_t const routes = types.shape(0);
    if (begin.shape(0) != routes + 1 || begin.data()[0] != 0 ||
        begin.data()[routes] != static_cast<int>(visits.shape(0)))
        throw std::invalid_argument("routes must visit every client once");
    Plan plan;
    std::vector<int> used(static_cast<std::size_t>(instance.types()), 0);
    for (std::size_t r = 0; r < routes; ++r) {
        int const from = begin.data()[r], until = begin.data()[r + 1], type = types.data()[r];
        if (until < from) throw std::invalid_argument("the beginnings of routes must ascend");
        if (type < 0 || type >= instance.types())
            throw std::invalid_argument("there is no such vehicle type");
        plan.visits.insert(plan.visits.end(), visits.data() + from, visits.data() + until);
        plan.close(type);
        if (until > from && ++used[static_cast<std::size_t>(type)] > instance.vehicle(type).number)
            throw std::invalid_argument("there are more routes than vehicles");
    }
    return plan;
}

using Routes = std::tuple<IntResult, IntResult, IntResult>;

Routes toRoutes(Plan const &plan) {
    return {toArray(plan.visits), toArray(plan.begin), toArray(plan.types)};
}

Routes split(Genetic const &self, Ints tour) {
    requireVisits(self, tour);
    return toRoutes(self.split(std::vector<int>(tour.data(), tour.data() + tour.shape(0))));
}

std::tuple<Routes, double, double, double> descend(Genetic const &self, Ints visits, Ints begin,
                                                   Ints types, std::uint64_t seed) {
    auto const found = self.descend(toPlan(self, visits, begin, types), seed);
    return {toRoutes(found.plan), found.before, found.gained, found.after};
}

Routes routes(Genetic const &self) {
    return toRoutes(self.best() == nullptr ? Plan() : self.best()->plan());
}

Routes allRoutes(Genetic const &self) {
    Plan all;
    self.population().forEachFeasible([&](auto const &individual) {
        auto const &plan = individual.plan();
        for (int r = 0; r < plan.routes(); ++r) {
            all.visits.insert(all.visits.end(), plan.route(r), plan.route(r) + plan.size(r));
            all.close(plan.type(r));
        }
    });
    return toRoutes(all);
}

}  // namespace

void bindVrpHgs(nb::module_ &m) {
    nb::class_<Genetic>(m, "VrpGenetic", "Hybrid genetic search for capacitated vehicle routing.")
        .def("__init__", &construct, "depots"_a, "distance"_a.noconvert(),
             "duration"_a.noconvert().none(), "coords"_a.noconvert(), "demand"_a.noconvert(),
             "service"_a.noconvert().none(), "windows"_a.noconvert().none(), "kinds"_a.noconvert(),
             "limits"_a.noconvert(), "near_start"_a.noconvert().none(), "near"_a.noconvert().none(),
             "seed"_a, "granular"_a, "minimum"_a, "generation"_a, "elite"_a, "close"_a,
             "target_feasible"_a, "first"_a, "no_improvement"_a, "route_exchange"_a, "repair"_a)
        .def("run", &Genetic::run, "seconds"_a, "iterations"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("settle", &Genetic::settle, nb::call_guard<nb::gil_scoped_release>(),
             "Count what is not ready as an individual; when no call of run follows.")
        .def(
            "inject",
            [](Genetic &self, Ints visits, Ints begin, Ints types) {
                self.inject(toPlan(self, visits, begin, types));
            },
            "visits"_a.noconvert(), "begin"_a.noconvert(), "types"_a.noconvert(),
            "Add a solution: the visits of all routes, where each begins, its vehicle type.")
        .def("split", &split, "tour"_a.noconvert(), "Cut a giant tour into routes.")
        .def("descend", &descend, "visits"_a.noconvert(), "begin"_a.noconvert(),
             "types"_a.noconvert(), "seed"_a,
             "Routes of a local optimum, and the penalized costs before, gained and after.")
        .def("routes", &routes,
             "Visits of the best solution, where each route begins, its vehicle type.")
        .def("all_routes", &allRoutes,
             "Visits of all feasible individuals, where each route begins, its vehicle type.")
        .def_prop_ro("feasible", &Genetic::feasible)
        .def_prop_ro("cost",
                     [](Genetic const &self) {
                         return self.best() == nullptr ? std::numeric_limits<double>::infinity()
                                                       : self.best()->cost();
                     })
        .def_prop_ro("violations",
                     [](Genetic const &self) {
                         cosolve::vrp::hgs::Violations v;
                         if (self.best() != nullptr) v = self.best()->violations();
                         return std::tuple(v.load, v.warp, v.duration);
                     })
        .def_prop_ro("penalties",
                     [](Genetic const &self) {
                         auto const &p = self.penalties();
                         return std::tuple(p.load, p.warp, p.duration);
                     })
        .def_prop_ro("iterations", &Genetic::iterations)
        .def_prop_ro("restarts", &Genetic::restarts);
}
