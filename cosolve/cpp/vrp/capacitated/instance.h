// A vehicle routing problem in which only the load, and the length of routes, are limited.
#pragma once

#include <limits>
#include <vector>

#include "core/metric.h"

namespace cosolve::vrp {

// Location 0 is the depot, the others are clients. One type of vehicle, closed routes.
struct CapacitatedInstance {
    Metric const *metric = nullptr;  // symmetric; not owned
    std::vector<double> demand;      // of every location, 0 for the depot
    std::vector<double> service;     // empty: none
    double capacity = 0;
    double fixedCost = 0;                                        // of every route
    double maxLength = std::numeric_limits<double>::infinity();  // distance + service
    int maxRoutes = std::numeric_limits<int>::max();
    int neighbors = 0;          // per client
    std::vector<int> neighbor;  // row-major, (clients + 1) x neighbors, nearest first; no depot

    int locations() const { return static_cast<int>(demand.size()); }
};

}  // namespace cosolve::vrp
