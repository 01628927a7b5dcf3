#include "scheduling/dispatch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/deadline.h"

namespace cosolve::scheduling {

namespace {

constexpr int kPool = 512;           // operations that are looked at; more wait for their turn
constexpr int kStepsPerLook = 64;    // between two looks at the clock
constexpr double kMostBlinks = 0.3;  // how often a candidate may be overlooked
constexpr double kLookAhead = 2.0;   // of apparent tardiness cost, in mean durations
constexpr Time kNever = std::numeric_limits<Time>::max();

}  // namespace

Dispatcher::Dispatcher(Shop shop, std::vector<Policy> policies, std::uint64_t seed)
    : shop_(std::move(shop)), policies_(std::move(policies)), rng_(seed) {
    assert(!policies_.empty());
    policyCosts_.assign(policies_.size(), std::numeric_limits<double>::infinity());
    ranking_.resize(policies_.size());
    std::iota(ranking_.begin(), ranking_.end(), 0);
    measure();
}

// Arcs, and how much work follows each operation.
void Dispatcher::measure() {
    auto const n = static_cast<std::size_t>(shop_.operations);
    before_.assign(n, 0);
    nextFirst_.assign(n + 1, 0);
    for (std::size_t i = 0; i < n; ++i) {
        if (shop_.ordered && i + 1 < n && shop_.job[i] == shop_.job[i + 1])
            next_.push_back(static_cast<int>(i) + 1);
        for (int k = shop_.arcFirst[i]; k < shop_.arcFirst[i + 1]; ++k)
            next_.push_back(shop_.arcTo[k]);
        nextFirst_[i + 1] = static_cast<int>(next_.size());
    }
    for (int const b : next_) ++before_[b];
    mean_.assign(n, 0.0);
    double total = 0;
    for (std::size_t i = 0; i < n; ++i) {
        for (int k = shop_.first[i]; k < shop_.first[i + 1]; ++k)
            mean_[i] += static_cast<double>(shop_.duration[k]);
        mean_[i] /= shop_.first[i + 1] - shop_.first[i];
        total += mean_[i];
    }
    if (total > 0) meanTime_ = total / static_cast<double>(n);
    // Operations in an order that the arcs agree with.
    std::vector<int> order, left = before_;
    for (std::size_t i = 0; i < n; ++i)
        if (left[i] == 0) order.push_back(static_cast<int>(i));
    for (std::size_t k = 0; k < order.size(); ++k)
        for (int e = nextFirst_[order[k]]; e < nextFirst_[order[k] + 1]; ++e)
            if (--left[next_[e]] == 0) order.push_back(next_[e]);
    work_ = mean_;
    count_.assign(n, 1.0);
    for (std::size_t k = order.size(); k-- > 0;) {
        int const i = order[k];
        double work = 0, count = 0;
        for (int e = nextFirst_[i]; e < nextFirst_[i + 1]; ++e) {
            work = std::max(work, work_[next_[e]]);
            count = std::max(count, count_[next_[e]]);
        }
        work_[i] += work;
        count_[i] += count;
    }
    jobFirst_.assign(static_cast<std::size_t>(shop_.jobs) + 1, 0);
    for (int const j : shop_.job) ++jobFirst_[j + 1];
    std::partial_sum(jobFirst_.begin(), jobFirst_.end(), jobFirst_.begin());
}

int Dispatcher::run(double seconds, int iterations) {
    Deadline const deadline(seconds);
    int finished = 0;
    while (finished < iterations) {
        if (!building_) begin();
        while (left_ > 0) {
            for (int k = 0; k < kStepsPerLook && left_ > 0; ++k) step();
            if (left_ > 0 && deadline.passed()) return finished;
        }
        finish();
        ++finished;
        if (deadline.passed()) break;
    }
    return finished;
}

void Dispatcher::choosePolicy() {
    if (begun_ < policies_.size()) {
        policyIndex_ = begun_;
        blink_ = 0;
    } else {
        // Better ones more often.
        double const u = rng_.uniform();
        auto const rank =
            static_cast<std::size_t>(u * u * u * static_cast<double>(ranking_.size()));
        policyIndex_ = static_cast<std::size_t>(ranking_[rank]);
        double const v = rng_.uniform();
        blink_ = kMostBlinks * v * v;
    }
    policy_ = policies_[policyIndex_];
    ++begun_;
}

void Dispatcher::begin() {
    choosePolicy();
    auto const n = static_cast<std::size_t>(shop_.operations);
    building_ = true;
    left_ = shop_.operations;
    waiting_ = before_;
    ready_.resize(n);
    place_.assign(n, Place{});
    position_.assign(n, -1);
    done_.assign(n, 0);
    machines_.resize(static_cast<std::size_t>(shop_.machines));
    for (std::size_t m = 0; m < machines_.size(); ++m) {
        Machine &machine = machines_[m];
        machine.free = shop_.available[m];
        machine.last = -1;
        machine.queue.clear();
        machine.leastEnd = kNever;
        machine.stale = false;
    }
    if (!shop_.ordered) {
        jobWork_.assign(static_cast<std::size_t>(shop_.jobs), 0.0);
        jobLeft_.assign(static_cast<std::size_t>(shop_.jobs), 0);
        for (std::size_t i = 0; i < n; ++i) {
            jobWork_[shop_.job[i]] += mean_[i];
            ++jobLeft_[shop_.job[i]];
        }
    }
    outside_.clear();
    pool_ = 0;
    for (std::size_t i = 0; i < n; ++i) {
        ready_[i] = shop_.release[shop_.job[i]];
        if (waiting_[i] == 0) become(static_cast<int>(i));
    }
    admit();
}

// An operation may be scheduled from now on.
void Dispatcher::become(int o) {
    outside_.emplace_back(ready_[o], o);
    std::push_heap(outside_.begin(), outside_.end(), std::greater<>());
}

// Fill the pool with those that are ready first.
void Dispatcher::admit() {
    while (pool_ < kPool && !outside_.empty()) {
        std::pop_heap(outside_.begin(), outside_.end(), std::greater<>());
        int const o = outside_.back().second;
        outside_.pop_back();
        ++pool_;
        enqueue(o);
    }
}

void Dispatcher::enqueue(int o) {
    place_[o] = evaluate(o);
    Machine &machine = machines_[place_[o].machine];
    position_[o] = static_cast<int>(machine.queue.size());
    machine.queue.push_back(o);
    machine.leastEnd = std::min(machine.leastEnd, place_[o].end);
}

void Dispatcher::dequeue(int o) {
    Machine &machine = machines_[place_[o].machine];
    int const last = machine.queue.back();
    machine.queue[position_[o]] = last;
    position_[last] = position_[o];
    machine.queue.pop_back();
    position_[o] = -1;
    machine.stale = true;
}

// A machine has become busy for longer: where do those that wanted to go there go now?
void Dispatcher::requeue(Machine &machine) {
    Time least = kNever;
    std::size_t kept = 0;
    std::size_t const size = machine.queue.size();
    for (std::size_t k = 0; k < size; ++k) {
        int const o = machine.queue[k];
        Place const found = evaluate(o);
        bool const stays = found.machine == place_[o].machine;
        place_[o] = found;
        if (stays) {
            position_[o] = static_cast<int>(kept);
            machine.queue[kept++] = o;
            least = std::min(least, found.end);
        } else {
            Machine &other = machines_[found.machine];
            position_[o] = static_cast<int>(other.queue.size());
            other.queue.push_back(o);
            other.leastEnd = std::min(other.leastEnd, found.end);
        }
    }
    machine.queue.resize(kept);
    machine.leastEnd = least;
    machine.stale = false;
}

Time Dispatcher::earliest(int o, int machine, Time duration, Time ready) const {
    Machine const &on = machines_[machine];
    Time start = std::max(ready, on.free);
    if (!shop_.family.empty() && on.last >= 0) {
        auto const families = static_cast<std::size_t>(shop_.families);
        std::size_t const row =
            (static_cast<std::size_t>(machine) * families + shop_.family[on.last]) * families;
        start = std::max(ready, on.free + shop_.setup[row + shop_.family[o]]);
        // Where operations without duration begin at once, their numbers tell which is first.
        bool const instants = duration == 0 && on.lastStart == on.lastEnd;
        if (instants && o < on.last) start = std::max(start, on.lastStart + 1);
    }
    if (duration == 0) return start;
    int const *const from = shop_.downFirst.data() + machine;
    for (auto k = std::upper_bound(shop_.downTo.begin() + from[0], shop_.downTo.begin() + from[1],
                                   start) -
                  shop_.downTo.begin();
         k < from[1] && shop_.downFrom[k] < start + duration; ++k)
        start = shop_.downTo[k];
    return start;
}

Dispatcher::Place Dispatcher::evaluate(int o) const {
    int const wanted = shop_.preferred.empty() ? -1 : shop_.preferred[o];
    Place best;
    double bestScore = std::numeric_limits<double>::infinity();
    for (int k = shop_.first[o]; k < shop_.first[o + 1]; ++k) {
        int const m = shop_.machine[k];
        Time const duration = shop_.duration[k];
        Time const start = earliest(o, m, duration, ready_[o]);
        if (policy_.loyal && m == wanted) return {m, start, start + duration};
        double score = static_cast<double>(start + duration);
        if (wanted >= 0 && m != wanted) score += shop_.changeCost;
        if (score < bestScore) {
            bestScore = score;
            best = {m, start, start + duration};
        }
    }
    return best;
}

int Dispatcher::nextMachine() {
    int found = -1;
    Time least = kNever;
    for (std::size_t m = 0; m < machines_.size(); ++m) {
        Machine &machine = machines_[m];
        if (machine.stale) {
            machine.stale = false;
            machine.leastEnd = kNever;
            for (int const o : machine.queue)
                machine.leastEnd = std::min(machine.leastEnd, place_[o].end);
        }
        if (machine.leastEnd < least) {
            least = machine.leastEnd;
            found = static_cast<int>(m);
        }
    }
    assert(found >= 0);
    return found;
}

double Dispatcher::remaining(int o) const {
    return shop_.ordered ? work_[o] : std::max(work_[o], jobWork_[shop_.job[o]]);
}

double Dispatcher::priority(int o) const {
    int const j = shop_.job[o];
    Place const &at = place_[o];
    auto const time = static_cast<double>(at.end - at.start);
    auto const due = [&] { return shop_.due.empty() ? 0.0 : static_cast<double>(shop_.due[j]); };
    switch (policy_.rule) {
    case Rule::ShortestTime: return -time;
    case Rule::LongestTime: return time;
    case Rule::MostWork: return remaining(o);
    case Rule::LeastWork: return -remaining(o);
    case Rule::MostOperations: return shop_.ordered ? count_[o] : jobLeft_[j];
    case Rule::FirstReady: return -static_cast<double>(ready_[o]);
    case Rule::EarliestDue: return -due();
    case Rule::LeastSlack: return remaining(o) - due();
    case Rule::TardinessCost: {
        double const slack = due() - remaining(o) - static_cast<double>(at.start);
        // A logarithm, so that nothing underflows.
        return std::log((shop_.weight[j] + 1e-9) / (time + 1e-3)) -
               std::max(0.0, slack) / (kLookAhead * meanTime_);
    }
    case Rule::WeightedTime: return (shop_.weight[j] + 1e-9) / (time + 1e-3);
    case Rule::WeightedWork: return (shop_.weight[j] + 1e-9) / (remaining(o) + 1e-3);
    case Rule::EarliestEnd: return -static_cast<double>(at.end);
    case Rule::LeastSetup:
        return -static_cast<double>(at.start - std::max(ready_[o], machines_[at.machine].free));
    default: return 0.0;
    }
}

// One of those that may begin on a machine before it could end the first of them.
int Dispatcher::select(Machine &machine) {
    Time first = kNever;
    for (int const o : machine.queue) first = std::min(first, place_[o].start);
    double const limit =
        static_cast<double>(first) + policy_.delay * static_cast<double>(machine.leastEnd - first);
    int best = -1, fallback = -1;
    double bestPriority = 0, bestWork = 0;
    int seen = 0;
    for (int const o : machine.queue) {
        Time const start = place_[o].start;
        if (start > first && static_cast<double>(start) >= limit) continue;
        if (policy_.rule == Rule::Random) {
            if (rng_.below(++seen) == 0) best = o;
            continue;
        }
        if (fallback < 0) fallback = o;
        if (blink_ > 0 && rng_.uniform() < blink_) continue;
        double const value = priority(o), work = remaining(o);
        bool better = best < 0 || value > bestPriority;
        if (!better && value == bestPriority)
            better = work > bestWork || (work == bestWork && o < best);
        if (better) {
            best = o;
            bestPriority = value;
            bestWork = work;
        }
    }
    return best >= 0 ? best : fallback;
}

void Dispatcher::step() {
    Machine &machine = machines_[nextMachine()];
    int const o = select(machine);
    Place const at = place_[o];
    dequeue(o);
    --pool_;
    done_[o] = 1;
    --left_;
    machine.free = at.end;
    machine.last = o;
    machine.lastStart = at.start;
    machine.lastEnd = at.end;
    follow(o, at.end);
    requeue(machine);
    admit();
}

// What an operation that was scheduled to end at a time means for others.
void Dispatcher::follow(int o, Time end) {
    for (int e = nextFirst_[o]; e < nextFirst_[o + 1]; ++e) {
        int const b = next_[e];
        ready_[b] = std::max(ready_[b], end);
        if (--waiting_[b] == 0) become(b);
    }
    if (shop_.ordered) return;
    int const j = shop_.job[o];
    jobWork_[j] -= mean_[o];
    --jobLeft_[j];
    for (int b = jobFirst_[j]; b < jobFirst_[j + 1]; ++b) {
        if (done_[b] || ready_[b] >= end) continue;
        ready_[b] = end;
        if (position_[b] < 0) continue;
        dequeue(b);
        enqueue(b);
    }
}

double Dispatcher::jobCost() const {
    Time last = 0;
    if (shop_.objective == Objective::Makespan) {
        for (Place const &at : place_) last = std::max(last, at.end);
        return static_cast<double>(last);
    }
    double sum = 0;
    for (int j = 0; j < shop_.jobs; ++j) {
        if (jobFirst_[j] == jobFirst_[j + 1]) continue;
        Time end = shop_.release[j];
        for (int o = jobFirst_[j]; o < jobFirst_[j + 1]; ++o) end = std::max(end, place_[o].end);
        bool const flow = shop_.objective == Objective::FlowTime;
        Time const late = end - (flow ? shop_.release[j] : shop_.due[j]);
        sum += shop_.weight[j] * static_cast<double>(std::max<Time>(0, late));
    }
    return sum;
}

double Dispatcher::changes() const {
    int changed = 0;
    for (std::size_t o = 0; o < shop_.preferred.size(); ++o)
        changed += shop_.preferred[o] >= 0 && shop_.preferred[o] != place_[o].machine;
    return changed;
}

void Dispatcher::finish() {
    building_ = false;
    double const found = jobCost() + shop_.changeCost * changes();
    double &known = policyCosts_[policyIndex_];
    if (found < known) {
        known = found;
        std::stable_sort(ranking_.begin(), ranking_.end(),
                         [&](int a, int b) { return policyCosts_[a] < policyCosts_[b]; });
    }
    if (found >= bestCost_) return;
    bestCost_ = found;
    bestMachine_.resize(place_.size());
    bestStart_.resize(place_.size());
    for (std::size_t o = 0; o < place_.size(); ++o) {
        bestMachine_[o] = place_[o].machine;
        bestStart_[o] = place_[o].start;
    }
}

}  // namespace cosolve::scheduling
