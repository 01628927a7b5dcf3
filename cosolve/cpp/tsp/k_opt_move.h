// Carrying out a k-opt move on an array tour.
#pragma once

#include <array>
#include <vector>

#include "tsp/array_tour.h"
#include "tsp/tour_segments.h"

namespace cosolve::tsp {

// The removed edges cut the tour into k segments; this says in which order and direction the added
// edges join them.
class Reconnection {
public:
    // Segments that form a path from t1, at `position`; `rising` says whether places count in the
    // direction of rising positions.
    void assign(ArrayTour const &tour, TourSegments const &segments, int position, bool rising);

    // The double bridge over four distinct cuts, each after a position, in rising order: the four
    // segments A B C D become A D C B. It always makes one tour.
    void doubleBridge(ArrayTour const &tour, std::array<int, 4> const &cuts);

    // Rewrites everything but the longest segment that stays where it is.
    void apply(ArrayTour &tour);

private:
    struct Segment {
        int first, length;  // position of the first node, number of nodes
        bool reversed;
    };
    int k_ = 0;
    std::array<Segment, kMaxDepth> path_{};  // in the new order
    std::vector<int> buffer_;
};

}  // namespace cosolve::tsp
