// Timing of routes, for the files of LocalSearch.
#pragma once

#include "vrp/hgs/local_search.h"

namespace cosolve::vrp::hgs {

template <bool Timed, bool Mixed>
inline double LocalSearch<Timed, Mixed>::timePenalty(TimeSegment const &whole,
                                                     double maxDuration) const {
    return penalties_.warp * whole.warp +
           penalties_.duration * std::max(whole.duration - whole.warp - maxDuration, 0.0);
}

// The part that ends at node `last`, then node `i`.
template <bool Timed, bool Mixed>
inline TimeSegment LocalSearch<Timed, Mixed>::append(TimeSegment const &segment, int last,
                                                     int i) const {
    int const to = node(i).location;
    return join(segment, instance_.travel(node(last).location, to), instance_.visit(to));
}

// Then the nodes from `begin` to the one before `end`, as they follow each other now.
template <bool Timed, bool Mixed>
inline TimeSegment LocalSearch<Timed, Mixed>::appendAll(TimeSegment segment, int last, int begin,
                                                        int end) const {
    for (int i = begin; i != end; i = node(i).next) {
        segment = append(segment, last, i);
        last = i;
    }
    return segment;
}

// Penalty of a route that ends with node `rest` and all that follows it.
template <bool Timed, bool Mixed>
inline double LocalSearch<Timed, Mixed>::closed(TimeSegment const &segment, int last,
                                                int rest) const {
    double const travel = instance_.travel(node(last).location, node(rest).location);
    return timePenalty(join(segment, travel, onwards_[index(rest)]), maxDuration(node(rest).route));
}

// Penalty of route r when it ends with node `rest` and all that follows it, of whatever route.
template <bool Timed, bool Mixed>
inline double LocalSearch<Timed, Mixed>::closedIn(int r, TimeSegment const &segment, int last,
                                                  int rest) const {
    int const from = node(rest).route;
    if (!Mixed || route(r).type == route(from).type) return closed(segment, last, rest);
    int const end = node(route(r).last).location;
    TimeSegment time = segment;
    if (isClient(rest)) {
        double const travel = instance_.travel(node(last).location, rest);
        time = join(time, travel, inner_[index(rest)]);
        last = node(route(from).last).previous;
    }
    double const travel = instance_.travel(node(last).location, end);
    return timePenalty(join(time, travel, instance_.visit(end)), maxDuration(r));
}

}  // namespace cosolve::vrp::hgs
