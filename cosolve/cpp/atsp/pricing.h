// A lower bound that holds for the complete digraph, from the dual solution of an arborescence.
#pragma once

#include <vector>

#include "atsp/arborescence.h"
#include "atsp/arc_matrix.h"

namespace cosolve::atsp {

struct Priced {
    double bound = 0;       // on the length of every tour; rounding errors are subtracted
    double violation = 0;   // what arcs outside the sparse digraph took away
    std::vector<int> tail;  // of the arc into each node that violates most, -1: none
};

// Prices all arcs of the matrix exactly. The dual variables of nodes are free, because a tour
// enters each node exactly once; so an arc whose reduced length is negative lowers that of its
// head, and what remains is dual feasible. `arborescence` must be solved for these multipliers.
Priced price(ArcMatrix arcs, Arborescence const &arborescence,
             std::vector<double> const &multipliers);

}  // namespace cosolve::atsp
