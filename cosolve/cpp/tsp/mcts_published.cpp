#include "tsp/mcts_published.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/deadline.h"
#include "tsp/neighbors.h"

namespace cosolve::tsp {

namespace {

constexpr int kClockInterval = 16;     // steps between two looks at the clock
constexpr double kLeastWeight = 1e-2;  // of a candidate: 1e-4 in the heatmap
constexpr double kBase = 2.718;        // of the powers a random tour is drawn with
constexpr int kQuanta = 1000;          // probabilities of a random tour are multiples of 1 / 1000

}  // namespace

SparseWeights::SparseWeights(Candidates const &heatmap, std::vector<double> const &weights)
    : rows_(at(heatmap.size())), sum_(rows_.size(), 0.0) {
    for (int i = 0; i < heatmap.size(); ++i)
        for (int e = heatmap.begin(i); e < heatmap.end(i); ++e)
            if (weights[at(e)] != 0) add(i, heatmap.to[at(e)], 100 * weights[at(e)] / 2);
}

double SparseWeights::weight(int a, int b) const {
    for (Entry const &entry : row(a))
        if (entry.node == b) return entry.weight;
    return 0;
}

void SparseWeights::add(int a, int b, double amount) {
    for (auto const &[from, to] : {std::pair{a, b}, std::pair{b, a}}) {
        auto &entries = rows_[at(from)];
        auto const found = std::find_if(entries.begin(), entries.end(),
                                        [to = to](Entry const &e) { return e.node == to; });
        if (found == entries.end())
            entries.push_back({to, amount});
        else
            found->weight += amount;
        sum_[at(from)] += amount;
    }
}

namespace {

Candidates chooseCandidates(Metric const &metric, SparseWeights const &weights,
                            PublishedOptions const &options) {
    int const n = metric.size(), most = std::min(options.candidates, n - 1);
    std::vector<int> start{0}, to;
    if (options.useHeatmap) {
        for (int i = 0; i < n; ++i) {
            auto row = weights.row(i);
            std::stable_sort(row.begin(), row.end(),
                             [](auto const &a, auto const &b) { return a.weight > b.weight; });
            int count = 0;
            for (auto const &entry : row)
                if (entry.weight >= kLeastWeight && count++ < most) to.push_back(entry.node);
            start.push_back(static_cast<int>(to.size()));
        }
    } else {
        to = kNearest(metric, most);
        for (int i = 0; i < n; ++i) start.push_back(most * (i + 1));
    }
    return makeCandidates(metric, std::move(start), std::move(to));
}

}  // namespace

MctsPublished::MctsPublished(Metric const &metric, Candidates const &heatmap,
                             std::vector<double> const &weights, std::vector<int> tour,
                             std::uint64_t seed, PublishedOptions options)
    : metric_(metric), options_(options), weights_(heatmap, weights),
      candidates_(chooseCandidates(metric, weights_, options)), chosen_(candidates_.to.size(), 0),
      rng_(seed), order_(std::move(tour)), position_(at(metric.size())), visited_(position_.size()),
      bestCost_(std::numeric_limits<double>::infinity()) {
    if (order_.empty()) {
        order_.resize(position_.size());
        startOver();
    } else {
        finishTour();
    }
}

int MctsPublished::next(int node) const {
    int const p = position_[at(node)] + 1;
    return order_[at(p == size() ? 0 : p)];
}

int MctsPublished::prev(int node) const {
    int const p = position_[at(node)];
    return order_[at(p == 0 ? size() - 1 : p - 1)];
}

std::int64_t MctsPublished::run(double seconds, std::int64_t actions) {
    Deadline const deadline(seconds);
    std::int64_t const before = actions_;
    for (int steps = 1; actions < 0 || actions_ - before < actions; ++steps) {
        step();
        if (steps % kClockInterval == 0 && deadline.passed()) break;
    }
    return actions_ - before;
}

void MctsPublished::step() {
    switch (phase_) {
    case Phase::Build: return appendNode();
    case Phase::TwoOpt:
        if (cursor_ < size()) return twoOptNode(cursor_++);
        if (improved_) {
            cursor_ = 0;
            improved_ = false;
            return;
        }
        noteBest();
        failures_ = 0;
        phase_ = Phase::Search;
        return;
    case Phase::Search: return simulate();
    }
}

void MctsPublished::startOver() {
    phase_ = Phase::Build;
    std::fill(visited_.begin(), visited_.end(), 0);
    order_[0] = 0;
    visited_[0] = 1;
    cursor_ = 1;
}

// The next node of a random tour, among all that are left, each with a probability proportional to
// 2.718^W, rounded down to a multiple of 1 / 1000; the last one gets what is lost.
void MctsPublished::appendNode() {
    int const n = size(), from = order_[at(cursor_ - 1)];
    potentials_.assign(at(n), 1.0);
    double total = n - cursor_;
    for (auto const &entry : weights_.row(from)) {
        if (visited_[at(entry.node)]) continue;
        double const power = std::pow(kBase, entry.weight);
        potentials_[at(entry.node)] = power;
        total += power - 1.0;
    }
    int left = rng_.below(kQuanta), node = -1;
    for (int i = 0; i < n; ++i) {
        if (visited_[at(i)]) continue;
        node = i;
        left -= static_cast<int>(kQuanta * potentials_[at(i)] / total);
        if (left < 0) break;
    }
    order_[at(cursor_++)] = node;
    visited_[at(node)] = 1;
    if (cursor_ == n) finishTour();
}

void MctsPublished::finishTour() {
    for (int i = 0; i < size(); ++i) position_[at(order_[at(i)])] = i;
    cost_ = 0;
    epsilon_ = 0;
    for (int const node : order_) {
        double const length = metric_(node, next(node));
        cost_ += length;
        epsilon_ += 1e-9 * std::abs(length) / size();
    }
    noteBest();
    phase_ = Phase::TwoOpt;
    cursor_ = 0;
    improved_ = false;
}

void MctsPublished::noteBest() {
    if (cost_ >= bestCost_) return;
    best_ = order_;
    bestCost_ = cost_;
}

void MctsPublished::count(int a, int b) {
    for (auto const &[from, to] : {std::pair{a, b}, std::pair{b, a}})
        for (int e = candidates_.begin(from); e < candidates_.end(from); ++e)
            if (candidates_.to[at(e)] == to) ++chosen_[at(e)];
}

void MctsPublished::reward(int a, int b, double gain) {
    weights_.add(a, b, options_.beta * std::expm1(gain / cost_));
}

// The first improving 2-opt move that joins a node to a candidate.
void MctsPublished::twoOptNode(int node) {
    int const after = next(node);
    for (int e = candidates_.begin(node); e < candidates_.end(node); ++e) {
        int const other = candidates_.to[at(e)];
        if (other == after || other == prev(node)) continue;
        int const otherAfter = next(other);
        count(node, other);
        count(after, otherAfter);
        ++simulations_;
        double const gain = metric_(node, after) + metric_(other, otherAfter) -
                            metric_(node, other) - metric_(after, otherAfter);
        if (gain <= epsilon_) continue;
        reward(node, other, gain);
        reward(after, otherAfter, gain);
        reverse(position_[at(after)], position_[at(other)]);
        cost_ -= gain;
        improved_ = true;
        return;
    }
}

// Reverses the stretch between two positions, which may run past the end of the array.
void MctsPublished::reverse(int first, int last) {
    int length = last - first + 1;
    if (length <= 0) length += size();
    for (int swaps = length / 2; swaps > 0; --swaps) {
        std::swap(order_[at(first)], order_[at(last)]);
        position_[at(order_[at(first)])] = first;
        position_[at(order_[at(last)])] = last;
        if (++first == size()) first = 0;
        if (--last < 0) last = size() - 1;
    }
}

double MctsPublished::potential(int tail, int edge) const {
    double const omega = weights_.omega(tail);
    double const weight = weights_.weight(tail, candidates_.to[at(edge)]);
    double const explore = std::sqrt(std::log(static_cast<double>(simulations_) + 1.0) /
                                     (static_cast<double>(chosen_[at(edge)]) + 1.0));
    // A row of zeros divides by zero in the published code; here all of it is average.
    return (omega > 0 ? weight / omega : 1.0) + options_.alpha * explore;
}

// A candidate of the path's tail, with a probability proportional to its potential; -1 if there is
// none whose potential is at least 1.
int MctsPublished::drawCandidate(int tail, int a1) {
    drawn_.clear();
    potentials_.clear();
    double total = 0;
    for (int e = candidates_.begin(tail); e < candidates_.end(tail); ++e) {
        int const node = candidates_.to[at(e)];
        if (node == a1 || node == next(tail)) continue;
        double const z = potential(tail, e);
        if (z < 1) continue;
        drawn_.push_back(node);
        potentials_.push_back(z);
        total += z;
    }
    if (drawn_.empty()) return -1;
    double left = rng_.uniform() * total;
    std::size_t i = 0;
    while (i + 1 < drawn_.size() && (left -= potentials_[i]) >= 0) ++i;
    return drawn_[i];
}

// One action: a k-opt move drawn step by step. It is kept if it shortens the tour.
void MctsPublished::simulate() {
    ++simulations_;
    ++actions_;
    int const a1 = rng_.below(size()), first = position_[at(next(a1))];
    int const b1 = order_[at(first)];
    std::vector<std::pair<int, int>> steps;  // a and b of every step
    double open = metric_(a1, b1), best = -std::numeric_limits<double>::infinity();
    std::size_t bestSteps = 0;
    for (int tail = b1; static_cast<int>(steps.size()) < options_.depth;) {
        int const a = drawCandidate(tail, a1);
        if (a < 0) break;
        count(tail, a);
        int const b = prev(a);
        open += metric_(a, b) - metric_(tail, a);
        reverse(first, position_[at(b)]);
        steps.emplace_back(a, b);
        double const closed = open - metric_(b, a1);
        if (closed > best) {
            best = closed;
            bestSteps = steps.size();
        }
        if (closed > epsilon_) break;
        tail = b;
    }
    if (best > epsilon_) {  // then the last step is the best one
        int from = b1;
        for (std::size_t i = 0; i < bestSteps; ++i) {
            reward(from, steps[i].first, best);
            from = steps[i].second;
        }
        reward(from, a1, best);
        cost_ -= best;
        noteBest();
        failures_ = 0;
        return;
    }
    for (; !steps.empty(); steps.pop_back()) {
        int const end = position_[at(steps.back().first)];
        reverse(first, end == 0 ? size() - 1 : end - 1);
    }
    if (++failures_ >= static_cast<std::int64_t>(options_.actions) * size()) startOver();
}

}  // namespace cosolve::tsp
