// What every part of the EAX needs to know about the instance.
#pragma once

#include <cstddef>
#include <vector>

#include "core/candidates.h"
#include "core/metric.h"
#include "tsp/eax_tour.h"

namespace cosolve {

// Edges that every tour must keep: at most two per node, so a lookup is O(1).
class FixedEdges {
public:
    explicit FixedEdges(int n) : partner_(static_cast<std::size_t>(n), NeighborPair{-1, -1}) {}

    // Returns false if a node would get a third fixed edge.
    bool add(int a, int b) {
        any_ = true;
        return contains(a, b) || (addTo(a, b) && addTo(b, a));
    }
    bool contains(int a, int b) const {
        return any_ && partner_[static_cast<std::size_t>(a)].contains(b);
    }

private:
    bool addTo(int a, int b) {
        NeighborPair &p = partner_[static_cast<std::size_t>(a)];
        int &slot = p.low < 0 ? p.low : p.high;
        if (slot >= 0) return false;
        slot = b;
        return true;
    }

    std::vector<NeighborPair> partner_;
    bool any_ = false;
};

struct EaxProblem {
    Metric const &metric;
    Candidates candidates;  // for joining sub-tours
    FixedEdges fixed;
    double tolerance;       // a gain must exceed it, so that rounding cannot cause endless loops
};

}  // namespace cosolve
