// The step of the Lin-Kernighan search: an improving sequential move that begins at a node.
//
// Depth-first search over alternating sequences t1 t2 ... t2k: the edges (t1, t2), (t3, t4), ...
// of the tour are removed, (t2, t3), (t4, t5), ..., (t2k, t1) are added, and what was removed
// exceeds what was added at every length [1]. The first levels may pass through sequences that do
// not close to a tour, so 2-opt, Or-opt, or-3opt and all other sequential 3-opt moves are covered
// [2]; deeper levels follow the one choice that does, as in [1]. Nothing is flipped while
// searching.
//
// [1] S. Lin, B. W. Kernighan, Operations Research 21 (1973).
// [2] K. Helsgaun, Mathematical Programming Computation 1 (2009).
#pragma once

#include <array>
#include <span>

#include "core/candidates.h"
#include "core/exact_sum.h"
#include "core/metric.h"
#include "tsp/array_tour.h"
#include "tsp/fixed_edges.h"
#include "tsp/k_opt_move.h"
#include "tsp/tour_segments.h"

namespace cosolve::tsp {

inline constexpr int kMaxBreadth = 32;

struct MoveLimits {
    int depth = 10;  // most edges a move exchanges, at most kMaxDepth
    // Alternatives tried per level, at most kMaxBreadth; levels beyond the last take its value.
    std::array<int, kMaxDepth> breadth{};
};

class MoveSearch {
public:
    // Metric, fixed edges and tour must outlive the search.
    MoveSearch(Metric const &metric, Candidates candidates, FixedEdges const &fixed,
               ArrayTour &tour, MoveLimits const &limits);

    // Looks for a move whose gain exceeds `epsilon`, which is rounding noise, and makes it.
    bool improve(int t1, double epsilon);

    // Of the move made last: the gain, and the ends of the edges exchanged.
    ExactSum const &gain() const { return moveGain_; }
    std::span<int const> ends() const { return {t_.data(), static_cast<std::size_t>(ends_)}; }

private:
    struct Step {
        double gain;           // length removed less length added, without the closing edge
        int odd, even;         // nodes
        int place, evenPlace;  // of them
        int segment;           // of both
    };

    bool extend(int level, double gain, TourSegments const &segments);
    bool follow(int level, double gain, TourSegments segments);
    int collect(int level, double gain, TourSegments const &segments,
                std::array<Step, kMaxBreadth> &steps) const;
    bool bestTurn(int level, double gain, TourSegments const &segments, Step &best) const;
    bool tryToClose(int pairs, Step const &step, TourSegments const &segments);
    bool apply(int pairs, TourSegments const &segments);
    void append(int level, Step const &step);

    // Distance of a node from t1 along the tour, in the direction that leads to t2 last.
    int place(int node) const {
        int const d = direction_ * (tour_.position(node) - base_);
        return d < 0 ? d + tour_.size() : d;
    }
    int nodeAtPlace(int place) const {
        int const p = base_ + direction_ * place;
        return tour_.nodeAt(p < 0 ? p + tour_.size() : p);
    }
    bool neighbors(int place, int other) const {
        int const d = place - other, last = tour_.size() - 1;
        return d == 1 || d == -1 || d == last || d == -last;
    }

    Metric const &metric_;
    Candidates candidates_;
    FixedEdges const &fixed_;
    ArrayTour &tour_;
    MoveLimits limits_;
    int straight_ = 0;  // from this level on there is one choice

    double epsilon_ = 0;
    int base_ = 0;       // position of t1
    int direction_ = 1;  // 1 if places count along rising positions, else -1
    std::array<int, 2 * kMaxDepth> t_{};
    Reconnection reconnection_;
    ExactSum moveGain_;
    int ends_ = 0;
};

}  // namespace cosolve::tsp
