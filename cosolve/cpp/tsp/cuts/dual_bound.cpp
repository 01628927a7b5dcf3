#include "tsp/cuts/dual_bound.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace cosolve::tsp::cuts {

namespace {

constexpr int kBits = 60;         // of sums
constexpr int kMostShift = 40;    // finer multiples prove nothing more
constexpr double kMargin = 0.02;  // of the gap: edges kept although they seem to be too dear

bool isColumn(std::vector<int> const &sortedNeighbors, int node) {
    return std::binary_search(sortedNeighbors.begin(), sortedNeighbors.end(), node);
}

}  // namespace

DualBound::DualBound(Metric const &metric, CutPool const &pool, Columns const &columns,
                     Duals const &duals, std::span<signed char const> known, double goal)
    : metric_(metric), columns_(columns), known_(known.begin(), known.end()), goal_(goal),
      incidence_(pool, duals.ids), price_(static_cast<std::size_t>(metric.size())),
      columnsAt_(price_.size()) {
    double size = std::isfinite(goal) ? std::fabs(goal) : 0.0, dearest = 0;
    for (double const y : duals.nodes) size += 4 * std::fabs(y);
    for (std::size_t k = 0; k < duals.ids.size(); ++k) {
        Cut const &cut = pool[duals.ids[k]];
        // Every set may add to the price of every node.
        size += 2 * std::max(0.0, duals.cuts[k]) *
                (cut.least + 2 * static_cast<double>(cut.sets.size()));
    }
    for (auto const &[a, b] : columns.edges()) dearest = std::max(dearest, metric(a, b));
    size += 4 * dearest * static_cast<double>(metric.size()) + 1;
    usable_ = std::isfinite(size) && size < 0x1p58;
    if (!usable_) return;
    shift_ = std::min(kMostShift, kBits - 1 - std::ilogb(size) - 1);
    for (std::size_t k = 0; k < duals.ids.size(); ++k) {
        Cut const &cut = pool[duals.ids[k]];
        Fixed const u = std::max<Fixed>(0, scaled(duals.cuts[k]));
        total_ += u * static_cast<Fixed>(cut.least);
        onSet_.insert(onSet_.end(), cut.sets.size(), u);
    }
    for (int i = 0; i < metric.size(); ++i) {
        Fixed &price = price_[static_cast<std::size_t>(i)];
        price = scaled(duals.nodes[static_cast<std::size_t>(i)]);
        total_ += 2 * price;
        for (int const set : incidence_.of(i)) price += onSet_[static_cast<std::size_t>(set)];
    }
    goalScaled_ = std::isfinite(goal) ? static_cast<Fixed>(std::ceil(std::ldexp(goal, shift_)))
                                      : std::numeric_limits<Fixed>::max() / 2;
}

DualBound::Fixed DualBound::scaled(double value) const {
    return static_cast<Fixed>(std::floor(std::ldexp(value, shift_)));
}

// Sum over the sets that hold both nodes.
DualBound::Fixed DualBound::together(int a, int b) const {
    auto const x = incidence_.of(a), y = incidence_.of(b);
    Fixed sum = 0;
    for (std::size_t i = 0, j = 0; i < x.size() && j < y.size();) {
        if (x[i] == y[j]) {
            sum += onSet_[static_cast<std::size_t>(x[i])];
            ++i;
            ++j;
        } else if (x[i] < y[j]) {
            ++i;
        } else {
            ++j;
        }
    }
    return sum;
}

DualBound::Fixed DualBound::reduced(int a, int b) const {
    // A smaller cost than the true one proves less, but nothing wrong.
    double const cost = std::min(metric_(a, b), std::ldexp(1.0, kBits - shift_));
    return scaled(cost) - price_[static_cast<std::size_t>(a)] -
           price_[static_cast<std::size_t>(b)] + 2 * together(a, b);
}

void DualBound::scan(std::vector<std::pair<int, int>> const *universe, std::size_t most) {
    if (!usable_) return;
    columnReduced_.reserve(static_cast<std::size_t>(columns_.size()));
    for (std::size_t k = 0; k < known_.size(); ++k) {
        auto const [a, b] = columns_.edges()[k];
        columnsAt_[static_cast<std::size_t>(a)].push_back(b);
        columnsAt_[static_cast<std::size_t>(b)].push_back(a);
        Fixed const r = reduced(a, b);
        columnReduced_.push_back(r);
        auto const state = static_cast<State>(known_[k]);
        if (state == State::In || (state == State::Free && r < 0)) take(r);
    }
    for (auto &neighbors : columnsAt_) std::sort(neighbors.begin(), neighbors.end());
    // What an edge may cost at most, to be collected: the bound will be `total_`, or less.
    double const gap = std::ldexp(static_cast<double>(goalScaled_ - total_), -shift_);
    bool const collect = most > 0 && std::isfinite(goal_) && goalScaled_ >= total_;
    threshold_ = collect ? goalScaled_ - total_ + scaled(kMargin * gap) : -1;
    if (universe != nullptr) {
        for (auto const &[a, b] : *universe) visit(a, b, threshold_);
    } else {
        scanAll(threshold_);
    }
    complete_ = usable_ && collect && goalScaled_ - total_ <= threshold_ && kept_.size() <= most;
    if (!complete_) return;
    for (auto const &[r, edge] : kept_)
        if (r <= goalScaled_ - total_) others_.push_back(edge);
}

void DualBound::take(Fixed r) {
    if (total_ < -(Fixed{1} << kBits)) usable_ = false;  // and far from proving anything
    if (usable_) total_ += r;
}

void DualBound::visit(int a, int b, Fixed threshold) {
    if (isColumn(columnsAt_[static_cast<std::size_t>(a)], b)) return;
    Fixed const r = reduced(a, b);
    if (r < 0) {
        take(r);
        negative_.push_back({a, b, std::ldexp(static_cast<double>(r), -shift_)});
    }
    if (r <= threshold && threshold >= 0) kept_.emplace_back(r, std::pair{a, b});
}

void DualBound::scanAll(Fixed threshold) {
    // Sets that hold both ends only raise a reduced cost; without them it is a difference of three
    // numbers, off by no more than the margin below, so few edges need a closer look.
    std::vector<double> price(price_.size());
    double largest = 0;
    for (std::size_t i = 0; i < price.size(); ++i) {
        price[i] = std::ldexp(static_cast<double>(price_[i]), -shift_);
        largest = std::max(largest, std::fabs(price[i]));
    }
    double const limit = std::ldexp(static_cast<double>(threshold), -shift_);
    double const cutoff =
        limit + std::ldexp(1.0, -shift_) + 0x1p-48 * (4 * largest + std::fabs(limit));
    int const n = metric_.size();
    for (int i = 0; i < n; ++i) {
        double const most = cutoff + price[static_cast<std::size_t>(i)];
        for (int j = i + 1; j < n; ++j)
            if (metric_(i, j) < most + price[static_cast<std::size_t>(j)]) visit(i, j, threshold);
    }
}

double DualBound::bound() const {
    if (!usable_) return -std::numeric_limits<double>::infinity();
    double const value = static_cast<double>(total_);  // rounded, if above 2^53
    double const below = std::nextafter(value, -std::numeric_limits<double>::infinity());
    return std::ldexp(std::fabs(value) < 0x1p53 ? value : below, -shift_);
}

bool DualBound::hopeless() const {
    return usable_ && total_ > goalScaled_;
}

std::vector<signed char> DualBound::states() const {
    std::vector<signed char> states = known_;
    if (!usable_ || !std::isfinite(goal_)) return states;
    for (std::size_t k = 0; k < states.size(); ++k) {
        if (static_cast<State>(states[k]) != State::Free) continue;
        Fixed const r = columnReduced_[k];
        // Without the edge, a negative term is missing; with it, a positive one is added.
        if (r > 0 && total_ + r > goalScaled_) states[k] = static_cast<signed char>(State::Out);
        if (r < 0 && total_ - r > goalScaled_) states[k] = static_cast<signed char>(State::In);
    }
    return states;
}

}  // namespace cosolve::tsp::cuts
