// Nearest neighbors of every node, in all directions or in each quadrant.
//
// Neighbors are ranked by (distance before rounding, |i - j|, j). Of many nodes at the same place,
// each thus gets those next to it in the numbering, and not all of them the same few.
#pragma once

#include <vector>

#include "core/metric.h"
#include "core/space.h"

namespace cosolve::tsp {

// Rows of min(k, n - 1) neighbors, nearest first.
std::vector<int> kNearest(Space const &space, int k);
// The same for the real nodes of any metric; an explicit one costs O(n^2).
std::vector<int> kNearest(Metric const &metric, int k);

struct Neighborhood {
    std::vector<int> start;  // n + 1 row offsets
    std::vector<int> to;
};

// The `perQuadrant` nearest nodes in each quadrant (octant in 3-D; for GEO the quadrants are
// bounded by the parallel and the meridian through the node) united with the `nearest` nearest,
// nearest first. A node at the very same place is in no quadrant. An explicit matrix has no
// quadrants: its nodes get max(nearest, 4 perQuadrant) nearest ones.
Neighborhood quadrantNeighbors(Metric const &metric, int perQuadrant, int nearest);

}  // namespace cosolve::tsp
