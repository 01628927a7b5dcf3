// Greedy-edge construction.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/metric.h"

namespace cosolve::tsp {

// Takes the shortest edge that keeps all nodes of degree at most two and closes no cycle, until one
// path is left (J. L. Bentley, "Fast algorithms for geometric traveling salesman problems", ORSA
// Journal on Computing 4, 1992; on uniform points about 14-16 % above the optimum).
//
// First come the fixed edges, then the candidates (row i is to[start[i]..start[i + 1]]; a row of
// the hub and entries that name it are ignored) in order of length, then, in rounds, the edges
// between ends of different fragments that are near one another. `randomization` r > 0 multiplies
// the length of each edge by 1 + r u, u uniform in [0, 1).
//
// With `weights`, one per candidate, these come in order of falling weight (the mean of an edge's
// two, 0 where it has but one), then of length, and no length is randomized. Then weights are
// probabilities if r > 0: logistic noise times r is added to the logarithm of the odds, so that of
// two edges in each other's way the likelier comes first, but not always.
//
// With a hub the result is a path over the real nodes whose ends the hub joins; it is otherwise an
// ordinary node of the tour, and fixed edges may name it.
//
// Returns metric.size() nodes, or nothing if the fixed edges fit in no tour.
std::vector<int> greedyTour(Metric const &metric, std::span<int const> start,
                            std::span<int const> to, std::span<std::pair<int, int> const> fixed,
                            std::uint64_t seed, double randomization,
                            std::span<double const> weights = {});

}  // namespace cosolve::tsp
