// Keeps the share of feasible local optima near a target by the prices of violations (Vidal 2022,
// section 3.5), for each kind of violation by itself.
#pragma once

#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

class PenaltyManager {
public:
    PenaltyManager(Instance const &instance, double target);

    Penalties const &current() const { return current_; }
    // Prices at which nearly everything becomes feasible.
    Penalties repair() const;
    void note(Individual const &localOptimum);
    // Whether it is time to adjust, which does so.
    bool adjust();
    // What violations cost when infeasible solutions are compared; never changes.
    Penalties const &reference() const { return reference_; }

private:
    static constexpr int kPeriod = 100;

    double adjusted(double price, int satisfied) const;

    double target_;
    Penalties current_, reference_;
    int noted_ = 0, load_ = 0, warp_ = 0, duration_ = 0;
};

}  // namespace cosolve::vrp::hgs
