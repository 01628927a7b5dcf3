#include "tsp/cuts/cutter.h"

#include <algorithm>
#include <cstddef>

#include "tsp/cuts/combs.h"
#include "tsp/cuts/subtours.h"

namespace cosolve::tsp::cuts {

namespace {

constexpr double kLeastViolation = 0.005;
constexpr std::size_t kMostPerNode = 60;  // edges that are no columns, to be kept in a list

}  // namespace

WeightedGraph Cutter::support(std::span<double const> x) const {
    std::vector<WeightedEdge> edges;
    for (std::size_t k = 0; k < x.size(); ++k) {
        auto const [a, b] = columns_.edges()[k];
        if (x[k] > kTiny) edges.push_back({a, b, x[k]});
    }
    return {metric_.size(), std::move(edges)};
}

std::vector<Cutter::Found> Cutter::separate(std::span<double const> x, Family family, int attempts,
                                            int most) {
    WeightedGraph const graph = support(x);
    std::vector<Found> found;
    std::vector<Cut> cuts;
    switch (family) {
    case Family::Subtours:
        cuts = componentCuts(graph);
        if (cuts.empty()) cuts = minimumCuts(graph);
        break;
    case Family::Blossoms: cuts = blossomCuts(graph, false); break;
    case Family::ExactBlossoms: cuts = blossomCuts(graph, true); break;
    case Family::Combs: cuts = combCuts(graph, rng_, attempts); break;
    case Family::Pool: {
        std::vector<char> scratch(static_cast<std::size_t>(metric_.size()), 0);
        for (int id = 0; id < pool_.size(); ++id) {
            double const by = violation(graph, pool_[id], scratch);
            if (by > kLeastViolation) found.push_back({id, by});
        }
        break;
    }
    }
    for (auto &cut : cuts) {
        double const by = cut.violation;
        found.push_back({pool_.add(std::move(cut)), by});
    }
    // Those of one violation as they were first found, so that the order is the same everywhere.
    std::sort(found.begin(), found.end(), [](Found const &f, Found const &g) {
        return f.violation != g.violation ? f.violation > g.violation : f.id < g.id;
    });
    auto const same = [](Found const &f, Found const &g) { return f.id == g.id; };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    if (static_cast<int>(found.size()) > most) found.resize(static_cast<std::size_t>(most));
    return found;
}

DualBound Cutter::price(Duals const &duals, std::span<signed char const> known, double goal,
                        bool keep) {
    DualBound bound(metric_, pool_, columns_, duals, known, goal);
    auto const most = keep ? kMostPerNode * static_cast<std::size_t>(metric_.size()) : 0;
    bound.scan(universe_ ? &*universe_ : nullptr, most);
    if (keep && bound.complete()) universe_ = bound.others();
    return bound;
}

}  // namespace cosolve::tsp::cuts
