// The savings heuristic on the nearest neighbours.
//
// G. Clarke, J. W. Wright, "Scheduling of vehicles from a central depot to a number of delivery
// points", Operations Research 12 (1964), parallel version; only pairs of neighbours are merged.
#pragma once

#include <vector>

#include "vrp/capacitated/instance.h"

namespace cosolve::vrp {

// Routes, each with its clients in order, 0 after each.
std::vector<int> savingsRoutes(CapacitatedInstance const &instance);

}  // namespace cosolve::vrp
