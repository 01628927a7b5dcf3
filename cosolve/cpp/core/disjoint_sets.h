// Disjoint sets of 0 .. n - 1.
//
// Rem's algorithm with splicing [M. Patwary, J. Blair, F. Manne, "Experiments on union-find
// algorithms for the disjoint-set data structure", SEA 2010]: both paths are climbed at once, and
// sets that are the same are usually found to be so before their root.
#pragma once

#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace cosolve {

class DisjointSets {
public:
    explicit DisjointSets(int n) : parent_(static_cast<std::size_t>(n)) { reset(); }

    void reset() { std::iota(parent_.begin(), parent_.end(), 0); }

    // Unites the sets of two members; false if they are the same already.
    bool unite(int x, int y) {
        int *const p = parent_.data();
        while (p[x] != p[y]) {
            if (p[x] > p[y]) std::swap(x, y);
            // Parents are never smaller than their children, so no cycle can arise.
            if (p[x] == x) {
                p[x] = p[y];
                return true;
            }
            x = std::exchange(p[x], p[y]);
        }
        return false;
    }

    int find(int x) {
        int *const p = parent_.data();
        while (p[x] != x) x = p[x] = p[p[x]];
        return x;
    }

private:
    std::vector<int> parent_;
};

}  // namespace cosolve
