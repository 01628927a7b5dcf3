// What the tabu search knows of a problem: a flexible job shop with releases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cosolve::scheduling {

// The caller guarantees that all durations, releases and availabilities together stay below 2^29,
// so that no sum of two paths and a duration overflows.
using Time = std::int32_t;

struct TabuInstance {
    int machines = 0;
    int jobs = 0;
    std::vector<int> job;         // of each operation, not decreasing
    std::vector<int> first;       // alternatives of operation i: first[i] to first[i + 1] - 1
    std::vector<int> machine;     // of each alternative
    std::vector<Time> duration;   // of each alternative
    std::vector<Time> release;    // of each job
    std::vector<Time> available;  // of each machine
    Time bound = 0;               // no schedule is shorter

    bool flexible() const { return machine.size() > job.size(); }
    int operations() const { return static_cast<int>(job.size()); }
    // Besides the operations, a graph has a node for each machine and one for each job: what comes
    // before their first operation, and after their last.
    int machineNode(int k) const { return operations() + k; }
    int jobNode(int j) const { return operations() + machines + j; }
    int nodes() const { return operations() + machines + jobs; }
    int machineOf(int alternative) const { return machine[static_cast<std::size_t>(alternative)]; }
    Time durationOf(int alternative) const {
        return duration[static_cast<std::size_t>(alternative)];
    }
    int firstOf(int operation) const { return first[static_cast<std::size_t>(operation)]; }
    int alternativesOf(int operation) const { return firstOf(operation + 1) - firstOf(operation); }
};

// A schedule, as far as it is not implied: who follows whom on which machine.
struct TabuSolution {
    Time makespan = 0;
    std::vector<int> alternative;  // of each operation
    std::vector<int> order;        // all operations; those of a machine come in its order
};

}  // namespace cosolve::scheduling
