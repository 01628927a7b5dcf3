#include "tsp/cuts/combs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "tsp/cuts/blossoms.h"

namespace cosolve::tsp::cuts {

namespace {

constexpr double kLeastViolation = 0.005;
constexpr double kTight = 1e-5;
constexpr int kFewest = 6;  // nodes: no comb has fewer
constexpr int kMostLevels = 12;

class Collector {
public:
    explicit Collector(WeightedGraph const &support)
        : support_(support), scratch_(static_cast<std::size_t>(support.size()), 0) {}

    // `members(node)` are the nodes of the tour that a node of the blossom stands for.
    template <class Members> void add(Blossom const &blossom, Members &&members) {
        auto const append = [&](NodeSet &set, int node) {
            NodeSet const &nodes = members(node);
            set.insert(set.end(), nodes.begin(), nodes.end());
        };
        NodeSet handle;
        for (int const node : blossom.handle) append(handle, node);
        if (blossom.teeth.size() == 1) {
            offer(subtourCut(std::move(handle), 0));
        } else if (blossom.teeth.size() % 2 == 1) {
            Cut cut{{std::move(handle)}, 3.0 * static_cast<double>(blossom.teeth.size()) + 1, 0};
            for (auto const &edge : blossom.teeth) {
                NodeSet tooth;
                append(tooth, edge.a);
                append(tooth, edge.b);
                cut.sets.push_back(std::move(tooth));
            }
            offer(std::move(cut));
        }
    }

    std::vector<Cut> take() { return std::move(cuts_); }

private:
    void offer(Cut cut) {
        for (auto const &set : cut.sets)
            if (set.empty() || static_cast<int>(set.size()) == support_.size()) return;
        cut.violation = violation(support_, cut, scratch_);
        if (cut.violation > kLeastViolation) cuts_.push_back(std::move(cut));
    }

    WeightedGraph const &support_;
    std::vector<char> scratch_;
    std::vector<Cut> cuts_;
};

bool isOne(double weight) {
    return std::fabs(weight - 1) < kTight;
}

// Shortens paths of edges at value 1 to one such edge each.
void shortenPaths(ShrinkingGraph &graph) {
    for (int node = 0; node < graph.size(); ++node) {
        if (!graph.alive(node) || graph.left() <= kFewest) continue;
        int ones = 0, last = -1;
        for (auto const &[other, weight] : graph.neighbors(node)) {
            if (!isOne(weight)) continue;
            ++ones;
            last = other;
        }
        if (ones == 2) graph.merge(node, last);
    }
}

// Merges some tight pairs and triangles at random; returns how often.
int mergeTight(ShrinkingGraph &graph, Rng &rng, std::vector<double> &shared) {
    int merged = 0;
    for (int node = 0; node < graph.size(); ++node) {
        if (!graph.alive(node) || graph.left() <= kFewest || rng.below(2) == 0) continue;
        auto const &around = graph.neighbors(node);
        for (auto const &[v, weight] : around) shared[static_cast<std::size_t>(v)] = weight;
        int first = -1, second = -1;
        for (auto const &[v, weight] : around) {
            if (isOne(weight)) first = v;
            for (auto const &[t, toT] : graph.neighbors(v)) {
                double const nt = shared[static_cast<std::size_t>(t)];
                if (first >= 0 || t == node || nt == 0) continue;
                if (std::fabs(weight + nt + toT - 2) < kTight) {
                    first = v;
                    second = t;
                }
            }
            if (first >= 0) break;
        }
        for (auto const &link : around) shared[static_cast<std::size_t>(link.first)] = 0.0;
        if (first < 0) continue;
        int const kept = graph.merge(node, first);
        if (second >= 0) graph.merge(kept, second);
        ++merged;
    }
    return merged;
}

// The nodes that are left, renumbered.
struct Remaining {
    std::vector<int> nodes;
    WeightedGraph graph;
};

Remaining remaining(ShrinkingGraph const &graph) {
    std::vector<int> nodes, place(static_cast<std::size_t>(graph.size()), -1);
    for (int i = 0; i < graph.size(); ++i) {
        if (!graph.alive(i)) continue;
        place[static_cast<std::size_t>(i)] = static_cast<int>(nodes.size());
        nodes.push_back(i);
    }
    std::vector<WeightedEdge> edges;
    for (int const i : nodes)
        for (auto const &[j, weight] : graph.neighbors(i))
            if (i < j)
                edges.push_back({place[static_cast<std::size_t>(i)],
                                 place[static_cast<std::size_t>(j)], weight});
    auto const count = static_cast<int>(nodes.size());
    return {std::move(nodes), WeightedGraph(count, std::move(edges))};
}

void collect(ShrinkingGraph const &graph, Collector &collector) {
    Remaining const rest = remaining(graph);
    auto const members = [&](int node) -> NodeSet const & {
        return graph.members(rest.nodes[static_cast<std::size_t>(node)]);
    };
    for (auto const &blossom : componentBlossoms(rest.graph)) collector.add(blossom, members);
    for (auto const &blossom : treeBlossoms(rest.graph)) collector.add(blossom, members);
}

}  // namespace

double violation(WeightedGraph const &support, Cut const &cut, std::vector<char> &scratch) {
    double value = cut.least;
    for (auto const &set : cut.sets) {
        for (int const node : set) scratch[static_cast<std::size_t>(node)] = 1;
        for (int const node : set)
            for (auto const *arc = support.begin(node); arc != support.end(node); ++arc)
                if (!scratch[static_cast<std::size_t>(arc->to)]) value -= arc->weight;
        for (int const node : set) scratch[static_cast<std::size_t>(node)] = 0;
    }
    return value;
}

std::vector<Cut> blossomCuts(WeightedGraph const &support, bool exact) {
    Collector collector(support);
    NodeSet single(1);
    auto const members = [&](int node) -> NodeSet const & {
        single[0] = node;
        return single;
    };
    auto const found = exact ? treeBlossoms(support) : componentBlossoms(support);
    for (auto const &blossom : found) collector.add(blossom, members);
    return collector.take();
}

std::vector<Cut> combCuts(WeightedGraph const &support, Rng &rng, int attempts) {
    Collector collector(support);
    ShrinkingGraph first(support);
    std::vector<double> shared(static_cast<std::size_t>(support.size()), 0.0);
    shortenPaths(first);
    for (int attempt = 0; attempt < attempts; ++attempt) {
        ShrinkingGraph graph = first;
        for (int level = 0; level < kMostLevels; ++level) {
            if (mergeTight(graph, rng, shared) == 0 || graph.left() <= kFewest) break;
            collect(graph, collector);
        }
    }
    return collector.take();
}

}  // namespace cosolve::tsp::cuts
