#include "neural/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>

#include "core/deadline.h"
#include "core/disjoint_sets.h"
#include "core/radix.h"
#include "neural/rows.h"
#include "tsp/alpha.h"
#include "tsp/held_karp.h"
#include "tsp/neighbors.h"
#include "tsp/sparse_graph.h"

namespace cosolve::neural {

namespace {

constexpr int kPerQuadrant = 2;
constexpr float kAlphaUnit = 0.1F;
constexpr double kSliceS = 0.05;     // of an ascent, between two polls
constexpr int kPollInterval = 4096;  // nodes
constexpr float kUnlikely = std::numeric_limits<float>::infinity();  // alpha of edges not looked at

// What the ascent says: multipliers, and for every node its edges, smallest alpha first.
struct Ascended {
    std::vector<float> pi;
    std::vector<int> excess;
    std::vector<int> to;
    std::vector<float> alpha;
};

struct Near {
    float alpha, cost;
    int to;

    friend bool operator<(Near const &x, Near const &y) {
        if (x.alpha != y.alpha) return x.alpha < y.alpha;
        return x.cost != y.cost ? x.cost < y.cost : x.to < y.to;
    }
};

// The edges of every node in the graph that do not lead to the hub.
std::vector<std::vector<Near>> incident(Metric const &metric, tsp::SparseGraph const &graph,
                                        std::vector<float> const &alpha) {
    std::vector<std::vector<Near>> rows(at(metric.nodes()));
    auto const add = [&](int a, int b, float nearness, float cost) {
        if (std::max(a, b) >= metric.nodes()) return;
        rows[at(a)].push_back({nearness, cost, b});
        rows[at(b)].push_back({nearness, cost, a});
    };
    for (auto const &[a, b] : graph.fixed()) add(a, b, 0.0F, -1.0F);
    for (std::size_t e = 0; e < alpha.size(); ++e)
        add(graph.edges()[e].a, graph.edges()[e].b, alpha[e], graph.edges()[e].cost);
    return rows;
}

Ascended ascend(Metric const &metric, int k, std::vector<std::pair<int, int>> fixed,
                AscentPlan const &plan, Poll const &poll) {
    tsp::Neighborhood near = tsp::quadrantNeighbors(metric, kPerQuadrant, k);
    near.start.resize(at(metric.size()) + 1, near.start.back());  // the hub's row is empty
    tsp::HeldKarp ascent(metric, tsp::SparseGraph(metric, near.start, near.to, std::move(fixed)));
    ascent.plan(plan.iterations, plan.first, plan.last);
    while (!ascent.finished()) {
        ascent.run(Deadline(kSliceS));
        poll();
    }
    auto nearness = tsp::treeNearness(metric, ascent.graph(), ascent.multipliers());
    Ascended result{ascent.multipliers(), std::move(nearness.excess), {}, {}};
    result.to.reserve(at(metric.nodes()) * at(k));
    result.alpha.reserve(result.to.capacity());
    auto rows = incident(metric, ascent.graph(), nearness.alpha);
    for (int i = 0; i < metric.nodes(); ++i) {
        auto &row = rows[at(i)];
        // Nodes whose edges are fixed have few others; near nodes fill the row.
        for (int e = near.start[at(i)]; e < near.start[at(i) + 1] && std::ssize(row) < k; ++e) {
            int const j = near.to[at(e)];
            if (std::ranges::find(row, j, &Near::to) == row.end())
                row.push_back({kUnlikely, static_cast<float>(metric(i, j)), j});
        }
        std::partial_sort(row.begin(), row.begin() + k, row.end());
        for (int r = 0; r < k; ++r) {
            result.to.push_back(row[at(r)].to);
            result.alpha.push_back(row[at(r)].alpha);
        }
        std::vector<Near>().swap(row);
    }
    return result;
}

// The edges of the greedy matching that becomes a greedy tour: shortest first, no node with three,
// no circle.
std::vector<char> greedyEdges(Rows const &rows) {
    std::vector<Keyed> order;
    order.reserve(rows.to.size());
    for (int i = 0; i < rows.nodes; ++i)
        for (int r = 0; r < rows.k; ++r) {
            std::size_t const s = rows.slot(i, r);
            if (rows.to[s] < i && rows.back[s] >= 0) continue;  // taken from the other row
            order.push_back({orderedKey(static_cast<double>(rows.length[s])), s});
        }
    radixSort(order);
    std::vector<char> chosen(rows.to.size(), 0);
    std::vector<char> degree(at(rows.nodes), 0);
    DisjointSets sets(rows.nodes);
    for (Keyed const &item : order) {
        auto const s = static_cast<std::size_t>(item.value);
        int const i = static_cast<int>(s / at(rows.k)), j = rows.to[s];
        if (degree[at(i)] == 2 || degree[at(j)] == 2 || !sets.unite(i, j)) continue;
        ++degree[at(i)];
        ++degree[at(j)];
        chosen[s] = 1;
        if (rows.back[s] >= 0) chosen[rows.slot(j, rows.back[s])] = 1;
    }
    return chosen;
}

float logarithmic(float alpha, float unit) {
    return std::log1p(std::min(alpha / (kAlphaUnit * unit), 1e3F));
}

void describeNode(Rows const &rows, Ascended const &tree, int i, float *out) {
    auto const k = static_cast<float>(rows.k);
    float around = 0, returned = 0, level = 0;
    for (int r = 0; r < rows.k; ++r) {
        int const j = rows.to[rows.slot(i, r)];
        around += rows.mean[at(j)];
        level += tree.pi[at(j)];
        returned += rows.back[rows.slot(i, r)] >= 0 ? 1.0F : 0.0F;
    }
    float const unit = rows.mean[at(i)];
    out[0] = std::clamp(std::log(unit * k / around), -3.0F, 3.0F);
    out[1] = static_cast<float>(std::clamp(tree.excess[at(i)], -1, 3));
    out[2] = std::clamp((tree.pi[at(i)] - level / k) / unit, -kFar, kFar);
    out[3] = std::min(static_cast<float>(rows.listed[at(i)]) / k, 3.0F);
    out[4] = std::min(rows.length[rows.slot(i, 0)] / unit, kFar);
    out[5] = returned / k;
}

// The smallest reduced length of an edge in each row.
std::vector<float> leastReduced(Rows const &rows, Ascended const &tree) {
    std::vector<float> least(at(rows.nodes), std::numeric_limits<float>::infinity());
    for (int i = 0; i < rows.nodes; ++i)
        for (int r = 0; r < rows.k; ++r) {
            std::size_t const s = rows.slot(i, r);
            int const j = rows.to[s];
            float const reduced = rows.length[s] + tree.pi[at(i)] + tree.pi[at(j)];
            least[at(i)] = std::min(least[at(i)], reduced);
            // The way back need not be in the row, but counts.
            least[at(j)] = std::min(least[at(j)], reduced);
        }
    return least;
}

void describeEdges(Metric const &metric, Rows const &rows, Ascended const &tree,
                   std::vector<float> const &least, std::vector<char> const &greedy, int i,
                   float *out) {
    View const view(metric, rows, i);
    auto const k = static_cast<float>(rows.k);
    float const unit = rows.mean[at(i)];
    auto const ranks = rows.byDistance(i);
    for (int r = 0; r < rows.k; ++r, out += kTourEdgeFeatures) {
        std::size_t const s = rows.slot(i, r);
        int const j = rows.to[s], back = rows.back[s];
        float const length = rows.length[s], other = rows.mean[at(j)];
        Cosines const cosines = cosinesOf(view, rows, i, r);
        out[0] = std::min(length / unit, kFar);
        out[1] = std::min(length / other, kFar);
        out[2] = static_cast<float>(ranks[at(r)]) / k;
        out[3] = static_cast<float>(r) / k;
        out[4] = back >= 0 ? static_cast<float>(back) / k : 1.2F;
        out[5] = back >= 0 ? 1.0F : 0.0F;
        out[6] = static_cast<float>(view.inLune(r)) / k;
        out[7] = static_cast<float>(view.inBall(r)) / k;
        out[8] = view.cosine(r, 0);
        out[9] = cosines.mean;
        out[10] = cosines.least;
        out[11] = cosines.mostShorter;
        out[12] = logarithmic(tree.alpha[s], unit);
        out[13] = logarithmic(tree.alpha[s], other);
        out[14] = tree.alpha[s] == 0.0F ? 1.0F : 0.0F;
        float const reduced = length + tree.pi[at(i)] + tree.pi[at(j)];
        out[15] = std::min((reduced - least[at(i)]) / unit, kFar);
        out[16] = std::min((reduced - least[at(j)]) / other, kFar);
        out[17] = greedy[s] != 0 ? 1.0F : 0.0F;
    }
}

}  // namespace

Features tourFeatures(Metric const &metric, int k, std::vector<std::pair<int, int>> fixed,
                      AscentPlan const &plan, Poll const &poll) {
    k = std::min(k, metric.nodes() - 1);
    Ascended tree = ascend(metric, k, std::move(fixed), plan, poll);
    poll();
    Rows const rows(metric, tree.to, k);
    auto const greedy = greedyEdges(rows);
    auto const least = leastReduced(rows, tree);
    auto const n = at(rows.nodes);
    Features features{k,
                      {},
                      std::vector<float>(n * kTourNodeFeatures),
                      std::vector<float>(rows.to.size() * kTourEdgeFeatures),
                      {},
                      rows.mean};
    for (int i = 0; i < rows.nodes; ++i) {
        if (i % kPollInterval == 0) poll();
        describeNode(rows, tree, i, &features.node[at(i) * kTourNodeFeatures]);
        describeEdges(metric, rows, tree, least, greedy, i,
                      &features.edge[rows.slot(i, 0) * kTourEdgeFeatures]);
    }
    features.neighbors = std::move(tree.to);
    features.multipliers = std::move(tree.pi);
    return features;
}

}  // namespace cosolve::neural
