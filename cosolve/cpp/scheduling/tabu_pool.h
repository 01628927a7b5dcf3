// Good schedules that walks start from: new ones first, then mixtures of two.
#pragma once

#include <mutex>
#include <vector>

#include "core/rng.h"
#include "scheduling/tabu_graph.h"

namespace cosolve::scheduling {

// Shared by the walks of all threads.
class TabuPool {
public:
    TabuPool(TabuInstance const &instance, int capacity);

    // Where the next walk begins; `graph` is scratch.
    TabuSolution next(TabuGraph &graph, Rng &rng);
    // What a walk found.
    void add(TabuSolution const &solution, TabuGraph &graph);
    // A schedule that is kept if it is the best so far, while its walk goes on.
    void keep(TabuSolution const &solution);

    TabuSolution best() const;
    Time makespan() const;

private:
    struct Member {
        TabuSolution solution;
        std::vector<int> before;   // of each operation, its predecessor on its machine
        std::vector<Time> middle;  // of each operation, twice the middle of its slack
    };

    Member describe(TabuSolution const &solution, TabuGraph &graph) const;
    int distance(Member const &a, Member const &b) const;
    TabuSolution first(TabuGraph &graph, Rng &rng) const;
    TabuSolution fresh(TabuGraph &graph, Rng &rng);
    TabuSolution mixture(Member const &a, Member const &b, double share, Rng &rng) const;
    void insert(Member member);

    TabuInstance const *instance_;
    std::size_t capacity_;
    mutable std::mutex mutex_;
    std::vector<Member> members_;
    TabuSolution best_;
    int fresh_ = 0;    // schedules made anew
    int refused_ = 0;  // walks since one was of use
};

}  // namespace cosolve::scheduling
