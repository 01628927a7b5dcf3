#include "tsp/lin_kernighan.h"

#include <algorithm>
#include <cmath>

namespace cosolve::tsp {

namespace {

constexpr int kClockInterval = 64;  // kicks or node visits between two looks at the clock
constexpr int kFreeDepth = 3;       // up to here a sequence need not close to a tour

}  // namespace

LinKernighan::LinKernighan(Metric const &metric, Candidates candidates, FixedEdges fixed,
                           std::vector<int> tour, std::uint64_t seed, LinKernighanOptions options)
    : metric_(metric), candidates_(std::move(candidates)), fixed_(std::move(fixed)),
      tour_(std::move(tour)), rng_(seed), options_(options) {
    int const n = tour_.size();
    queue_.resize(static_cast<std::size_t>(n));
    queued_.assign(static_cast<std::size_t>(n), 0);
    measure();
    pushAll();
}

void LinKernighan::measure() {
    int const n = tour_.size();
    cost_ = {};
    for (int i = 0; i < n; ++i) cost_.add(metric_(tour_.nodeAt(i), tour_.nodeAt(i + 1)));
    epsilon_ = 1e-9 * (cost_.value() + metric_.offset()) / n;
}

void LinKernighan::pushAll() {
    for (int const node : tour_.order()) push(node);
}

void LinKernighan::push(int node) {
    if (queued_[static_cast<std::size_t>(node)]) return;
    queued_[static_cast<std::size_t>(node)] = 1;
    std::size_t tail = head_ + waiting_++;
    if (tail >= queue_.size()) tail -= queue_.size();
    queue_[tail] = node;
}

// Makes the move that was found to close, unless its gain was but the rounding of huge distances.
bool LinKernighan::apply(int k) {
    ExactSum gain;
    for (int i = 0; i < k; ++i) {
        gain.add(metric_(t_.odd(i), t_.even(i)));
        gain.add(-metric_(t_.even(i), t_.odd(i + 1 == k ? 0 : i + 1)));
    }
    if (gain.value() <= epsilon_) return false;
    reconnection_.apply(tour_);
    if (!onTrial_) tour_.commit();  // nothing will be taken back
    cost_.subtract(gain);
    ++moves_;
    for (int i = 0; i < 2 * k; ++i) push(t_.node[static_cast<std::size_t>(i)]);
    return true;
}

bool LinKernighan::isRemoved(int level, int a, int b) const {
    for (int i = 0; i < level; ++i)
        if ((t_.odd(i) == a && t_.even(i) == b) || (t_.odd(i) == b && t_.even(i) == a)) return true;
    return false;
}

// The steps that may follow, best first: add the edge from the tail of the sequence to a candidate,
// remove an edge of the candidate.
int LinKernighan::collect(int level, double gain, std::array<Step, kMaxSteps> &steps) const {
    int count = 0;
    int const tail = t_.even(level - 1);
    int const tailNext = tour_.next(tail), tailPrev = tour_.prev(tail);
    for (int e = candidates_.begin(tail); e < candidates_.end(tail); ++e) {
        double const left = gain - candidates_.cost[static_cast<std::size_t>(e)];
        if (left <= epsilon_) continue;
        int const odd = candidates_.to[static_cast<std::size_t>(e)];
        if (odd == tailNext || odd == tailPrev) continue;
        for (bool const forward : {true, false}) {
            int const even = forward ? tour_.next(odd) : tour_.prev(odd);
            if (fixed_.contains(odd, even) || isRemoved(level, odd, even)) continue;
            Step const step{left + metric_(odd, even), odd, even, forward};
            if (count == kMaxSteps && steps[kMaxSteps - 1].gain >= step.gain) continue;
            int j = count < kMaxSteps ? count++ : count - 1;
            for (; j > 0 && steps[j - 1].gain < step.gain; --j) steps[j] = steps[j - 1];
            steps[j] = step;
        }
    }
    return count;
}

// Extends the sequence of `level` pairs; `gain` is the length removed less the length added so far,
// without the closing edge. True if an improving move was found and made.
bool LinKernighan::extend(int level, double gain) {
    std::array<Step, kMaxSteps> steps;
    int const count = collect(level, gain, steps);
    int const t1 = t_.node[0];
    int const pairs = level + 1;
    int left = options_.breadth[static_cast<std::size_t>(level - 1)];
    for (int s = 0; s < count && left > 0; ++s) {
        Step const &step = steps[s];
        t_.node[static_cast<std::size_t>(2 * level)] = step.odd;
        t_.node[static_cast<std::size_t>(2 * level + 1)] = step.even;
        t_.forward[static_cast<std::size_t>(level)] = step.forward;
        bool const mustClose = pairs > kFreeDepth;
        double const closedGain = step.even == t1 ? 0.0 : step.gain - metric_(step.even, t1);
        if (mustClose || closedGain > epsilon_) {
            bool const closes = step.even != t1 && reconnection_.closes(tour_, t_, pairs);
            if (closes && closedGain > epsilon_ && apply(pairs)) return true;
            if (mustClose && !closes) continue;
        }
        --left;
        if (pairs < options_.depth && extend(pairs, step.gain)) return true;
    }
    return false;
}

bool LinKernighan::improveNode(int t1) {
    for (bool const forward : {true, false}) {
        int const t2 = forward ? tour_.next(t1) : tour_.prev(t1);
        if (fixed_.contains(t1, t2)) continue;
        t_.node[0] = t1;
        t_.node[1] = t2;
        t_.forward[0] = forward;
        if (extend(1, metric_(t1, t2))) return true;
    }
    return false;
}

// Empties the queue; false if time ran out before. A trial is short and always brought to its end,
// so that between two calls of run() the tour is the incumbent.
bool LinKernighan::optimize(Deadline const &deadline) {
    for (int visits = 1; waiting_ > 0; ++visits) {
        int const node = queue_[head_];
        if (++head_ == queue_.size()) head_ = 0;
        --waiting_;
        queued_[static_cast<std::size_t>(node)] = 0;
        while (improveNode(node)) {
        }
        if (!onTrial_ && visits % kClockInterval == 0 && deadline.passed()) return waiting_ == 0;
    }
    return true;
}

// Brings the tour to its first local optimum; false if time ran out before. What is rounding noise
// to a bad tour, with forbidden edges say, may be worth a move in a good one.
bool LinKernighan::settle(Deadline const &deadline) {
    while (!settled_) {
        if (!optimize(deadline)) return false;
        double const before = epsilon_;
        measure();
        settled_ = epsilon_ >= before / 2;
        if (!settled_) pushAll();
    }
    return true;
}

// A double bridge over short segments of the tour: three adjacent ones trade places.
void LinKernighan::kick() {
    int const n = tour_.size();
    int const longest = std::min(options_.kickSegment, (n - 1) / 3);
    std::array<int, 4> cuts;
    for (int i = 0, p = rng_.below(n); i < 4; ++i, p += 1 + rng_.below(longest)) {
        cuts[i] = p % n;
        if (fixed_.contains(tour_.nodeAt(cuts[i]), tour_.nodeAt(cuts[i] + 1))) return;
    }
    std::sort(cuts.begin(), cuts.end());
    std::array<int, 4> before, after;
    for (std::size_t i = 0; i < 4; ++i) {
        before[i] = tour_.nodeAt(cuts[i]);
        after[i] = tour_.nodeAt(cuts[i] + 1);
    }
    reconnection_.doubleBridge(tour_, cuts);
    reconnection_.apply(tour_);
    // A D C B: the end of every segment now meets the beginning of the one two before.
    for (std::size_t i = 0; i < 4; ++i) {
        cost_.add(metric_(before[i], after[(i + 2) % 4]));
        cost_.add(-metric_(before[i], after[i]));
        push(before[i]);
        push(after[i]);
    }
}

std::int64_t LinKernighan::run(double seconds, std::int64_t kicks) {
    Deadline const deadline(seconds);
    std::int64_t done = 0;
    if (!settle(deadline)) return done;
    while (true) {
        optimize(deadline);
        if (onTrial_) {
            onTrial_ = false;
            if (cost_.value() > baseline_.value() + epsilon_) {
                tour_.rollback();
                cost_ = baseline_;
            }
            ++done;
            ++kicks_;
        }
        tour_.commit();
        if (done == kicks || (done % kClockInterval == 0 && deadline.passed())) return done;
        baseline_ = cost_;
        onTrial_ = true;
        kick();
    }
}

}  // namespace cosolve::tsp
