// The feasible and the infeasible subpopulation with their diversity (Vidal 2022, sections 3.1 and
// 3.4; Vidal et al. 2012).
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "core/rng.h"
#include "vrp/hgs/individual.h"

namespace cosolve::vrp::hgs {

struct PopulationOptions {
    int minimum = 25;     // individuals that survive
    int generation = 40;  // so many more are made before the worst have to go
    int elite = 4;        // this many of the best are kept whatever they are like
    int close = 5;        // neighbors by which diversity is measured
};

class Population {
public:
    Population(Instance const &instance, PopulationOptions options)
        : instance_(instance), options_(options) {}

    void add(std::shared_ptr<Individual const> individual, Penalties const &penalties);
    // Orders the infeasible individuals by their costs at other penalties.
    void reprice(Penalties const &penalties);
    void clear();
    std::size_t size() const { return feasible_.size() + infeasible_.size(); }
    std::size_t feasible() const { return feasible_.size(); }
    // Calls a function with each feasible individual, the cheapest first.
    template <typename Function>
    void forEachFeasible(Function &&function) const {
        for (auto const &member : feasible_) function(*member.individual);
    }
    // A parent: the better of two individuals chosen at random. There must be one at least.
    std::shared_ptr<Individual const> select(Rng &rng);

private:
    struct Member {
        std::shared_ptr<Individual const> individual;
        double cost;
        std::vector<std::pair<double, Individual const *>> distances;  // to the others, ascending
        double fitness = 0.0;                                          // less is better
    };
    using Members = std::vector<Member>;  // by cost, ascending

    void insert(Members &members, std::shared_ptr<Individual const> individual, double cost);
    void remove(Members &members, std::size_t k);
    void selectSurvivors(Members &members);
    double diversity(Member const &member) const;
    void rate(Members &members) const;

    Instance const &instance_;
    PopulationOptions options_;
    Members feasible_, infeasible_;
    bool rated_ = false;
};

}  // namespace cosolve::vrp::hgs
