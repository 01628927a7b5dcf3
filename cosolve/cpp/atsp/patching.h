// A tour from the cycles of an assignment.
#pragma once

#include <vector>

#include "atsp/reduced_arcs.h"

namespace cosolve::atsp {

// Joins the two largest cycles by the cheapest exchange of one arc of each for two between them,
// until one cycle is left [R. M. Karp, "A patching algorithm for the nonsymmetric
// traveling-salesman problem", SIAM Journal on Computing 8 (1979)]. Within a few percent of the
// optimum where lengths are random. `successors` is a permutation without fixed points. Returns the
// nodes in order.
std::vector<int> patchCycles(ReducedArcs const &arcs, std::vector<int> successors);

}  // namespace cosolve::atsp
