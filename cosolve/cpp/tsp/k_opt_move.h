// A sequential k-opt move on an array tour: is the result one tour, and how to carry it out.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "tsp/array_tour.h"

namespace cosolve::tsp {

inline constexpr int kMaxDepth = 16;

// The alternating sequence t1 t2 t3 ... t2k of a move: the edges (t1, t2), (t3, t4), ... are
// removed, (t2, t3), (t4, t5), ..., (t2k, t1) are added (Lin & Kernighan 1973).
struct Alternation {
    std::array<int, 2 * kMaxDepth> node{};
    std::array<bool, kMaxDepth> forward{};  // whether t2i follows t2i-1 in the tour

    int odd(int i) const { return node[static_cast<std::size_t>(2 * i)]; }       // t(2i+1)
    int even(int i) const { return node[static_cast<std::size_t>(2 * i + 1)]; }  // t(2i+2)
};

// The removed edges cut the tour into k segments; this says in which order and direction the added
// edges join them.
class Reconnection {
public:
    // True if the first k pairs of the alternation make one tour; only then may apply() be called.
    bool closes(ArrayTour const &tour, Alternation const &t, int k);

    // The double bridge over four distinct cuts, each after a position, in rising order: the four
    // segments A B C D become A D C B. It always makes one tour.
    void doubleBridge(ArrayTour const &tour, std::array<int, 4> const &cuts);

    // Rewrites everything but the longest segment that stays where it is.
    void apply(ArrayTour &tour);

private:
    int k_ = 0;
    std::array<int, kMaxDepth> first_{};   // position of the first node of each segment
    std::array<int, kMaxDepth> length_{};  // its number of nodes
    std::array<int, kMaxDepth> path_{};    // segments in the new order, beginning with segment 0
    std::array<bool, kMaxDepth> reversed_{};
    std::vector<int> buffer_;
};

}  // namespace cosolve::tsp
