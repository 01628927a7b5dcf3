#include "vrp/cuts/minimum_cut.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace cosolve::vrp {

namespace {

double constexpr nothing = 1e-11;

}  // namespace

MinimumCut::MinimumCut(int nodes) : out_(static_cast<std::size_t>(nodes)) {}

void MinimumCut::addEdge(int a, int b, double capacity, double back) {
    out_[static_cast<std::size_t>(a)].push_back(static_cast<int>(arcs_.size()));
    arcs_.push_back({b, capacity, 0});
    out_[static_cast<std::size_t>(b)].push_back(static_cast<int>(arcs_.size()));
    arcs_.push_back({a, back, 0});
}

bool MinimumCut::layer(int source, int sink) {
    level_.assign(out_.size(), -1);
    level_[static_cast<std::size_t>(source)] = 0;
    std::vector<int> queue{source};
    for (std::size_t k = 0; k < queue.size(); ++k)
        for (int arc : out_[static_cast<std::size_t>(queue[k])]) {
            auto const &[to, capacity, left] = arcs_[static_cast<std::size_t>(arc)];
            int &level = level_[static_cast<std::size_t>(to)];
            if (left <= nothing || level >= 0) continue;
            level = level_[static_cast<std::size_t>(queue[k])] + 1;
            queue.push_back(to);
        }
    return level_[static_cast<std::size_t>(sink)] >= 0;
}

double MinimumCut::push(int node, int sink, double most) {
    if (node == sink) return most;
    auto const &out = out_[static_cast<std::size_t>(node)];
    for (int &k = next_[static_cast<std::size_t>(node)]; k < static_cast<int>(out.size()); ++k) {
        auto const arc = static_cast<std::size_t>(out[static_cast<std::size_t>(k)]);
        int const to = arcs_[arc].to;
        bool const onward =
            level_[static_cast<std::size_t>(to)] == level_[static_cast<std::size_t>(node)] + 1;
        if (!onward || arcs_[arc].left <= nothing) continue;
        double const pushed = push(to, sink, std::min(most, arcs_[arc].left));
        if (pushed <= 0) continue;
        arcs_[arc].left -= pushed;
        arcs_[arc ^ 1].left += pushed;
        return pushed;
    }
    return 0;
}

std::vector<char> MinimumCut::sourceSide(int source, int sink) {
    for (Arc &arc : arcs_) arc.left = arc.capacity;
    while (layer(source, sink)) {
        next_.assign(out_.size(), 0);
        while (push(source, sink, std::numeric_limits<double>::max()) > 0) {
        }
    }
    std::vector<char> side(out_.size());
    for (std::size_t i = 0; i < side.size(); ++i) side[i] = level_[i] >= 0;
    return side;
}

}  // namespace cosolve::vrp
