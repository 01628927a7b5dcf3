// The order of points along a Hilbert curve.
#pragma once

#include <vector>

namespace cosolve {

// Permutation of the n points (row-major, dim 2 or 3) in the order in which a Hilbert curve
// through their bounding square (cube) visits them; points in one cell of its grid, of 2^30 (2^20)
// cells a side, stay in index order.
std::vector<int> hilbertOrder(double const *coords, int n, int dim);

}  // namespace cosolve
