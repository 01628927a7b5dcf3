// Nested clusters of nodes, and steps that move whole clusters.
//
// Where clusters lie far apart, the multipliers that tell how many edges leave a cluster are the
// same for all its nodes and as large as the gap around it, while those inside differ by the short
// distances there. Steps long enough for the one are useless for the other. So every cluster C of
// the single-linkage hierarchy [J. C. Gower, G. J. S. Ross, Applied Statistics 18 (1969)] gets a
// step of its own, as long as the gap g(C) around it: the length at which it is joined to another
// cluster, less the length that holds it together. The direction of ascent x becomes
//
//     sum over clusters C of g(C) (sum of x in C) (indicator of C),
//
// which takes O(n), and but for a limit on the inner sums is a positive definite transformation. A
// single node is a cluster whose gap is the length of the edges around it.
#pragma once

#include <span>
#include <vector>

#include "core/metric.h"
#include "tsp/sparse_graph.h"

namespace cosolve::tsp {

class Clusters {
public:
    Clusters(Metric const &metric, SparseGraph const &graph);

    // Length of the edges around a node: the mean of the two shortest.
    float around(int node) const { return gap_[static_cast<std::size_t>(node)]; }
    // direction = the sum above, for x = excess.
    void spread(std::span<int const> excess, std::span<float> direction);

private:
    void link(Metric const &metric, SparseGraph const &graph);
    void measureNodes(Metric const &metric, SparseGraph const &graph);

    std::size_t n_;
    // Nodes, then clusters in the order in which they are joined, the one of all nodes last.
    std::vector<int> parent_;
    std::vector<float> gap_;
    std::vector<float> sum_;
};

}  // namespace cosolve::tsp
