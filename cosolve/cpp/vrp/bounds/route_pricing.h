// The cheapest ng-routes under reduced costs, by labels in buckets.
//
// An ng-route [R. Baldacci, A. Mingozzi, R. Roberti, Operations Research 59 (2011), section 4] may
// visit a client twice, but only if in between it left the client's neighborhood; its label
// remembers, of the clients seen, those that every later client has among its neighbors. Labels
// are extended from both ends, up to half of the main resource, and joined over an arc [G. Righini,
// M. Salani, Discrete Optimization 3 (2006)]; they lie in buckets of the main resource, whose
// cheapest cost says which need not be looked at [R. Sadykov, E. Uchoa, A. Pessoa, Transportation
// Science 55 (2021)].
//
// Prices of subset-row cuts [M. Jepsen, B. Petersen, S. Spoorendonk, D. Pisinger, Operations
// Research 56 (2008)] are paid at every second visit of three clients. Whether the next visit has
// to pay is a bit of the label, which is forgotten outside of the memory of the cut [D. Pecin, A.
// Pessoa, M. Poggi, E. Uchoa, Mathematical Programming Computation 9 (2017)].
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/deadline.h"

namespace cosolve::vrp {

// What a route may be. Node 0 is the depot, 1..n are clients; matrices are (n + 1) x (n + 1).
struct RouteRules {
    int nodes = 0;
    bool symmetric = false;  // the main resource is the load, and costs are always symmetric
    double horizon = 0;      // of the main resource: a capacity, or the depot's latest time
    std::vector<double> consumption;       // of the main resource, between arrival at i and at j
    std::vector<double> earliest, latest;  // of the main resource, at every node
    std::vector<double> load;              // of clients; with `capacity`, the second resource
    double capacity = 0;
    std::vector<std::vector<int>> neighbors;  // ng-neighborhoods, at most 32 clients, without self

    double use(int i, int j) const { return consumption[static_cast<std::size_t>(i) * nodes + j]; }
};

// At most one route visits two or more of `members`, as far as it does so without leaving `memory`.
struct SubsetCut {
    std::vector<int> members, memory;
    double price = 0;  // positive
};

// One bit for every cut.
using CutStates = std::array<std::uint64_t, 2>;
int constexpr mostSubsetCuts = 128;

struct PricedRoute {
    double reducedCost;
    std::vector<int> clients;
};

class RoutePricing {
public:
    explicit RoutePricing(RouteRules rules);

    // Finds routes of least reduced cost. `cost` holds the reduced cost of every arc, infinite
    // where there is none. Returns false if the deadline or `mostLabels` cut the search short;
    // what was found is then no minimum. A heuristic search forgets labels that are neither
    // cheaper nor shorter than another, whatever they remember.
    bool run(std::vector<double> const &cost, bool heuristic, int mostRoutes,
             std::size_t mostLabels, Deadline const &deadline);

    // Cuts whose prices the following runs add to the reduced costs, at most `mostSubsetCuts`.
    void setCuts(std::vector<SubsetCut> const &cuts);

    std::vector<PricedRoute> const &routes() const { return routes_; }
    double least() const { return least_; }  // at most 0
    // Least quotient of reduced cost and load, at most 0.
    double leastPerLoad() const { return leastPerLoad_; }
    std::size_t labels() const { return labels_; }

private:
    friend class RouteEnumeration;

    struct Label {
        double cost, main, load;
        std::uint32_t memory;
        int node, parent;
        CutStates states;
    };
    // What dominance looks at, in a row.
    struct Entry {
        double cost, main, load;
        std::uint32_t memory;
        int label;
        CutStates states;
    };
    struct Bucket {
        std::vector<Entry> entries;
        std::size_t extended = 0;  // entries before it have been extended
        double cheapest;           // of this bucket and those before it
    };
    // All partial routes from one end.
    struct Side {
        bool backward;
        double half;
        std::vector<Label> labels;
        std::vector<Bucket> buckets;  // nodes x buckets
        std::vector<double> cost, consumption, earliest, latest;
    };
    struct Join {
        double reducedCost;
        int first, last;
    };

    void fillSide(Side &side, bool backward) const;
    void start(Side &side, std::vector<double> const &cost) const;
    bool grow(Side &side, bool heuristic, std::size_t mostLabels, Deadline const &deadline) const;
    void extend(Side &side, int from, bool heuristic) const;
    bool dominated(Side const &side, Entry const &entry, int node, int bucket, bool heuristic,
                   bool itself) const;
    void insert(Side &side, Entry const &entry, int node, int parent, bool heuristic) const;
    bool join(Side const &front, Side const &back, int mostRoutes, Deadline const &deadline);
    void joinLabel(Side const &front, Side const &back, int from, Join &best);
    bool compatible(Label const &a, Entry const &b, int node) const;
    std::uint32_t carried(std::uint32_t memory, int from, int to) const;
    // What visiting `node` makes of the states; returns what has to be paid for it.
    double visit(CutStates &states, int node) const;
    double due(CutStates const &a, CutStates const &b) const;    // prices of what is in both
    double ahead(CutStates const &a, CutStates const &b) const;  // of what is in a alone
    bool covers(Entry const &a, Entry const &b, std::uint32_t care) const;
    PricedRoute routeOf(Side const &front, Side const &back, Join const &join) const;
    int bucketOf(double main) const;

    RouteRules rules_;
    int bucketCount_;
    double width_;
    Side forward_, backward_;
    std::vector<int> place_;             // of j among the neighbors of i, -1 if it is none
    std::vector<std::uint32_t> shared_;  // which neighbors of i (and i) are neighbors of j, or j
    int cutCount_ = 0;
    std::vector<double> cutPrice_;
    std::vector<CutStates> member_, remember_;  // of every node, the cuts
    std::vector<PricedRoute> routes_;
    double least_ = 0, leastPerLoad_ = 0;
    std::size_t labels_ = 0;
};

}  // namespace cosolve::vrp
