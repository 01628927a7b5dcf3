// Genetic algorithm with edge assembly crossover (GA-EAX) for the symmetric TSP.
//
// Y. Nagata and S. Kobayashi, "A Powerful Genetic Algorithm Using Edge Assembly Crossover for the
// Traveling Salesman Problem", INFORMS Journal on Computing 25(2), 2013. Own implementation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/rng.h"
#include "tsp/eax_breeder.h"
#include "tsp/eax_edge_counts.h"
#include "tsp/eax_problem.h"
#include "tsp/eax_tour.h"

namespace cosolve::tsp {

struct EaxOptions {
    int children;  // per pair and generation
    std::uint64_t seed;
    int threads = 1;  // has no influence on the result
    // Stage I: share of the improving AB-cycles of a pair that its child takes over at once, for
    // many nodes; 0: the best of `children` AB-cycles, as published.
    double share = 0;
};

struct EaxStatistics {
    long long pairs = 0;
    long long abCycles = 0;
    long long children = 0;
    long long replacements = 0;
};

class Eax {
public:
    // population: row-major tours of problem.candidates.size() nodes.
    Eax(EaxProblem problem, std::span<int const> population, EaxOptions options);
    Eax(Eax const &) = delete;  // the breeders refer to the members
    Eax &operator=(Eax const &) = delete;

    // Runs until the time, the number of generations (negative: unlimited) or the search is over;
    // returns the number of generations completed. A generation may be cut short by the time; the
    // next call continues it, so that slicing does not change the course of the search.
    int run(double seconds, int generations);

    bool finished() const { return stage_ > 2; }
    int stage() const { return stage_ > 2 ? 2 : stage_; }
    int generation() const { return generation_; }
    EaxTour const &best() const { return population_[best_]; }
    double cost() const { return best().cost; }
    double averageCost() const;
    double entropy() const;
    std::vector<EaxTour> const &population() const { return population_; }
    EaxStatistics const &statistics() const { return statistics_; }

private:
    void beginGeneration();
    void breedBatch(int from, int to);
    void replace(int from, int to);
    void endGeneration();
    void endStage();

    EaxProblem problem_;
    EaxOptions options_;
    Rng rng_;
    std::vector<EaxTour> population_;
    EdgeCounts counts_;
    std::vector<double> terms_;                          // entropy of an edge by its count
    std::vector<std::unique_ptr<EaxBreeder>> breeders_;  // one per thread
    std::vector<Brood> broods_;                          // results of a batch
    std::vector<int> mates_;                             // random cyclic order of the population
    int nextPair_ = 0;
    bool differences_ = false;  // whether any pair of this generation differs
    std::size_t best_ = 0;
    double bestAtLastGain_ = 0;
    int generation_ = 0;
    int stagnation_ = 0;  // generations without a better best tour
    int patience_ = 0;    // G / 10 of the termination rule; 0 until it applies
    int stage_ = 1;
    EaxStatistics statistics_;
};

}  // namespace cosolve::tsp
