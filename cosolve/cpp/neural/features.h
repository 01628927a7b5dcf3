// What a network is told of a symmetric problem: for every node the few edges most likely to be in
// a short tour, and numbers about nodes and edges. None of them changes when the instance is moved,
// turned, mirrored, scaled or, but for ties, renumbered.
//
// The edges are those of smallest alpha-nearness after a short subgradient ascent [K. Helsgaun,
// European Journal of Operational Research 126 (2000), section 4]: among clusters, the nearest ones
// would miss what ten edges chosen so contain. Multipliers and degrees of that minimum 1-tree are
// features too. Distances are in units of the mean distance of a node to its neighbors; angles
// follow from three distances by the law of cosines, so that a matrix has them as well.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/metric.h"
#include "core/poll.h"

namespace cosolve::neural {

constexpr int kMostNeighbors = 32;
constexpr int kTourNodeFeatures = 6;
constexpr int kTourEdgeFeatures = 18;

struct Features {
    int k = 0;
    std::vector<int> neighbors;  // nodes x k, smallest alpha first
    std::vector<float> node;     // nodes x kTourNodeFeatures
    std::vector<float> edge;     // nodes x k x kTourEdgeFeatures
    // Of tours: the multipliers of the ascent, of the nodes and the hub, and the unit of each node.
    std::vector<float> multipliers, unit;
};

constexpr int kRouteNodeFeatures = 8;
constexpr int kRouteEdgeFeatures = 18;

struct AscentPlan {
    int iterations;
    double first, last;  // steps, as HeldKarp::plan has them
};

// Up to k neighbors of each of the metric's own nodes. Tours must contain the fixed edges. At least
// three nodes and two edges that are not fixed.
Features tourFeatures(Metric const &metric, int k, std::vector<std::pair<int, int>> fixed,
                      AscentPlan const &plan, Poll const &poll = {});

// Up to k nearest clients of each client, and what decides who shares a route with whom: detours to
// and around the depot, and loads. For each client its distance to the depot (the nearest one, if
// there are several) and the share of a vehicle that it fills.
Features routeFeatures(Metric const &clients, int k, std::span<double const> toDepot,
                       std::span<double const> load);

}  // namespace cosolve::neural
