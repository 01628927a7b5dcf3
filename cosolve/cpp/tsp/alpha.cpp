#include "tsp/alpha.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>

#include "tsp/minimum_tree.h"

namespace cosolve::tsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class T> auto &at(T &values, int i) {
    return values[static_cast<std::size_t>(i)];
}

double weightOf(Edge const &edge, std::span<float const> pi) {
    double const a = at(pi, edge.a), b = at(pi, edge.b);
    return edge.cost + (a + b);
}

// The longest edge between any two nodes of a tree. Its edges are given shortest first; smaller
// sets are hung below larger ones and paths are never shortened, so that every path to a root has
// O(log n) links, in the order in which they were made.
class LongestOnPath {
public:
    explicit LongestOnPath(int n)
        : parent_(static_cast<std::size_t>(n)), size_(parent_.size(), 1),
          made_(parent_.size(), kNever), length_(parent_.size(), 0.0) {
        std::iota(parent_.begin(), parent_.end(), 0);
    }

    void link(int a, int b, double length) {
        a = root(a);
        b = root(b);
        if (at(size_, a) > at(size_, b)) std::swap(a, b);
        at(parent_, a) = b;
        at(size_, b) += at(size_, a);
        at(made_, a) = links_++;
        at(length_, a) = length;
    }

    double operator()(int a, int b) const {
        double longest = -kInfinity;
        while (a != b) {
            if (at(made_, a) > at(made_, b)) std::swap(a, b);
            longest = at(length_, a);
            a = at(parent_, a);
        }
        return longest;
    }

private:
    static constexpr int kNever = std::numeric_limits<int>::max();

    int root(int a) const {
        while (at(parent_, a) != a) a = at(parent_, a);
        return a;
    }

    std::vector<int> parent_, size_, made_;
    std::vector<double> length_;  // of the link to the parent
    int links_ = 0;
};

struct Near {
    float alpha, cost;
    int from, to;

    friend bool operator<(Near const &x, Near const &y) {
        if (x.from != y.from) return x.from < y.from;
        if (x.alpha != y.alpha) return x.alpha < y.alpha;
        return x.cost != y.cost ? x.cost < y.cost : x.to < y.to;
    }
};

}  // namespace

TreeNearness treeNearness(Metric const &metric, SparseGraph const &graph,
                          std::span<float const> pi) {
    auto const n = static_cast<std::size_t>(graph.size());
    MinimumTree tree(metric, graph);
    tree.grow(graph, pi);
    LongestOnPath longest(graph.size());
    std::vector<int> degree(n, 0);
    for (auto const &[a, b] : graph.fixed()) {
        longest.link(a, b, -kInfinity);  // never the one to take out
        ++at(degree, a);
        ++at(degree, b);
    }
    std::vector<char> inTree(graph.edges().size(), 0);
    for (std::uint32_t const e : tree.edges()) {
        Edge const &edge = graph.edges()[e];
        longest.link(edge.a, edge.b, weightOf(edge, pi));
        inTree[e] = 1;
        ++at(degree, edge.a);
        ++at(degree, edge.b);
    }
    // The special node, and the edge that closes the 1-tree there.
    std::vector<double> second(n, kInfinity);
    for (std::size_t e = 0; e < inTree.size(); ++e)
        if (!inTree[e])
            for (int const node : {graph.edges()[e].a, graph.edges()[e].b}) {
                double &shortest = at(second, node);
                shortest = std::min(shortest, weightOf(graph.edges()[e], pi));
            }
    int special = -1;
    for (std::size_t i = 0; i < n; ++i)
        if (degree[i] == 1 && second[i] < kInfinity &&
            (special < 0 || second[i] > at(second, special)))
            special = static_cast<int>(i);

    std::vector<float> alpha(inTree.size(), 0.0F);
    for (std::size_t e = 0; e < inTree.size(); ++e) {
        if (inTree[e]) continue;
        Edge const &edge = graph.edges()[e];
        double const out =
            edge.a == special || edge.b == special ? at(second, special) : longest(edge.a, edge.b);
        alpha[e] = static_cast<float>(std::max(0.0, weightOf(edge, pi) - out));
    }
    return {std::move(alpha), tree.excess()};
}

namespace {

// Both directions of every edge between real nodes, in rows.
std::vector<Near> arcs(Metric const &metric, SparseGraph const &graph,
                       std::vector<float> const &alpha) {
    std::vector<Near> all;
    all.reserve(2 * (alpha.size() + graph.fixed().size()));
    auto const add = [&](int a, int b, float nearness, float cost) {
        if (std::max(a, b) >= metric.nodes()) return;
        all.push_back({nearness, cost, a, b});
        all.push_back({nearness, cost, b, a});
    };
    for (auto const &[a, b] : graph.fixed()) add(a, b, 0.0F, -1.0F);
    for (std::size_t e = 0; e < alpha.size(); ++e)
        add(graph.edges()[e].a, graph.edges()[e].b, alpha[e], graph.edges()[e].cost);
    return all;
}

}  // namespace

AlphaRows alphaNearest(Metric const &metric, SparseGraph const &graph, std::span<float const> pi,
                       int k) {
    auto all = arcs(metric, graph, treeNearness(metric, graph, pi).alpha);
    std::sort(all.begin(), all.end());
    // The first k of each row, both ways.
    std::vector<Near> kept;
    int rank = 0;
    for (std::size_t e = 0; e < all.size(); ++e) {
        rank = e > 0 && all[e].from == all[e - 1].from ? rank + 1 : 0;
        if (rank >= k) continue;
        kept.push_back(all[e]);
        kept.push_back({all[e].alpha, all[e].cost, all[e].to, all[e].from});
    }
    std::sort(kept.begin(), kept.end());
    kept.erase(
        std::unique(kept.begin(), kept.end(),
                    [](Near const &x, Near const &y) { return x.from == y.from && x.to == y.to; }),
        kept.end());
    AlphaRows rows;
    rows.start.assign(static_cast<std::size_t>(metric.nodes()) + 1, 0);
    for (Near const &near : kept) {
        ++rows.start[static_cast<std::size_t>(near.from) + 1];
        rows.to.push_back(near.to);
        rows.alpha.push_back(near.alpha);
    }
    std::partial_sum(rows.start.begin(), rows.start.end(), rows.start.begin());
    return rows;
}

}  // namespace cosolve::tsp
