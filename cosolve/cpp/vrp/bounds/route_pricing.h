// The cheapest ng-routes under reduced costs, by labels in buckets.
//
// An ng-route [R. Baldacci, A. Mingozzi, R. Roberti, Operations Research 59 (2011), section 4] may
// visit a client twice, but only if in between it left the client's neighborhood; its label
// remembers, of the clients seen, those that every later client has among its neighbors. Labels
// are extended from both ends, up to half of the main resource, and joined over an arc [G. Righini,
// M. Salani, Discrete Optimization 3 (2006)]; they lie in buckets of the main resource, whose
// cheapest cost says which need not be looked at [R. Sadykov, E. Uchoa, A. Pessoa, Transportation
// Science 55 (2021)].
#pragma once

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

    std::vector<PricedRoute> const &routes() const { return routes_; }
    double least() const { return least_; }  // at most 0
    // Least quotient of reduced cost and load, at most 0.
    double leastPerLoad() const { return leastPerLoad_; }
    std::size_t labels() const { return labels_; }

private:
    struct Label {
        double cost, main, load;
        std::uint32_t memory;
        int node, parent;
    };
    // What dominance looks at, in a row.
    struct Entry {
        double cost, main, load;
        std::uint32_t memory;
        int label;
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
    PricedRoute routeOf(Side const &front, Side const &back, Join const &join) const;
    int bucketOf(double main) const;

    RouteRules rules_;
    int bucketCount_;
    double width_;
    Side forward_, backward_;
    std::vector<int> place_;             // of j among the neighbors of i, -1 if it is none
    std::vector<std::uint32_t> shared_;  // which neighbors of i (and i) are neighbors of j, or j
    std::vector<PricedRoute> routes_;
    double least_ = 0, leastPerLoad_ = 0;
    std::size_t labels_ = 0;
};

}  // namespace cosolve::vrp
