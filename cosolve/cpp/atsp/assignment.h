// The assignment problem over the arcs of a complete digraph without loops.
//
// R. Jonker, A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear
// assignment problems", Computing 38 (1987): column reduction, reduction transfer, augmenting row
// reduction, then a shortest augmenting path for every row that is left. O(n^3), far less on
// average. Every tour is an assignment, so its optimum is a lower bound on the length of a tour.
#pragma once

#include <vector>

#include "atsp/arc_matrix.h"
#include "core/deadline.h"

namespace cosolve::atsp {

class Assignment {
public:
    // At least three nodes. The matrix must outlive the object.
    explicit Assignment(ArcMatrix arcs);

    // Works until the assignment is optimal or the time is up; whether it is optimal. Slicing does
    // not change what comes out.
    bool run(double seconds);
    bool optimal() const { return phase_ == Phase::Done; }

    // Head of the arc that leaves each node: a permutation without fixed points. What is not
    // assigned yet is completed, by any arcs.
    std::vector<int> successors() const;
    // Potentials of the heads. Any values make a dual feasible solution, so those of an
    // unfinished assignment do as well.
    std::vector<double> const &headPotentials() const { return v_; }
    // Potentials of the tails: min over j of c(i, j) - v(j), so that no reduced length is negative.
    std::vector<double> tailPotentials() const;

private:
    enum class Phase { Columns, Transfer, Rows, Paths, Done };

    void reduceColumns();
    void transferReduction();
    void reduceRows();
    void augment(int freeRow);
    bool scan(int head, double minimum, int &up, int &sink);
    bool collect(double &minimum, int low, int &up, int &sink);

    ArcMatrix arcs_;
    Phase phase_ = Phase::Columns;
    std::vector<int> head_, tail_;  // of the arcs assigned, by tail and by head; -1: none
    std::vector<double> v_;
    std::vector<int> free_;  // tails without an arc
    std::vector<int> assigned_;

    // Of the shortest path tree: labels, and the columns in the order ready, to scan, others.
    std::vector<double> distance_;
    std::vector<int> predecessor_, columns_;
};

}  // namespace cosolve::atsp
