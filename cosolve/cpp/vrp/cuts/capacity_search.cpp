// The thorough part of the separation of rounded capacity inequalities.
#include <algorithm>
#include <cstddef>

#include "vrp/bounds/capacity_cuts.h"
#include "vrp/cuts/minimum_cut.h"

namespace cosolve::vrp {

namespace {

double constexpr always = 1e6;  // capacity of what no minimum cut contains
int constexpr tenure = 7;       // moves until a group may change again

}  // namespace

// The set S that contains a group and for which x(d(S)) - 2 d(S) / Q is least: a minimum cut, where
// a group pulls to the side of the depot by its edges to it, and away from it by its load.
void CapacityCuts::addMinimumCuts(Graph const &graph, double least, std::vector<CapacityCut> &cuts,
                                  std::vector<std::vector<int>> &sets) const {
    int const n = graph.size();
    int const source = n, depot = n + 1;
    MinimumCut network(n + 2);
    for (int i = 0; i < n; ++i) {
        auto const at = static_cast<std::size_t>(i);
        double home = graph.leaving[at];
        for (auto const &edge : graph.edges[at]) home -= edge.value;
        double const pull = std::max(0.0, home) - 2 * graph.load[at] / capacity_;
        network.addEdge(source, i, std::max(0.0, -pull), 0);  // edge 2 i
        network.addEdge(i, depot, std::max(0.0, pull), 0);
    }
    for (int i = 0; i < n; ++i)
        for (auto const &edge : graph.edges[static_cast<std::size_t>(i)])
            if (i < edge.to) network.addEdge(i, edge.to, edge.value, edge.value);
    for (int seed = 0; seed < n; ++seed) {
        double const before = network.capacity(2 * seed);
        network.setCapacity(2 * seed, always);
        auto const side = network.sourceSide(source, depot);
        network.setCapacity(2 * seed, before);
        std::vector<int> members;
        for (int i = 0; i < n; ++i)
            if (side[static_cast<std::size_t>(i)]) members.push_back(i);
        if (std::find(sets.begin(), sets.end(), members) != sets.end()) continue;
        sets.push_back(members);
        double load = 0, leaving = 0;
        for (int i : members) {
            auto const at = static_cast<std::size_t>(i);
            load += graph.load[at];
            leaving += graph.leaving[at];
            for (auto const &edge : graph.edges[at])
                if (side[static_cast<std::size_t>(edge.to)]) leaving -= edge.value;
        }
        keep(graph, members, leaving, load, least, cuts);
    }
}

CapacityCuts::Search::Search(CapacityCuts const &cuts, Graph const &graph,
                             std::vector<int> const &members)
    : cuts_(cuts), graph_(graph), inside_(graph.clients.size(), 0),
      toward_(graph.clients.size(), 0), tabu_(graph.clients.size(), 0) {
    for (int group : members) flip(group);
}

// What the set would be violated by after a move.
double CapacityCuts::Search::violation(int flipped) const {
    auto const at = static_cast<std::size_t>(flipped);
    double const sign = inside_[at] ? -1 : 1;
    double const leaving = leaving_ + sign * (graph_.leaving[at] - 2 * toward_[at]);
    return 2.0 * cuts_.vehicles(load_ + sign * graph_.load[at]) - leaving;
}

void CapacityCuts::Search::flip(int group) {
    auto const at = static_cast<std::size_t>(group);
    double const sign = inside_[at] ? -1 : 1;
    leaving_ += sign * (graph_.leaving[at] - 2 * toward_[at]);
    load_ += sign * graph_.load[at];
    size_ += inside_[at] ? -1 : 1;
    inside_[at] = !inside_[at];
    for (auto const &edge : graph_.edges[at])
        toward_[static_cast<std::size_t>(edge.to)] += sign * edge.value;
}

void CapacityCuts::Search::run(int moves, double least, std::vector<CapacityCut> &cuts) {
    for (int move = 1; move <= moves; ++move) {
        int best = -1;
        double most = 0;
        for (int i = 0; i < graph_.size(); ++i) {
            auto const at = static_cast<std::size_t>(i);
            if (tabu_[at] > move || (inside_[at] && size_ <= 1)) continue;
            if (!inside_[at] && toward_[at] <= 0) continue;  // not next to the set
            double const value = violation(i);
            if (best >= 0 && value <= most) continue;
            best = i;
            most = value;
        }
        if (best < 0) return;
        flip(best);
        tabu_[static_cast<std::size_t>(best)] = move + tenure;
        if (most < least) continue;
        std::vector<int> members;
        for (int i = 0; i < graph_.size(); ++i)
            if (inside_[static_cast<std::size_t>(i)]) members.push_back(i);
        cuts_.keep(graph_, members, leaving_, load_, least, cuts);
    }
}

}  // namespace cosolve::vrp
