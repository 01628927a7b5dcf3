// Dispatching: schedules built operation by operation, by priority rules.
//
// The operation that could end first names a machine; one of those that could begin there before it
// ends comes next. Which of them a rule says. If all may, schedules are active (B. Giffler, G. L.
// Thompson, "Algorithms for solving production-scheduling problems", Operations Research 8, 1960);
// if only the earliest may, no machine waits for what comes later; a share between the two is that
// of R. H. Storer, S. D. Wu, R. Vaccari, "New search spaces for sequencing problems with
// application to job shop scheduling", Management Science 38 (1992). An operation with several
// machines is taken to the one that ends it first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/rng.h"

namespace cosolve::scheduling {

using Time = std::int64_t;

enum class Objective { Makespan, Tardiness, FlowTime };

// What is to be scheduled. Arcs, downtimes and alternatives are in compressed rows.
struct Shop {
    int operations = 0;
    int jobs = 0;
    int machines = 0;
    bool ordered = true;
    std::vector<int> job;
    std::vector<int> first, machine;  // alternatives
    std::vector<Time> duration;
    std::vector<int> arcFirst, arcTo;  // precedence, besides the order within jobs
    std::vector<Time> release;
    std::vector<Time> due;  // empty if there is none
    std::vector<double> weight;
    std::vector<Time> available;
    std::vector<int> downFirst;  // of each machine; sorted, disjoint
    std::vector<Time> downFrom, downTo;
    int families = 0;
    std::vector<int> family;  // empty without setups
    std::vector<Time> setup;  // machine, family before, family after
    Objective objective = Objective::Makespan;
    std::vector<int> preferred;  // empty if none is
    double changeCost = 0;
};

enum class Rule {
    ShortestTime,
    LongestTime,
    MostWork,
    LeastWork,
    MostOperations,
    FirstReady,
    EarliestDue,
    LeastSlack,
    TardinessCost,
    WeightedTime,
    WeightedWork,
    EarliestEnd,
    LeastSetup,
    Random,
    Count
};

struct Policy {
    Rule rule = Rule::MostWork;
    double delay = 1;    // share of the conflict set that may come next: 1 for active schedules
    bool loyal = false;  // whether operations keep the machine they should have at any cost
};

class Dispatcher {
public:
    Dispatcher(Shop shop, std::vector<Policy> policies, std::uint64_t seed);

    // Builds schedules: one by each policy first, then by good ones with some randomness. Returns
    // how many were finished; one that was begun is gone on with in the next call.
    int run(double seconds, int iterations);

    bool found() const { return bestCost_ < std::numeric_limits<double>::infinity(); }
    double cost() const { return bestCost_; }
    std::vector<int> const &machine() const { return bestMachine_; }
    std::vector<Time> const &start() const { return bestStart_; }
    std::vector<double> const &policyCosts() const { return policyCosts_; }

private:
    // Where an operation would go next.
    struct Place {
        int machine = -1;
        Time start = 0;
        Time end = 0;
    };

    struct Machine {
        Time free = 0;
        int last = -1;  // operation
        Time lastStart = 0, lastEnd = 0;
        std::vector<int> queue;  // operations that would go here
        Time leastEnd = 0;
        bool stale = false;  // whether the queue has lost operations since
    };

    void measure();
    void begin();
    void step();
    void finish();
    void choosePolicy();
    void become(int o);
    void admit();
    void enqueue(int o);
    void dequeue(int o);
    void requeue(Machine &machine);
    void follow(int o, Time end);
    int nextMachine();
    int select(Machine &machine);
    Place evaluate(int o) const;
    Time earliest(int o, int machine, Time duration, Time ready) const;
    double priority(int o) const;
    double remaining(int o) const;
    double jobCost() const;
    double changes() const;

    Shop shop_;
    std::vector<Policy> policies_;
    std::vector<double> policyCosts_;  // the least of each
    std::vector<int> ranking_;         // policies, the best first
    Rng rng_;

    std::vector<int> next_, nextFirst_;  // all arcs
    std::vector<int> before_;            // number of arcs that end at an operation
    std::vector<double> mean_;           // duration
    std::vector<double> work_, count_;   // of the longest path that begins with an operation
    std::vector<int> jobFirst_;
    double meanTime_ = 1;

    // The schedule under way.
    std::size_t begun_ = 0;  // number of schedules
    bool building_ = false;
    Policy policy_;
    std::size_t policyIndex_ = 0;
    double blink_ = 0;
    int left_ = 0;
    std::vector<int> waiting_;
    std::vector<Time> ready_;
    std::vector<Place> place_;
    std::vector<int> position_;  // in the queue of its machine, -1 if in none
    std::vector<char> done_;
    std::vector<Machine> machines_;
    std::vector<double> jobWork_;
    std::vector<int> jobLeft_;
    std::vector<std::pair<Time, int>> outside_;  // ready, but the pool is full; a heap
    int pool_ = 0;

    double bestCost_ = std::numeric_limits<double>::infinity();
    std::vector<int> bestMachine_;
    std::vector<Time> bestStart_;
};

}  // namespace cosolve::scheduling
