#include "tsp/minimum_tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace cosolve::tsp {

namespace {

constexpr int kDigitBits = 11;
constexpr int kDigits = 3;  // 33 bits cover the weight
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::size_t kSmall = 2048;  // below this the histograms cost more than comparing
constexpr std::size_t kAhead = 16;    // edges fetched ahead of their turn

// An unsigned integer in the order of the floats.
std::uint32_t orderedKey(float x) {
    auto const bits = std::bit_cast<std::uint32_t>(x);
    return bits ^ (static_cast<std::uint32_t>(-static_cast<std::int32_t>(bits >> 31)) | 1U << 31);
}

std::size_t digit(std::uint64_t item, int d) {
    return item >> (32 + d * kDigitBits) & (kBuckets - 1);
}

// Sorts by the upper half; equal ones stay in the order of the lower half, which is ascending.
void sortByUpperHalf(std::vector<std::uint64_t> &items, std::vector<std::uint64_t> &buffer) {
    if (items.size() < kSmall) return std::sort(items.begin(), items.end());
    std::array<std::array<std::uint32_t, kBuckets>, kDigits> place{};
    for (std::uint64_t const item : items)
        for (int d = 0; d < kDigits; ++d) ++place[static_cast<std::size_t>(d)][digit(item, d)];
    buffer.resize(items.size());
    for (int d = 0; d < kDigits; ++d) {
        auto &next = place[static_cast<std::size_t>(d)];
        std::uint32_t sum = 0;
        for (std::uint32_t &p : next) sum += std::exchange(p, sum);
        for (std::uint64_t const item : items) buffer[next[digit(item, d)]++] = item;
        items.swap(buffer);
    }
}

float weightOf(Edge const &edge, std::span<float const> pi) {
    return edge.cost +
           (pi[static_cast<std::size_t>(edge.a)] + pi[static_cast<std::size_t>(edge.b)]);
}

}  // namespace

MinimumTree::MinimumTree(Metric const &metric, SparseGraph const &graph)
    : fixedSets_(graph.size()), sets_(graph.size()),
      fixedExcess_(static_cast<std::size_t>(graph.size()), -2), excess_(fixedExcess_),
      fixedSeen_(static_cast<std::size_t>(graph.size()), 0) {
    for (auto const &[a, b] : graph.fixed()) {
        fixedCost_ += metric(a, b);
        fixedSets_.unite(a, b);
        for (int const node : {a, b}) {
            ++fixedExcess_[static_cast<std::size_t>(node)];
            full_ += ++fixedSeen_[static_cast<std::size_t>(node)] == 2;
        }
    }
}

void MinimumTree::sortEdges(SparseGraph const &graph, std::span<float const> pi) {
    auto const &edges = graph.edges();
    order_.resize(edges.size());
    for (std::size_t e = 0; e < edges.size(); ++e)
        order_[e] = std::uint64_t{orderedKey(weightOf(edges[e], pi))} << 32 | e;
    sortByUpperHalf(order_, buffer_);
}

double MinimumTree::grow(SparseGraph const &graph, std::span<float const> pi) {
    sortEdges(graph, pi);
    sets_ = fixedSets_;
    excess_ = fixedExcess_;
    seen_ = fixedSeen_;
    edges_.clear();
    auto const missing = static_cast<std::size_t>(graph.size()) - 1 - graph.fixed().size();
    auto const take = [&](Edge const &edge) {
        ++excess_[static_cast<std::size_t>(edge.a)];
        ++excess_[static_cast<std::size_t>(edge.b)];
        return static_cast<double>(edge.cost);
    };
    auto const isSecond = [&](int node) {
        auto &seen = seen_[static_cast<std::size_t>(node)];
        return seen < 2 && ++seen == 2;
    };
    double length = fixedCost_;
    int unsettled = graph.size() - full_;  // nodes whose second edge was not seen yet
    for (std::size_t i = 0; i < order_.size(); ++i) {
        // Sorted, the edges are all over the memory.
        if (i + kAhead < order_.size())
            __builtin_prefetch(&graph.edges()[static_cast<std::uint32_t>(order_[i + kAhead])]);
        auto const e = static_cast<std::uint32_t>(order_[i]);
        Edge const &edge = graph.edges()[e];
        int const seconds = isSecond(edge.a) + isSecond(edge.b);
        if (seconds > 0) extra_ = e;
        unsettled -= seconds;
        if (edges_.size() < missing && sets_.unite(edge.a, edge.b)) {
            edges_.push_back(e);
            length += take(edge);
        }
        if (edges_.size() == missing && unsettled == 0) break;
    }
    length += take(graph.edges()[extra_]);
    for (std::size_t i = 0; i < excess_.size(); ++i)
        length += excess_[i] * static_cast<double>(pi[i]);
    return length;
}

}  // namespace cosolve::tsp
