// Local search for mixed-integer programs, without their linear relaxation.
//
// A step changes one column: so that a violated row is just met ("tight" move), so that the cost
// falls as far as the rows allow ("lift"), or so that it falls although rows are violated by that.
// Moves are valued by the weights of the rows they mend and break; at a local optimum the weights
// of violated rows, or of the objective where there are none, grow.
//
// P. Lin, M. Zou, S. Cai, "An efficient local search solver for mixed integer programming", CP
// (2024), for moves and weights; B. Luteberget, G. Sartor, "Feasibility Jump: an LP-free Lagrangian
// MIP heuristic", Mathematical Programming Computation 15 (2023), for the idea. Here, columns
// that a row needs are sampled from several violated rows at once, and where a better solution is
// found, all columns are lifted in turns.
#pragma once

#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "mip/program.h"

namespace cosolve::mip {

class JumpSearch {
public:
    // The search begins with these values, moved into the bounds and to whole numbers. `program`
    // must outlive it.
    JumpSearch(Program const &program, std::vector<double> start, std::uint64_t seed);

    // Searches for some time, and for so many steps at most if not negative; returns the steps.
    std::int64_t run(double seconds, std::int64_t steps);

    bool found() const { return found_; }
    // Whether nothing can be better: there is a solution, and no column has costs.
    bool over() const { return found_ && costly_.empty(); }
    // Cost and values of the best solution.
    double cost() const { return bestCost_; }
    std::vector<double> const &best() const { return best_; }

    // Where the search is.
    std::vector<double> const &values() const { return values_; }

    // Goes on from these values. If they are a solution and better, only better ones count from
    // now on.
    void restart(std::vector<double> start);

private:
    struct Move {
        int column = -1;
        double delta = 0.0;
        double score = 0.0;
        double gain = 0.0;
    };

    double violation(int row, double activity) const;
    double violation(int row) const { return violation(row, activity_[index(row)]); }
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }

    void setValues(std::vector<double> values);
    void refresh();
    void noteRow(int row);
    double clipped(int column, double delta) const;
    double tightDelta(int row, std::size_t entry) const;
    double liftDelta(int column) const;
    double pushDelta(int column);
    double someRoom(int column);
    void value(Move &move) const;
    void apply(Move const &move);
    bool forbidden(int column, double delta) const;
    bool better(Move const &a, Move const &b) const;

    void consider(int column, double delta, Move &best, bool always) const;
    void considerRow(int row, int count, Move &best, bool always);
    void considerPushes(int count, Move &best);
    Move lift(int count);
    void liftAll();
    void growWeights();
    void step();
    void descend();
    void mend();
    Move wander(int row);
    void record();

    Program const &program_;
    Rng rng_;
    std::vector<double> tolerance_;  // of rows
    std::vector<int> costly_;        // columns with costs
    std::vector<double> values_, activity_;
    std::vector<double> weight_;  // of rows
    double costWeight_ = 0.0;
    double cost_ = 0.0;
    double unit_ = 0.0;    // mean cost of a column
    double grain_ = 0.0;   // by which costs differ at least
    double target_ = 0.0;  // costs above it violate, so to say
    std::vector<int> violated_, place_;
    std::vector<std::int64_t> upUntil_, downUntil_;  // steps before which a column must not change
    std::vector<std::int64_t> changed_;              // when
    int rows_ = 3, tries_ = 60;                      // looked at in a step
    std::int64_t now_ = 0;
    std::int64_t improved_ = 0;
    bool found_ = false;
    double bestCost_ = 0.0;
    std::vector<double> best_;
};

}  // namespace cosolve::mip
