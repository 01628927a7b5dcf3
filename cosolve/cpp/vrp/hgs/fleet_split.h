// Cuts a giant tour into routes of several vehicle types at least penalized cost.
//
// Beasley's shortest path, in which every route takes the type that suits it best (Prins, "Two
// memetic algorithms for heterogeneous fleet vehicle routing problems", EAAI 2009). That does not
// see how many vehicles there are: types that were used too often become dearer from one tour to
// the next, and a plan with too many of them is made fit afterwards.
#pragma once

#include <vector>

#include "core/rng.h"
#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

class FleetSplitter {
public:
    explicit FleetSplitter(Instance const &instance);

    // Uses no more vehicles than there are. With `taste`, some types, chosen at random, are taken
    // for dearer than they are.
    PartialPlan split(std::vector<int> const &tour, Penalties const &penalties, Rng *taste);

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    void relax(int i);
    void learn(Plan const &plan, double cost);

    Instance const &instance_;
    Penalties penalties_;
    std::vector<int> const *tour_ = nullptr;
    std::vector<double> prices_;   // by type: for every vehicle, because there are too few
    std::vector<double> factors_;  // by type: how much dearer it seems
    std::vector<double> potential_;
    std::vector<int> cut_, type_;  // by position: where the route that ends there begins, its type
};

// Makes a plan use no more vehicles than there are: routes change their types where that costs
// least, or are dissolved.
PartialPlan fitted(Instance const &instance, Plan const &plan, Penalties const &penalties);

}  // namespace cosolve::vrp::hgs
