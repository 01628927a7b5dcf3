// Alpha-nearness: how much longer a minimum 1-tree becomes when an edge is forced into it.
//
// K. Helsgaun, "An effective implementation of the Lin-Kernighan traveling salesman heuristic",
// European Journal of Operational Research 126 (2000), section 4.1. The special node of the 1-tree
// is the leaf of the minimum spanning tree whose second shortest edge is longest.
#pragma once

#include <span>
#include <vector>

#include "tsp/sparse_graph.h"

namespace cosolve::tsp {

struct TreeNearness {
    std::vector<float> alpha;  // of every edge of the graph; 0 in the tree
    std::vector<int> excess;   // edges of the 1-tree at every node, less 2
};

// Alpha of all edges of the graph under the multipliers pi, and the tree it is measured by.
TreeNearness treeNearness(Metric const &metric, SparseGraph const &graph,
                          std::span<float const> pi);

struct AlphaRows {
    std::vector<int> start;  // one row per real node (not the hub), and the end
    std::vector<int> to;
    std::vector<float> alpha;
};

// The k edges of every node with the smallest alpha under the multipliers pi, then the shortest
// ones, and those of which a neighbor says so. Fixed edges come first, with alpha 0. Only edges of
// the graph are looked at: O(m log n).
AlphaRows alphaNearest(Metric const &metric, SparseGraph const &graph, std::span<float const> pi,
                       int k);

}  // namespace cosolve::tsp
