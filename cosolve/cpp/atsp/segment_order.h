// A move without reversals on an array tour: is the result one tour, and how to carry it out.
#pragma once

#include <array>
#include <vector>

#include "tsp/array_tour.h"

namespace cosolve::atsp {

inline constexpr int kMaxArcs = 16;  // most arcs a move removes

// The removed arcs cut the tour into as many segments; a move strings them together in another
// order.
class SegmentOrder {
public:
    // The i-th of k removed arcs lies after position cuts[i]; its tail is to be joined to the head
    // of the arc i + shift, modulo k. True if that makes one tour; only then may apply() be called.
    bool assign(int n, std::array<int, kMaxArcs> const &cuts, int k, int shift);

    // The double bridge over four distinct cuts in rising order: the segments A B C D become
    // A D C B. It always makes one tour.
    void assignDoubleBridge(int n, std::array<int, 4> const &cuts);

    // Rewrites everything but the longest segment.
    void apply(tsp::ArrayTour &tour);

private:
    struct Segment {
        int first, length;  // position of the first node, number of nodes
    };

    int k_ = 0;
    std::array<Segment, kMaxArcs> path_{};  // in the new order
    std::vector<int> buffer_;
};

}  // namespace cosolve::atsp
