#include "atsp/ascent.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/deadline.h"

namespace cosolve::atsp {

namespace {

// Measured on TSPLIB and random instances: with a shorter patience badly scaled ones end far from
// the subtour bound.
constexpr double kFirstStep = 1.0, kLastStep = 1e-3, kLaterStep = 0.3;
constexpr int kPatience = 60;        // iterations without a better value until steps are halved
constexpr double kMomentum = 0.5;    // weight of the last direction
constexpr int kMaxRounds = 20;       // pricings that add arcs
constexpr double kPrecision = 1e-8;  // relative; less is no progress

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

Ascent::Ascent(ArcMatrix arcs, std::vector<double> const &tailPotentials,
               std::vector<int> const &tails, std::vector<int> const &tour, double upper,
               double enough)
    : arcs_(arcs), arborescence_(arcs.size()), target_(0), enough_(enough),
      bound_(-std::numeric_limits<double>::infinity()) {
    int const n = arcs.size();
    std::size_t const k = tails.size() / at(n);
    for (int head = 0; head < n; ++head) {
        sparse_.start.push_back(static_cast<int>(sparse_.tail.size()));
        for (std::size_t e = at(head) * k; e < (at(head) + 1) * k; ++e) {
            sparse_.tail.push_back(tails[e]);
            sparse_.length.push_back(arcs(tails[e], head));
        }
    }
    sparse_.start.push_back(static_cast<int>(sparse_.tail.size()));
    std::vector<int> before(at(n));
    for (int i = 0; i < n; ++i) {
        int const tail = tour[at(i)], head = tour[at(i + 1 == n ? 0 : i + 1)];
        before[at(head)] = tail;
        target_ += arcs(tail, head);
    }
    addArcs(before);
    target_ = std::min(target_, upper);
    multipliers_.reserve(at(n));
    for (double const u : tailPotentials) multipliers_.push_back(-u);
    beginRound(kFirstStep);
    bestMultipliers_ = multipliers_;
    best_ = evaluate(multipliers_);
}

bool Ascent::hasArc(int tail, int head) const {
    for (int e = sparse_.start[at(head)]; e < sparse_.start[at(head) + 1]; ++e)
        if (sparse_.tail[at(e)] == tail) return true;
    return false;
}

// Adds the arc from tailOf[head], if any, to each row that lacks it.
void Ascent::addArcs(std::vector<int> const &tailOf) {
    EnteringArcs more;
    for (int head = 0; head < arcs_.size(); ++head) {
        more.start.push_back(static_cast<int>(more.tail.size()));
        int const begin = sparse_.start[at(head)], end = sparse_.start[at(head) + 1];
        more.tail.insert(more.tail.end(), sparse_.tail.begin() + begin, sparse_.tail.begin() + end);
        more.length.insert(more.length.end(), sparse_.length.begin() + begin,
                           sparse_.length.begin() + end);
        int const tail = tailOf[at(head)];
        if (tail < 0 || hasArc(tail, head)) continue;
        more.tail.push_back(tail);
        more.length.push_back(arcs_(tail, head));
    }
    more.start.push_back(static_cast<int>(more.tail.size()));
    sparse_ = std::move(more);
}

double Ascent::evaluate(std::vector<double> const &multipliers) {
    double value = arborescence_.solve(sparse_, multipliers);
    for (double const multiplier : multipliers) value -= multiplier;
    return value;
}

void Ascent::beginRound(double stepFactor) {
    stepFactor_ = stepFactor;
    stalled_ = 0;
    direction_.assign(multipliers_.size(), 0.0);
}

void Ascent::iterate() {
    double const value = evaluate(multipliers_);
    double const scale = std::max(1.0, std::fabs(best_));
    stalled_ = value > best_ + kPrecision * scale ? 0 : stalled_ + 1;
    if (value > best_) {
        best_ = value;
        bestMultipliers_ = multipliers_;
        priced_ = false;
    }
    std::vector<int> const &degree = arborescence_.outDegrees();
    double norm = 0;
    for (std::size_t i = 0; i < direction_.size(); ++i) {
        direction_[i] = (1 - kMomentum) * (degree[i] - 1) + kMomentum * direction_[i];
        norm += direction_[i] * direction_[i];
    }
    bool const reached = target_ - best_ <= kPrecision * scale || best_ >= enough_;
    if (norm == 0 || reached) {
        stepFactor_ = 0;
        return;
    }
    if (stalled_ >= kPatience) {
        stalled_ = 0;
        stepFactor_ /= 2;
        multipliers_ = bestMultipliers_;
        std::fill(direction_.begin(), direction_.end(), 0.0);
        return;
    }
    double const step = stepFactor_ * (target_ - value) / norm;
    for (std::size_t i = 0; i < direction_.size(); ++i) multipliers_[i] += step * direction_[i];
}

void Ascent::priceBest() {
    evaluate(bestMultipliers_);
    Priced const priced = price(arcs_, arborescence_, bestMultipliers_);
    bound_ = std::max(bound_, priced.bound);
    priced_ = true;
    double const scale = std::max(1.0, std::fabs(best_));
    if (priced.violation <= kPrecision * scale || ++rounds_ > kMaxRounds || bound_ >= enough_) {
        finished_ = stepFactor_ < kLastStep;
        return;
    }
    addArcs(priced.tail);
    // Fewer arcs only promised more.
    best_ = evaluate(bestMultipliers_);
    multipliers_ = bestMultipliers_;
    beginRound(kLaterStep);
}

std::int64_t Ascent::run(double seconds, std::int64_t iterations) {
    Deadline const deadline(seconds);
    std::int64_t done = 0;
    while (!finished_ && done != iterations && !deadline.passed()) {
        if (stepFactor_ < kLastStep) {
            priceBest();
        } else {
            iterate();
            ++done;
        }
    }
    return done;
}

double Ascent::bound() {
    if (!priced_) {
        evaluate(bestMultipliers_);
        bound_ = std::max(bound_, price(arcs_, arborescence_, bestMultipliers_).bound);
        priced_ = true;
    }
    return bound_;
}

}  // namespace cosolve::atsp
