#include "tsp/clusters.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "core/disjoint_sets.h"
#include "tsp/minimum_tree.h"

namespace cosolve::tsp {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kLeast = 0.01F;  // of the mean: duplicates must be able to move, too
// A cluster moves by its edges missing or in excess, up to so many. A large one in an even
// distribution has many more, but they are those of its parts.
constexpr float kMost = 4.0F;

}  // namespace

Clusters::Clusters(Metric const &metric, SparseGraph const &graph)
    : n_(static_cast<std::size_t>(graph.size())), parent_(2 * n_ - 1, -1), gap_(2 * n_ - 1, 0.0F),
      sum_(2 * n_ - 1, 0.0F) {
    link(metric, graph);
    measureNodes(metric, graph);
}

void Clusters::link(Metric const &metric, SparseGraph const &graph) {
    // The hub, at distance 0 from all nodes, is in no cluster: it is joined last.
    std::vector<float> away(n_, 0.0F);
    if (metric.hasHub()) away[static_cast<std::size_t>(metric.hub())] = 1e30F;
    MinimumTree tree(metric, graph);
    tree.grow(graph, away);

    DisjointSets sets(graph.size());
    std::vector<int> cluster(n_);  // of a set, by its representative
    std::iota(cluster.begin(), cluster.end(), 0);
    std::vector<float> &length = sum_;  // that holds a cluster together
    std::size_t next = n_;
    auto const join = [&](int a, int b, float at) {
        for (int const node : {a, b}) {
            auto const child =
                static_cast<std::size_t>(cluster[static_cast<std::size_t>(sets.find(node))]);
            parent_[child] = static_cast<int>(next);
            gap_[child] = at - length[child];
        }
        length[next] = at;
        sets.unite(a, b);
        cluster[static_cast<std::size_t>(sets.find(a))] = static_cast<int>(next++);
    };
    for (auto const &[a, b] : graph.fixed()) join(a, b, 0.0F);
    float longest = 0;
    for (std::uint32_t const e : tree.edges()) {
        Edge const &edge = graph.edges()[e];
        longest = std::max(longest, edge.cost);
        join(edge.a, edge.b, std::max(edge.cost, longest));
    }
}

void Clusters::measureNodes(Metric const &metric, SparseGraph const &graph) {
    std::vector<std::array<float, 2>> shortest(n_, {kInfinity, kInfinity});
    auto const offer = [&](int node, float cost) {
        auto &two = shortest[static_cast<std::size_t>(node)];
        two[1] = std::min(two[1], cost);
        if (two[1] < two[0]) std::swap(two[0], two[1]);
    };
    for (Edge const &edge : graph.edges()) {
        if (metric.hasHub() && edge.b == metric.hub()) continue;
        offer(edge.a, edge.cost);
        offer(edge.b, edge.cost);
    }
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = 0; i < n_; ++i) {
        auto const [first, second] = shortest[i];
        gap_[i] = std::isinf(second) ? first : (first + second) / 2;
        if (std::isinf(gap_[i])) continue;
        sum += gap_[i];
        ++known;
    }
    auto const mean = static_cast<float>(known == 0 ? 0.0 : sum / static_cast<double>(known));
    for (std::size_t i = 0; i < n_; ++i)
        gap_[i] = std::isinf(gap_[i]) ? mean : std::max(gap_[i], kLeast * mean);
}

void Clusters::spread(std::span<int const> excess, std::span<float> direction) {
    std::size_t const all = parent_.size() - 1;
    std::copy(excess.begin(), excess.end(), sum_.begin());
    std::fill(sum_.begin() + static_cast<std::ptrdiff_t>(n_), sum_.end(), 0.0F);
    for (std::size_t c = 0; c < all; ++c) sum_[static_cast<std::size_t>(parent_[c])] += sum_[c];
    sum_[all] = 0;  // moving all nodes alike changes nothing
    for (std::size_t c = all; c-- > 0;)
        sum_[c] = sum_[static_cast<std::size_t>(parent_[c])] +
                  gap_[c] * std::clamp(sum_[c], -kMost, kMost);
    std::copy_n(sum_.begin(), n_, direction.begin());
}

}  // namespace cosolve::tsp
