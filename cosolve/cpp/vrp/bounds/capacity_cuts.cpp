#include "vrp/bounds/capacity_cuts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

namespace cosolve::vrp {

namespace {

double constexpr whole = 1 - 1e-7;  // edges of this value are contracted
int constexpr mostMoves = 60;       // of a tabu search

}  // namespace

CapacityCuts::CapacityCuts(std::vector<double> load, double capacity)
    : load_(std::move(load)), capacity_(capacity) {}

int CapacityCuts::vehicles(double load) const {
    return std::max(1, static_cast<int>(std::ceil(load / capacity_ - 1e-9)));
}

CapacityCuts::Graph CapacityCuts::contracted(std::vector<SupportEdge> const &edges) const {
    int const n = static_cast<int>(load_.size());
    std::vector<int> root(static_cast<std::size_t>(n));
    std::iota(root.begin(), root.end(), 0);
    auto const find = [&root](int i) {
        while (root[static_cast<std::size_t>(i)] != i) {
            int &up = root[static_cast<std::size_t>(i)];
            up = root[static_cast<std::size_t>(up)];
            i = up;
        }
        return i;
    };
    for (SupportEdge const &edge : edges)
        if (edge.a != 0 && edge.b != 0 && edge.value >= whole)
            root[static_cast<std::size_t>(find(edge.a))] = find(edge.b);
    std::vector<int> number(static_cast<std::size_t>(n), -1);
    Graph graph;
    for (int i = 1; i < n; ++i) {
        auto const top = static_cast<std::size_t>(find(i));
        if (number[top] < 0) {
            number[top] = graph.size();
            graph.clients.emplace_back();
            graph.load.push_back(0);
        }
        auto const group = static_cast<std::size_t>(number[top]);
        graph.clients[group].push_back(i);
        graph.load[group] += load_[static_cast<std::size_t>(i)];
    }
    graph.leaving.assign(graph.clients.size(), 0);
    graph.edges.resize(graph.clients.size());
    auto const groupOf = [&](int i) {
        return i == 0 ? -1 : number[static_cast<std::size_t>(find(i))];
    };
    for (SupportEdge const &edge : edges) {
        int const a = groupOf(edge.a), b = groupOf(edge.b);
        if (a == b) continue;
        for (auto [from, to] : {std::pair(a, b), std::pair(b, a)}) {
            if (from < 0) continue;
            graph.leaving[static_cast<std::size_t>(from)] += edge.value;
            if (to >= 0) graph.edges[static_cast<std::size_t>(from)].push_back({to, edge.value});
        }
    }
    return graph;
}

void CapacityCuts::keep(Graph const &graph, std::vector<int> const &members, double leaving,
                        double load, double least, std::vector<CapacityCut> &cuts) const {
    int const needed = vehicles(load);
    double const violation = 2.0 * needed - leaving;
    if (violation < least) return;
    CapacityCut cut{{}, violation, needed};
    for (int group : members) {
        auto const &clients = graph.clients[static_cast<std::size_t>(group)];
        cut.clients.insert(cut.clients.end(), clients.begin(), clients.end());
    }
    if (cut.clients.size() < 2) return;
    std::sort(cut.clients.begin(), cut.clients.end());
    cuts.push_back(std::move(cut));
}

void CapacityCuts::addComponents(Graph const &graph, double least,
                                 std::vector<CapacityCut> &cuts) const {
    std::vector<char> seen(graph.clients.size(), 0);
    for (int first = 0; first < graph.size(); ++first) {
        if (seen[static_cast<std::size_t>(first)]) continue;
        std::vector<int> members{first};
        seen[static_cast<std::size_t>(first)] = 1;
        double load = 0, leaving = 0;
        for (std::size_t k = 0; k < members.size(); ++k) {
            auto const at = static_cast<std::size_t>(members[k]);
            load += graph.load[at];
            leaving += graph.leaving[at];
            for (auto const &edge : graph.edges[at]) {
                leaving -= edge.value;
                if (seen[static_cast<std::size_t>(edge.to)]++ == 0) members.push_back(edge.to);
                seen[static_cast<std::size_t>(edge.to)] = 1;
            }
        }
        keep(graph, members, leaving, load, least, cuts);
    }
}

void CapacityCuts::grow(Graph const &graph, int seed, bool tight, double least,
                        std::vector<CapacityCut> &cuts) const {
    std::vector<double> toward(graph.clients.size(), 0);
    std::vector<char> inside(graph.clients.size(), 0);
    std::vector<int> members, frontier;
    double load = 0, leaving = 0;
    // What was violated most between two changes of k(S) is kept.
    std::vector<int> bestMembers;
    double bestViolation = least, bestLoad = 0;
    for (int next = seed; next >= 0;) {
        auto const at = static_cast<std::size_t>(next);
        inside[at] = 1;
        members.push_back(next);
        load += graph.load[at];
        leaving += graph.leaving[at] - 2 * toward[at];
        for (auto const &edge : graph.edges[at]) {
            double &value = toward[static_cast<std::size_t>(edge.to)];
            if (value == 0) frontier.push_back(edge.to);
            value += edge.value;
        }
        double const violation = 2.0 * vehicles(load) - leaving;
        if (violation >= bestViolation) {
            bestViolation = violation;
            bestMembers = members;
            bestLoad = load;
        }
        // The group that leaves the fewest edges; or, if sets are to be as full as possible, the
        // one that does for the smallest excess of 2 d(S) / Q.
        next = -1;
        double best = 0;
        for (std::size_t k = 0; k < frontier.size(); ++k) {
            auto const group = static_cast<std::size_t>(frontier[k]);
            if (inside[group]) continue;
            double score = graph.leaving[group] - 2 * toward[group];
            if (tight) score -= 2 * graph.load[group] / capacity_;
            if (next < 0 || score < best) {
                best = score;
                next = frontier[k];
            }
        }
        std::erase_if(frontier,
                      [&](int group) { return inside[static_cast<std::size_t>(group)] != 0; });
    }
    if (!bestMembers.empty())
        keep(graph, bestMembers, 2.0 * vehicles(bestLoad) - bestViolation, bestLoad, least, cuts);
}

std::vector<CapacityCut> CapacityCuts::find(std::vector<SupportEdge> const &edges, double least,
                                            int most, bool thorough) const {
    Graph const graph = contracted(edges);
    std::vector<CapacityCut> cuts;
    addComponents(graph, least, cuts);
    for (int seed = 0; seed < graph.size(); ++seed) {
        grow(graph, seed, false, least, cuts);
        grow(graph, seed, true, least, cuts);
    }
    if (thorough) {
        std::vector<std::vector<int>> sets;
        addMinimumCuts(graph, least, cuts, sets);
        int const moves = std::min(2 * graph.size(), mostMoves);
        for (auto const &members : sets) Search(*this, graph, members).run(moves, least, cuts);
    }
    std::sort(cuts.begin(), cuts.end(), [](CapacityCut const &a, CapacityCut const &b) {
        return std::pair(-a.violation, a.clients) < std::pair(-b.violation, b.clients);
    });
    cuts.erase(std::unique(cuts.begin(), cuts.end(),
                           [](CapacityCut const &a, CapacityCut const &b) {
                               return a.clients == b.clients;
                           }),
               cuts.end());
    if (static_cast<int>(cuts.size()) > most) cuts.resize(static_cast<std::size_t>(most));
    return cuts;
}

}  // namespace cosolve::vrp
