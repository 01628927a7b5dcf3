#include "tsp/mcts.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace cosolve::tsp {

namespace {

constexpr int kClockInterval = 64;  // actions or node visits between two looks at the clock
constexpr int kAttempts = 4;        // walks from one node before it is given up

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

Mcts::Mcts(Metric const &metric, Candidates candidates, std::vector<double> weights,
           FixedEdges fixed, std::vector<int> tour, std::uint64_t seed, MctsOptions options)
    : metric_(metric), candidates_(std::move(candidates)), fixed_(std::move(fixed)),
      tour_(std::move(tour)), rng_(seed), options_(options),
      potential_(candidates_, weights, options.alpha),
      search_(metric_, candidates_, fixed_, tour_, options_.moves), queue_(tour_.size()) {
    measure();
    bestCost_ = cost_;
    for (int const node : tour_.order()) queue_.push(node);
}

void Mcts::measure() {
    int const n = tour_.size();
    cost_ = {};
    meanEdge_ = 0;
    for (int i = 0; i < n; ++i) {
        double const length = metric_(tour_.nodeAt(i), tour_.nodeAt(i + 1));
        cost_.add(length);
        meanEdge_ += std::abs(length) / n;  // a matrix may have negative entries
    }
    epsilon_ = 1e-9 * meanEdge_;
}

// Makes an improving move that begins at a node, if there is one.
bool Mcts::improve(int node) {
    if (!search_.improve(node, epsilon_)) return false;
    cost_.subtract(search_.gain());
    auto const ends = search_.ends();
    for (std::size_t i = 0; i < ends.size(); ++i) {
        queue_.push(ends[i]);
        // The sequence removes its first edge, adds its second, and so on; the last one closes it.
        if (onTrial_ && i % 2 == 1) added_.emplace_back(ends[i], ends[(i + 1) % ends.size()]);
    }
    if (!onTrial_) tour_.commit();
    return true;
}

// Empties the queue; false if time ran out before. A trial is short and always brought to its end.
bool Mcts::optimize(Deadline const &deadline) {
    for (int visits = 1; !queue_.empty(); ++visits) {
        int const node = queue_.pop();
        while (improve(node)) {
        }
        if (!onTrial_ && visits % kClockInterval == 0 && deadline.passed()) return queue_.empty();
    }
    return true;
}

// Brings the tour to its first local optimum; false if time ran out before. What is rounding noise
// to a bad tour, with forbidden edges say, may be worth a move in a good one.
bool Mcts::settle(Deadline const &deadline) {
    while (!settled_) {
        bool const done = optimize(deadline);
        double const before = epsilon_;
        if (done) measure();
        bestCost_ = cost_;
        if (!done) return false;
        settled_ = epsilon_ >= before / 2;
        if (!settled_)
            for (int const node : tour_.order()) queue_.push(node);
    }
    return true;
}

int Mcts::walk(int node) {
    for (int step = 0; step < options_.walk; ++step) {
        int const edge = potential_.draw(node, rng_);
        if (edge < 0) break;
        node = candidates_.to[at(edge)];
    }
    return node;
}

// Position after which the tour may be cut at a node, or -1 where both its edges are fixed.
int Mcts::cutAt(int node) const {
    int const position = tour_.position(node);
    if (!fixed_.contains(node, tour_.next(node))) return position;
    int const before = tour_.prev(node);
    return fixed_.contains(before, node) ? -1 : tour_.position(before);
}

// Draws four places to cut the tour, all within a walk of a random node.
bool Mcts::select(std::array<int, 4> &cuts) {
    int const node = rng_.below(tour_.size());
    int found = 0;
    for (int attempt = 0; found < 4 && attempt < 4 * kAttempts; ++attempt) {
        int const cut = cutAt(walk(node));
        bool const fresh =
            cut >= 0 && std::find(cuts.begin(), cuts.begin() + found, cut) == cuts.begin() + found;
        if (fresh) cuts[at(found++)] = cut;
    }
    std::sort(cuts.begin(), cuts.end());
    return found == 4;
}

void Mcts::perturb(std::array<int, 4> const &cuts) {
    std::array<int, 4> before, after;
    for (std::size_t i = 0; i < 4; ++i) {
        before[i] = tour_.nodeAt(cuts[i]);
        after[i] = tour_.nodeAt(cuts[i] + 1);
    }
    reconnection_.doubleBridge(tour_, cuts);
    reconnection_.apply(tour_);
    // A D C B: the end of every segment now meets the beginning of the one two before.
    for (std::size_t i = 0; i < 4; ++i) {
        int const to = after[(i + 2) % 4];
        cost_.add(metric_(before[i], to));
        cost_.add(-metric_(before[i], after[i]));
        added_.emplace_back(before[i], to);
        queue_.push(before[i]);
        queue_.push(after[i]);
    }
}

double Mcts::temperature() const {
    double over = progress_;
    if (planned_ > 0)
        over = std::max(over, static_cast<double>(actions()) / static_cast<double>(planned_));
    return options_.temperature * meanEdge_ * std::max(0.0, 1.0 - over);
}

// Published as beta * (exp((L - L') / L) - 1), which is next to nothing for one action on a long
// tour: here the gain is measured in mean edges, so that learning does not depend on n.
void Mcts::backPropagate(double gain) {
    double const amount = options_.beta * std::expm1(std::min(gain / meanEdge_, 1.0));
    for (auto const &[a, b] : added_)
        if (tour_.next(a) == b || tour_.prev(a) == b) potential_.reward(a, b, amount);
}

// Keeps the best tour, after a change of the tour: as long as little has changed since, the journal
// leads back to it.
void Mcts::remember() {
    if (cost_.value() <= bestCost_.value()) {
        bestCost_ = cost_;
        stored_ = false;
    } else if (!stored_) {
        if (tour_.journaled() <= at(tour_.size())) return;
        best_ = tour_.committed();
        stored_ = true;
    }
    tour_.commit();
}

// Keeps the result of the action under trial or takes it back.
void Mcts::judge() {
    double const excess = cost_.value() - baseline_.value();
    if (excess < -epsilon_) backPropagate(-excess);
    bool keep = excess <= epsilon_;
    if (!keep) {
        double const t = temperature();
        keep = t > 0 && rng_.uniform() < std::exp(-excess / t);
    }
    if (keep) {
        remember();
    } else {
        tour_.rollback(trial_);
        cost_ = baseline_;
    }
    added_.clear();
    onTrial_ = false;
    potential_.act();
}

std::int64_t Mcts::run(double seconds, std::int64_t actions) {
    Deadline const deadline(seconds);
    std::int64_t done = 0;
    if (!settle(deadline)) return done;
    std::array<int, 4> cuts;
    while (done != actions && (done == 0 || done % kClockInterval != 0 || !deadline.passed())) {
        baseline_ = cost_;
        trial_ = tour_.mark();
        onTrial_ = true;
        if (select(cuts)) perturb(cuts);
        optimize(deadline);
        judge();
        ++done;
    }
    return done;
}

}  // namespace cosolve::tsp
