#include "scheduling/tabu_walk.h"

#include <algorithm>
#include <cmath>

namespace cosolve::scheduling {

namespace {

int bitsFor(std::size_t entries) {
    int bits = 12;
    while (bits < 20 && (std::size_t{1} << bits) < entries) ++bits;
    return bits;
}

}  // namespace

TabuWalk::TabuWalk(TabuInstance const &instance, TabuOptions const &options, Rng &rng)
    : instance_(&instance), options_(options), rng_(&rng), graph_(instance) {
    int const bits = bitsFor(instance.job.size() * 64);
    shift_ = 64 - bits;
    expiry_.assign(std::size_t{1} << bits, 0);
}

void TabuWalk::set(TabuSolution const &solution, double weight) {
    weight_ = weight;
    // What is best differs from problem to problem.
    tenureOfWalk_ = std::max(1, static_cast<int>(options_.tenure * (0.5 + rng_->uniform())));
    graph_.set(solution);
    best_ = graph_.solution();
    std::fill(expiry_.begin(), expiry_.end(), 0);
    iteration_ = improved_ = 0;
}

bool TabuWalk::step() {
    auto const choose = [&](int n) { return n > 1 ? rng_->below(n) : 0; };
    graph_.criticalPath(path_, choose);
    int const more = static_cast<int>(std::sqrt(static_cast<double>(path_.size())));
    tenure_ = tenureOfWalk_ + rng_->below(tenureOfWalk_ + more);
    chosen_.v = fallback_.v = -1;
    ties_ = tabuCount_ = 0;
    collect();
    Move const move = chosen_.v >= 0 ? chosen_ : fallback_;
    if (move.v < 0) return false;
    ++iteration_;
    remember(move);
    graph_.move(move.v, move.to, move.behind);
    if (instance_->flexible()) relieve();
    if (graph_.makespan() < best_.makespan) {
        best_ = graph_.solution();
        improved_ = iteration_;
    }
    return true;
}

void TabuWalk::collect() {
    std::size_t from = 0;
    std::size_t until = path_.size();
    if (options_.window > 0 && until > static_cast<std::size_t>(options_.window)) {
        from = static_cast<std::size_t>(rng_->below(static_cast<int>(until) - options_.window + 1));
        until = from + static_cast<std::size_t>(options_.window);
    }
    for (std::size_t i = from; i < until;) {
        std::size_t j = i + 1;
        while (j < until && graph_.node(path_[j - 1]).after == path_[j]) ++j;
        // Before an operation nothing is won where its machine has not waited yet, nor behind one
        // where nothing follows.
        TabuNode const &head = graph_.node(path_[i]);
        bool const opens = graph_.node(head.before).end() == head.head && i == 0;
        if (j - i > 1) collectBlock(i, j, opens, j == path_.size());
        if (options_.outside > 0) collectOutside(i, j, i == 0, j == path_.size());
        i = j;
    }
    if (instance_->flexible())
        for (std::size_t i = from; i < until; ++i) collectOtherMachines(path_[i]);
}

// Neighborhood N7 (Zhang, Li, Guan, Rao, "A tabu search algorithm with a new neighborhood structure
// for the job shop scheduling problem", Computers & Operations Research 34, 2007): operations go to
// the ends of their block, those at the ends go inside.
void TabuWalk::collectBlock(std::size_t from, std::size_t until, bool opens, bool closes) {
    std::size_t const last = until - 1;
    if (!closes) {
        for (std::size_t i = from; i < last; ++i) collectForward(path_[i], path_[last]);
        for (std::size_t i = from + 1; i < last; ++i) collectBackward(path_[last], path_[i]);
    }
    if (!opens) {
        for (std::size_t i = from + 1; i <= last; ++i) {
            if (!closes && last - from == 1) break;  // the swap is known already
            collectBackward(path_[i], path_[from]);
        }
        for (std::size_t i = from + 1; i < last; ++i) collectForward(path_[from], path_[i]);
    }
}

// Neighborhood N8 (Xie, Li, Gao, Gui, "A new neighbourhood structure for job shop scheduling
// problems", International Journal of Production Research 61, 2023): operations leave their block,
// as far as what follows (or precedes) them in their job is not delayed by more than the machine.
void TabuWalk::collectOutside(std::size_t from, std::size_t until, bool opens, bool closes) {
    int const first = path_[from];
    int const last = path_[until - 1];
    for (std::size_t i = from; i < until; ++i) {
        int const u = path_[i];
        TabuNode const &x = graph_.node(u);
        if (!closes) {
            Time const rest = graph_.node(x.jobAfter).rest();
            int w = graph_.node(last).after;
            for (int k = 0; k < options_.outside && graph_.isOperation(w); ++k) {
                if (graph_.node(w).rest() <= rest) break;
                collectForward(u, w);
                w = graph_.node(w).after;
            }
        }
        if (!opens) {
            Time const end = graph_.node(x.jobBefore).end();
            int w = graph_.node(first).before;
            for (int k = 0; k < options_.outside && graph_.isOperation(w); ++k) {
                if (graph_.node(w).end() <= end) break;
                collectBackward(u, w);
                w = graph_.node(w).before;
            }
        }
    }
}

void TabuWalk::collectForward(int u, int v) {
    TabuNode const &x = graph_.node(u);
    if (graph_.isOperation(x.jobAfter)) {
        TabuNode const &next = graph_.node(x.jobAfter);
        if (x.jobAfter == v) return;
        // Otherwise there may be a path from it to v.
        if (graph_.node(v).rest() < next.rest() && graph_.node(v).head >= next.end()) return;
    }
    bool tabu = false;
    for (int y = x.after;; y = graph_.node(y).after) {
        if (isTabu(y, u)) tabu = true;
        if (y == v) break;
    }
    offer({u, graph_.alternative(u), v, estimateForward(u, v), 0}, tabu);
}

void TabuWalk::collectBackward(int v, int u) {
    TabuNode const &x = graph_.node(v);
    if (graph_.isOperation(x.jobBefore)) {
        TabuNode const &previous = graph_.node(x.jobBefore);
        if (x.jobBefore == u) return;
        if (graph_.node(u).end() < previous.end() && graph_.node(u).tail >= previous.rest()) return;
    }
    bool tabu = false;
    for (int y = x.before;; y = graph_.node(y).before) {
        if (isTabu(v, y)) tabu = true;
        if (y == u) break;
    }
    offer({v, graph_.alternative(v), graph_.node(u).before, estimateBackward(v, u), 0}, tabu);
}

// Longest path through one of the operations u to v when u goes behind v (Balas and Vazacopoulos,
// "Guided local search with shifting bottleneck for job shop scheduling", Management Science 44,
// 1998).
Time TabuWalk::estimateForward(int u, int v) {
    TabuNode const &x = graph_.node(u);
    heads_.clear();
    Time end = graph_.node(x.before).end();
    for (int y = x.after;; y = graph_.node(y).after) {
        TabuNode const &z = graph_.node(y);
        Time const head = std::max(end, graph_.node(z.jobBefore).end());
        heads_.push_back(head);
        end = head + z.duration;
        if (y == v) break;
    }
    Time const head = std::max(end, graph_.node(x.jobBefore).end());
    Time rest = x.duration +
                std::max(graph_.node(x.jobAfter).rest(), graph_.node(graph_.node(v).after).rest());
    Time longest = head + rest;
    for (int y = v; !heads_.empty(); y = graph_.node(y).before) {
        TabuNode const &z = graph_.node(y);
        rest = z.duration + std::max(rest, graph_.node(z.jobAfter).rest());
        longest = std::max(longest, heads_.back() + rest);
        heads_.pop_back();
    }
    return longest;
}

Time TabuWalk::estimateBackward(int v, int u) {
    TabuNode const &x = graph_.node(v);
    heads_.clear();  // here the rests
    Time rest = graph_.node(x.after).rest();
    for (int y = x.before;; y = graph_.node(y).before) {
        TabuNode const &z = graph_.node(y);
        rest = z.duration + std::max(rest, graph_.node(z.jobAfter).rest());
        heads_.push_back(rest);
        if (y == u) break;
    }
    Time end = std::max(graph_.node(x.jobBefore).end(), graph_.node(graph_.node(u).before).end());
    Time longest = end + x.duration + std::max(rest, graph_.node(x.jobAfter).rest());
    end += x.duration;
    for (int y = u; !heads_.empty(); y = graph_.node(y).after) {
        TabuNode const &z = graph_.node(y);
        Time const head = std::max(end, graph_.node(z.jobBefore).end());
        longest = std::max(longest, head + heads_.back());
        heads_.pop_back();
        end = head + z.duration;
    }
    return longest;
}

void TabuWalk::collectOtherMachines(int v) {
    int const begin = instance_->firstOf(v);
    for (int a = begin; a < begin + instance_->alternativesOf(v); ++a)
        if (a != graph_.alternative(v)) collectInsertions(v, a);
}

double TabuWalk::burdenOf(int v, int alternative) const {
    return weight_ * (instance_->durationOf(alternative) - graph_.node(v).duration) /
           instance_->machines;
}

// Places on another machine that cannot close a cycle (Mastrolilli and Gambardella, "Effective
// neighbourhood functions for the flexible job shop problem", Journal of Scheduling 3, 2000).
void TabuWalk::collectInsertions(int v, int alternative) {
    int const k = instance_->machineOf(alternative);
    auto const &sequence = graph_.sequence(k);
    TabuNode const &x = graph_.node(v);
    Time const duration = instance_->durationOf(alternative);
    Time const earliest = graph_.node(x.jobBefore).end();
    Time const latest = graph_.node(x.jobAfter).rest();
    // Those that end after `earliest` may come after v, those with a longer rest than `latest`
    // before it.
    auto const size = static_cast<int>(sequence.size());
    auto const late = std::partition_point(sequence.begin(), sequence.end(),
                                           [&](int y) { return graph_.node(y).end() <= earliest; });
    auto const early = std::partition_point(sequence.begin(), sequence.end(),
                                            [&](int y) { return graph_.node(y).rest() > latest; });
    int low = static_cast<int>(std::min(late, early) - sequence.begin());
    int high = static_cast<int>(std::max(late, early) - sequence.begin());
    if (options_.reach > 0 && high - low > options_.reach) {
        low += rng_->below(high - low - options_.reach + 1);
        high = low + options_.reach;
    }
    bool const tabu = isTabu(v, instance_->machineNode(k));
    double const burden = burdenOf(v, alternative);
    for (int i = low; i <= high; ++i) {
        int const behind =
            i > 0 ? sequence[static_cast<std::size_t>(i - 1)] : instance_->machineNode(k);
        int const ahead =
            i < size ? sequence[static_cast<std::size_t>(i)] : instance_->machineNode(k);
        Time const length = std::max(earliest, graph_.node(behind).end()) + duration +
                            std::max(latest, graph_.node(ahead).rest());
        offer({v, alternative, behind, length, burden}, tabu);
    }
}

// Where machines are busy nearly all the time, less work is what counts: operations go to machines
// that need less time for them, if no longest path results.
void TabuWalk::relieve() {
    for (int i = 0; i < options_.reliefs; ++i) {
        int const v = rng_->below(instance_->operations());
        chosen_.v = -1;
        for (int a = instance_->firstOf(v); a < instance_->firstOf(v + 1); ++a) {
            if (instance_->durationOf(a) < graph_.node(v).duration &&
                !isTabu(v, instance_->machineNode(instance_->machineOf(a))))
                collectInsertions(v, a);
        }
        if (chosen_.v < 0 || chosen_.length >= std::min(graph_.makespan(), best_.makespan))
            continue;
        Move const move = chosen_;
        remember(move);
        graph_.move(move.v, move.to, move.behind);
    }
}

void TabuWalk::offer(Move const &move, bool tabu) {
    if (tabu && move.length >= best_.makespan) {
        if (rng_->below(++tabuCount_) == 0) fallback_ = move;
        return;
    }
    double const score = move.score();
    if (chosen_.v >= 0 && score > chosen_.score()) return;
    if (chosen_.v >= 0 && score == chosen_.score()) {
        if (rng_->below(++ties_ + 1) == 0) chosen_ = move;
        return;
    }
    chosen_ = move;
    ties_ = 0;
}

void TabuWalk::remember(Move const &move) {
    int const v = move.v;
    if (instance_->machineOf(move.to) != graph_.machineOf(v)) {
        forbid(v, instance_->machineNode(graph_.machineOf(v)));
        return;
    }
    int const index = graph_.index(v);
    int const target = graph_.isOperation(move.behind) ? graph_.index(move.behind) : -1;
    auto const &sequence = graph_.sequence(graph_.machineOf(v));
    for (int i = index + 1; i <= target; ++i) forbid(v, sequence[static_cast<std::size_t>(i)]);
    for (int i = target + 1; i < index; ++i) forbid(sequence[static_cast<std::size_t>(i)], v);
}

}  // namespace cosolve::scheduling
