// All that a cutting plane method for tours needs beside a linear program: the edges that are its
// columns, the inequalities known, those that a solution violates, and what dual values prove.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/metric.h"
#include "core/rng.h"
#include "tsp/cuts/dual_bound.h"
#include "tsp/cuts/pool.h"

namespace cosolve::tsp::cuts {

class Cutter {
public:
    // The metric must outlive this.
    Cutter(Metric const &metric, std::uint64_t seed)
        : metric_(metric), rng_(seed), pool_(metric.size()), columns_(metric.size()) {}

    enum class Family : int { Subtours, Blossoms, ExactBlossoms, Combs, Pool };

    Metric const &metric() const { return metric_; }
    Columns &columns() { return columns_; }
    CutPool const &pool() const { return pool_; }

    struct Found {
        int id;
        double violation;
    };
    // Inequalities that a solution violates, most violated first, at most `most`. Beyond subtours,
    // the solution must satisfy the degree equations, and have a connected support.
    std::vector<Found> separate(std::span<double const> x, Family family, int attempts, int most);

    // Prices all edges that are not excluded yet; see DualBound. If `keep`, what it excludes for
    // tours above the goal stays excluded.
    DualBound price(Duals const &duals, std::span<signed char const> known, double goal, bool keep);
    // Edges not excluded that are no columns; nothing before the first exclusion.
    std::optional<std::vector<std::pair<int, int>>> const &universe() const { return universe_; }

private:
    WeightedGraph support(std::span<double const> x) const;

    Metric const &metric_;
    Rng rng_;
    CutPool pool_;
    Columns columns_;
    std::optional<std::vector<std::pair<int, int>>> universe_;
};

}  // namespace cosolve::tsp::cuts
