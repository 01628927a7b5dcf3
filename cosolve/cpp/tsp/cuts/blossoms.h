// Separation of 2-matching inequalities, or blossoms.
//
// In a solution of the degree equations, a handle H and an odd number of edges F that leave it, the
// teeth, are a violated blossom if the sum over F of (1 - x) and over the other edges that leave H
// of x is less than 1.
#pragma once

#include <vector>

#include "tsp/cuts/support.h"

namespace cosolve::tsp::cuts {

struct Blossom {
    std::vector<int> handle;
    std::vector<WeightedEdge> teeth;  // a in the handle, b not; no two share a node; at least one
};

// All degrees must be about 2. Blossoms may have one tooth, which is a violated subtour
// elimination constraint on the handle or the tooth.
//
// Heuristic: components of the edges well between 0 and 1 [M. Grötschel, O. Holland, "A cutting
// plane algorithm for minimum perfect 2-matchings", Computing 39 (1987)].
std::vector<Blossom> componentBlossoms(WeightedGraph const &graph);
// Exact: cuts of a cut tree, as in A. N. Letchford, G. Reinelt, D. O. Theis, "Odd minimum cut sets
// and b-matchings revisited", SIAM Journal on Discrete Mathematics 22 (2008).
std::vector<Blossom> treeBlossoms(WeightedGraph const &graph);

}  // namespace cosolve::tsp::cuts
