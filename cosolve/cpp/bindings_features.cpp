// Bindings of what networks are told of a problem.
#include <nanobind/stl/tuple.h>

#include <cstddef>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_poll.h"
#include "bindings_tsp.h"
#include "core/metric.h"
#include "neural/features.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::Metric;
namespace neural = cosolve::neural;

namespace {

std::tuple<IntResult, FloatResult, FloatResult, FloatResult, FloatResult>
tourFeatures(Metric const &metric, int k, IntMatrix fixed, int iterations, nb::object const &stop) {
    if (metric.nodes() < 2 || metric.size() < 3)
        throw std::invalid_argument("features need at least three nodes");
    if (k < 1 || k > neural::kMostNeighbors)
        throw std::invalid_argument("k must be between 1 and 32");
    if (iterations < 0) throw std::invalid_argument("iterations must not be negative");
    (void)toFixedEdges(metric.size(), fixed);  // validates
    auto edges = toEdges(metric.size(), fixed);
    if (static_cast<int>(edges.size()) > metric.size() - 2)
        throw std::invalid_argument("the fixed edges leave only one tour");
    auto const poll = pollOf(stop);
    auto found = [&] {
        nb::gil_scoped_release const released;
        return neural::tourFeatures(metric, k, std::move(edges), {iterations, 0.3, 0.03}, poll);
    }();
    auto const n = static_cast<std::size_t>(metric.nodes());
    auto const width = static_cast<std::size_t>(found.k);
    return {toMatrix(std::move(found.neighbors), n),
            shaped(std::move(found.node), {n, neural::kTourNodeFeatures}),
            shaped(std::move(found.edge), {n, width, neural::kTourEdgeFeatures}),
            toArray(std::move(found.multipliers)), toArray(std::move(found.unit))};
}

std::tuple<IntResult, FloatResult, FloatResult>
routeFeatures(Metric const &clients, int k, DoubleVector toDepot, DoubleVector load) {
    auto const n = static_cast<std::size_t>(clients.nodes());
    if (n < 2) throw std::invalid_argument("features need at least two clients");
    if (k < 1 || k > neural::kMostNeighbors)
        throw std::invalid_argument("k must be between 1 and 32");
    if (toDepot.shape(0) != n || load.shape(0) != n)
        throw std::invalid_argument("there must be a distance and a load per client");
    for (std::size_t i = 0; i < n; ++i)
        if (!(toDepot.data()[i] >= 0 && load.data()[i] >= 0 && load.data()[i] <= 1))
            throw std::invalid_argument("distances must be positive, loads between 0 and 1");
    auto found = [&] {
        nb::gil_scoped_release const released;
        return neural::routeFeatures(clients, k, {toDepot.data(), n}, {load.data(), n});
    }();
    auto const width = static_cast<std::size_t>(found.k);
    return {toMatrix(std::move(found.neighbors), n),
            shaped(std::move(found.node), {n, neural::kRouteNodeFeatures}),
            shaped(std::move(found.edge), {n, width, neural::kRouteEdgeFeatures})};
}

}  // namespace

void bindFeatures(nb::module_ &m) {
    m.def("tour_features", &tourFeatures, "metric"_a, "k"_a, "fixed_edges"_a.noconvert(),
          "iterations"_a, "stop"_a.none() = nb::none(),
          "Neighbors (n, k) of smallest alpha after an ascent of so many iterations, features of "
          "nodes (n, 6) and of edges (n, k, 18), multipliers (size,), and units of nodes (n,).");
    m.def("route_features", &routeFeatures, "clients"_a, "k"_a, "to_depot"_a.noconvert(),
          "load"_a.noconvert(),
          "Nearest clients (n, k), features of clients (n, 8) and of edges (n, k, 18), given the "
          "distances to the depot and the shares of a vehicle.");
}
