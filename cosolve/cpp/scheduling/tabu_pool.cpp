#include "scheduling/tabu_pool.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "scheduling/tabu_start.h"

namespace cosolve::scheduling {

namespace {

double constexpr kNoise = 0.3;
int constexpr kTrials = 5;    // mixtures of which the best one is taken
int constexpr kPatience = 4;  // times the capacity: so many walks of no use, and all begins anew

}  // namespace

TabuPool::TabuPool(TabuInstance const &instance, int capacity)
    : instance_(&instance), capacity_(static_cast<std::size_t>(std::max(capacity, 2))) {
    best_.makespan = std::numeric_limits<Time>::max();
}

TabuSolution TabuPool::best() const {
    std::lock_guard const lock(mutex_);
    return best_;
}

Time TabuPool::makespan() const {
    std::lock_guard const lock(mutex_);
    return best_.makespan;
}

void TabuPool::keep(TabuSolution const &solution) {
    std::lock_guard const lock(mutex_);
    if (solution.makespan < best_.makespan) best_ = solution;
}

TabuPool::Member TabuPool::describe(TabuSolution const &solution, TabuGraph &graph) const {
    graph.set(solution);
    Member member{solution, {}, {}};
    member.before.reserve(instance_->job.size());
    member.middle.reserve(instance_->job.size());
    for (int v = 0; v < instance_->operations(); ++v) {
        member.before.push_back(graph.node(v).before);
        member.middle.push_back(graph.node(v).head - graph.node(v).rest());
    }
    // So that neither parent outweighs the other for its order of what happens at once.
    for (int i = 0; i < instance_->operations(); ++i)
        member.solution.order[static_cast<std::size_t>(i)] =
            graph.order()[static_cast<std::size_t>(i)];
    return member;
}

// Operations that are on another machine or behind another operation.
int TabuPool::distance(Member const &a, Member const &b) const {
    int count = 0;
    for (std::size_t i = 0; i < a.before.size(); ++i) count += a.before[i] != b.before[i];
    return count;
}

// The better one of two list schedules.
TabuSolution TabuPool::first(TabuGraph &graph, Rng &rng) const {
    TabuSolution eager = listSchedule(*instance_, {}, 0, rng);
    if (!instance_->flexible()) return eager;
    TabuSolution balanced = listSchedule(*instance_, balancedAlternatives(*instance_, rng), 0, rng);
    graph.set(eager);
    Time const makespan = graph.makespan();
    graph.set(balanced);
    return graph.makespan() < makespan ? balanced : eager;
}

TabuSolution TabuPool::fresh(TabuGraph &graph, Rng &rng) {
    if (fresh_++ == 0) return first(graph, rng);
    std::vector<int> alternatives;
    if (fresh_ % 2 == 0 && instance_->flexible())
        alternatives = balancedAlternatives(*instance_, rng);
    return listSchedule(*instance_, alternatives, kNoise, rng);
}

// A schedule between two: each operation is on a machine it has in one of them, and those of a
// machine are in the order of their mean place in time. Whatever both do in the same order stays
// so, and there is no cycle: a step of path relinking (Peng, Lü, Cheng, "A tabu search/path
// relinking algorithm to solve the job shop scheduling problem", Computers & Operations Research
// 53, 2015) that needs no repair.
TabuSolution TabuPool::mixture(Member const &a, Member const &b, double share, Rng &rng) const {
    std::size_t const n = instance_->job.size();
    TabuSolution result;
    result.alternative.resize(n);
    std::vector<std::pair<double, int>> key(n);
    for (std::size_t i = 0; i < n; ++i) {
        bool const other = rng.uniform() < share;
        result.alternative[i] = (other ? b : a).solution.alternative[i];
        key[i].first = (1 - share) * a.middle[i] + share * b.middle[i];
    }
    // Operations without duration: the place in both orders decides.
    for (std::size_t i = 0; i < n; ++i) {
        key[static_cast<std::size_t>(a.solution.order[i])].second += static_cast<int>(i);
        key[static_cast<std::size_t>(b.solution.order[i])].second += static_cast<int>(i);
    }
    result.order.resize(n);
    std::iota(result.order.begin(), result.order.end(), 0);
    std::sort(result.order.begin(), result.order.end(), [&](int x, int y) {
        auto const &p = key[static_cast<std::size_t>(x)];
        auto const &q = key[static_cast<std::size_t>(y)];
        return p != q ? p < q : x < y;
    });
    return result;
}

TabuSolution TabuPool::next(TabuGraph &graph, Rng &rng) {
    std::lock_guard const lock(mutex_);
    if (refused_ > kPatience * static_cast<int>(capacity_)) {
        auto const less = [](Member const &a, Member const &b) {
            return a.solution.makespan < b.solution.makespan;
        };
        std::iter_swap(members_.begin(), std::min_element(members_.begin(), members_.end(), less));
        members_.resize(1);
        refused_ = 0;
    }
    if (members_.size() < capacity_) return fresh(graph, rng);
    auto const size = static_cast<int>(members_.size());
    int const a = rng.below(size);
    int const b = (a + 1 + rng.below(size - 1)) % size;
    TabuSolution best;
    best.makespan = std::numeric_limits<Time>::max();
    for (int trial = 0; trial < kTrials; ++trial) {
        double const share = 0.2 + 0.6 * rng.uniform();
        TabuSolution child = mixture(members_[static_cast<std::size_t>(a)],
                                     members_[static_cast<std::size_t>(b)], share, rng);
        graph.set(child);
        child.makespan = graph.makespan();
        if (child.makespan < best.makespan) best = std::move(child);
    }
    return best;
}

void TabuPool::add(TabuSolution const &solution, TabuGraph &graph) {
    Member member = describe(solution, graph);
    std::lock_guard const lock(mutex_);
    if (solution.makespan < best_.makespan) best_ = solution;
    insert(std::move(member));
}

void TabuPool::insert(Member member) {
    // Of two that are nearly the same one is enough.
    int const near = instance_->operations() / 50;
    for (Member &other : members_) {
        if (distance(member, other) > near) continue;
        if (member.solution.makespan < other.solution.makespan) {
            other = std::move(member);
            refused_ = 0;
        } else {
            ++refused_;
        }
        return;
    }
    if (members_.size() < capacity_) {
        members_.push_back(std::move(member));
        return;
    }
    auto const worst =
        std::max_element(members_.begin(), members_.end(), [](Member const &a, Member const &b) {
            return a.solution.makespan < b.solution.makespan;
        });
    if (member.solution.makespan < worst->solution.makespan) {
        *worst = std::move(member);
        refused_ = 0;
    } else {
        ++refused_;
    }
}

}  // namespace cosolve::scheduling
