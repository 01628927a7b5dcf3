#include "tsp/sparse_graph.h"

#include <algorithm>
#include <cstddef>

#include "core/disjoint_sets.h"

namespace cosolve::tsp {

namespace {

using Pair = std::pair<int, int>;

Edge edgeOf(Metric const &metric, int i, int j) {
    return {std::min(i, j), std::max(i, j), static_cast<float>(metric(i, j))};
}

void sortPairs(std::vector<Pair> &pairs) {
    for (Pair &pair : pairs)
        if (pair.first > pair.second) std::swap(pair.first, pair.second);
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
}

}  // namespace

SparseGraph::SparseGraph(Metric const &metric, std::span<int const> start, std::span<int const> to,
                         std::vector<Pair> fixed)
    : n_(metric.size()), fixed_(std::move(fixed)) {
    sortPairs(fixed_);
    mates_ = FixedEdges(n_, fixed_);
    addRows(metric, start, to);
    if (metric.hasHub()) addHub(metric);
    dropImpossible();
    connect(metric);
}

void SparseGraph::addRows(Metric const &metric, std::span<int const> start,
                          std::span<int const> to) {
    auto const row = [&](int i) {
        auto const begin = static_cast<std::size_t>(start[static_cast<std::size_t>(i)]);
        auto const end = static_cast<std::size_t>(start[static_cast<std::size_t>(i) + 1]);
        return to.subspan(begin, end - begin);
    };
    edges_.reserve(to.size() * 2 / 3);
    for (int i = 0; i < metric.nodes(); ++i)
        for (int const j : row(i)) {
            if (j == metric.hub() && metric.hasHub()) continue;
            // An edge both ends have is taken from the row of the smaller one.
            if (j < i && std::ranges::find(row(j), i) != row(j).end()) continue;
            edges_.push_back(edgeOf(metric, i, j));
        }
}

void SparseGraph::addHub(Metric const &metric) {
    for (int i = 0; i < metric.nodes(); ++i) edges_.push_back(edgeOf(metric, i, metric.hub()));
}

void SparseGraph::dropImpossible() {
    if (fixed_.empty()) return;
    std::erase_if(edges_, [&](Edge const &edge) {
        return isFull(edge.a) || isFull(edge.b) || isFixed(edge.a, edge.b);
    });
}

void SparseGraph::connect(Metric const &metric) {
    DisjointSets sets(n_);
    for (auto const &[a, b] : fixed_) sets.unite(a, b);
    for (Edge const &edge : edges_) sets.unite(edge.a, edge.b);
    int last = -1;
    for (int i = 0; i < n_; ++i) {
        if (isFull(i)) continue;
        if (last >= 0 && sets.unite(last, i)) edges_.push_back(edgeOf(metric, last, i));
        last = i;
    }
}

int SparseGraph::add(Metric const &metric, std::vector<Pair> edges) {
    sortPairs(edges);
    std::vector<char> known(edges.size(), 0);
    auto const mark = [&](Pair const &pair) {
        auto const it = std::lower_bound(edges.begin(), edges.end(), pair);
        if (it != edges.end() && *it == pair)
            known[static_cast<std::size_t>(it - edges.begin())] = 1;
    };
    // Only edges at a node that has a new one need to be looked up.
    std::vector<char> touched(static_cast<std::size_t>(n_), 0);
    for (Pair const &pair : edges) touched[static_cast<std::size_t>(pair.first)] = 1;
    for (Edge const &edge : edges_)
        if (touched[static_cast<std::size_t>(edge.a)]) mark({edge.a, edge.b});
    int added = 0;
    for (std::size_t i = 0; i < edges.size(); ++i) {
        auto const [a, b] = edges[i];
        if (known[i] || a == b || isFull(a) || isFull(b) || isFixed(a, b)) continue;
        edges_.push_back(edgeOf(metric, a, b));
        ++added;
    }
    return added;
}

}  // namespace cosolve::tsp
