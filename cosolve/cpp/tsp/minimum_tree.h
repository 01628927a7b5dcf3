// The minimum spanning tree of a sparse graph under node multipliers, and one edge more.
//
// For any multipliers pi and weights w(i, j) = d(i, j) + pi(i) + pi(j), a tour without one of its
// edges at a node v is a spanning tree, and the longer of its edges at v is at least as long as the
// second shortest of all edges at v. So
//
//     (minimum spanning tree) + max over v (second shortest edge at v) - 2 (sum of all pi)
//
// is at most the length of the shortest tour [M. Held, R. M. Karp, Operations Research 18 (1970);
// the choice of v is that of K. Helsgaun, European Journal of Operational Research 126 (2000),
// section 4.1]. Where tours must contain fixed edges, the tree is forced to contain them too: the
// edge that is taken away at v is then one that is not fixed, so of a node with one fixed edge the
// shortest other one counts, and a node with two has no others: the graph leaves them out.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/disjoint_sets.h"
#include "tsp/sparse_graph.h"

namespace cosolve::tsp {

class MinimumTree {
public:
    MinimumTree(Metric const &metric, SparseGraph const &graph);

    // Finds tree and extra edge under the multipliers; returns the value above, within the graph.
    double grow(SparseGraph const &graph, std::span<float const> pi);

    // Edges at every node (fixed and extra one included) minus 2: the direction of steepest ascent.
    std::vector<int> const &excess() const { return excess_; }
    // Of the graph: the edges of the tree, shortest first, and the extra edge.
    std::vector<std::uint32_t> const &edges() const { return edges_; }
    std::uint32_t extra() const { return extra_; }

private:
    void sortEdges(SparseGraph const &graph, std::span<float const> pi);

    double fixedCost_ = 0;
    int full_ = 0;  // nodes with two fixed edges
    DisjointSets fixedSets_, sets_;
    std::vector<int> fixedExcess_, excess_;
    // Edges seen so far at every node, up to two.
    std::vector<std::uint8_t> fixedSeen_, seen_;
    std::vector<std::uint64_t> order_, buffer_;  // weight as an ordered integer, edge
    std::vector<std::uint32_t> edges_;
    std::uint32_t extra_ = 0;
};

}  // namespace cosolve::tsp
