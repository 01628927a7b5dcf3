// Candidate edges of every node, in compressed rows, most promising first.
#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace cosolve {

struct Candidates {
    std::vector<int> start;    // n + 1 row offsets
    std::vector<int> to;       // neighbour
    std::vector<double> cost;  // its distance: reading it is cheaper than evaluating the metric

    int size() const { return static_cast<int>(start.size()) - 1; }
    int begin(int node) const { return start[static_cast<std::size_t>(node)]; }
    int end(int node) const { return start[static_cast<std::size_t>(node) + 1]; }
    std::span<int const> of(int node) const {
        return {to.data() + begin(node), static_cast<std::size_t>(end(node) - begin(node))};
    }
};

// Rows start[i]..start[i+1] of `to`; costs are filled in from the metric.
template <class Metric>
Candidates makeCandidates(Metric const &metric, std::vector<int> start, std::vector<int> to) {
    Candidates c{std::move(start), std::move(to), {}};
    c.cost.resize(c.to.size());
    for (int i = 0; i < c.size(); ++i)
        for (int e = c.begin(i); e < c.end(i); ++e)
            c.cost[static_cast<std::size_t>(e)] = metric(i, c.to[static_cast<std::size_t>(e)]);
    return c;
}

}  // namespace cosolve
