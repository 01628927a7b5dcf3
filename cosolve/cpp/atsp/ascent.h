// Subgradient ascent on the 1-arborescence bound of the asymmetric TSP.
//
// Lagrangean relaxation of the out-degrees [1, 2]: an arc costs its length plus the multiplier of
// its tail, every node is entered once by construction. With the potentials of the assignment
// problem as first multipliers the bound begins at that of the assignment problem, and the best
// multipliers give the subtour bound. The ascent works on a sparse digraph; every so often all
// arcs are priced, which gives the bound that is reported, and arcs that violate join the digraph.
//
// [1] M. Held, R. M. Karp, "The traveling-salesman problem and minimum spanning trees", Operations
//     Research 18 (1970), section 6.
// [2] P. M. Camerini, L. Fratta, F. Maffioli, "On improving relaxation methods by modified gradient
//     techniques", Mathematical Programming Study 3 (1975).
#pragma once

#include <cstdint>
#include <vector>

#include "atsp/arborescence.h"
#include "atsp/arc_matrix.h"
#include "atsp/pricing.h"

namespace cosolve::atsp {

class Ascent {
public:
    // `tails` has k candidate tails for every node. `tour` is any tour: its arcs keep the digraph
    // connected, and its length or `upper`, whichever is less, is what the steps aim at. The ascent
    // is over once the bound reaches `enough`. The matrix must outlive the object.
    Ascent(ArcMatrix arcs, std::vector<double> const &tailPotentials, std::vector<int> const &tails,
           std::vector<int> const &tour, double upper, double enough);

    // Iterates until the time, the iterations (negative: unlimited) or the ascent are over; returns
    // the iterations done. Slicing has no influence on the course.
    std::int64_t run(double seconds, std::int64_t iterations);
    bool finished() const { return finished_; }
    // The bound that is proven, of the best multipliers up to now. Prices all arcs if need be.
    double bound();

private:
    bool hasArc(int tail, int head) const;
    void addArcs(std::vector<int> const &tailOf);
    double evaluate(std::vector<double> const &multipliers);
    void iterate();
    void priceBest();
    void beginRound(double stepFactor);

    ArcMatrix arcs_;
    EnteringArcs sparse_;
    Arborescence arborescence_;
    std::vector<double> multipliers_, bestMultipliers_, direction_;
    double target_, enough_;
    double best_ = 0, bound_;
    double stepFactor_ = 1;
    int stalled_ = 0, rounds_ = 0;
    bool priced_ = false, finished_ = false;
};

}  // namespace cosolve::atsp
