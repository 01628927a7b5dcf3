// Minimum cuts between two nodes of a small undirected network, by shortest augmenting paths.
#pragma once

#include <cstddef>
#include <vector>

namespace cosolve::vrp {

class MinimumCut {
public:
    explicit MinimumCut(int nodes);

    // `back` is the capacity in the other direction.
    void addEdge(int a, int b, double capacity, double back);
    // Which nodes are on the side of the source [Y. Dinitz, Soviet Mathematics Doklady 11 (1970)].
    // Capacities are what they were at first in every call.
    std::vector<char> sourceSide(int source, int sink);
    // Of edge k, in its direction; edges are numbered as they were added.
    double capacity(int edge) const { return arcs_[at(edge)].capacity; }
    void setCapacity(int edge, double capacity) { arcs_[at(edge)].capacity = capacity; }

private:
    struct Arc {
        int to;
        double capacity, left;
    };

    static std::size_t at(int edge) { return 2 * static_cast<std::size_t>(edge); }
    bool layer(int source, int sink);
    double push(int node, int sink, double most);

    std::vector<Arc> arcs_;  // those of edge k are 2k and 2k + 1
    std::vector<std::vector<int>> out_;
    std::vector<int> level_, next_;
};

}  // namespace cosolve::vrp
