// A tour from the cycles of an assignment.
#pragma once

#include <vector>

#include "atsp/arc_problem.h"

namespace cosolve::atsp {

// Joins the smallest cycle to another one by the cheapest exchange of an arc of each for two arcs
// between them, until one cycle is left [R. M. Karp, "A patching algorithm for the nonsymmetric
// traveling-salesman problem", SIAM Journal on Computing 8 (1979)]. Only exchanges that add a
// candidate arc are looked at, unless there is none. Within a few percent of the optimum where
// lengths are random. `successors` is a permutation without fixed points. Returns the nodes in
// order.
std::vector<int> patchCycles(ArcProblem const &problem, std::vector<int> successors);

}  // namespace cosolve::atsp
