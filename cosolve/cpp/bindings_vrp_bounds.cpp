// Bindings of what bounds of vehicle routing problems are made from: the pricing of routes,
// capacity cuts, and the ascent over q-routes.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <limits>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "core/deadline.h"
#include "vrp/bounds/capacity_cuts.h"
#include "vrp/bounds/q_routes.h"
#include "vrp/bounds/route_enumeration.h"
#include "vrp/bounds/route_pricing.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::Deadline;
using cosolve::vrp::CapacityCut;
using cosolve::vrp::CapacityCuts;
using cosolve::vrp::EnumerationEnd;
using cosolve::vrp::PricedRoute;
using cosolve::vrp::QRouteAscent;
using cosolve::vrp::QRouteRules;
using cosolve::vrp::RouteEnumeration;
using cosolve::vrp::RoutePricing;
using cosolve::vrp::RouteRules;
using cosolve::vrp::SubsetCut;
using cosolve::vrp::SupportEdge;

namespace {

using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;

std::vector<double> toVector(DoubleVector array, std::size_t size, char const *what) {
    if (array.shape(0) != size) throw std::invalid_argument(what);
    return {array.data(), array.data() + size};
}

std::vector<double> toSquare(DoubleMatrix array, std::size_t size, char const *what) {
    if (array.shape(0) != size || array.shape(1) != size) throw std::invalid_argument(what);
    return {array.data(), array.data() + size * size};
}

std::vector<std::vector<int>> toNeighbors(IntMatrix array, int nodes) {
    if (array.shape(0) != static_cast<std::size_t>(nodes) || array.shape(1) > 31)
        throw std::invalid_argument("neighbors must be at most 31 for every node");
    std::vector<std::vector<int>> result(array.shape(0));
    for (std::size_t i = 1; i < array.shape(0); ++i)
        for (std::size_t k = 0; k < array.shape(1); ++k) {
            int const other = array.data()[i * array.shape(1) + k];
            if (other < 0) continue;  // fewer than the others have
            if (other == 0 || other >= nodes || other == static_cast<int>(i))
                throw std::invalid_argument("a neighbor must be another client");
            for (int earlier : result[i])
                if (earlier == other) throw std::invalid_argument("a neighbor is named twice");
            result[i].push_back(other);
        }
    return result;
}

RouteRules toRules(DoubleMatrix consumption, DoubleVector earliest, DoubleVector latest,
                   double horizon, DoubleVector load, double capacity, IntMatrix neighbors,
                   bool symmetric) {
    std::size_t const n = earliest.shape(0);
    if (n < 1) throw std::invalid_argument("there must be a depot");
    RouteRules rules;
    rules.nodes = static_cast<int>(n);
    rules.symmetric = symmetric;
    rules.horizon = horizon;
    rules.capacity = capacity;
    rules.consumption = toSquare(consumption, n, "consumption must be a square matrix");
    rules.earliest = toVector(earliest, n, "earliest must have one entry for every node");
    rules.latest = toVector(latest, n, "latest must have one entry for every node");
    rules.load = toVector(load, n, "load must have one entry for every node");
    rules.neighbors = toNeighbors(neighbors, rules.nodes);
    for (auto const *values : {&rules.consumption, &rules.earliest, &rules.load})
        for (double value : *values)
            if (!(value >= 0)) throw std::invalid_argument("resources must not be negative");
    if (!(horizon > 0 && horizon < std::numeric_limits<double>::infinity()))
        throw std::invalid_argument("the horizon must be positive and finite");
    return rules;
}

// The pricing and, since they are asked for afterwards, the routes of its last run.
class Pricing {
public:
    explicit Pricing(RouteRules rules)
        : nodes_(rules.nodes), pricing_(std::move(rules)), enumeration_(pricing_) {}
    Pricing(Pricing const &) = delete;
    Pricing &operator=(Pricing const &) = delete;

    bool run(DoubleMatrix cost, bool heuristic, int routes, double mostLabels, double seconds) {
        auto const copy =
            toSquare(cost, static_cast<std::size_t>(nodes_), "cost must be a square matrix");
        nb::gil_scoped_release release;
        return pricing_.run(copy, heuristic, routes, static_cast<std::size_t>(mostLabels),
                            Deadline(seconds));
    }
    void setCuts(std::vector<std::vector<int>> const &members,
                 std::vector<std::vector<int>> const &memories, std::vector<double> const &prices) {
        if (members.size() != memories.size() || members.size() != prices.size())
            throw std::invalid_argument("every cut must have members, a memory and a price");
        if (members.size() > static_cast<std::size_t>(cosolve::vrp::mostSubsetCuts))
            throw std::invalid_argument("there are too many cuts");
        std::vector<SubsetCut> cuts;
        for (std::size_t k = 0; k < members.size(); ++k) {
            for (auto const *nodes : {&members[k], &memories[k]})
                for (int i : *nodes) checkNode(i, nodes_);
            if (!(prices[k] > 0)) throw std::invalid_argument("prices of cuts must be positive");
            cuts.push_back({members[k], memories[k], prices[k]});
        }
        pricing_.setCuts(cuts);
    }
    std::string enumerate(DoubleMatrix reduced, DoubleMatrix cost, double gap, double mostLabels,
                          double mostPaths, double mostRoutes, double seconds) {
        auto const n = static_cast<std::size_t>(nodes_);
        if (nodes_ > RouteEnumeration::mostClients + 1)
            throw std::invalid_argument("there are too many clients to enumerate routes");
        auto const prices = toSquare(reduced, n, "reduced must be a square matrix");
        auto const costs = toSquare(cost, n, "cost must be a square matrix");
        nb::gil_scoped_release release;
        switch (enumeration_.run(prices, costs, gap,
                                 {static_cast<std::size_t>(mostLabels),
                                  static_cast<std::size_t>(mostPaths),
                                  static_cast<std::size_t>(mostRoutes)},
                                 Deadline(seconds))) {
        case EnumerationEnd::complete: return "complete";
        case EnumerationEnd::time: return "time";
        case EnumerationEnd::paths: return "paths";
        default: return "routes";
        }
    }
    std::tuple<IntResult, IntResult, DoubleResult, DoubleResult> enumerated() const {
        auto const &found = enumeration_.routes();
        return {toArray(found.first), toArray(found.visits), toArray(found.cost),
                toArray(found.reduced)};
    }
    std::vector<std::vector<int>> routes() const {
        std::vector<std::vector<int>> result;
        for (PricedRoute const &route : pricing_.routes()) result.push_back(route.clients);
        return result;
    }
    RoutePricing const &pricing() const { return pricing_; }

private:
    int nodes_;
    RoutePricing pricing_;
    RouteEnumeration enumeration_;
};

std::vector<std::pair<std::vector<int>, int>> findCuts(CapacityCuts const &finder, int nodes,
                                                       IntMatrix ends, DoubleVector values,
                                                       double least, int most, bool thorough) {
    std::vector<SupportEdge> edges;
    if (values.shape(0) != ends.shape(0))
        throw std::invalid_argument("every edge must have a value");
    auto const pairs = toEdges(nodes, ends);
    for (std::size_t k = 0; k < pairs.size(); ++k)
        edges.push_back({pairs[k].first, pairs[k].second, values.data()[k]});
    std::vector<CapacityCut> cuts;
    {
        nb::gil_scoped_release release;
        cuts = finder.find(edges, least, most, thorough);
    }
    std::vector<std::pair<std::vector<int>, int>> result;
    for (CapacityCut &cut : cuts) result.emplace_back(std::move(cut.clients), cut.vehicles);
    return result;
}

class Cuts {
public:
    Cuts(DoubleVector load, double capacity)
        : nodes_(static_cast<int>(load.shape(0))),
          finder_({load.data(), load.data() + load.shape(0)}, capacity) {
        if (!(capacity > 0)) throw std::invalid_argument("capacity must be positive");
    }
    auto find(IntMatrix ends, DoubleVector values, double least, int most, bool thorough) const {
        return findCuts(finder_, nodes_, ends, values, least, most, thorough);
    }

private:
    int nodes_;
    CapacityCuts finder_;
};

QRouteRules toQRules(DoubleMatrix cost, IntVector load, int capacity, int fewest) {
    QRouteRules rules;
    std::size_t const n = load.shape(0);
    rules.nodes = static_cast<int>(n);
    rules.cost = toSquare(cost, n, "cost must be a square matrix");
    rules.load.assign(load.data(), load.data() + n);
    rules.capacity = capacity;
    rules.fewest = fewest;
    if (n < 2) throw std::invalid_argument("there must be a client");
    for (std::size_t i = 1; i < n; ++i)
        if (rules.load[i] < 1 || rules.load[i] > capacity)
            throw std::invalid_argument("loads must be between 1 and the capacity");
    return rules;
}

void bindRoutePricing(nb::module_ &m) {
    nb::class_<Pricing>(m, "RoutePricing",
                        "Cheapest ng-routes under reduced costs; node 0 is the depot.")
        .def(
            "__init__",
            [](Pricing *self, DoubleMatrix consumption, DoubleVector earliest, DoubleVector latest,
               double horizon, DoubleVector load, double capacity, IntMatrix neighbors,
               bool symmetric) {
                new (self) Pricing(toRules(consumption, earliest, latest, horizon, load, capacity,
                                           neighbors, symmetric));
            },
            "consumption"_a.noconvert(), "earliest"_a.noconvert(), "latest"_a.noconvert(),
            "horizon"_a, "load"_a.noconvert(), "capacity"_a, "neighbors"_a.noconvert(),
            "symmetric"_a)
        .def("run", &Pricing::run, "cost"_a.noconvert(), "heuristic"_a, "routes"_a, "most_labels"_a,
             "seconds"_a,
             "Price; return whether nothing cut it short. Not interruptible but by its time.")
        .def("routes", &Pricing::routes, "The routes found, without the depot.")
        .def("set_cuts", &Pricing::setCuts, "members"_a, "memories"_a, "prices"_a,
             "Subset-row cuts with limited memory, and what routes pay for them from now on.")
        .def("enumerate", &Pricing::enumerate, "reduced"_a.noconvert(), "cost"_a.noconvert(),
             "gap"_a, "most_labels"_a, "most_paths"_a, "most_routes"_a, "seconds"_a,
             "Find all elementary routes of reduced cost below a gap; return 'complete', or what "
             "was exceeded: 'time', 'paths' or 'routes'.")
        .def("enumerated", &Pricing::enumerated,
             "Of the routes enumerated, where each begins, visits, costs and reduced costs.")
        .def_prop_ro(
            "least", [](Pricing const &p) { return p.pricing().least(); },
            "Least reduced cost, at most 0.")
        .def_prop_ro(
            "least_per_load", [](Pricing const &p) { return p.pricing().leastPerLoad(); },
            "Least quotient of reduced cost and load, at most 0.")
        .def_prop_ro(
            "labels", [](Pricing const &p) { return p.pricing().labels(); },
            "Number of labels of the last run.");
}

}  // namespace

void bindVrpBounds(nb::module_ &m) {
    bindRoutePricing(m);
    nb::class_<Cuts>(m, "CapacityCuts", "Separation of rounded capacity inequalities.")
        .def(nb::init<DoubleVector, double>(), "load"_a.noconvert(), "capacity"_a)
        .def("find", &Cuts::find, "ends"_a.noconvert(), "values"_a.noconvert(), "least"_a, "most"_a,
             "thorough"_a = false, "Violated sets of clients, and how many vehicles they need.");
    nb::class_<QRouteAscent>(m, "QRouteAscent", "Ascent to the bound of q-routes without 2-cycles.")
        .def(
            "__init__",
            [](QRouteAscent *self, DoubleMatrix cost, IntVector load, int capacity, int fewest) {
                new (self) QRouteAscent(toQRules(cost, load, capacity, fewest));
            },
            "cost"_a.noconvert(), "load"_a.noconvert(), "capacity"_a, "fewest"_a)
        .def(
            "run",
            [](QRouteAscent &ascent, int iterations, double target, double seconds) {
                nb::gil_scoped_release release;
                return ascent.run(iterations, target, Deadline(seconds));
            },
            "iterations"_a, "target"_a, "seconds"_a,
            "Evaluate penalties, and improve them; return the number of evaluations finished.")
        .def(
            "follow",
            [](QRouteAscent &ascent, QRouteAscent const &other) {
                if (ascent.nodes() != other.nodes())
                    throw std::invalid_argument("the ascents must have the same nodes");
                ascent.follow(other);
            },
            "other"_a, "Go on from the best penalties of another ascent.")
        .def(
            "prove",
            [](QRouteAscent &ascent, double seconds) {
                nb::gil_scoped_release release;
                return ascent.prove(Deadline(seconds));
            },
            "seconds"_a, "Evaluate the best penalties exactly; return whether it is done.")
        .def_prop_ro("value", &QRouteAscent::value, "Best value; proves nothing.")
        .def_prop_ro("bound", &QRouteAscent::bound, "Best proven bound, minus infinity if none.")
        .def_prop_ro("step", &QRouteAscent::step, "Length of the steps, 1 at first.")
        .def(
            "prices", [](QRouteAscent const &ascent) { return toArray(ascent.prices()); },
            "Dual values of clients, and at 0 of routes, behind the bound.");
}
