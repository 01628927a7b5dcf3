// How well one client follows another, by distance and time.
#pragma once

#include <algorithm>

namespace cosolve::vrp {

struct Timing {
    double service, earliest, latest;
};

// Clients that are visited one after the other wait and are late at these prices when the
// neighbors are chosen (Vidal et al. 2013, section 4.4; weights of Kool et al. 2022).
inline constexpr double kWaitWeight = 0.2;
inline constexpr double kWarpWeight = 1.0;

// Of `b` right after `a`; smaller is nearer. Where time plays no part it is the distance.
inline double proximity(double distance, double travel, Timing const &a, Timing const &b) {
    double const offset = a.service + travel;
    double const wait = std::max(b.earliest - offset - a.latest, 0.0);
    double const warp = std::max(a.earliest + offset - b.latest, 0.0);
    return distance + (kWaitWeight * wait + kWarpWeight * warp);
}

}  // namespace cosolve::vrp
