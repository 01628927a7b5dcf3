// A lower bound that costs next to nothing.
#pragma once

#include "scheduling/tabu_instance.h"

namespace cosolve::scheduling {

// The largest of: a job on its fastest machines; the operations that only one machine can do,
// between the earliest begin and the shortest rest of any of them; the mean load of all machines.
Time simpleBound(TabuInstance const &instance);

}  // namespace cosolve::scheduling
