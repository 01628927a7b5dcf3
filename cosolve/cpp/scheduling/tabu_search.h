// Tabu search with path relinking: walks from the schedules of a pool, one after the other.
#pragma once

#include <cstdint>

#include "core/rng.h"
#include "scheduling/tabu_pool.h"
#include "scheduling/tabu_walk.h"

namespace cosolve::scheduling {

class TabuSearch {
public:
    // Several searches may share a pool, each in its own thread.
    TabuSearch(TabuInstance const &instance, TabuPool &pool, TabuOptions const &options, long depth,
               std::uint64_t seed);

    // The next walk begins with this schedule.
    void start(TabuSolution const &solution);
    // Moves until the time or so many iterations are over, or nothing is left to improve. Returns
    // the iterations done.
    long run(double seconds, long iterations);
    // Whether the pool holds an optimal schedule.
    bool optimal() const { return optimal_; }

private:
    void finishWalk();
    double drawWeight();

    TabuInstance const *instance_;
    TabuPool *pool_;
    long depth_;
    Rng rng_;
    TabuWalk walk_;
    TabuGraph scratch_;
    double usefulWeight_ = 0;  // that of the walk which found the best schedule of this search
    Time shortest_ = 0;
    bool walking_ = false;
    bool optimal_ = false;
};

}  // namespace cosolve::scheduling
