// The children of one pair of parents, and the choice of the one that replaces parent A.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "core/rng.h"
#include "tsp/eax_ab_cycles.h"
#include "tsp/eax_block2.h"
#include "tsp/eax_edge_counts.h"
#include "tsp/eax_offspring.h"
#include "tsp/eax_problem.h"

namespace cosolve::tsp {

// What came of a pair.
struct Brood {
    bool improved = false;
    EaxTour tour;                     // the child, if improved
    std::vector<EdgeChange> changes;  // against parent A
    int abCycles = 0;
    int children = 0;
};

struct BreedingRule {
    int stage;  // 1: single AB-cycles ("local" EAX), 2: Block2
    int children;
    double share;  // of the improving AB-cycles that a child takes over; 0: the best one
};

// Works on parents and edge counts that it does not change; holds the scratch memory of one thread.
class EaxBreeder {
public:
    EaxBreeder(EaxProblem const &problem, EdgeCounts const &counts, std::span<double const> terms)
        : problem_(&problem), counts_(&counts), terms_(terms),
          finder_(problem.candidates.size(), problem.fixed), block2_(problem.candidates.size()),
          child_(problem), best_(problem) {}

    void breed(EaxTour const &a, EaxTour const &b, BreedingRule rule, Rng rng, Brood &brood);

private:
    struct Value {
        double gain;   // in length
        double merit;  // of the child in the selection
    };

    struct Ranked {
        double merit;
        int cycle;
    };

    void breedSingle(EaxTour const &a, BreedingRule rule, Brood &brood);
    void breedBlock2(EaxTour const &a, BreedingRule rule, Rng &rng, Brood &brood);
    void breedShare(EaxTour const &a, BreedingRule rule, Brood &brood);
    double exchangeGain(std::span<int const> eset) const;
    // Completes the child built in child_ and keeps it if it is the best of its pair.
    void consider(double gain);
    Value valueOfChild(double gain);
    void replaceBy(EaxOffspring &child, EaxTour const &a, double gain, Brood &brood);

    EaxProblem const *problem_;
    EdgeCounts const *counts_;
    std::span<double const> terms_;
    AbCycleFinder finder_;
    AbCycles cycles_;
    EaxBlock2 block2_;
    EaxOffspring child_, best_;
    Value bestValue_{0, 0};
    std::vector<int> centers_;
    std::vector<Ranked> ranking_;
};

}  // namespace cosolve::tsp
