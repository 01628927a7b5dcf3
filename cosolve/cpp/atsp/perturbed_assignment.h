// Assignments of perturbed lengths: permutations that are short, and different for every seed.
//
// Patched and improved, they make the population of a genetic algorithm on problems whose optimal
// assignment is nearly a tour; local optima of random tours are far longer there. Shortest
// augmenting paths over candidate arcs [R. Jonker, A. Volgenant, Computing 38 (1987)] take a small
// part of the time of the dense problem.
#pragma once

#include <cstdint>
#include <vector>

#include "atsp/arc_problem.h"

namespace cosolve::atsp {

// The best assignment over the candidate arcs and those of `successors`, which must be a
// permutation without fixed points, where each arc costs u * `perturbation` more, u uniform in [0,
// 1).
std::vector<int> perturbedAssignment(ArcProblem const &problem, std::vector<int> const &successors,
                                     double perturbation, std::uint64_t seed);

}  // namespace cosolve::atsp
