// A vehicle routing problem in which only the load, and the length of routes, are limited.
#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "core/metric.h"

namespace cosolve::vrp {

// Clients near every client, in compressed rows; the depot's is empty.
struct NearRows {
    std::vector<int> start;  // locations + 1 offsets
    std::vector<int> to;

    std::size_t begin(int i) const { return at(i); }
    std::size_t end(int i) const { return at(i + 1); }
    int count(int i) const { return static_cast<int>(end(i) - begin(i)); }

private:
    std::size_t at(int i) const {
        return static_cast<std::size_t>(start[static_cast<std::size_t>(i)]);
    }
};

// Location 0 is the depot, the others are clients. One type of vehicle, closed routes.
struct CapacitatedInstance {
    Metric const *metric = nullptr;  // symmetric; not owned
    std::vector<double> demand;      // of every location, 0 for the depot
    std::vector<double> service;     // empty: none
    double capacity = 0;
    double fixedCost = 0;                                        // of every route
    double maxLength = std::numeric_limits<double>::infinity();  // distance + service
    int maxRoutes = std::numeric_limits<int>::max();
    NearRows near;    // beside these a client may be put; nearest first
    NearRows around;  // the routes of these are ruined with a client's; none: as `near`

    NearRows const &surroundings() const { return around.start.empty() ? near : around; }

    int locations() const { return static_cast<int>(demand.size()); }
};

}  // namespace cosolve::vrp
