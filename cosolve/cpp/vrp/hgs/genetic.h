// Hybrid genetic search for capacitated vehicle routing, with time windows or without, for one
// vehicle type or several.
//
// Vidal, "Hybrid genetic search for the CVRP: open-source implementation and SWAP* neighborhood",
// C&OR 2022; Kool et al., "Hybrid genetic search for the vehicle routing problem with time windows:
// a high-performance implementation", 12th DIMACS challenge 2022 (mix of crossovers).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/deadline.h"
#include "core/rng.h"
#include "vrp/hgs/crossover.h"
#include "vrp/hgs/fleet_split.h"
#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"
#include "vrp/hgs/local_search.h"
#include "vrp/hgs/penalty_manager.h"
#include "vrp/hgs/population.h"
#include "vrp/hgs/split.h"

namespace cosolve::vrp::hgs {

struct GeneticOptions {
    PopulationOptions population;
    double targetFeasible = 0.2;
    int first = 100;             // individuals made before the first crossover
    int noImprovement = 20000;   // iterations until it starts anew
    double routeExchange = 0.5;  // share of offspring by route exchange, not by order crossover
    double repair = 0.5;         // share of infeasible offspring that is repaired
};

// A local optimum, and what the search for it reckoned.
struct Descent {
    Plan plan;
    double before = 0.0, gained = 0.0, after = 0.0;  // with penalties
};

class Genetic {
public:
    Genetic(InstanceData data, std::uint64_t seed, GeneticOptions options);

    // Makes individuals until time is up or there are so many (negative: no limit), and tells how
    // many. An individual that is not ready when time is up is gone on with in the next call.
    std::int64_t run(double seconds, std::int64_t iterations);
    // Counts what is not ready as an individual; when no call of run follows.
    void settle();
    // Adds a solution and what local search makes of it.
    void inject(Plan plan);

    // What local search makes of routes at the present penalties; the population is left alone.
    Descent descend(Plan const &plan, std::uint64_t seed) const;
    // Cuts a giant tour into routes at the present penalties.
    Plan split(GiantTour const &tour) const;

    Instance const &instance() const { return instance_; }
    std::int64_t iterations() const { return iterations_; }
    bool feasible() const { return best_ != nullptr && best_->feasible(); }
    // The best feasible solution, or the one with least violations; there is none before the first
    // iteration.
    Individual const *best() const { return best_.get(); }
    Population const &population() const { return population_; }
    Penalties const &penalties() const { return penalties_.current(); }
    int restarts() const { return restarts_; }

private:
    enum class Stage : std::uint8_t { idle, educate, repair };

    void begin();
    void beginRandom();
    PartialPlan cut(GiantTour const &tour, Rng *taste);
    void beginOffspring();
    bool beginRouteExchange(Individual const &a, Individual const &b);
    void finish();
    void keep(std::shared_ptr<Individual const> individual);
    void manage();
    bool better(Individual const &a, Individual const &b) const;

    Instance instance_;
    GeneticOptions options_;
    Rng rng_;
    PenaltyManager penalties_;
    Splitter splitter_;
    FleetSplitter fleetSplitter_;
    std::unique_ptr<Improver> search_;
    Population population_;
    std::vector<Plan> pending_;  // injected, not improved yet
    std::shared_ptr<Individual const> best_;
    Stage stage_ = Stage::idle;
    std::int64_t iterations_ = 0;
    int made_ = 0;        // individuals since the last start
    int unimproved_ = 0;  // of them, since the best was found
    int restarts_ = 0;
    double bestSinceStart_ = 0.0;
};

}  // namespace cosolve::vrp::hgs
