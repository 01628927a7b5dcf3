// Finds improving sequential k-opt moves: depth-first search over alternating sequences under the
// positive-gain criterion [1].
//
// It differs from LinKernighan in what it costs. The tour that a sequence leads to is kept as a
// short list of stretches, so that whether a step keeps it one path is known before it is made;
// candidates come by length, so that the gain criterion ends a row early; and every candidate's
// move is tried as it is met, those that do not pay being ranked for going deeper.
//
// [1] S. Lin, B. W. Kernighan, Operations Research 21 (1973).
#pragma once

#include <array>

#include "core/candidates.h"
#include "core/metric.h"
#include "tsp/array_tour.h"
#include "tsp/fixed_edges.h"
#include "tsp/k_opt_move.h"
#include "tsp/open_path.h"

namespace cosolve::tsp {

inline constexpr int kMaxBreadth = 16;

struct PathSearchOptions {
    int depth = 5;                         // most edges a move exchanges, at most kMaxDepth
    std::array<int, kMaxDepth> breadth{};  // alternatives per level, at most kMaxBreadth
};

class PathSearch {
public:
    // Candidates are in order of length; everything must outlive the search.
    PathSearch(Metric const &metric, Candidates const &candidates, FixedEdges const &fixed,
               ArrayTour const &tour, PathSearchOptions const &options)
        : metric_(metric), candidates_(candidates), fixed_(fixed), tour_(tour), options_(options),
          ranks_(tour, 0, true) {}

    // Looks for a move that removes an edge of t1 and gains more than epsilon. Returns the number
    // of edges it exchanges, 0 if there is none.
    int find(int t1, double epsilon);

    Alternation const &move() const { return t_; }

private:
    struct Step {
        double gain;
        int odd, even, rank, stretch;
    };

    int extend(int level, double gain, int tail);
    int detour(double gain);
    int detourThrough(double gain, int rank3);
    void set(int level, int odd, int even, bool up);
    bool gains(int k) const;

    Metric const &metric_;
    Candidates const &candidates_;
    FixedEdges const &fixed_;
    ArrayTour const &tour_;
    PathSearchOptions options_;
    double epsilon_ = 0;
    Ranks ranks_;
    Alternation t_;
    std::array<OpenPath, kMaxDepth + 1> paths_;  // by number of edges removed
};

}  // namespace cosolve::tsp
