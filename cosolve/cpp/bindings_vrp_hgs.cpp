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

#include "vrp/hgs/genetic.h"

namespace nb = nanobind;
using namespace nb::literals;
using cosolve::vrp::hgs::Genetic;
using cosolve::vrp::hgs::GeneticOptions;
using cosolve::vrp::hgs::InstanceData;
using cosolve::vrp::hgs::Plan;

namespace {

using Ints = nb::ndarray<int const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using Doubles = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using Matrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
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

void construct(Genetic *self, Matrix distance, std::optional<Matrix> duration, Matrix coords,
               Doubles demand, std::optional<Doubles> service, std::optional<Matrix> windows,
               double capacity, double maxDuration, int fleet, std::uint64_t seed, int granular,
               int minimum, int generation, int elite, int close, double targetFeasible, int first,
               int noImprovement, double routeExchange, double repair) {
    std::size_t const size = distance.shape(0);
    if (size < 1) throw std::invalid_argument("there must be a depot");
    InstanceData data;
    data.clients = static_cast<int>(size) - 1;
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
    if (!duration && (service || windows || maxDuration < std::numeric_limits<double>::infinity()))
        throw std::invalid_argument("service, windows and max_duration need durations");
    if (!(capacity >= 0) || !(maxDuration >= 0) || fleet < 0)
        throw std::invalid_argument("capacity, max_duration and fleet must not be negative");
    if (granular < 1 || minimum < 2 || generation < 1 || elite < 0 || close < 1 || first < 2 ||
        noImprovement < 1)
        throw std::invalid_argument("a parameter of the population is out of range");
    data.capacity = capacity;
    data.maxDuration = maxDuration;
    data.fleet = fleet;
    data.granular = granular;
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

Plan toPlan(Genetic const &self, Ints visits, std::vector<int> const &begin) {
    int const n = self.instance().clients();
    if (begin.empty() || begin.front() != 0 || begin.back() != static_cast<int>(visits.shape(0)) ||
        visits.shape(0) != static_cast<std::size_t>(n))
        throw std::invalid_argument("routes must visit every client once");
    Plan plan;
    std::vector<char> seen(static_cast<std::size_t>(n) + 1, 0);
    for (std::size_t r = 0; r + 1 < begin.size(); ++r) {
        if (begin[r + 1] < begin[r])
            throw std::invalid_argument("the beginnings of routes must ascend");
        for (int k = begin[r]; k < begin[r + 1]; ++k) {
            int const i = visits.data()[k];
            if (i < 1 || i > n || seen[static_cast<std::size_t>(i)]++)
                throw std::invalid_argument("routes must visit every client once");
            plan.visits.push_back(i);
        }
        plan.close();
    }
    if (plan.routes() > self.instance().fleet())
        throw std::invalid_argument("there are more routes than vehicles");
    return plan;
}

Plan toPlan(Genetic const &self, Ints visits, Ints begin) {
    return toPlan(self, visits, std::vector<int>(begin.data(), begin.data() + begin.shape(0)));
}

using Routes = std::tuple<IntResult, IntResult>;

Routes toRoutes(Plan const &plan) {
    return {toArray(plan.visits), toArray(plan.begin)};
}

Routes split(Genetic const &self, Ints tour) {
    int const end = static_cast<int>(tour.shape(0));
    return toRoutes(self.split(toPlan(self, tour, {0, end}).visits));
}

std::tuple<IntResult, IntResult, double, double, double> descend(Genetic const &self, Ints visits,
                                                                 Ints begin, std::uint64_t seed) {
    auto const found = self.descend(toPlan(self, visits, begin), seed);
    return {toArray(found.plan.visits), toArray(found.plan.begin), found.before, found.gained,
            found.after};
}

Routes routes(Genetic const &self) {
    return toRoutes(self.best() == nullptr ? Plan() : self.best()->plan());
}

Routes allRoutes(Genetic const &self) {
    std::vector<int> visits, begin{0};
    self.population().forEachFeasible([&](auto const &individual) {
        auto const &plan = individual.plan();
        auto const offset = static_cast<int>(visits.size());
        visits.insert(visits.end(), plan.visits.begin(), plan.visits.end());
        for (std::size_t r = 1; r < plan.begin.size(); ++r) begin.push_back(offset + plan.begin[r]);
    });
    return {toArray(visits), toArray(begin)};
}

}  // namespace

void bindVrpHgs(nb::module_ &m) {
    nb::class_<Genetic>(m, "VrpGenetic", "Hybrid genetic search for capacitated vehicle routing.")
        .def("__init__", &construct, "distance"_a.noconvert(), "duration"_a.noconvert().none(),
             "coords"_a.noconvert(), "demand"_a.noconvert(), "service"_a.noconvert().none(),
             "windows"_a.noconvert().none(), "capacity"_a, "max_duration"_a, "fleet"_a, "seed"_a,
             "granular"_a, "minimum"_a, "generation"_a, "elite"_a, "close"_a, "target_feasible"_a,
             "first"_a, "no_improvement"_a, "route_exchange"_a, "repair"_a)
        .def("run", &Genetic::run, "seconds"_a, "iterations"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("settle", &Genetic::settle, nb::call_guard<nb::gil_scoped_release>(),
             "Count what is not ready as an individual; when no call of run follows.")
        .def(
            "inject",
            [](Genetic &self, Ints visits, Ints begin) {
                self.inject(toPlan(self, visits, begin));
            },
            "visits"_a.noconvert(), "begin"_a.noconvert(),
            "Add a solution: the visits of all routes and where each begins.")
        .def("split", &split, "tour"_a.noconvert(), "Cut a giant tour into routes.")
        .def("descend", &descend, "visits"_a.noconvert(), "begin"_a.noconvert(), "seed"_a,
             "Routes of a local optimum, and the penalized costs before, gained and after.")
        .def("routes", &routes, "Visits of the best solution and where each route begins.")
        .def("all_routes", &allRoutes,
             "Visits of all feasible individuals and where each route begins.")
        .def_prop_ro("feasible", &Genetic::feasible)
        .def_prop_ro("cost",
                     [](Genetic const &self) {
                         return self.best() == nullptr ? std::numeric_limits<double>::infinity()
                                                       : self.best()->distance();
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
