// How two solutions become a third one.
#pragma once

#include <vector>

#include "core/rng.h"
#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

// The visits of a solution in the order of its routes.
using GiantTour = std::vector<int>;

// Order crossover: a piece of the first tour, then the rest in the order of the second (Prins
// 2004).
GiantTour orderCrossover(GiantTour const &a, GiantTour const &b, Rng &rng);

// Selective route exchange (Nagata & Braysy, "A memetic algorithm for the capacitated vehicle
// routing problem", Networks 2010, section 3.3): some routes of `a` that lie beside each other give
// way to routes of `b` that visit much the same clients. Either the clients of the entering routes
// that other routes visit already leave the entering routes (first child), or the other ones
// (second child). Routes keep their vehicle types, so that there may be too many of one. Returns
// none if the routes chosen are the same in both.
std::vector<PartialPlan> routeExchange(Instance const &instance, Individual const &a,
                                       Individual const &b, Rng &rng);

// Which routes of a plan are, as a whole, routes of a solution.
std::vector<char> sharedRoutes(Plan const &plan, Individual const &solution);

}  // namespace cosolve::vrp::hgs
