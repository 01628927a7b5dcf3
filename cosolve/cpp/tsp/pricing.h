// What multipliers prove: the value of tree and extra edge (minimum_tree.h) in the complete graph.
//
// An ascent looks at a sparse graph, whose tree may be longer than that of the complete graph; its
// value is no bound before it has been found in the complete graph too, and before rounding errors
// are accounted for.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/deadline.h"
#include "core/exact_sum.h"
#include "core/metric.h"
#include "tsp/sparse_graph.h"

namespace cosolve::tsp {

// The length of a tree and an extra edge under multipliers, as a proven bound.
class ProvenValue {
public:
    // The fixed edges are part of the tree; all multipliers must be finite.
    ProvenValue(Metric const &metric, SparseGraph const &graph, std::span<float const> pi);

    // Weights are computed like this, and only like this, everywhere: it is symmetric, and grows
    // with distance and multipliers in floating point too.
    double weight(double distance, int i, int j) const {
        return distance + (pi_[static_cast<std::size_t>(i)] + pi_[static_cast<std::size_t>(j)]);
    }
    double weight(int i, int j) const { return weight((*metric_)(i, j), i, j); }
    double pi(int node) const { return pi_[static_cast<std::size_t>(node)]; }

    // Adds an edge of the tree, or the extra edge.
    void take(int a, int b);
    // A lower bound on every tour, if the edges taken are a minimum tree and an extra edge under
    // the weights above.
    double bound() const;

private:
    Metric const *metric_;
    std::vector<double> pi_;
    std::vector<int> excess_;  // edges at a node, minus 2
    ExactSum length_;
    double largest_ = 0;  // size of a weight in the tree or of a multiplier
    int edges_ = 0;
};

// One computation, in slices.
class Pricing {
public:
    virtual ~Pricing() = default;
    // Works until done or until time is up; true once the bound is known.
    virtual bool run(Deadline const &deadline) = 0;
    double bound() const { return proven_.bound(); }
    // Edges of tree and extra edge, at least those the sparse graph lacks.
    std::vector<std::pair<int, int>> const &edges() const { return edges_; }

protected:
    explicit Pricing(ProvenValue proven) : proven_(std::move(proven)) {}

    ProvenValue proven_;
    std::vector<std::pair<int, int>> edges_;
};

// All arguments must outlive the pricing, except the multipliers. O(n^2) for a matrix.
std::unique_ptr<Pricing> makePricing(Metric const &metric, SparseGraph const &graph,
                                     std::span<float const> pi);
// The two ways to do it: any metric; points.
std::unique_ptr<Pricing> makeDensePricing(Metric const &metric, SparseGraph const &graph,
                                          std::span<float const> pi);
std::unique_ptr<Pricing> makePointPricing(Metric const &metric, SparseGraph const &graph,
                                          std::span<float const> pi);

}  // namespace cosolve::tsp
