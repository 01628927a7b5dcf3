// Subgradient ascent to the Held-Karp bound.
//
// M. Held, R. M. Karp, "The traveling-salesman problem and minimum spanning trees: part II",
// Mathematical Programming 1 (1971): raise the multipliers of nodes that have more than two edges
// in the tree, lower those that have one. The direction is scaled by the clusters a node is in
// (clusters.h) and smoothed over iterations as in T. Volgenant, R. Jonker, European Journal of
// Operational Research 9 (1982); steps become shorter by a constant factor.
#pragma once

#include <utility>
#include <vector>

#include "core/deadline.h"
#include "core/metric.h"
#include "tsp/clusters.h"
#include "tsp/minimum_tree.h"
#include "tsp/sparse_graph.h"

namespace cosolve::tsp {

class HeldKarp {
public:
    // The metric must outlive the ascent.
    HeldKarp(Metric const &metric, SparseGraph graph);

    // From the best multipliers so far, plans `iterations` steps whose length falls from `first` to
    // `last`, in units of the clusters' gaps.
    void plan(int iterations, double first, double last);
    // Does what is planned until time is up; returns the number of iterations done.
    int run(Deadline const &deadline);
    bool finished() const { return left_ == 0; }
    // Whether tree and extra edge were a tour: the best one within the graph.
    bool foundTour() const { return foundTour_; }

    // The best value within the sparse graph, which proves nothing yet, and its multipliers.
    double value() const { return best_; }
    std::vector<float> const &multipliers() const { return bestPi_; }
    SparseGraph const &graph() const { return graph_; }

    // Takes these multipliers for the best ones if they are better; returns whether they are.
    bool offer(std::vector<float> const &others);
    // Adds edges that are not there; returns how many were new. The best multipliers for the new
    // graph are then the old ones or, if they are better, those given.
    int add(std::vector<std::pair<int, int>> edges, std::vector<float> const &others = {});

private:
    void iterate();

    Metric const *metric_;
    SparseGraph graph_;
    MinimumTree tree_;
    Clusters clusters_;
    std::vector<float> pi_, bestPi_;
    std::vector<float> direction_, smoothed_;
    double best_;
    double step_ = 0, shrink_ = 1;
    int left_ = 0;
    bool foundTour_ = false;
};

}  // namespace cosolve::tsp
