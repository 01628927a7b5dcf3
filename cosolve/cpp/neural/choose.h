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

// How many edges a node chooses: those of at least this score, but no fewer and no more than so
// many.
struct Choice {
    int fewest = 3, most = 8;
    float score = 0;
};

// The edges of largest score that every node chooses, and those of which a neighbor says so. A
// score is a log-odds. Fixed edges come first; where a node has two of them, other edges that end
// there are left out.
ChosenRows chooseEdges(Graph const &graph, std::span<float const> scores, Choice const &choice,
                       tsp::FixedEdges const &fixed);

}  // namespace cosolve::neural
