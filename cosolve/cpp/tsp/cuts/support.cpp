#include "tsp/cuts/support.h"

#include <algorithm>

namespace cosolve::tsp::cuts {

WeightedGraph::WeightedGraph(int n, std::vector<WeightedEdge> edges)
    : edges_(std::move(edges)), start_(static_cast<std::size_t>(n) + 1, 0),
      arcs_(2 * edges_.size()) {
    for (auto const &edge : edges_) {
        ++start_[static_cast<std::size_t>(edge.a) + 1];
        ++start_[static_cast<std::size_t>(edge.b) + 1];
    }
    for (std::size_t i = 1; i < start_.size(); ++i) start_[i] += start_[i - 1];
    std::vector<int> next(start_.begin(), start_.end() - 1);
    auto const put = [&](int from, int to, std::size_t edge) {
        arcs_[static_cast<std::size_t>(next[static_cast<std::size_t>(from)]++)] = {
            to, static_cast<int>(edge), edges_[edge].weight};
    };
    for (std::size_t e = 0; e < edges_.size(); ++e) {
        put(edges_[e].a, edges_[e].b, e);
        put(edges_[e].b, edges_[e].a, e);
    }
}

ShrinkingGraph::ShrinkingGraph(WeightedGraph const &graph)
    : neighbors_(static_cast<std::size_t>(graph.size())), members_(neighbors_.size()),
      degree_(neighbors_.size(), 0.0), left_(graph.size()) {
    for (int i = 0; i < graph.size(); ++i) {
        auto const at = static_cast<std::size_t>(i);
        members_[at] = {i};
        for (auto const *arc = graph.begin(i); arc != graph.end(i); ++arc) {
            neighbors_[at].emplace_back(arc->to, arc->weight);
            degree_[at] += arc->weight;
        }
    }
}

double ShrinkingGraph::weight(int a, int b) const {
    if (neighbors(b).size() < neighbors(a).size()) std::swap(a, b);
    for (auto const &[node, weight] : neighbors(a))
        if (node == b) return weight;
    return 0.0;
}

int ShrinkingGraph::merge(int a, int b) {
    if (neighbors(a).size() < neighbors(b).size()) std::swap(a, b);
    auto &kept = neighbors_[static_cast<std::size_t>(a)];
    double const between = weight(a, b);
    std::erase_if(kept, [b](auto const &link) { return link.first == b; });
    for (auto const &[node, weight] : neighbors(b)) {
        if (node == a) continue;
        auto &theirs = neighbors_[static_cast<std::size_t>(node)];
        auto const toB = std::find_if(theirs.begin(), theirs.end(),
                                      [b](auto const &link) { return link.first == b; });
        auto const toA = std::find_if(theirs.begin(), theirs.end(),
                                      [a](auto const &link) { return link.first == a; });
        if (toA == theirs.end()) {
            toB->first = a;
            kept.emplace_back(node, weight);
            continue;
        }
        toA->second += weight;
        std::find_if(kept.begin(), kept.end(), [node = node](auto const &link) {
            return link.first == node;
        })->second += weight;
        *toB = theirs.back();
        theirs.pop_back();
    }
    degree_[static_cast<std::size_t>(a)] += degree(b) - 2 * between;
    auto &mine = members_[static_cast<std::size_t>(a)];
    auto &others = members_[static_cast<std::size_t>(b)];
    if (mine.size() < others.size()) std::swap(mine, others);
    mine.insert(mine.end(), others.begin(), others.end());
    others.clear();
    others.shrink_to_fit();
    neighbors_[static_cast<std::size_t>(b)].clear();
    --left_;
    return a;
}

}  // namespace cosolve::tsp::cuts
