// Cuts a giant tour into routes of vehicles that are alike at least penalized cost.
//
// Beasley's shortest path over the tour. Where time plays no part it is found in linear time with a
// double-ended queue (Vidal, "Split algorithm in O(n) for the capacitated vehicle routing problem",
// C&OR 2016, section 3, with penalized loads); otherwise route by route. A limited fleet takes one
// layer for every vehicle, but only when the best routes are too many.
#pragma once

#include <vector>

#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

class Splitter {
public:
    explicit Splitter(Instance const &instance)
        : instance_(instance), start_(instance.vehicle(0).start), end_(instance.vehicle(0).end) {}

    Plan split(std::vector<int> const &tour, Penalties const &penalties);

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    void prepare(std::vector<int> const &tour);
    double routeCost(int i, int j) const;
    void relaxLinear(std::vector<double> const &from, std::vector<double> &to,
                     std::vector<int> &cut);
    void relaxTimed(std::vector<double> const &from, std::vector<double> &to,
                    std::vector<int> &cut);
    bool unlimited(std::vector<int> &cuts);
    bool limited(std::vector<int> &cuts);
    std::vector<int> evenly() const;

    Instance const &instance_;
    int start_, end_;  // locations at the ends of routes
    Penalties penalties_;
    double loadLimit_ = 0.0;
    int n_ = 0;
    std::vector<int> tour_;                      // from 1 on
    std::vector<double> length_, load_;          // sums up to a position
    std::vector<double> outward_, homeward_;     // from and to the depot
    std::vector<std::vector<double>> segments_;  // cost of the route i + 1 .. i + k, when timed
};

}  // namespace cosolve::vrp::hgs
