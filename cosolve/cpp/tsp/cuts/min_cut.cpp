#include "tsp/cuts/min_cut.h"

#include <algorithm>

namespace cosolve::tsp::cuts {

namespace {

constexpr double kNothing = 1e-10;  // of capacity

}  // namespace

MinCut::MinCut(WeightedGraph const &graph)
    : graph_(&graph), residual_(2 * graph.edges().size()), reverse_(residual_.size()),
      via_(static_cast<std::size_t>(graph.size())), seen_(via_.size(), 0) {
    std::vector<std::size_t> first(graph.edges().size());
    std::vector<char> met(graph.edges().size(), 0);
    for (int i = 0; i < graph.size(); ++i) {
        for (auto const *arc = graph.begin(i); arc != graph.end(i); ++arc) {
            std::size_t const at = graph.place(arc);
            auto const edge = static_cast<std::size_t>(arc->edge);
            residual_[at] = arc->weight;
            if (met[edge]) {
                reverse_[at] = first[edge];
                reverse_[first[edge]] = at;
            }
            met[edge] = 1;
            first[edge] = at;
        }
    }
}

void MinCut::reset() {
    for (std::size_t const at : touched_) {
        double const weight = (graph_->begin(0) + at)->weight;
        residual_[at] = residual_[reverse_[at]] = weight;
    }
    touched_.clear();
}

bool MinCut::search(int source, int sink) {
    ++round_;
    queue_.assign(1, source);
    seen_[static_cast<std::size_t>(source)] = round_;
    for (std::size_t head = 0; head < queue_.size(); ++head) {
        int const node = queue_[head];
        for (auto const *arc = graph_->begin(node); arc != graph_->end(node); ++arc) {
            auto const to = static_cast<std::size_t>(arc->to);
            std::size_t const at = graph_->place(arc);
            if (seen_[to] == round_ || residual_[at] <= kNothing) continue;
            seen_[to] = round_;
            via_[to] = at;
            if (arc->to == sink) return true;
            queue_.push_back(arc->to);
        }
    }
    return false;
}

double MinCut::solve(int source, int sink, double limit) {
    reset();
    double flow = 0;
    auto const *arcs = graph_->begin(0);
    while (search(source, sink)) {
        double room = limit - flow;
        auto const along = [&](auto &&visit) {
            for (int node = sink; node != source;) {
                std::size_t const at = via_[static_cast<std::size_t>(node)];
                visit(at);
                node = arcs[reverse_[at]].to;
            }
        };
        along([&](std::size_t at) { room = std::min(room, residual_[at]); });
        along([&](std::size_t at) {
            residual_[at] -= room;
            residual_[reverse_[at]] += room;
            touched_.push_back(at);
        });
        flow += room;
        if (flow >= limit - kNothing) return limit;
    }
    return flow;
}

}  // namespace cosolve::tsp::cuts
