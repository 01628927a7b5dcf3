// What the bindings of the TSP kernels share: arrays in, arrays out.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "bindings_arrays.h"
#include "core/candidates.h"
#include "core/metric.h"
#include "tsp/fixed_edges.h"

namespace cosolve::binding {

namespace nb = nanobind;

using IntVector = nb::ndarray<int const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using IntMatrix = nb::ndarray<int const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using DoubleVector = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;

inline void checkNode(int node, int n) {
    if (node < 0 || node >= n) throw std::invalid_argument("node out of range");
}

inline Candidates toCandidates(Metric const &metric, IntVector indptr, IntVector indices) {
    int const n = metric.size();
    if (indptr.shape(0) != static_cast<std::size_t>(n) + 1)
        throw std::invalid_argument("indptr must have one entry more than there are nodes");
    std::vector<int> start(indptr.data(), indptr.data() + indptr.shape(0));
    std::vector<int> to(indices.data(), indices.data() + indices.shape(0));
    if (start.front() != 0 || start.back() != static_cast<int>(to.size()))
        throw std::invalid_argument("indptr must run from 0 to the number of indices");
    for (int i = 0; i < n; ++i) {
        int const begin = start[static_cast<std::size_t>(i)],
                  end = start[static_cast<std::size_t>(i) + 1];
        if (end < begin) throw std::invalid_argument("indptr must not decrease");
        for (int e = begin; e < end; ++e) {
            checkNode(to[static_cast<std::size_t>(e)], n);
            if (to[static_cast<std::size_t>(e)] == i)
                throw std::invalid_argument("a node is its own candidate");
        }
    }
    return makeCandidates(metric, std::move(start), std::move(to));
}

inline std::vector<int> toTour(int n, int const *nodes, std::size_t count) {
    if (count != static_cast<std::size_t>(n))
        throw std::invalid_argument("a tour must visit every node once");
    std::vector<char> seen(count, 0);
    for (std::size_t i = 0; i < count; ++i) {
        checkNode(nodes[i], n);
        if (seen[static_cast<std::size_t>(nodes[i])]++)
            throw std::invalid_argument("a tour must visit every node once");
    }
    return {nodes, nodes + count};
}

inline std::vector<std::pair<int, int>> toEdges(int n, IntMatrix edges) {
    if (edges.shape(0) > 0 && edges.shape(1) != 2)
        throw std::invalid_argument("edges must have two columns");
    std::vector<std::pair<int, int>> result;
    for (std::size_t i = 0; i < edges.shape(0); ++i) {
        int const a = edges.data()[2 * i], b = edges.data()[2 * i + 1];
        checkNode(a, n);
        checkNode(b, n);
        result.emplace_back(a, b);
    }
    return result;
}

inline tsp::FixedEdges toFixedEdges(int n, IntMatrix edges) {
    auto const list = toEdges(n, edges);
    std::vector<int> degree(static_cast<std::size_t>(n), 0);
    for (auto [a, b] : list)
        if (++degree[static_cast<std::size_t>(a)] > 2 || ++degree[static_cast<std::size_t>(b)] > 2)
            throw std::invalid_argument("a node has more than two fixed edges");
    return {n, list};
}

}  // namespace cosolve::binding
