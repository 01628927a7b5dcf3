// The exact solution of tiny problems: the dynamic program of Held and Karp.
//
// M. Held, R. M. Karp, "A dynamic programming approach to sequencing problems", Journal of the SIAM
// 10 (1962): for every set of visited nodes and every last node of it, the best way to get there.
#pragma once

#include <utility>
#include <vector>

namespace cosolve::tsp {

inline constexpr int kMaxExact = 20;  // 2^n n values are kept

struct ExactProblem {
    int n;                                   // 1 to kMaxExact
    double const *distance;                  // n x n, row-major, from row to column
    std::vector<std::pair<int, int>> fixed;  // edges to use, in either direction
    bool path;                               // whether to stay at the last node
    int first, last;                         // ends of a path, -1 where free
};

// The order that uses most fixed edges and is shortest among those, so that they need no "big M",
// which would cost digits of the distances. Closed tours begin at node 0.
std::vector<int> solveExactly(ExactProblem const &problem);

}  // namespace cosolve::tsp
