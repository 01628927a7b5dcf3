#include "mip/jump_search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/deadline.h"

namespace cosolve::mip {

namespace {

constexpr double kTolerance = 2.5e-7;  // relative; a quarter of what the checker forgives
constexpr double kLargest = 1e9;       // values beyond it are not tried
constexpr double kWhole = 1e-6;
constexpr double kGrain = 1e-4;       // relative; an improvement of continuous costs
constexpr int kRows[] = {3, 8};       // violated rows that are looked at in a step
constexpr int kTries[] = {60, 200};   // moves that are valued in a step
constexpr int kLifts = 40;            // columns of which one is lifted
constexpr int kTenure = 4;            // steps a column must not change back, at least
constexpr int kTenureSpread = 8;      // and further ones at random
constexpr double kSmooth = 3e-4;      // probability that weights fall instead
constexpr double kWalk = 0.005;       // probability of a change at random at a local optimum
constexpr double kFew = 100.0;        // values of a column that are all tried then
constexpr int kPatience = 40000;      // steps without success, after which the search goes back
constexpr int kPollSteps = 8;         // steps between looks at the clock
constexpr int kRefreshSteps = 20000;  // steps after which sums are computed anew
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double commonGrain(Program const &program) {
    for (std::size_t j = 0; j < program.cost.size(); ++j) {
        double const cost = program.cost[j];
        if (cost != 0.0 && (!program.integer[j] || cost != std::round(cost))) return 0.0;
    }
    return 1.0;
}

}  // namespace

JumpSearch::JumpSearch(Program const &program, std::vector<double> start, std::uint64_t seed)
    : program_(program), rng_(seed), grain_(commonGrain(program)) {
    int const n = program.columnCount(), m = program.rowCount();
    tolerance_.resize(index(m));
    for (int r = 0; r < m; ++r) {
        double side = 1.0;
        for (double const s : {program.rowLower[index(r)], program.rowUpper[index(r)]})
            if (std::isfinite(s)) side = std::max(side, std::abs(s));
        tolerance_[index(r)] = kTolerance * side;
    }
    for (int j = 0; j < n; ++j) {
        bool const fixed = program.lower[index(j)] == program.upper[index(j)];
        if (program.cost[index(j)] != 0.0 && !fixed) costly_.push_back(j);
    }
    for (int const j : costly_) unit_ += std::abs(program.cost[index(j)]) / costly_.size();
    weight_.assign(index(m), 1.0);
    upUntil_.assign(index(n), 0);
    downUntil_.assign(index(n), 0);
    changed_.assign(index(n), 0);
    place_.assign(index(m), -1);
    target_ = kInfinity;
    setValues(std::move(start));
    record();
}

void JumpSearch::setValues(std::vector<double> values) {
    for (int j = 0; j < program_.columnCount(); ++j) {
        double &value = values[index(j)];
        if (program_.integer[index(j)]) value = std::round(value);
        value = std::clamp(value, program_.lower[index(j)], program_.upper[index(j)]);
    }
    values_ = std::move(values);
    refresh();
}

void JumpSearch::restart(std::vector<double> start) {
    std::fill(weight_.begin(), weight_.end(), 1.0);
    costWeight_ = found_ ? 1.0 : 0.0;
    improved_ = now_;
    rows_ = kRows[rng_.below(2)];
    tries_ = kTries[rng_.below(2)];
    setValues(std::move(start));
    record();
}

// Computes all sums anew.
void JumpSearch::refresh() {
    activity_.assign(index(program_.rowCount()), 0.0);
    Lines const &rows = program_.rows;
    for (std::size_t r = 0; r < activity_.size(); ++r) {
        double sum = 0.0;
        for (std::size_t k = rows.begin[r]; k < rows.begin[r + 1]; ++k)
            sum += rows.value[k] * values_[index(rows.at[k])];
        activity_[r] = sum;
    }
    cost_ = 0.0;
    for (std::size_t j = 0; j < values_.size(); ++j) cost_ += program_.cost[j] * values_[j];
    for (int r = 0; r < program_.rowCount(); ++r) noteRow(r);
}

double JumpSearch::violation(int row, double activity) const {
    double const below = program_.rowLower[index(row)] - activity;
    double const above = activity - program_.rowUpper[index(row)];
    double const most = std::max(below, above);
    return most > tolerance_[index(row)] ? most : 0.0;
}

// Keeps the list of violated rows.
void JumpSearch::noteRow(int row) {
    int &place = place_[index(row)];
    bool const broken = violation(row) > 0.0;
    if (broken == (place >= 0)) return;
    if (broken) {
        place = static_cast<int>(violated_.size());
        violated_.push_back(row);
        return;
    }
    int const last = violated_.back();
    violated_[index(place)] = last;
    place_[index(last)] = place;
    violated_.pop_back();
    place = -1;
}

// Returns a change that keeps a column within its bounds.
double JumpSearch::clipped(int column, double delta) const {
    double const now = values_[index(column)];
    double const low = std::max(program_.lower[index(column)], -kLargest);
    double const high = std::min(program_.upper[index(column)], kLargest);
    return std::clamp(now + delta, std::min(low, now), std::max(high, now)) - now;
}

// Returns the change of a column that makes a violated row just met, or less where bounds are in
// the way.
double JumpSearch::tightDelta(int row, std::size_t entry) const {
    int const column = program_.rows.at[entry];
    double const activity = activity_[index(row)];
    double const low = program_.rowLower[index(row)], high = program_.rowUpper[index(row)];
    double const need = activity > high ? high - activity : low - activity;
    double delta = need / program_.rows.value[entry];
    if (program_.integer[index(column)]) {
        double const size = std::abs(delta);
        // Away from zero: the row is met, if it leaves room enough.
        delta = std::copysign(std::ceil(size - kWhole), delta);
    }
    return clipped(column, delta);
}

// Returns how far a column can go towards lower costs without breaking a row.
double JumpSearch::liftDelta(int column) const {
    double const cost = program_.cost[index(column)];
    bool const up = cost < 0.0;
    double most = std::abs(clipped(column, up ? kInfinity : -kInfinity));
    Lines const &columns = program_.columns;
    for (std::size_t k = columns.begin[index(column)]; k < columns.begin[index(column) + 1]; ++k) {
        if (most <= 0.0) return 0.0;
        std::size_t const row = index(columns.at[k]);
        double const rate = up ? columns.value[k] : -columns.value[k];
        double const room = rate > 0.0 ? program_.rowUpper[row] - activity_[row]
                                       : activity_[row] - program_.rowLower[row];
        most = std::min(most, std::max(0.0, room) / std::abs(rate));
    }
    if (program_.integer[index(column)]) most = std::floor(most + kWhole);
    return up ? most : -most;
}

// Returns how far a column goes towards lower costs, whatever rows say: to the target, to its
// bound, or until some row of it is met that is not met yet.
double JumpSearch::pushDelta(int column) {
    std::size_t const j = index(column);
    double const cost = program_.cost[j];
    bool const whole = program_.integer[j] != 0;
    double size = std::abs(clipped(column, cost < 0.0 ? kInfinity : -kInfinity));
    if (size > 1.0 || !whole) {
        double const room =
            rng_.below(2) == 0 ? someRoom(column) : (cost_ - target_) / std::abs(cost);
        if (room > 0.0) size = std::min(size, whole ? std::ceil(room - kWhole) : room);
    }
    if (size >= kLargest) return 0.0;
    return cost < 0.0 ? size : -size;
}

// Returns how far a column can go towards lower costs before it meets a row, chosen at random of
// those that are not met already; 0 without any.
double JumpSearch::someRoom(int column) {
    bool const up = program_.cost[index(column)] < 0.0;
    Lines const &columns = program_.columns;
    double chosen = 0.0;
    int seen = 0;
    for (std::size_t k = columns.begin[index(column)]; k < columns.begin[index(column) + 1]; ++k) {
        std::size_t const row = index(columns.at[k]);
        double const rate = up ? columns.value[k] : -columns.value[k];
        double const room = rate > 0.0 ? program_.rowUpper[row] - activity_[row]
                                       : activity_[row] - program_.rowLower[row];
        if (room <= tolerance_[row] || !std::isfinite(room)) continue;
        if (rng_.below(++seen) == 0) chosen = room / std::abs(rate);
    }
    return chosen;
}

// Values a move by the rows it mends and breaks.
void JumpSearch::value(Move &move) const {
    Lines const &columns = program_.columns;
    std::size_t const j = index(move.column);
    double score = 0.0;
    for (std::size_t k = columns.begin[j]; k < columns.begin[j + 1]; ++k) {
        int const row = columns.at[k];
        double const before = violation(row);
        double const after = violation(row, activity_[index(row)] + columns.value[k] * move.delta);
        if (before == after) continue;
        double const weight = weight_[index(row)];
        if (after == 0.0)
            score += weight;
        else if (before == 0.0)
            score -= weight;
        else
            score += after < before ? 0.5 * weight : -0.5 * weight;
    }
    move.gain = -program_.cost[j] * move.delta;
    if (found_ && move.gain != 0.0) {
        score += costWeight_ * move.gain / unit_;
    }
    move.score = score;
}

void JumpSearch::apply(Move const &move) {
    Lines const &columns = program_.columns;
    std::size_t const j = index(move.column);
    values_[j] += move.delta;
    if (program_.integer[j]) values_[j] = std::round(values_[j]);
    cost_ += program_.cost[j] * move.delta;
    for (std::size_t k = columns.begin[j]; k < columns.begin[j + 1]; ++k) {
        activity_[index(columns.at[k])] += columns.value[k] * move.delta;
        noteRow(columns.at[k]);
    }
    std::int64_t const until = now_ + kTenure + rng_.below(kTenureSpread);
    (move.delta > 0.0 ? downUntil_ : upUntil_)[j] = until;
    changed_[j] = now_;
}

bool JumpSearch::forbidden(int column, double delta) const {
    return (delta > 0.0 ? upUntil_ : downUntil_)[index(column)] > now_;
}

// Ties go to lower costs, then to what has been as it is for longest.
bool JumpSearch::better(Move const &a, Move const &b) const {
    if (b.column < 0) return true;
    if (a.score != b.score) return a.score > b.score;
    if (a.gain != b.gain) return a.gain > b.gain;
    return changed_[index(a.column)] < changed_[index(b.column)];
}

void JumpSearch::consider(int column, double delta, Move &best, bool always) const {
    if (delta == 0.0 || (!always && forbidden(column, delta))) return;
    Move move{column, delta};
    value(move);
    if (better(move, best)) best = move;
}

// Considers tight moves of a violated row, of so many of its columns.
void JumpSearch::considerRow(int row, int count, Move &best, bool always) {
    std::size_t const begin = program_.rows.begin[index(row)];
    int const size = static_cast<int>(program_.rows.begin[index(row) + 1] - begin);
    if (size == 0) return;
    // A random window: rows are read in order, which is far faster than at random.
    int const first = size > count ? rng_.below(size) : 0;
    for (int i = 0; i < std::min(size, count); ++i) {
        std::size_t const entry = begin + index((first + i) % size);
        consider(program_.rows.at[entry], tightDelta(row, entry), best, always);
    }
}

// Considers lower costs at the price of rows.
void JumpSearch::considerPushes(int count, Move &best) {
    int const size = static_cast<int>(costly_.size());
    for (int i = 0; i < std::min(count, size); ++i) {
        int const column = costly_[index(rng_.below(size))];
        consider(column, pushDelta(column), best, false);
    }
}

// Returns the best of some lifts.
JumpSearch::Move JumpSearch::lift(int count) {
    Move best;
    int const size = static_cast<int>(costly_.size());
    for (int i = 0; i < std::min(count, size); ++i) {
        int const column = costly_[index(rng_.below(size))];
        double const delta = liftDelta(column);
        if (delta == 0.0 || std::abs(delta) >= kLargest) continue;
        double const gain = -program_.cost[index(column)] * delta;
        if (best.column < 0 || gain > best.gain) best = {column, delta, 0.0, gain};
    }
    return best;
}

// Lifts all columns, the costliest first, until none can be lifted by much.
void JumpSearch::liftAll() {
    std::vector<std::pair<double, int>> order;
    for (int const column : costly_) {
        double const gain = std::abs(program_.cost[index(column)] * liftDelta(column));
        if (gain > 0.0 && gain < kLargest) order.emplace_back(-gain, column);
    }
    std::sort(order.begin(), order.end());
    for (auto const &[gain, column] : order) {
        double const delta = liftDelta(column);
        if (delta != 0.0) apply({column, delta});
    }
}

void JumpSearch::growWeights() {
    if (rng_.uniform() < kSmooth) {
        for (int r = 0; r < program_.rowCount(); ++r)
            if (place_[index(r)] < 0 && weight_[index(r)] > 1.0) weight_[index(r)] -= 1.0;
        if (costWeight_ > 1.0 && cost_ <= target_) costWeight_ -= 1.0;
        return;
    }
    for (int const row : violated_) weight_[index(row)] += 1.0;
    if (violated_.empty()) costWeight_ += 1.0;
}

void JumpSearch::step() {
    ++now_;
    if (violated_.empty())
        descend();
    else
        mend();
    if (violated_.empty() && (!found_ || cost_ <= target_)) {
        liftAll();
        record();
    }
}

// Goes towards lower costs where all rows are met.
void JumpSearch::descend() {
    Move best = lift(kLifts);
    if (best.column < 0) {
        considerPushes(tries_, best);
        if (best.column < 0 || best.score <= 0.0) growWeights();
    }
    if (best.column >= 0) apply(best);
}

// Makes the best change for some violated rows.
void JumpSearch::mend() {
    Move best;
    int const broken = static_cast<int>(violated_.size());
    int const rows = std::min(rows_, broken);
    for (int i = 0; i < rows; ++i) {
        int const row = violated_[index(broken > rows ? rng_.below(broken) : i)];
        considerRow(row, tries_ / rows, best, false);
    }
    if (found_ && cost_ > target_) considerPushes(tries_ / 4, best);
    if (best.column >= 0 && best.score > 0.0) {
        apply(best);
        return;
    }
    growWeights();
    int const row = violated_[index(rng_.below(broken))];
    Move any;
    // Now and then any change will do: otherwise few rows are enough to go in circles.
    if (rng_.uniform() < kWalk)
        any = wander(row);
    else
        considerRow(row, tries_, any, true);
    if (any.column >= 0) apply(any);
}

// Returns some change of some column of a row: to any value of a column with few, else by one.
JumpSearch::Move JumpSearch::wander(int row) {
    std::size_t const begin = program_.rows.begin[index(row)];
    int const size = static_cast<int>(program_.rows.begin[index(row) + 1] - begin);
    if (size == 0) return {};
    std::size_t const entry = begin + index(rng_.below(size));
    int const column = program_.rows.at[entry];
    double delta = tightDelta(row, entry);
    if (program_.integer[index(column)]) {
        double const low = program_.lower[index(column)], high = program_.upper[index(column)];
        delta = high - low < kFew
                    ? low + rng_.below(static_cast<int>(high - low) + 1) - values_[index(column)]
                    : clipped(column, rng_.below(2) == 0 ? 1.0 : -1.0);
    }
    return delta == 0.0 ? Move{} : Move{column, delta};
}

// Keeps the values if they are feasible and better.
void JumpSearch::record() {
    if (!violated_.empty()) return;
    refresh();
    if (!violated_.empty() || (found_ && cost_ >= bestCost_)) return;
    if (!found_) costWeight_ = 1.0;
    found_ = true;
    best_ = values_;
    bestCost_ = cost_;
    improved_ = now_;
    target_ = cost_ - (grain_ > 0.0 ? grain_ - kWhole : kGrain * std::max(1e-3, std::abs(cost_)));
}

std::int64_t JumpSearch::run(double seconds, std::int64_t steps) {
    Deadline const deadline(seconds);
    std::int64_t const began = now_;
    while (!over() && (steps < 0 || now_ - began < steps)) {
        if ((now_ - began) % kPollSteps == 0 && deadline.passed()) break;
        step();
        if (now_ % kRefreshSteps == 0) refresh();
        if (now_ - improved_ > kPatience) restart(found_ ? best_ : values_);
    }
    return now_ - began;
}

}  // namespace cosolve::mip
