// The Hamiltonian path that is left of a tour when an edge is removed, rearranged without touching
// the tour.
//
// Nodes are named by their rank along the tour, in the direction that puts t2, the node behind the
// removed edge (t1, t2), at rank 0 and t1 at rank n - 1. The path is a short list of stretches of
// consecutive ranks, each read up or down; a Lin-Kernighan step, which adds an edge from the tail
// of the path to a node t and removes the edge before t, only rearranges the list.
#pragma once

#include <array>
#include <cstddef>

#include "tsp/array_tour.h"
#include "tsp/k_opt_move.h"

namespace cosolve::tsp {

// Ranks of nodes along a tour, from a node on, in either direction.
class Ranks {
public:
    Ranks(ArrayTour const &tour, int first, bool forward)
        : tour_(&tour), base_(tour.position(first)), forward_(forward) {}

    bool forward() const { return forward_; }
    int of(int node) const {
        int const p = tour_->position(node);
        int const rank = forward_ ? p - base_ : base_ - p;
        return rank < 0 ? rank + tour_->size() : rank;
    }
    int nodeAt(int rank) const {
        if (forward_) return tour_->nodeAt(base_ + rank);
        return tour_->nodeAt(base_ >= rank ? base_ - rank : base_ - rank + tour_->size());
    }

private:
    ArrayTour const *tour_;
    int base_;
    bool forward_;
};

class OpenPath {
public:
    // Ranks first to last, in this order; first > last means that it is read downwards.
    struct Stretch {
        int first, last;
    };

    OpenPath() = default;
    // The tour without one edge: ranks 0 to n - 1.
    explicit OpenPath(int n) { append({0, n - 1}); }

    void clear() { count_ = 0; }
    void append(Stretch stretch) { stretches_[static_cast<std::size_t>(count_++)] = stretch; }

    // Number of the stretch that holds a rank.
    int find(int rank) const {
        for (int i = 0;; ++i) {
            auto const [first, last] = at(i);
            if (first <= last ? first <= rank && rank <= last : last <= rank && rank <= first)
                return i;
        }
    }
    // Rank of the node before the one of a rank in stretch i, or -1 if the edge between them is not
    // one of the tour, or the node is the tail.
    int before(int i, int rank) const {
        auto const [first, last] = at(i);
        if (rank == first) return -1;
        return first < last ? rank - 1 : rank + 1;
    }
    // Sets this to `path` after the step that joins its tail to `rank` in stretch i: the part
    // before turns around, and the node before becomes the tail.
    void step(OpenPath const &path, int i, int rank) {
        auto const [first, last] = path.at(i);
        clear();
        append({path.before(i, rank), first});
        for (int j = i - 1; j >= 0; --j) append({path.at(j).last, path.at(j).first});
        append({rank, last});
        for (int j = i + 1; j < path.count_; ++j) append(path.at(j));
    }

private:
    Stretch at(int i) const { return stretches_[static_cast<std::size_t>(i)]; }

    // Every step adds one stretch.
    std::array<Stretch, kMaxDepth + 1> stretches_;
    int count_ = 0;
};

}  // namespace cosolve::tsp
