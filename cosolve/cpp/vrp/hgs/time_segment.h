// What is known about the timing of a part of a route.
//
// Two parts are joined in constant time (Vidal, Crainic, Gendreau & Prins, "A hybrid genetic
// algorithm with adaptive diversity management for a large class of vehicle routing problems with
// time-windows", C&OR 2013, section 4.3): a vehicle that is late for a window pays to be moved back
// in time ("time warp") and goes on.
#pragma once

#include <algorithm>

namespace cosolve::vrp::hgs {

struct TimeSegment {
    double duration = 0.0;  // with waiting and service, if begun between earliest and latest
    double warp = 0.0;      // least time warp
    double earliest = 0.0;  // of the times to begin that give the least duration and warp
    double latest = 0.0;
};

// The part `a`, then `travel` units of time, then the part `b`.
inline TimeSegment join(TimeSegment const &a, double travel, TimeSegment const &b) {
    double const offset = a.duration - a.warp + travel;
    double const wait = std::max(b.earliest - offset - a.latest, 0.0);
    double const warp = std::max(a.earliest + offset - b.latest, 0.0);
    return {a.duration + b.duration + travel + wait, a.warp + b.warp + warp,
            std::max(b.earliest - offset, a.earliest) - wait,
            std::min(b.latest - offset, a.latest) + warp};
}

}  // namespace cosolve::vrp::hgs
