// The edges an ascent looks at: candidates of both ends, connected, without the fixed edges.
#pragma once

#include <array>
#include <span>
#include <utility>
#include <vector>

#include "core/metric.h"
#include "tsp/fixed_edges.h"

namespace cosolve::tsp {

// Single precision: the ascent needs directions, not digits. What is proven is computed from the
// metric again, in double precision (complete_tree.h).
struct Edge {
    int a, b;  // a < b
    float cost;
};

class SparseGraph {
public:
    // Candidate rows start[i]..start[i+1] of `to`. The hub of a metric is joined to every node.
    // Edges no tour can have, because they are at a node with two fixed edges, are left out. What
    // is not connected then is joined along the order of the nodes.
    //
    // There must be at least two edges to add to the fixed ones to make a tour.
    SparseGraph(Metric const &metric, std::span<int const> start, std::span<int const> to,
                std::vector<std::pair<int, int>> fixed);

    int size() const { return n_; }
    std::vector<Edge> const &edges() const { return edges_; }
    std::vector<std::pair<int, int>> const &fixed() const { return fixed_; }

    bool isFixed(int a, int b) const { return mates_.contains(a, b); }
    std::array<int, 2> mates(int node) const { return mates_.of(node); }
    // Whether a node has a fixed edge, and whether it has two.
    bool isTied(int node) const { return mates_.of(node)[0] >= 0; }
    bool isFull(int node) const { return mates_.of(node)[1] >= 0; }

    // Adds the edges that are not there, if a tour can have them; returns how many those were.
    int add(Metric const &metric, std::vector<std::pair<int, int>> edges);

private:
    void addRows(Metric const &metric, std::span<int const> start, std::span<int const> to);
    void addHub(Metric const &metric);
    void connect(Metric const &metric);
    void dropImpossible();

    int n_;
    std::vector<Edge> edges_;
    std::vector<std::pair<int, int>> fixed_;  // first < second, sorted
    FixedEdges mates_;
};

}  // namespace cosolve::tsp
