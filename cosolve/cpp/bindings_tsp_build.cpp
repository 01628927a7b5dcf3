// Bindings of what builds tours and candidate sets: neighbors, Hilbert order, constructions.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/hilbert.h"
#include "core/metric.h"
#include "tsp/greedy.h"
#include "tsp/neighbors.h"
#include "tsp/space_filling.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using Metric = cosolve::Metric;
using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using IntVector = nb::ndarray<std::int32_t const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using IntMatrix = nb::ndarray<std::int32_t const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using OwnedVector = nb::ndarray<nb::numpy, std::int32_t, nb::ndim<1>>;
using OwnedMatrix = nb::ndarray<nb::numpy, std::int32_t, nb::ndim<2>>;

// Hands a vector to NumPy without copying it.
template <class Array> Array own(std::vector<int> &&values, std::initializer_list<std::size_t> shape) {
    auto *kept = new std::vector<int>(std::move(values));
    nb::capsule owner(kept, [](void *p) noexcept { delete static_cast<std::vector<int> *>(p); });
    return Array(kept->data(), shape, owner);
}

OwnedVector own(std::vector<int> &&values) {
    std::size_t const size = values.size();
    return own<OwnedVector>(std::move(values), {size});
}

template <class Work> auto unlocked(Work &&work) {
    nb::gil_scoped_release const released;
    return work();
}

std::span<int const> view(IntVector const &array) { return {array.data(), array.shape(0)}; }

void requireNonNegative(int value, char const *message) {
    if (value < 0) throw std::invalid_argument(message);
}

OwnedVector hilbertOrder(DoubleMatrix coords) {
    std::size_t const dim = coords.shape(1);
    if (dim != 2 && dim != 3) throw std::invalid_argument("coords must have 2 or 3 columns");
    return own(unlocked([&] {
        return cosolve::hilbertOrder(coords.data(), static_cast<int>(coords.shape(0)),
                                     static_cast<int>(dim));
    }));
}

OwnedMatrix kNearest(Metric const &metric, int k) {
    requireNonNegative(k, "k must not be negative");
    auto const n = static_cast<std::size_t>(metric.nodes());
    auto rows = unlocked([&] { return cosolve::kNearest(metric, k); });
    return own<OwnedMatrix>(std::move(rows), {n, n == 0 ? 0 : rows.size() / n});
}

std::pair<OwnedVector, OwnedVector> quadrantNeighbors(Metric const &metric, int perQuadrant,
                                                      int nearest) {
    requireNonNegative(perQuadrant, "per_quadrant must not be negative");
    requireNonNegative(nearest, "nearest must not be negative");
    auto found =
        unlocked([&] { return cosolve::quadrantNeighbors(metric, perQuadrant, nearest); });
    return {own(std::move(found.start)), own(std::move(found.to))};
}

void checkCandidates(Metric const &metric, std::span<int const> start, std::span<int const> to) {
    if (start.size() != static_cast<std::size_t>(metric.nodes()) + 1 || start.front() != 0 ||
        start.back() != static_cast<int>(to.size()))
        throw std::invalid_argument("indptr must rise from 0 to the number of indices");
    for (std::size_t i = 1; i < start.size(); ++i)
        if (start[i] < start[i - 1])
            throw std::invalid_argument("indptr must rise from 0 to the number of indices");
    for (int const node : to)
        if (node < 0 || node >= metric.nodes())
            throw std::invalid_argument("indices name a node that does not exist");
}

std::vector<cosolve::Edge> edgesOf(Metric const &metric, IntMatrix const &fixed) {
    if (fixed.shape(1) != 2) throw std::invalid_argument("fixed_edges must have 2 columns");
    std::vector<cosolve::Edge> edges;
    for (std::size_t i = 0; i < fixed.shape(0); ++i) {
        edges.push_back({fixed.data()[2 * i], fixed.data()[2 * i + 1]});
        for (int const node : edges.back())
            if (node < 0 || node >= metric.size())
                throw std::invalid_argument("fixed_edges name a node that does not exist");
    }
    return edges;
}

OwnedVector greedyTour(Metric const &metric, IntVector indptr, IntVector indices, IntMatrix fixed,
                       std::uint64_t seed, double randomization) {
    if (metric.nodes() == 0) throw std::invalid_argument("the metric has no nodes");
    if (!(randomization >= 0 && randomization <= 1e6))
        throw std::invalid_argument("randomization must be between 0 and 1e6");
    checkCandidates(metric, view(indptr), view(indices));
    auto const edges = edgesOf(metric, fixed);
    auto tour = unlocked([&] {
        return cosolve::greedyTour(metric, view(indptr), view(indices), edges, seed, randomization);
    });
    if (tour.empty()) throw std::invalid_argument("the fixed edges fit in no tour");
    return own(std::move(tour));
}

OwnedVector spaceFillingTour(Metric const &metric) {
    if (metric.kind() == cosolve::MetricKind::Explicit)
        throw std::invalid_argument("a space-filling curve needs coordinates, not a matrix");
    return own(unlocked([&] { return cosolve::spaceFillingTour(metric); }));
}

double tourCost(Metric const &metric, IntVector tour) {
    auto const nodes = view(tour);
    for (int const node : nodes)
        if (node < 0 || node >= metric.size())
            throw std::invalid_argument("the tour names a node that does not exist");
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
    m.def("space_filling_tour", &spaceFillingTour, "metric"_a,
          "Nodes in the order of a Hilbert curve; the hub comes last.");
    m.def("tour_cost", &tourCost, "metric"_a, "tour"_a.noconvert(), "Length of a closed tour.");
}
