// Iterated Lin-Kernighan search.
//
// A move search brings the tour to a local optimum [1]. The outer loop perturbs the tour by double
// bridges over short adjacent segments, so that a kick and its repair touch a bounded part of the
// tour [2], and takes back through a journal what does not pay. Kicks may be drawn to edges that
// are unlikely to be in a good tour, for which the caller gives chances.
//
// [1] S. Lin, B. W. Kernighan, Operations Research 21 (1973).
// [2] D. Applegate, W. Cook, A. Rohe, INFORMS Journal on Computing 15 (2003).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/candidates.h"
#include "core/deadline.h"
#include "core/exact_sum.h"
#include "core/metric.h"
#include "core/rng.h"
#include "tsp/array_tour.h"
#include "tsp/fixed_edges.h"
#include "tsp/k_opt_move.h"
#include "tsp/move_search.h"

namespace cosolve::tsp {

struct LinKernighanOptions {
    MoveLimits moves;
    int kickSegment = 50;  // longest segment of a double bridge
    // Of every candidate edge, how often a kick at it takes place where one at an edge that is no
    // candidate always would; from 0 to 1. Empty: kicks are everywhere alike.
    std::vector<float> kickChances;
};

class LinKernighan {
public:
    // The metric must outlive the search.
    LinKernighan(Metric const &metric, Candidates candidates, FixedEdges fixed,
                 std::vector<int> tour, std::uint64_t seed, LinKernighanOptions options);
    LinKernighan(LinKernighan const &) = delete;  // the move search refers to its siblings
    LinKernighan &operator=(LinKernighan const &) = delete;

    // Runs until `seconds` have passed or `kicks` kicks were tried (negative: no such limit), after
    // bringing the tour to a local optimum, which counts as no kick. Returns the kicks tried.
    std::int64_t run(double seconds, std::int64_t kicks);

    double cost() const { return cost_.value(); }
    // Whether the tour is a local optimum, which run() first makes of it.
    bool settled() const { return settled_; }
    std::vector<int> const &tour() const { return tour_.order(); }
    std::int64_t kicks() const { return kicks_; }
    std::int64_t improvingMoves() const { return moves_; }

private:
    bool improve(int node);
    void pushAll();
    void measure();
    bool optimize(Deadline const &deadline);
    bool settle(Deadline const &deadline);
    int drawSite();
    float kickChance(int i, int j) const;
    void kick(int first);
    void push(int node);

    Metric const &metric_;
    FixedEdges fixed_;
    ArrayTour tour_;
    Rng rng_;
    LinKernighanOptions options_;
    ExactSum cost_;
    double epsilon_ = 0;  // smaller gains are rounding noise

    Candidates candidates_;  // for chances of kicks; empty without
    MoveSearch search_;
    Reconnection reconnection_;
    std::vector<int> queue_;  // ring buffer of nodes whose surroundings changed
    std::vector<char> queued_;
    std::size_t head_ = 0, waiting_ = 0;
    std::int64_t kicks_ = 0, moves_ = 0;
    ExactSum baseline_;  // cost before the kick under trial
    bool onTrial_ = false, settled_ = false;
};

}  // namespace cosolve::tsp
