#include "vrp/rich/search.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/deadline.h"

namespace cosolve::vrp::rich {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

RuinRecreate::RuinRecreate(Arrays arrays, Options const &options, std::uint64_t seed)
    : in_(std::move(arrays)), options_(options), state_(in_), pairs_(state_), rng_(seed),
      taskStamp_(in_.tasks.size(), 0), absences_(in_.tasks.size(), 1) {
    bestUnserved_ = state_.unserved();
    bestCost_ = state_.cost();
    currentUnserved_ = bestUnserved_;
    currentCost_ = bestCost_;
}

// Tasks in an order in which neighbors follow each other: the numbering, if it does so, or else
// depth first along near neighbors, from the clients farthest from their depots.
std::vector<int> RuinRecreate::chain() const {
    std::vector<int> tasks(in_.tasks.size());
    for (std::size_t t = 0; t < tasks.size(); ++t) tasks[t] = static_cast<int>(t);
    if (in_.hasPoints()) {
        std::stable_sort(tasks.begin(), tasks.end(), [&](int a, int b) {
            return in_.clientsOf(a).front() < in_.clientsOf(b).front();
        });
        return tasks;
    }
    std::stable_sort(tasks.begin(), tasks.end(), [&](int a, int b) {
        return in_.key(SortKey::Far, a) < in_.key(SortKey::Far, b);
    });
    std::vector<std::uint8_t> seen(tasks.size(), 0);
    std::vector<int> chained, stack;
    for (int const seed : tasks) {
        stack.push_back(seed);
        while (!stack.empty()) {
            int const task = stack.back();
            stack.pop_back();
            if (std::exchange(seen[at(task)], std::uint8_t{1}) != 0) continue;
            chained.push_back(task);
            auto const near = in_.near(in_.clientsOf(task).front());
            for (std::size_t i = std::min<std::size_t>(near.size(), 8); i-- > 0;)
                if (int const next = in_.taskOf[at(near[i])]; seen[at(next)] == 0)
                    stack.push_back(next);
        }
    }
    return chained;
}

void RuinRecreate::construct() {
    state_.begin();
    blinks_ = false;
    ++stamp_;
    for (int const task : chain())
        if (state_.inBank(task) && place(task)) state_.outOfBank(task);
    blinks_ = true;
    currentCost_ = state_.cost();
    currentUnserved_ = state_.unserved();
    if (better()) keepBest();
}

void RuinRecreate::start(RouteSpans const &routes) {
    std::vector<int> const tasks = state_.members(), numbers = state_.numbers();
    startPart(routes, tasks, numbers);
}

void RuinRecreate::startPart(RouteSpans const &routes, std::span<int const> tasks,
                             std::span<int const> numbers) {
    state_.restrict(tasks, numbers);
    std::vector<int> wrong;
    for (std::size_t r = 0; r < routes.kinds.size(); ++r) {
        auto const part = routes.visits.subspan(at(routes.begins[r]),
                                                at(routes.begins[r + 1] - routes.begins[r]));
        if (part.empty()) continue;
        int const route = state_.load(routes.kinds[r], part);
        for (int const c : part) state_.outOfBank(in_.taskOf[at(c)]);
        if (!state_.feasible(route))
            for (int const c : part) wrong.push_back(in_.taskOf[at(c)]);
    }
    state_.remove(wrong);
    state_.begin();
    state_.resum();
    currentCost_ = state_.cost();
    currentUnserved_ = state_.unserved();
    forgetBest();
}

// The present solution is the best one, and all its slots are copied.
void RuinRecreate::forgetBest() {
    bestVisits_.clear();
    bestKinds_.clear();
    dirty_.resize(at(state_.slots()));
    std::iota(dirty_.begin(), dirty_.end(), 0);
    isDirty_.assign(dirty_.size(), 1);
    keepBest();
}

bool RuinRecreate::better() const {
    if (bestCost_ == kInfinity || state_.unserved() < bestUnserved_) return true;
    return state_.unserved() == bestUnserved_ &&
           state_.cost() < bestCost_ - 1e-9 * (1.0 + std::fabs(bestCost_));
}

void RuinRecreate::markDirty() {
    isDirty_.resize(at(state_.slots()), 0);
    for (int const r : state_.touched())
        if (std::exchange(isDirty_[at(r)], std::uint8_t{1}) == 0) dirty_.push_back(r);
}

void RuinRecreate::keepBest() {
    auto const slots = at(state_.slots());
    if (bestVisits_.size() < slots) {
        bestVisits_.resize(slots);
        bestKinds_.resize(slots, -1);
    }
    markDirty();
    for (int const r : dirty_) {
        isDirty_[at(r)] = 0;
        bestKinds_[at(r)] = state_.route(r).kind;
        bestVisits_[at(r)].assign(state_.visits(r).begin(), state_.visits(r).end());
    }
    dirty_.clear();
    bestCost_ = state_.cost();
    bestUnserved_ = state_.unserved();
    bestVehicles_ = state_.used();
}

void RuinRecreate::toBest() {
    std::vector<int> kinds, begins{0}, visits;
    for (std::size_t r = 0; r < bestVisits_.size(); ++r) {
        if (bestKinds_[r] < 0) continue;
        kinds.push_back(bestKinds_[r]);
        visits.insert(visits.end(), bestVisits_[r].begin(), bestVisits_[r].end());
        begins.push_back(static_cast<int>(visits.size()));
    }
    state_.limitVehicles(-1);
    start({kinds, begins, visits});
}

double RuinRecreate::absences() const {
    double sum = 0;
    if (state_.unserved() == 0) return sum;
    for (int const task : state_.bank())
        if (in_.tasks[at(task)].required) sum += static_cast<double>(absences_[at(task)]);
    return sum;
}

void RuinRecreate::countAbsences() {
    if (state_.unserved() == 0) return;
    for (int const task : state_.bank())
        if (in_.tasks[at(task)].required) ++absences_[at(task)];
}

// Fewer unserved clients, or ones that found places more easily so far, are better than any cost
// [section 5.4 of the paper].
bool RuinRecreate::accepts(double temperature, bool repairing) {
    double const limit = currentCost_ - temperature * std::log(1.0 - rng_.uniform());
    if (!repairing)
        return state_.unserved() < currentUnserved_ ||
               (state_.unserved() == currentUnserved_ && state_.cost() < limit);
    double const now = absences();
    bool const same = now == currentAbsences_ && state_.unserved() == currentUnserved_;
    bool const accepted = same ? state_.cost() < limit
                               : now < currentAbsences_ || state_.unserved() < currentUnserved_;
    countAbsences();
    return accepted;
}

void RuinRecreate::step(double temperature, bool repairing) {
    state_.begin();
    ruin();
    recreate();
    if (repairing) {
        // Absences of the same clients rise from one step to the next.
        if (!accepts(temperature, true)) {
            state_.undo();
            currentAbsences_ = absences();
            return;
        }
        currentAbsences_ = absences();
    } else if (!accepts(temperature, false)) {
        state_.undo();
        return;
    }
    currentCost_ = state_.cost();
    currentUnserved_ = state_.unserved();
    if (better()) {
        keepBest();
        return;
    }
    markDirty();
}

long RuinRecreate::loop(double seconds, long iterations, double temperature, bool repairing) {
    if (state_.clients().empty()) return 0;
    Deadline const deadline(seconds);
    state_.resum();
    currentCost_ = state_.cost();
    currentUnserved_ = state_.unserved();
    currentAbsences_ = absences();
    long done = 0;
    while (done != iterations && !deadline.passed()) {
        step(temperature, repairing);
        ++done;
        if (repairing && state_.unserved() == 0) break;
    }
    return done;
}

long RuinRecreate::anneal(double seconds, long iterations, double temperature) {
    return loop(seconds, iterations, temperature, false);
}

long RuinRecreate::repair(double seconds, long iterations, double temperature) {
    return loop(seconds, iterations, temperature, true);
}

// The route whose clients were unserved least often so far.
void RuinRecreate::dropRoute() {
    int worst = -1;
    double least = kInfinity;
    for (int r = 0; r < state_.slots(); ++r) {
        if (state_.route(r).kind < 0) continue;
        double sum = 0;
        for (int const c : state_.visits(r))
            sum += static_cast<double>(absences_[at(in_.taskOf[at(c)])]);
        if (sum < least) least = sum, worst = r;
    }
    if (worst < 0) return;
    std::vector<int> tasks;
    for (int const c : state_.visits(worst)) tasks.push_back(in_.taskOf[at(c)]);
    state_.begin();
    state_.remove(tasks);
    markDirty();
    state_.limitVehicles(state_.used());
}

long RuinRecreate::reduceFleet(double seconds, long iterations, double temperature, int fewest) {
    Deadline const deadline(seconds);
    auto const left = [&] { return std::max(0.0, deadline.left()); };
    long done = 0;
    while (done != iterations && left() > 0) {
        if (state_.unserved() == 0) {
            if (better()) keepBest();
            if (state_.used() <= fewest) break;
            dropRoute();
        }
        done += repair(left(), iterations < 0 ? -1 : iterations - done, temperature);
    }
    return done;
}

double RuinRecreate::meanArc() const {
    double sum = 0;
    int arcs = 0;
    for (int r = 0; r < state_.slots(); ++r) {
        RouteInfo const &info = state_.route(r);
        if (info.kind < 0) continue;
        sum += info.cost - in_.kinds[at(info.kind)].fixedCost;
        arcs += info.length + 1;
    }
    return arcs == 0 ? 0.0 : sum / arcs;
}

}  // namespace cosolve::vrp::rich
