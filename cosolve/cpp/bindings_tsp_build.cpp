// Bindings of what builds tours and candidate sets: neighbors, Hilbert order, constructions.
#include <nanobind/stl/pair.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "core/hilbert.h"
#include "core/metric.h"
#include "tsp/greedy.h"
#include "tsp/neighbors.h"
#include "tsp/space_filling.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::Metric;

namespace {

using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;

template <class Work> auto unlocked(Work &&work) {
    nb::gil_scoped_release const released;
    return work();
}

std::span<int const> view(IntVector const &array) {
    return {array.data(), array.shape(0)};
}

void requireNonNegative(int value, char const *message) {
    if (value < 0) throw std::invalid_argument(message);
}

IntResult hilbertOrder(DoubleMatrix coords) {
    std::size_t const dim = coords.shape(1);
    if (dim != 2 && dim != 3) throw std::invalid_argument("coords must have 2 or 3 columns");
    return toArray(unlocked([&] {
        return cosolve::hilbertOrder(coords.data(), static_cast<int>(coords.shape(0)),
                                     static_cast<int>(dim));
    }));
}

IntResult kNearest(Metric const &metric, int k) {
    requireNonNegative(k, "k must not be negative");
    return toMatrix(unlocked([&] { return cosolve::tsp::kNearest(metric, k); }),
                    static_cast<std::size_t>(metric.nodes()));
}

std::pair<IntResult, IntResult> quadrantNeighbors(Metric const &metric, int perQuadrant,
                                                  int nearest) {
    requireNonNegative(perQuadrant, "per_quadrant must not be negative");
    requireNonNegative(nearest, "nearest must not be negative");
    auto found =
        unlocked([&] { return cosolve::tsp::quadrantNeighbors(metric, perQuadrant, nearest); });
    return {toArray(std::move(found.start)), toArray(std::move(found.to))};
}

// Rows of the real nodes; one more, of the hub, may follow.
void checkCandidates(Metric const &metric, std::span<int const> start, std::span<int const> to) {
    auto const n = static_cast<std::size_t>(metric.nodes());
    if (start.size() != n + 1 && start.size() != static_cast<std::size_t>(metric.size()) + 1)
        throw std::invalid_argument("indptr must have one entry more than there are nodes");
    if (start.front() != 0 || start.back() != static_cast<int>(to.size()))
        throw std::invalid_argument("indptr must run from 0 to the number of indices");
    for (std::size_t i = 1; i < start.size(); ++i)
        if (start[i] < start[i - 1]) throw std::invalid_argument("indptr must not decrease");
    for (int const node : to) checkNode(node, metric.size());
}

IntResult greedy(Metric const &metric, IntVector indptr, IntVector indices,
                 std::span<double const> weights, IntMatrix fixed, std::uint64_t seed,
                 double randomization) {
    if (metric.nodes() == 0) throw std::invalid_argument("the metric has no nodes");
    if (!(randomization >= 0 && randomization <= 1e6))
        throw std::invalid_argument("randomization must be between 0 and 1e6");
    checkCandidates(metric, view(indptr), view(indices));
    auto const edges = toEdges(metric.size(), fixed);
    auto tour = unlocked([&] {
        return cosolve::tsp::greedyTour(metric, view(indptr), view(indices), edges, seed,
                                        randomization, weights);
    });
    if (tour.empty()) throw std::invalid_argument("the fixed edges fit in no tour");
    return toArray(std::move(tour));
}

IntResult greedyTour(Metric const &metric, IntVector indptr, IntVector indices, IntMatrix fixed,
                     std::uint64_t seed, double randomization) {
    return greedy(metric, indptr, indices, {}, fixed, seed, randomization);
}

IntResult greedyTourByWeight(Metric const &metric, IntVector indptr, IntVector indices,
                             DoubleVector weights, IntMatrix fixed, std::uint64_t seed,
                             double randomization) {
    if (weights.shape(0) != indices.shape(0))
        throw std::invalid_argument("there must be one weight per candidate edge");
    return greedy(metric, indptr, indices, {weights.data(), weights.shape(0)}, fixed, seed,
                  randomization);
}

IntResult spaceFillingTour(Metric const &metric) {
    if (!metric.hasPoints())
        throw std::invalid_argument("a space-filling curve needs coordinates, not a matrix");
    return toArray(unlocked([&] { return cosolve::tsp::spaceFillingTour(metric); }));
}

double tourCost(Metric const &metric, IntVector tour) {
    auto const nodes = view(tour);
    for (int const node : nodes) checkNode(node, metric.size());
    return unlocked([&] {
        double sum = 0;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            sum += metric(nodes[i], nodes[i + 1 < nodes.size() ? i + 1 : 0]);
        return nodes.size() < 2 ? 0.0 : sum;
    });
}

}  // namespace

void bindTspBuild(nb::module_ &m) {
    m.def("hilbert_order", &hilbertOrder, "coords"_a.noconvert(),
          "Order of points along a Hilbert curve.");
    m.def("k_nearest", &kNearest, "metric"_a, "k"_a,
          "Rows of the min(k, n - 1) nearest nodes, nearest first.");
    m.def("quadrant_neighbors", &quadrantNeighbors, "metric"_a, "per_quadrant"_a, "nearest"_a,
          "Rows (indptr, indices) of the nearest nodes in each quadrant and overall.");
    m.def("greedy_tour", &greedyTour, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
          "fixed_edges"_a.noconvert(), "seed"_a = 0, "randomization"_a = 0.0,
          "Greedy-edge tour from candidate rows, containing the fixed edges.");
    m.def("greedy_tour_by_weight", &greedyTourByWeight, "metric"_a, "indptr"_a.noconvert(),
          "indices"_a.noconvert(), "weights"_a.noconvert(), "fixed_edges"_a.noconvert(),
          "seed"_a = 0, "randomization"_a = 0.0,
          "Greedy-edge tour that takes candidates of large weight first.");
    m.def("space_filling_tour", &spaceFillingTour, "metric"_a,
          "Nodes in the order of a Hilbert curve; the hub comes last.");
    m.def("tour_cost", &tourCost, "metric"_a, "tour"_a.noconvert(), "Length of a closed tour.");
}
