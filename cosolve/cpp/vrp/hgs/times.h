// Timing of routes, for the files of LocalSearch.
#pragma once

#include "vrp/hgs/local_search.h"

namespace cosolve::vrp::hgs {

template <bool Timed>
inline double LocalSearch<Timed>::timePenalty(TimeSegment const &whole) const {
    return penalties_.warp * whole.warp +
           penalties_.duration *
               std::max(whole.duration - whole.warp - instance_.maxDuration(), 0.0);
}

// The part that ends at node `last`, then node `i`.
template <bool Timed>
inline TimeSegment LocalSearch<Timed>::append(TimeSegment const &segment, int last, int i) const {
    int const to = node(i).location;
    return join(segment, instance_.travel(node(last).location, to), instance_.visit(to));
}

// Then the nodes from `begin` to the one before `end`, as they follow each other now.
template <bool Timed>
inline TimeSegment LocalSearch<Timed>::appendAll(TimeSegment segment, int last, int begin,
                                                 int end) const {
    for (int i = begin; i != end; i = node(i).next) {
        segment = append(segment, last, i);
        last = i;
    }
    return segment;
}

// Penalty of a route that ends with node `rest` and all that follows it.
template <bool Timed>
inline double LocalSearch<Timed>::closed(TimeSegment const &segment, int last, int rest) const {
    double const travel = instance_.travel(node(last).location, node(rest).location);
    return timePenalty(join(segment, travel, onwards_[index(rest)]));
}

}  // namespace cosolve::vrp::hgs
