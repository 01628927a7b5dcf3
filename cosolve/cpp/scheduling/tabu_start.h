// Schedules the tabu search starts from.
#pragma once

#include <vector>

#include "core/rng.h"
#include "scheduling/tabu_instance.h"

namespace cosolve::scheduling {

// An alternative for each operation such that the largest load of a machine is small.
std::vector<int> balancedAlternatives(TabuInstance const &instance, Rng &rng);

// A schedule in which no machine waits while an operation waits for it. Those with the most work
// left in their job come first, give or take the share `noise`. Operations have the given
// alternatives, or where there are none the one on which they would end first when they get ready.
TabuSolution listSchedule(TabuInstance const &instance, std::vector<int> const &alternatives,
                          double noise, Rng &rng);

}  // namespace cosolve::scheduling
