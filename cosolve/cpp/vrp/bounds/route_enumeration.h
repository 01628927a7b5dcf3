// All elementary routes whose reduced cost is below a gap.
//
// If prices prove a bound, no solution that costs less than the bound and the gap uses any other
// route [R. Baldacci, N. Christofides, A. Mingozzi, Mathematical Programming A 115 (2008)]. Paths
// from the depot are extended client by client; whatever cannot be completed by the cheapest
// ng-path back to the depot is dropped, as are paths that another one replaces: which visits the
// same clients, ends at the same one, costs no more (really, not reduced) and is there no later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/deadline.h"
#include "vrp/bounds/route_pricing.h"

namespace cosolve::vrp {

struct EnumeratedRoutes {
    std::vector<int> visits;  // of all routes in a row
    std::vector<int> first;   // where each begins, and the end
    std::vector<double> cost;
    std::vector<double> reduced;
};

enum class EnumerationEnd { complete, time, paths, routes };

struct EnumerationLimits {
    std::size_t labels, paths, routes;  // completions; paths on the way and in all; routes
};

class RouteEnumeration {
public:
    static int constexpr mostClients = 127;

    // `pricing` with the rules and cuts; its labels are lost.
    explicit RouteEnumeration(RoutePricing &pricing);

    // `reduced` and `cost` are those of arcs, infinite where there is none.
    EnumerationEnd run(std::vector<double> const &reduced, std::vector<double> const &cost,
                       double gap, EnumerationLimits const &limits, Deadline const &deadline);

    EnumeratedRoutes const &routes() const { return found_; }
    std::size_t paths() const { return trail_.size(); }

private:
    using Set = std::array<std::uint64_t, 2>;
    struct Path {
        Set set;
        CutStates states;
        double reduced, cost, main, load;
        int node, next;  // next: of the same clients and end, -1 if none
        int trail;       // -1: replaced
    };
    struct Step {
        int parent, node;
    };
    struct Closed {
        Set set;
        double cost, reduced;
        int trail;
    };

    bool complete(EnumerationLimits const &limits, Deadline const &deadline);
    EnumerationEnd nextLevel(EnumerationLimits const &limits, Deadline const &deadline);
    void close(Path const &path);
    void extend(Path const &path);
    bool completes(Path const &path, int to, double reduced, double left, double load) const;
    std::uint32_t remembered(Set const &set, int at) const;
    void keep(Path path, int parent);
    void rehash();
    void output(Closed const &route);

    RoutePricing &pricing_;
    RoutePricing::Side *back_ = nullptr;
    std::vector<double> reduced_, cost_;
    double gap_ = 0;
    std::vector<Path> level_, following_;
    std::vector<int> table_, closedTable_;
    std::vector<Closed> closed_;
    std::vector<Step> trail_;
    EnumeratedRoutes found_;
};

}  // namespace cosolve::vrp
