// The shortest 1-arborescence of a sparse digraph, with the dual solution that proves it.
//
// A 1-arborescence enters every node once: arcs that reach all nodes from a root, and one more arc
// into the root. Every tour is one. The algorithm contracts cycles of shortest entering arcs [1,
// 2], with mergeable heaps as in [3], O(m log n). What it subtracts from the arcs into a contracted
// set is the dual variable of the set: the sets are nested, so that the reduced length of any arc,
// also of one that is not in the digraph, is that of the arc less the sums at its ends.
//
// [1] J. Edmonds, "Optimum branchings", Journal of Research of the National Bureau of Standards 71B
//     (1967).
// [2] R. E. Tarjan, "Finding optimum branchings", Networks 7 (1977).
// [3] P. M. Camerini, L. Fratta, F. Maffioli, "A note on finding optimum branchings", Networks 9
//     (1979).
#pragma once

#include <vector>

namespace cosolve::atsp {

// Arcs by their heads, in compressed rows.
struct EnteringArcs {
    std::vector<int> start;      // n + 1 row offsets
    std::vector<int> tail;       // node the arc leaves
    std::vector<double> length;  // without multipliers

    int size() const { return static_cast<int>(start.size()) - 1; }
};

class Arborescence {
public:
    explicit Arborescence(int n);

    // Finds the shortest 1-arborescence with root 0 where an arc from i costs its length plus
    // multipliers[i], and returns its length. Every node must be reachable from the root.
    double solve(EnteringArcs const &arcs, std::vector<double> const &multipliers);

    // How many arcs of the arborescence leave each node.
    std::vector<int> const &outDegrees() const { return outDegree_; }

    // The sets that were contracted: those below n are the nodes themselves. The parent of a set is
    // the smallest one that contains it, -1 for none; its dual variable is non-negative unless it
    // is a node.
    int sets() const { return count_; }
    int parent(int set) const { return parent_[static_cast<std::size_t>(set)]; }
    double dual(int set) const { return dual_[static_cast<std::size_t>(set)]; }

private:
    int find(int node);
    int meld(int a, int b);
    void fill(EnteringArcs const &arcs, std::vector<double> const &multipliers);
    void settle(int arc);
    int popMin(int set);
    void grow(int first);
    int contract(int until);
    void expand();

    int n_, count_ = 0;
    EnteringArcs const *arcs_ = nullptr;
    // Sets: up to 2n - 1 of them.
    std::vector<int> parent_, root_, heap_, chosen_, visit_, outDegree_, path_;
    std::vector<double> dual_;
    std::vector<char> expanded_;
    // Arcs as nodes of skew heaps: what is added to a node counts for all below it.
    std::vector<int> left_, right_, head_;
    std::vector<double> key_, pending_;
};

}  // namespace cosolve::atsp
