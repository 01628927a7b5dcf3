// Distances that the compiler can put in line: the metric that most instances have, and any other.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/metric.h"

namespace cosolve::vrp {

// What a search keeps of a location beside its place in a route.
struct Point {
    double x, y;
};

// Euclidean distances in the plane, rounded to the nearest integer or not.
template <bool Rounded> struct PlaneDistance {
    double operator()(Point a, Point b, int, int) const {
        double const dx = a.x - b.x, dy = a.y - b.y;
        double const d = std::sqrt(dx * dx + dy * dy);
        // TSPLIB95 adds one half and truncates.
        return Rounded ? static_cast<double>(static_cast<std::int64_t>(d + 0.5)) : d;
    }
};

struct AnyDistance {
    Metric const *metric;
    double operator()(Point, Point, int i, int j) const { return (*metric)(i, j); }
};

}  // namespace cosolve::vrp
