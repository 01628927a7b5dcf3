// What dual values prove about all tours of the complete graph.
//
// For any numbers y of the nodes and any non-negative numbers u of the cuts, every tour costs at
// least  2 sum(y) + sum(u * least) + sum over edges of min(0, r),  r = c - y_i - y_j - u * (sets
// that separate i and j)  the reduced cost; an edge that must be in the tour counts r, one that
// must not nothing. All of it is computed in whole multiples of a power of two: where the numbers
// come from, and how exact they are, does not matter.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/metric.h"
#include "tsp/cuts/pool.h"

namespace cosolve::tsp::cuts {

struct Duals {
    std::span<double const> nodes;
    std::span<int const> ids;      // of cuts
    std::span<double const> cuts;  // negative ones count as 0
};

// What is known of an edge: free, not in a tour worth finding, or in all of them.
enum class State : signed char { Out = 0, Free = 1, In = 2 };

class DualBound {
public:
    // All must outlive this. `goal` is the greatest cost worth finding, `known` the states of the
    // columns.
    DualBound(Metric const &metric, CutPool const &pool, Columns const &columns, Duals const &duals,
              std::span<signed char const> known, double goal);

    struct Priced {
        int a, b;
        double reduced;
    };

    // Looks at all edges, or those given; edges that may be in tours worth finding and are not
    // columns are collected if they are below `most` in number.
    void scan(std::vector<std::pair<int, int>> const *universe, std::size_t most);

    // A lower bound on the tours in question: what the cost of one, exactly computed, is at least.
    double bound() const;
    // Whether none of them costs no more than the goal: exact, as the bound itself may not be.
    bool hopeless() const;
    // Edges that are no columns and have negative reduced costs.
    std::vector<Priced> const &negative() const { return negative_; }
    // Whether `others()` is all edges that may be in a tour no longer than the goal.
    bool complete() const { return complete_; }
    std::vector<std::pair<int, int>> const &others() const { return others_; }
    // New states of the columns, as far as tours no longer than the goal are concerned.
    std::vector<signed char> states() const;

private:
    using Fixed = std::int64_t;

    Fixed scaled(double value) const;
    Fixed together(int a, int b) const;
    Fixed reduced(int a, int b) const;
    void take(Fixed r);
    void visit(int a, int b, Fixed threshold);
    void scanAll(Fixed threshold);

    Metric const &metric_;
    Columns const &columns_;
    std::vector<signed char> known_;
    double goal_;
    Incidence incidence_;
    int shift_ = 0;
    bool usable_ = true;
    Fixed total_ = 0, goalScaled_ = 0, threshold_ = 0;
    std::vector<Fixed> price_;  // of a node: y and the u of the sets it is in
    std::vector<Fixed> onSet_;
    std::vector<Fixed> columnReduced_;
    std::vector<std::vector<int>> columnsAt_;
    std::vector<Priced> negative_;
    std::vector<std::pair<Fixed, std::pair<int, int>>> kept_;
    std::vector<std::pair<int, int>> others_;
    bool complete_ = false;
};

}  // namespace cosolve::tsp::cuts
