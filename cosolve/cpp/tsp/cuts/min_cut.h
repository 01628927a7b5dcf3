// Minimum cuts between two nodes, up to a limit.
//
// Shortest augmenting paths [J. Edmonds, R. M. Karp, Journal of the ACM 19 (1972)]: in supports of
// tours flows are at most 2, limits too, and a few short paths decide. Only what was touched is
// reset, so that many cuts are found in one graph at little cost each.
#pragma once

#include <cstddef>
#include <vector>

#include "tsp/cuts/support.h"

namespace cosolve::tsp::cuts {

class MinCut {
public:
    // The graph must outlive this.
    explicit MinCut(WeightedGraph const &graph);

    // Value of a minimum cut between two nodes, or `limit` if it is at least that.
    double solve(int source, int sink, double limit);
    // Nodes on the source's side of the last cut, if its value was below the limit.
    std::vector<int> const &side() const { return queue_; }

private:
    bool search(int source, int sink);
    void reset();

    WeightedGraph const *graph_;
    std::vector<double> residual_;      // of every arc
    std::vector<std::size_t> reverse_;  // the same edge, the other way
    std::vector<std::size_t> touched_;
    std::vector<std::size_t> via_;  // arc a node was reached by
    std::vector<int> seen_;
    std::vector<int> queue_;
    int round_ = 0;
};

}  // namespace cosolve::tsp::cuts
