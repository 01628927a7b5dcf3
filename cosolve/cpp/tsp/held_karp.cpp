#include "tsp/held_karp.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace cosolve::tsp {

namespace {

// Share of the last direction in the next one. Volgenant and Jonker have 0.3 or 0.4 with steps of
// another kind; here 0.9 was best in 100 iterations as well as in 1000.
constexpr float kMomentum = 0.9F;

}  // namespace

HeldKarp::HeldKarp(Metric const &metric, SparseGraph graph)
    : metric_(&metric), graph_(std::move(graph)), tree_(metric, graph_), clusters_(metric, graph_),
      pi_(static_cast<std::size_t>(graph_.size()), 0.0F), bestPi_(pi_), direction_(pi_),
      smoothed_(pi_) {
    // Without a multiplier, the hub would be joined to all nodes.
    if (metric.hasHub())
        bestPi_[static_cast<std::size_t>(metric.hub())] = clusters_.around(metric.hub());
    best_ = tree_.grow(graph_, bestPi_);
}

void HeldKarp::plan(int iterations, double first, double last) {
    left_ = foundTour_ ? 0 : iterations;
    step_ = first;
    shrink_ = std::pow(last / first, 1.0 / std::max(1, iterations - 1));
    pi_ = bestPi_;
    std::fill(smoothed_.begin(), smoothed_.end(), 0.0F);
}

int HeldKarp::run(Deadline const &deadline) {
    int done = 0;
    while (left_ > 0) {
        iterate();
        ++done;
        left_ = foundTour_ ? 0 : left_ - 1;
        if (deadline.passed()) break;
    }
    return done;
}

void HeldKarp::iterate() {
    double const value = tree_.grow(graph_, pi_);
    auto const &excess = tree_.excess();
    foundTour_ = std::all_of(excess.begin(), excess.end(), [](int e) { return e == 0; });
    if (value > best_ || foundTour_) {
        best_ = value;
        bestPi_ = pi_;
    }
    clusters_.spread(excess, direction_);
    auto const step = static_cast<float>(step_);
    for (std::size_t i = 0; i < pi_.size(); ++i) {
        smoothed_[i] = kMomentum * smoothed_[i] + (1 - kMomentum) * direction_[i];
        pi_[i] += step * smoothed_[i];
    }
    step_ *= shrink_;
}

int HeldKarp::add(std::vector<std::pair<int, int>> edges, std::vector<float> const &others) {
    int const added = graph_.add(*metric_, std::move(edges));
    if (added == 0) return 0;
    foundTour_ = false;
    best_ = tree_.grow(graph_, bestPi_);
    if (!others.empty()) offer(others);
    return added;
}

bool HeldKarp::offer(std::vector<float> const &others) {
    double const value = tree_.grow(graph_, others);
    if (value <= best_) return false;
    best_ = value;
    bestPi_ = others;
    return true;
}

}  // namespace cosolve::tsp
