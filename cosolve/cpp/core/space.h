// Points and the norm in which a metric ranks them: what spatial searches work on.
//
// Rounded metrics are ranked by the distance before rounding, which is finer and never disagrees
// with them; GEO by the chord between points of the unit sphere, which grows with the great circle.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/metric.h"

namespace cosolve {

enum class Norm { Euclidean, Manhattan, Maximum };

struct Space {
    Norm norm = Norm::Euclidean;
    int dim = 0;
    std::vector<double> points;  // row-major, size() x dim

    int size() const { return dim == 0 ? 0 : static_cast<int>(points.size()) / dim; }
    double const *point(int i) const {
        return points.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(dim);
    }
};

// The real nodes of a metric (without its hub); the metric must not be explicit.
Space spaceOf(Metric const &metric);
// The given points of a space, renumbered 0, 1, ... in the order given.
Space subspace(Space const &space, std::vector<int> const &nodes);

// One axis' share of a distance, and how shares add up. Every operation is monotone in floating
// point too, so a bound computed from a box is never above the distance to a point inside it.
struct EuclideanNorm {  // squared, which ranks alike
    static double along(double delta) { return delta * delta; }
    static double add(double a, double b) { return a + b; }
};
struct ManhattanNorm {
    static double along(double delta) { return std::fabs(delta); }
    static double add(double a, double b) { return a + b; }
};
struct MaximumNorm {
    static double along(double delta) { return std::fabs(delta); }
    static double add(double a, double b) { return std::max(a, b); }
};

template <class N, int D> double rankDistance(double const *a, double const *b) {
    double sum = N::along(a[0] - b[0]);
    for (int d = 1; d < D; ++d) sum = N::add(sum, N::along(a[d] - b[d]));
    return sum;
}

template <int D> struct Dimension {
    static constexpr int value = D;
};

// Calls f(Dimension<D>, N) with the types that fit the space.
template <class F> auto dispatch(Space const &space, F &&f) {
    auto const withNorm = [&](auto dimension) {
        switch (space.norm) {
        case Norm::Manhattan: return f(dimension, ManhattanNorm{});
        case Norm::Maximum: return f(dimension, MaximumNorm{});
        case Norm::Euclidean: break;
        }
        return f(dimension, EuclideanNorm{});
    };
    return space.dim == 2 ? withNorm(Dimension<2>{}) : withNorm(Dimension<3>{});
}

}  // namespace cosolve
