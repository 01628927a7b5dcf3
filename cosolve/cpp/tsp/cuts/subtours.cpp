#include "tsp/cuts/subtours.h"

#include <algorithm>
#include <cstddef>

#include "core/node_queue.h"
#include "tsp/cuts/min_cut.h"

namespace cosolve::tsp::cuts {

namespace {

constexpr double kLeast = 2.0;

// Contraction as in M. Padberg, G. Rinaldi, "An efficient algorithm for the minimum capacity cut
// problem", Mathematical Programming 47 (1990): some minimum cut below 2, if there is one, is that
// of a single node on the way or survives.
class Shrinking {
public:
    explicit Shrinking(WeightedGraph const &support)
        : graph_(support), queue_(support.size()),
          shared_(static_cast<std::size_t>(support.size()), 0.0) {
        for (int i = 0; i < support.size(); ++i) queue_.push(i);
    }

    std::vector<Cut> run() {
        shrink();
        while (graph_.left() > 2) {
            cutRest();
            shrink();
        }
        return std::move(cuts_);
    }

private:
    void shrink() {
        while (!queue_.empty() && graph_.left() > 2) {
            int const node = queue_.pop();
            if (!graph_.alive(node)) continue;
            int const other = partner(node);
            if (other >= 0) merge(node, other);
        }
    }

    // A neighbor that a node may be merged with, or -1.
    int partner(int u) {
        auto const &around = graph_.neighbors(u);
        for (auto const &[v, weight] : around) shared_[static_cast<std::size_t>(v)] = weight;
        int found = -1;
        for (auto const &[v, weight] : around) {
            double const du = graph_.degree(u), dv = graph_.degree(v);
            bool may = weight >= kLeast - kTiny || 2 * weight >= std::min(du, dv) - kTiny;
            double joint = weight;
            for (auto const &[t, toT] : graph_.neighbors(v)) {
                if (may) break;
                double const ut = shared_[static_cast<std::size_t>(t)];
                if (ut == 0 || t == u) continue;
                joint += std::min(ut, toT);
                may = joint >= kLeast - kTiny ||
                      (2 * (weight + toT) >= dv - kTiny && 2 * (weight + ut) >= du - kTiny);
            }
            if (may) {
                found = v;
                break;
            }
        }
        for (auto const &link : around) shared_[static_cast<std::size_t>(link.first)] = 0.0;
        return found;
    }

    void merge(int u, int v) {
        int const node = graph_.merge(u, v);
        if (graph_.degree(node) < kLeast - kTiny && graph_.left() > 1)
            cuts_.push_back(subtourCut(graph_.members(node), kLeast - graph_.degree(node)));
        queue_.push(node);
        for (auto const &link : graph_.neighbors(node)) queue_.push(link.first);
    }

    // Cuts between one node and others, which are merged with it then: no cut below 2 that is not
    // known separates them.
    void cutRest() {
        std::vector<int> nodes;
        std::vector<int> place(static_cast<std::size_t>(graph_.size()), -1);
        for (int i = 0; i < graph_.size(); ++i) {
            if (!graph_.alive(i)) continue;
            place[static_cast<std::size_t>(i)] = static_cast<int>(nodes.size());
            nodes.push_back(i);
        }
        std::vector<WeightedEdge> edges;
        for (int const i : nodes)
            for (auto const &[j, weight] : graph_.neighbors(i))
                if (i < j)
                    edges.push_back({place[static_cast<std::size_t>(i)],
                                     place[static_cast<std::size_t>(j)], weight});
        WeightedGraph const rest(static_cast<int>(nodes.size()), std::move(edges));
        MinCut flow(rest);
        // The heaviest edge joins two nodes that are unlikely to be separated.
        auto const best =
            std::max_element(rest.edges().begin(), rest.edges().end(),
                             [](auto const &x, auto const &y) { return x.weight < y.weight; });
        int const s = best->a, t = best->b;
        double const value = flow.solve(s, t, kLeast);
        if (value < kLeast - kTiny) {
            NodeSet set;
            for (int const k : flow.side()) {
                auto const &members = graph_.members(nodes[static_cast<std::size_t>(k)]);
                set.insert(set.end(), members.begin(), members.end());
            }
            cuts_.push_back(subtourCut(std::move(set), kLeast - value));
        }
        merge(nodes[static_cast<std::size_t>(s)], nodes[static_cast<std::size_t>(t)]);
    }

    ShrinkingGraph graph_;
    NodeQueue queue_;
    std::vector<double> shared_;
    std::vector<Cut> cuts_;
};

}  // namespace

std::vector<Cut> componentCuts(WeightedGraph const &support) {
    auto const component = components(support, [](double) { return true; });
    int const count = 1 + *std::max_element(component.begin(), component.end());
    std::vector<Cut> cuts;
    if (count == 1) return cuts;
    std::vector<NodeSet> sets(static_cast<std::size_t>(count));
    for (int i = 0; i < support.size(); ++i)
        sets[static_cast<std::size_t>(component[static_cast<std::size_t>(i)])].push_back(i);
    for (auto &set : sets) cuts.push_back(subtourCut(std::move(set), kLeast));
    return cuts;
}

std::vector<Cut> minimumCuts(WeightedGraph const &support) {
    return Shrinking(support).run();
}

}  // namespace cosolve::tsp::cuts
