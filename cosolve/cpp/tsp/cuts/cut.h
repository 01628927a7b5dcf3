// Inequalities of the traveling salesman polytope, written with cuts.
//
// The sum over some node sets S of x(delta(S)) is at least a number: 2 for the one set of a subtour
// elimination constraint, 3 t + 1 for a comb, whose sets are its handle and its t teeth
// [M. Grötschel, M. W. Padberg, Mathematical Programming 16 (1979)].
#pragma once

#include <vector>

namespace cosolve::tsp::cuts {

using NodeSet = std::vector<int>;

struct Cut {
    std::vector<NodeSet> sets;
    double least;
    double violation = 0;  // by the solution that it was found for
};

inline Cut subtourCut(NodeSet set, double violation) {
    return {{std::move(set)}, 2.0, violation};
}

}  // namespace cosolve::tsp::cuts
