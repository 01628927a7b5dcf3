// Violated rounded capacity inequalities of a fractional solution.
//
// For a set S of clients, the edges that leave it count at least 2 ceil(d(S) / Q). Sets are looked
// for among connected components, then by growing one from every client, in the graph in which
// edges of value 1 or more have been contracted [J. Lysgaard, A. Letchford, R. Eglese, Mathematical
// Programming A 100 (2004), section 3.1; P. Augerat et al., EJOR 106 (1998)]. A thorough search
// also takes the minimum cuts that separate the inequalities without rounding, section 3.2 there,
// and improves what it has by a tabu search, as Augerat et al. do.
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
    std::vector<CapacityCut> find(std::vector<SupportEdge> const &edges, double least, int most,
                                  bool thorough = false) const;
    // Vehicles that a load needs: rounded up, but not for a rounding error.
    int vehicles(double load) const;

private:
    struct Graph;
    class Search;

    Graph contracted(std::vector<SupportEdge> const &edges) const;
    void addComponents(Graph const &graph, double least, std::vector<CapacityCut> &cuts) const;
    void grow(Graph const &graph, int seed, bool tight, double least,
              std::vector<CapacityCut> &cuts) const;
    void addMinimumCuts(Graph const &graph, double least, std::vector<CapacityCut> &cuts,
                        std::vector<std::vector<int>> &sets) const;
    void keep(Graph const &graph, std::vector<int> const &members, double leaving, double load,
              double least, std::vector<CapacityCut> &cuts) const;

    std::vector<double> load_;
    double capacity_;
};

// Groups of clients and the edges between them; edges within a group do not leave any union of
// groups.
struct CapacityCuts::Graph {
    struct Edge {
        int to;
        double value;
    };
    std::vector<std::vector<int>> clients;
    std::vector<double> load;
    std::vector<double> leaving;  // value of all edges that leave, those to the depot included
    std::vector<std::vector<Edge>> edges;

    int size() const { return static_cast<int>(clients.size()); }
};

// A set of groups that changes one by one.
class CapacityCuts::Search {
public:
    Search(CapacityCuts const &cuts, Graph const &graph, std::vector<int> const &members);

    // Adds or removes groups so that the set is violated as much as possible, for some moves.
    void run(int moves, double least, std::vector<CapacityCut> &cuts);

private:
    double violation(int flipped) const;
    void flip(int group);

    CapacityCuts const &cuts_;
    Graph const &graph_;
    std::vector<char> inside_;
    std::vector<double> toward_;  // value of the edges from every group into the set
    std::vector<int> tabu_;
    int size_ = 0;
    double load_ = 0, leaving_ = 0;
};

}  // namespace cosolve::vrp
