// Separation of subtour elimination constraints.
#pragma once

#include <vector>

#include "tsp/cuts/cut.h"
#include "tsp/cuts/support.h"

namespace cosolve::tsp::cuts {

// Every component of the support; nothing if it is connected.
std::vector<Cut> componentCuts(WeightedGraph const &support);

// Cuts of value below 2: exact, in that it finds one if there is one, and usually many. The support
// must be connected.
std::vector<Cut> minimumCuts(WeightedGraph const &support);

}  // namespace cosolve::tsp::cuts
