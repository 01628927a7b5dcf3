// Iterated Lin-Kernighan search for the asymmetric TSP, without reversals.
//
// A move removes k arcs and joins the segments between them in another order, none turned around
// [1]. Such a sequential move makes one tour only if k is odd, so every second level of the search
// passes through sub-tours. The first three levels may do so anyway, which covers Or-opt, or-3opt
// and all other moves of three arcs; deeper ones close at every odd level. From two sub-tours at
// the first level, one more exchange of two arcs also makes a tour: the double bridge, which no
// sequential move contains. Nothing is rewritten while searching. Kicks are double bridges too:
// over short adjacent segments, or along candidate arcs wherever these lead, because where lengths
// are random no arc is near another. What does not pay is taken back through a journal.
//
// [1] P. C. Kanellakis, C. H. Papadimitriou, "Local search for the asymmetric traveling salesman
//     problem", Operations Research 28 (1980).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "atsp/arc_problem.h"
#include "atsp/segment_order.h"
#include "core/deadline.h"
#include "core/exact_sum.h"
#include "core/node_queue.h"
#include "core/rng.h"
#include "tsp/array_tour.h"

namespace cosolve::atsp {

struct DirectedOptions {
    int depth = 9;  // most arcs a move exchanges, at most kMaxArcs
    // Alternatives tried per level.
    std::array<int, kMaxArcs> breadth{};
    int kickSegment = 50;  // longest segment of a local double bridge
};

class DirectedLinKernighan {
public:
    // The problem must outlive the search.
    DirectedLinKernighan(ArcProblem const &problem, std::vector<int> tour, std::uint64_t seed,
                         DirectedOptions options);

    // Runs until `seconds` have passed or `kicks` kicks were tried (negative: no such limit), after
    // bringing the tour to a local optimum, which counts as no kick. Returns the kicks tried.
    std::int64_t run(double seconds, std::int64_t kicks);

    double cost() const { return cost_.value(); }  // by reduced lengths
    bool settled() const { return settled_; }      // whether the tour is a local optimum
    std::vector<int> const &tour() const { return tour_.order(); }
    std::int64_t kicks() const { return kicks_; }
    std::int64_t improvingMoves() const { return moves_; }

private:
    struct Step {
        double gain;
        int odd, even;
    };
    // Positions after which two arcs are removed that leave two cycles, and the shorter of these.
    struct Cycles {
        int cutA, cutB;
        int first, length;
    };
    static constexpr int kMaxSteps = 32;

    // The arcs between t1 and t2, t3 and t4, ... are removed, those between t2 and t3, ..., t2k and
    // t1 are added. All lead from odd to even where t2i follows t2i-1 along the tour, else from
    // even to odd.
    double length(int odd, int even) const { return along_ ? arcs_(odd, even) : arcs_(even, odd); }

    bool improveNode(int t1);
    bool extend(int level, double gain);
    int collect(int level, double gain, std::array<Step, kMaxSteps> &steps) const;
    bool closes(int pairs);
    bool apply(int pairs);

    Cycles cyclesBetween(int cutA, int cutB) const;
    bool isInside(Cycles const &cycles, int position) const;
    bool bridge(double gain);
    bool swapSegments(std::array<int, 4> cuts, bool onlyIfBetter);

    void pushAll();
    void measure();
    bool optimize(Deadline const &deadline);
    bool settle(Deadline const &deadline);
    void kick();
    void kickLocally();
    bool kickAlongCandidates();
    int randomHead(int node);
    int wrapped(int position) const {
        return position >= tour_.size() ? position - tour_.size() : position;
    }

    ReducedArcs const &arcs_;
    Candidates const &leaving_, &entering_;
    tsp::ArrayTour tour_;
    Rng rng_;
    DirectedOptions options_;
    ExactSum cost_;
    double epsilon_ = 0;  // smaller gains are rounding noise

    bool along_ = true;
    std::array<int, kMaxArcs> odd_{}, even_{};  // t1 t3 t5 ... and t2 t4 t6 ...
    SegmentOrder order_;
    NodeQueue queue_;  // nodes whose surroundings changed
    std::int64_t kicks_ = 0, moves_ = 0;
    ExactSum baseline_;  // cost before the kick under trial
    bool onTrial_ = false, settled_ = false;
};

}  // namespace cosolve::atsp
