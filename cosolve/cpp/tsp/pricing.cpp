#include "tsp/pricing.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace cosolve::tsp {

namespace {

// Below this many nodes a k-d tree does not pay.
constexpr int kDense = 200;

}  // namespace

ProvenValue::ProvenValue(Metric const &metric, SparseGraph const &graph, std::span<float const> pi)
    : metric_(&metric), pi_(pi.begin(), pi.end()), excess_(pi.size(), -2) {
    for (double const p : pi_) largest_ = std::max(largest_, std::fabs(p));
    for (auto const &[a, b] : graph.fixed()) take(a, b);
}

void ProvenValue::take(int a, int b) {
    ++excess_[static_cast<std::size_t>(a)];
    ++excess_[static_cast<std::size_t>(b)];
    ++edges_;
    length_.add((*metric_)(a, b));
    largest_ = std::max(largest_, std::fabs(weight(a, b)));
}

double ProvenValue::bound() const {
    // The value is (sum of distances) + (sum over nodes of excess times multiplier). The products
    // are exact: single precision times a small integer.
    ExactSum value = length_;
    for (std::size_t i = 0; i < pi_.size(); ++i) value.add(excess_[i] * pi_[i]);
    // The tree T is minimal for computed weights. One differs from the true weight by at most
    // u (|pi_i + pi_j| + |weight|), u = 2^-53. In T and in the truly minimal tree no weight is
    // larger than the largest of T (a minimum tree has the smallest possible largest edge) nor
    // smaller than twice the smallest multiplier, so both lengths are off by at most 4 u times
    // `largest_` an edge, their difference by 8; the rest covers the rounding of this very sum.
    constexpr double u = std::numeric_limits<double>::epsilon() / 2;
    double const total = value.value();
    return total - u * (16.0 * edges_ * largest_ + 4.0 * std::fabs(total));
}

std::unique_ptr<Pricing> makePricing(Metric const &metric, SparseGraph const &graph,
                                     std::span<float const> pi) {
    bool const dense = !metric.hasPoints() || metric.nodes() < kDense;
    return (dense ? makeDensePricing : makePointPricing)(metric, graph, pi);
}

}  // namespace cosolve::tsp
