#include "tsp/lin_kernighan.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cosolve::tsp {

namespace {

constexpr int kClockInterval = 64;  // kicks or node visits between two looks at the clock
constexpr int kMostDraws = 100;     // of a site; in a tour of likely edges only, few are accepted

}  // namespace

LinKernighan::LinKernighan(Metric const &metric, Candidates candidates, FixedEdges fixed,
                           std::vector<int> tour, std::uint64_t seed, LinKernighanOptions options)
    : metric_(metric), fixed_(std::move(fixed)), tour_(std::move(tour)), rng_(seed),
      options_(std::move(options)),
      candidates_(options_.kickChances.empty() ? Candidates{} : candidates),
      search_(metric_, std::move(candidates), fixed_, tour_, options_.moves) {
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

// Makes an improving move that begins at a node, if there is one.
bool LinKernighan::improve(int node) {
    if (!search_.improve(node, epsilon_)) return false;
    if (!onTrial_) tour_.commit();  // nothing will be taken back
    cost_.subtract(search_.gain());
    ++moves_;
    for (int const end : search_.ends()) push(end);
    return true;
}

// Empties the queue; false if time ran out before. A trial is short and always brought to its end,
// so that between two calls of run() the tour is the incumbent.
bool LinKernighan::optimize(Deadline const &deadline) {
    for (int visits = 1; waiting_ > 0; ++visits) {
        int const node = queue_[head_];
        if (++head_ == queue_.size()) head_ = 0;
        --waiting_;
        queued_[static_cast<std::size_t>(node)] = 0;
        while (improve(node)) {
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

// A double bridge over short segments of the tour from a position on: three adjacent ones trade
// places.
void LinKernighan::kick(int first) {
    int const n = tour_.size();
    int const longest = std::min(options_.kickSegment, (n - 1) / 3);
    std::array<int, 4> cuts;
    for (int i = 0, p = first; i < 4; ++i, p += 1 + rng_.below(longest)) {
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

// Of the edge between two nodes; both may have it as a candidate.
float LinKernighan::kickChance(int i, int j) const {
    float least = 1.0f;
    for (auto const &[from, to] : {std::pair{i, j}, std::pair{j, i}})
        for (int e = candidates_.begin(from); e < candidates_.end(from); ++e)
            if (candidates_.to[static_cast<std::size_t>(e)] == to)
                least = std::min(least, options_.kickChances[static_cast<std::size_t>(e)]);
    return least;
}

// A position from which to kick, drawn by rejection: so the chances need not be kept up to date
// while the tour changes.
int LinKernighan::drawSite() {
    int const n = tour_.size();
    int first = rng_.below(n);
    if (options_.kickChances.empty()) return first;
    for (int draws = 1; draws < kMostDraws; ++draws) {
        float const chance = kickChance(tour_.nodeAt(first), tour_.nodeAt(first + 1));
        if (rng_.uniform() < static_cast<double>(chance)) break;
        first = rng_.below(n);
    }
    return first;
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
        kick(drawSite());
    }
}

}  // namespace cosolve::tsp
