// Candidate edges of a tour from the scores of a network.
#pragma once

#include <span>
#include <vector>

#include "neural/graph.h"
#include "tsp/fixed_edges.h"

namespace cosolve::neural {

struct ChosenRows {
    std::vector<int> start;  // one row per node, and the end
    std::vector<int> to;
    std::vector<float> probability;  // largest first; 1 for fixed edges, less for all others
};

// The k edges of every node with the largest scores, and those of which a neighbor says so. A score
// is a log-odds. Fixed edges come first; where a node has two of them, other edges that end there
// are left out.
ChosenRows chooseEdges(Graph const &graph, std::span<float const> scores, int k,
                       tsp::FixedEdges const &fixed);

}  // namespace cosolve::neural
