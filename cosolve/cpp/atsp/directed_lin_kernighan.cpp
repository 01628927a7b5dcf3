#include "atsp/directed_lin_kernighan.h"

#include <algorithm>
#include <utility>

namespace cosolve::atsp {

namespace {

constexpr int kClockInterval = 64;   // kicks or node visits between two looks at the clock
constexpr int kFreeDepth = 3;        // up to here a sequence need not close to a tour
constexpr int kLongestBridged = 50;  // nodes of the shorter cycle searched for a second exchange
constexpr int kKickTrials = 5;

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

DirectedLinKernighan::DirectedLinKernighan(ArcProblem const &problem, std::vector<int> tour,
                                           std::uint64_t seed, DirectedOptions options)
    : arcs_(problem.arcs), leaving_(problem.leaving), entering_(problem.entering),
      tour_(std::move(tour)), rng_(seed), options_(options), queue_(arcs_.size()) {
    measure();
    pushAll();
}

void DirectedLinKernighan::measure() {
    int const n = tour_.size();
    cost_ = {};
    for (int i = 0; i < n; ++i) cost_.add(arcs_(tour_.nodeAt(i), tour_.nodeAt(i + 1)));
    epsilon_ = 1e-9 * (cost_.value() + arcs_.offset()) / n;
}

void DirectedLinKernighan::pushAll() {
    for (int const node : tour_.order()) queue_.push(node);
}

// Makes the move that was found to close, unless its gain was but the rounding of huge lengths.
bool DirectedLinKernighan::apply(int pairs) {
    ExactSum gain;
    for (int i = 0; i < pairs; ++i) {
        gain.add(length(odd_[at(i)], even_[at(i)]));
        gain.add(-length(odd_[at(i + 1 == pairs ? 0 : i + 1)], even_[at(i)]));
    }
    if (gain.value() <= epsilon_) return false;
    order_.apply(tour_);
    if (!onTrial_) tour_.commit();  // nothing will be taken back
    cost_.subtract(gain);
    ++moves_;
    for (int i = 0; i < pairs; ++i) {
        queue_.push(odd_[at(i)]);
        queue_.push(even_[at(i)]);
    }
    return true;
}

// The steps that may follow, best first: add the arc between the end of the sequence and a
// candidate, remove the arc on the other side of the candidate.
int DirectedLinKernighan::collect(int level, double gain,
                                  std::array<Step, kMaxSteps> &steps) const {
    int count = 0;
    int const end = even_[at(level - 1)];
    int const joined = along_ ? tour_.prev(end) : tour_.next(end);
    Candidates const &candidates = along_ ? entering_ : leaving_;
    for (int e = candidates.begin(end); e < candidates.end(end); ++e) {
        double const left = gain - candidates.cost[at(e)];
        if (left <= epsilon_) continue;
        int const odd = candidates.to[at(e)];
        bool taken = odd == joined;
        for (int i = 0; i < level; ++i) taken |= odd_[at(i)] == odd;
        if (taken) continue;
        int const even = along_ ? tour_.next(odd) : tour_.prev(odd);
        Step const step{left + length(odd, even), odd, even};
        if (count == kMaxSteps && steps[kMaxSteps - 1].gain >= step.gain) continue;
        int j = count < kMaxSteps ? count++ : count - 1;
        for (; j > 0 && steps[at(j - 1)].gain < step.gain; --j) steps[at(j)] = steps[at(j - 1)];
        steps[at(j)] = step;
    }
    return count;
}

bool DirectedLinKernighan::closes(int pairs) {
    std::array<int, kMaxArcs> cuts;
    for (int i = 0; i < pairs; ++i)
        cuts[at(i)] = tour_.position(along_ ? odd_[at(i)] : even_[at(i)]);
    if (pairs == 3) {
        bool const rising = (cuts[0] < cuts[1]) + (cuts[1] < cuts[2]) + (cuts[2] < cuts[0]) == 2;
        if (rising == along_) return false;
    }
    // The arc added to the tail of one removed arc leads to the head of that before, or after.
    return order_.assign(tour_.size(), cuts, pairs, along_ ? -1 : 1);
}

// Extends the sequence of `level` pairs; `gain` is the length removed less the length added so far,
// without the closing arc. True if an improving move was found and made.
bool DirectedLinKernighan::extend(int level, double gain) {
    std::array<Step, kMaxSteps> steps;
    int const count = collect(level, gain, steps);
    int const t1 = odd_[0];
    int const pairs = level + 1;
    bool const mayClose = pairs % 2 != 0, mustClose = mayClose && pairs > kFreeDepth;
    int left = options_.breadth[at(level - 1)];
    for (int s = 0; s < count && left > 0; ++s) {
        Step const &step = steps[at(s)];
        odd_[at(level)] = step.odd;
        even_[at(level)] = step.even;
        double closedGain = 0;
        if ((mayClose || pairs == 2) && step.even != t1)
            closedGain = step.gain - length(t1, step.even);
        bool const pays = closedGain > epsilon_;
        if (mustClose || (mayClose && pays)) {
            bool const closed = step.even != t1 && closes(pairs);
            if (closed && pays && apply(pairs)) return true;
            if (mustClose && !closed) continue;
        }
        if (pairs == 2 && pays && bridge(closedGain)) return true;
        --left;
        if (pairs < options_.depth && extend(pairs, step.gain)) return true;
    }
    return false;
}

bool DirectedLinKernighan::improveNode(int t1) {
    for (bool const along : {true, false}) {
        along_ = along;
        odd_[0] = t1;
        even_[0] = along ? tour_.next(t1) : tour_.prev(t1);
        if (extend(1, length(t1, even_[0]))) return true;
    }
    return false;
}

// Removing the arcs after two positions and joining their ends crosswise leaves two cycles, each a
// stretch of the tour.
DirectedLinKernighan::Cycles DirectedLinKernighan::cyclesBetween(int cutA, int cutB) const {
    int const n = tour_.size();
    int const length = cutB > cutA ? cutB - cutA : cutB - cutA + n;
    if (2 * length <= n) return {cutA, cutB, wrapped(cutA + 1), length};
    return {cutA, cutB, wrapped(cutB + 1), n - length};
}

bool DirectedLinKernighan::isInside(Cycles const &cycles, int position) const {
    int const offset = position - cycles.first;
    return (offset < 0 ? offset + tour_.size() : offset) < cycles.length;
}

// The first two pairs gain if closed, but leave two cycles: looks for a second exchange that joins
// them again and does not lose it all.
bool DirectedLinKernighan::bridge(double gain) {
    int const n = tour_.size();
    Cycles const cycles = cyclesBetween(tour_.position(along_ ? odd_[0] : even_[0]),
                                        tour_.position(along_ ? odd_[1] : even_[1]));
    if (cycles.length > kLongestBridged) return false;
    for (int i = 0; i + 1 < cycles.length; ++i) {
        int const cut = wrapped(cycles.first + i);
        int const tail = tour_.nodeAt(cut), after = tour_.nodeAt(cut + 1);
        double const base = gain + arcs_(tail, after);
        for (int e = leaving_.begin(tail); e < leaving_.end(tail); ++e) {
            double const left = base - leaving_.cost[at(e)];
            if (left <= epsilon_) continue;
            int const head = leaving_.to[at(e)];
            int const other = wrapped(tour_.position(head) + n - 1);
            // The arc into the head must lie in the other cycle as a whole.
            if (isInside(cycles, other) || isInside(cycles, wrapped(other + 1))) continue;
            int const before = tour_.nodeAt(other);
            if (left + arcs_(before, head) - arcs_(before, after) <= epsilon_) continue;
            if (swapSegments({cycles.cutA, cycles.cutB, cut, other}, true)) {
                ++moves_;
                return true;
            }
        }
    }
    return false;
}

// The double bridge: the segments between four cuts, each after a position, change from A B C D to
// A D C B.
bool DirectedLinKernighan::swapSegments(std::array<int, 4> cuts, bool onlyIfBetter) {
    std::sort(cuts.begin(), cuts.end());
    std::array<int, 4> before, after;
    for (std::size_t i = 0; i < 4; ++i) {
        before[i] = tour_.nodeAt(cuts[i]);
        after[i] = tour_.nodeAt(cuts[i] + 1);
    }
    ExactSum gain;
    for (std::size_t i = 0; i < 4; ++i) {
        gain.add(arcs_(before[i], after[i]));
        gain.add(-arcs_(before[i], after[(i + 2) % 4]));
    }
    if (onlyIfBetter && gain.value() <= epsilon_) return false;
    order_.assignDoubleBridge(tour_.size(), cuts);
    order_.apply(tour_);
    if (!onTrial_) tour_.commit();  // nothing will be taken back
    cost_.subtract(gain);
    for (std::size_t i = 0; i < 4; ++i) {
        queue_.push(before[i]);
        queue_.push(after[i]);
    }
    return true;
}

// Empties the queue; false if time ran out before. A trial is short and always brought to its end,
// so that between two calls of run() the tour is the incumbent.
bool DirectedLinKernighan::optimize(Deadline const &deadline) {
    for (int visits = 1; !queue_.empty(); ++visits) {
        int const node = queue_.pop();
        while (improveNode(node)) {
        }
        if (!onTrial_ && visits % kClockInterval == 0 && deadline.passed()) return queue_.empty();
    }
    return true;
}

// Brings the tour to its first local optimum; false if time ran out before. What is rounding noise
// to a bad tour may be worth a move in a good one.
bool DirectedLinKernighan::settle(Deadline const &deadline) {
    while (!settled_) {
        if (!optimize(deadline)) return false;
        double const before = epsilon_;
        measure();
        settled_ = epsilon_ >= before / 2;
        if (!settled_) pushAll();
    }
    return true;
}

void DirectedLinKernighan::kick() {
    if (rng_.below(2) == 0)
        for (int trial = 0; trial < kKickTrials; ++trial)
            if (kickAlongCandidates()) return;
    kickLocally();
}

// Three adjacent short segments change their order.
void DirectedLinKernighan::kickLocally() {
    int const n = tour_.size();
    int const longest = std::min(options_.kickSegment, (n - 1) / 3);
    std::array<int, 4> cuts;
    int position = rng_.below(n);
    for (int &cut : cuts) {
        cut = position % n;
        position += 1 + rng_.below(longest);
    }
    swapSegments(cuts, false);
}

int DirectedLinKernighan::randomHead(int node) {
    int const count = leaving_.end(node) - leaving_.begin(node);
    return count == 0 ? -1 : leaving_.to[at(leaving_.begin(node) + rng_.below(count))];
}

// A double bridge that adds two candidate arcs: one makes two cycles of the tour, the other joins
// them.
bool DirectedLinKernighan::kickAlongCandidates() {
    int const n = tour_.size();
    int const cut = rng_.below(n);
    int const head = randomHead(tour_.nodeAt(cut));
    if (head < 0) return false;
    Cycles const cycles = cyclesBetween(cut, wrapped(tour_.position(head) + n - 1));
    if (cycles.cutA == cycles.cutB || cycles.length < 2) return false;
    for (int trial = 0; trial < kKickTrials; ++trial) {
        int const inner = wrapped(cycles.first + rng_.below(cycles.length - 1));
        int const target = randomHead(tour_.nodeAt(inner));
        if (target < 0) continue;
        int const outer = wrapped(tour_.position(target) + n - 1);
        if (isInside(cycles, outer) || isInside(cycles, wrapped(outer + 1))) continue;
        swapSegments({cycles.cutA, cycles.cutB, inner, outer}, false);
        return true;
    }
    return false;
}

std::int64_t DirectedLinKernighan::run(double seconds, std::int64_t kicks) {
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

}  // namespace cosolve::atsp
