// The disjunctive graph of a schedule: heads, tails and a topological order, kept while operations
// are moved.
#pragma once

#include <cstddef>
#include <vector>

#include "scheduling/tabu_instance.h"

namespace cosolve::scheduling {

struct TabuNode {
    Time head = 0;      // longest path to the begin of the operation: its earliest start
    Time duration = 0;  // on its machine
    Time tail = 0;      // longest path from its end
    int before = 0;     // on its machine, or the node of the machine
    int after = 0;
    int jobBefore = 0;  // in its job, or the node of the job
    int jobAfter = 0;
    int place = 0;  // in the topological order

    Time end() const { return head + duration; }
    Time rest() const { return duration + tail; }
};

class TabuGraph {
public:
    explicit TabuGraph(TabuInstance const &instance);

    void set(TabuSolution const &solution);
    TabuSolution solution() const { return {makespan_, alternative_, order_}; }

    // Takes operation v to alternative `to`, behind node `behind`, an operation there or the node
    // of the machine. False, and nothing changed, if the graph would have a cycle.
    bool move(int v, int to, int behind);

    TabuInstance const &instance() const { return *instance_; }
    TabuNode const &node(int v) const { return node_[static_cast<std::size_t>(v)]; }
    bool isOperation(int v) const { return v < operations_; }
    int alternative(int v) const { return alternative_[static_cast<std::size_t>(v)]; }
    int machineOf(int v) const { return instance_->machineOf(alternative(v)); }
    std::vector<int> const &sequence(int machine) const {
        return sequence_[static_cast<std::size_t>(machine)];
    }
    int index(int v) const { return index_[static_cast<std::size_t>(v)]; }
    std::vector<int> const &order() const { return order_; }
    Time load(int machine) const { return load_[static_cast<std::size_t>(machine)]; }
    Time makespan() const { return makespan_; }
    // Length of a longest path through an operation.
    Time through(int v) const { return node(v).end() + node(v).tail; }
    bool critical(int v) const { return through(v) == makespan_; }
    // The operations of one longest path; where there are several, `choose(2)` says 0 or 1.
    template <class Choose> void criticalPath(std::vector<int> &path, Choose choose) const;

private:
    TabuNode &at(int v) { return node_[static_cast<std::size_t>(v)]; }
    void unlink(int v);
    void link(int v, int to, int behind);
    bool repairOrder(int v);
    void placeOperation(int place, int v);
    void sweepHeads(int from, int dirty);
    void sweepTails(int from, int dirty);
    void findMakespan();

    TabuInstance const *instance_;
    int operations_;
    Time makespan_ = 0;
    std::vector<TabuNode> node_;
    std::vector<int> alternative_;
    std::vector<int> order_;
    std::vector<std::vector<int>> sequence_;
    std::vector<int> index_;
    std::vector<Time> load_;
    std::vector<int> last_;   // operations that end a job
    std::vector<int> later_;  // scratch
    std::vector<char> reached_;
};

template <class Choose>
void TabuGraph::criticalPath(std::vector<int> &path, Choose choose) const {
    path.clear();
    int count = 0;
    int v = -1;
    // Some operation at the end of a longest path, each with the same probability.
    for (int const candidate : last_)
        if (node(candidate).end() == makespan_ && choose(++count) == 0) v = candidate;
    while (v >= 0 && isOperation(v)) {
        path.push_back(v);
        TabuNode const &x = node(v);
        bool const byJob = node(x.jobBefore).end() == x.head;
        bool const byMachine = node(x.before).end() == x.head;
        v = byJob && (!byMachine || choose(2) == 0) ? x.jobBefore : x.before;
    }
    for (std::size_t i = 0, j = path.size(); i + 1 < j; ++i, --j) std::swap(path[i], path[j - 1]);
}

}  // namespace cosolve::scheduling
