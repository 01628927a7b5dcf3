// Separation of blossoms and combs, as inequalities for the nodes of the tour.
#pragma once

#include <vector>

#include "core/rng.h"
#include "tsp/cuts/cut.h"
#include "tsp/cuts/support.h"

namespace cosolve::tsp::cuts {

// How much is violated: least - sum of x(delta(S)).
double violation(WeightedGraph const &support, Cut const &cut, std::vector<char> &scratch);

// Blossoms: the heuristic's or, if `exact`, those of a cut tree.
std::vector<Cut> blossomCuts(WeightedGraph const &support, bool exact);

// Combs: blossoms of graphs in which tight sets, those of cuts 2, are merged to single nodes. A
// tooth is then the union of two such sets, and the inequality as violated as the blossom
// [M. Padberg, G. Rinaldi, "Facet identification for the symmetric traveling salesman polytope",
// Mathematical Programming 47 (1990)]. Which sets are merged is random.
std::vector<Cut> combCuts(WeightedGraph const &support, Rng &rng, int attempts);

}  // namespace cosolve::tsp::cuts
