// Candidate arcs of every node: the shortest that leave it and the shortest that enter it.
#pragma once

#include <vector>

#include "atsp/reduced_arcs.h"

namespace cosolve::atsp {

struct NearestArcs {
    std::vector<int>
        heads;  // n rows of k: where the shortest arcs from a node lead, shortest first
    std::vector<int> tails;  // n rows of k: where the shortest arcs into a node come from
};

// k arcs per node and direction, k < n. Among equally short ones, of which there may be very many,
// a hash chooses: the first ones by number would leave most of the nodes out.
NearestArcs nearestArcs(ReducedArcs const &arcs, int k);

}  // namespace cosolve::atsp
