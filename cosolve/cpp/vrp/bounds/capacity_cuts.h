// Violated rounded capacity inequalities of a fractional solution.
//
// For a set S of clients, the edges that leave it count at least 2 ceil(d(S) / Q). Sets are looked
// for among connected components, then by growing one from every client, in the graph in which
// edges of value 1 or more have been contracted [J. Lysgaard, A. Letchford, R. Eglese, Mathematical
// Programming A 100 (2004), section 3.1; P. Augerat et al., EJOR 106 (1998)].
#pragma once

#include <vector>

namespace cosolve::vrp {

struct SupportEdge {
    int a, b;  // a client or the depot, 0
    double value;
};

struct CapacityCut {
    std::vector<int> clients;  // ascending
    double violation;          // 2 k(S) less the value of the edges that leave it
    int vehicles;              // k(S)
};

class CapacityCuts {
public:
    // load: of every node, that of the depot is 0.
    CapacityCuts(std::vector<double> load, double capacity);

    // At most `most` cuts that are violated by `least` or more, most violated first.
    std::vector<CapacityCut> find(std::vector<SupportEdge> const &edges, double least,
                                  int most) const;
    // Vehicles that a load needs: rounded up, but not for a rounding error.
    int vehicles(double load) const;

private:
    struct Graph;

    Graph contracted(std::vector<SupportEdge> const &edges) const;
    void addComponents(Graph const &graph, double least, std::vector<CapacityCut> &cuts) const;
    void grow(Graph const &graph, int seed, bool tight, double least,
              std::vector<CapacityCut> &cuts) const;
    void keep(Graph const &graph, std::vector<int> const &members, double leaving, double load,
              double least, std::vector<CapacityCut> &cuts) const;

    std::vector<double> load_;
    double capacity_;
};

}  // namespace cosolve::vrp
