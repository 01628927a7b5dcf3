#include "scheduling/tabu_search.h"

#include <algorithm>
#include <cmath>

#include "core/deadline.h"

namespace cosolve::scheduling {

namespace {

long constexpr kClockWork = 20'000;  // operations times moves between two looks at the clock
double constexpr kLeastWeight = 1;
double constexpr kMostWeight = 30;

}  // namespace

TabuSearch::TabuSearch(TabuInstance const &instance, TabuPool &pool, TabuOptions const &options,
                       long depth, std::uint64_t seed)
    : instance_(&instance), pool_(&pool), depth_(depth), rng_(seed), walk_(instance, options, rng_),
      scratch_(instance) {}

void TabuSearch::start(TabuSolution const &solution) {
    walk_.set(solution, drawWeight());
    walking_ = true;
    pool_->keep(walk_.best());
    optimal_ = pool_->makespan() <= instance_->bound;
}

// How much work counts differs from problem to problem: the weight of the best walk so far, or any.
double TabuSearch::drawWeight() {
    double const share = rng_.uniform();
    if (usefulWeight_ > 0 && rng_.below(2) == 0)
        return usefulWeight_ * std::pow(1.5, 2 * share - 1);
    return kLeastWeight * std::pow(kMostWeight / kLeastWeight, share);
}

void TabuSearch::finishWalk() {
    Time const makespan = walk_.best().makespan;
    if (shortest_ == 0 || makespan <= shortest_) {
        shortest_ = makespan;
        usefulWeight_ = walk_.weight();
    }
    pool_->add(walk_.best(), scratch_);
    walking_ = false;
}

long TabuSearch::run(double seconds, long iterations) {
    Deadline const deadline(seconds);
    long const block = std::max(1L, kClockWork / std::max(1, instance_->operations()));
    long done = 0;
    optimal_ = optimal_ || pool_->makespan() <= instance_->bound;
    while (!optimal_) {
        if (!walking_) start(pool_->next(scratch_, rng_));
        if (optimal_ || done >= iterations || deadline.passed()) break;
        long const until = std::min(iterations, done + block);
        Time const before = walk_.best().makespan;
        bool stuck = false;
        while (done < until && !stuck) {
            stuck = !walk_.step();
            ++done;
        }
        if (walk_.best().makespan < before) pool_->keep(walk_.best());
        optimal_ = walk_.best().makespan <= instance_->bound;
        if (stuck || walk_.idle() >= depth_) finishWalk();
    }
    return done;
}

}  // namespace cosolve::scheduling
