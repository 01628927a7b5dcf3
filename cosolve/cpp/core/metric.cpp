#include "core/metric.h"

#include <algorithm>
#include <utility>

#include "core/exact_sum.h"

namespace cosolve {

namespace {

constexpr int kGeoMatrixLimit = 4000;  // 64 MB of floats

// TSPLIB95: coordinates are DDD.MM (degrees and minutes); its own value of pi.
double radians(double degreesMinutes) {
    constexpr double pi = 3.141592;
    double const degrees = std::trunc(degreesMinutes);
    double const minutes = degreesMinutes - degrees;
    return pi * (degrees + 5.0 * minutes / 3.0) / 180.0;
}

}  // namespace

Metric::Metric(MetricKind kind, double const *coords, int n, int dim, bool hub)
    : kind_(kind), n_(n), dim_(dim), hub_(hub),
      xyz_(coords, coords + static_cast<std::size_t>(n) * static_cast<std::size_t>(dim)) {
    if (kind_ != MetricKind::Geo) return;
    for (double &x : xyz_) x = radians(x);
    if (n_ > kGeoMatrixLimit) return;
    std::vector<float> all(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < i; ++j) {
            auto const d = static_cast<float>(geo(i, j));
            all[static_cast<std::size_t>(i) * n + j] = d;
            all[static_cast<std::size_t>(j) * n + i] = d;
        }
    geo_ = std::move(all);
}

Metric::Metric(double const *matrix, int n, bool hub)
    : kind_(MetricKind::Explicit), n_(n), dim_(0), hub_(hub), matrix_(matrix) {}

Metric Metric::twoCopies(double const *matrix, int n, std::vector<double> potentials) {
    Metric metric(matrix, 2 * n, false);
    metric.kind_ = MetricKind::TwoCopies;
    auto const entries = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    double largest = *std::max_element(matrix, matrix + entries);
    ExactSum offset;
    double lowest = 0;
    for (double const potential : potentials) {
        offset.add(potential);
        lowest = std::min(lowest, potential);
    }
    largest -= 2 * lowest;
    metric.forbidden_ = (largest + 1.0) * 2.0 * n;
    metric.offset_ = offset.value();
    metric.potentials_ = std::move(potentials);
    return metric;
}

double Metric::geo(int i, int j) const {
    constexpr double radius = 6378.388;
    double const *a = point(i), *b = point(j);
    double const q1 = std::cos(a[1] - b[1]);
    double const q2 = std::cos(a[0] - b[0]);
    double const q3 = std::cos(a[0] + b[0]);
    double const cosine = 0.5 * ((1.0 + q1) * q2 - (1.0 - q1) * q3);
    // Rounding can push the cosine of identical or antipodal points past 1.
    return std::floor(radius * std::acos(std::fmin(1.0, std::fmax(-1.0, cosine))) + 1.0);
}

}  // namespace cosolve
