// What Monte Carlo tree search knows about the candidate edges [1, 2].
//
// W is the weight of an edge, at first the guide's, which grows when tours with it turn out better;
// Q counts how often it was drawn, M the actions tried. The potential of edge (i, j) is
//
//     Z_ij = W_ij / Omega_i + alpha * sqrt(ln(M + 1) / (Q_ij + 1)),
//
// Omega_i being the mean of W in row i. Everything is kept on candidate edges only, and Omega
// as a running sum, so that an update costs O(1).
//
// [1] Z.-H. Fu, K.-B. Qiu, H. Zha, AAAI 35 (2021).
// [2] X. Pan et al., "Beyond the Heatmap", arXiv 2411.09238 (ICLR 2026).
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/candidates.h"
#include "core/rng.h"

namespace cosolve::tsp {

class EdgePotential {
public:
    // One weight per candidate edge; they are made symmetric, scaled to a mean of 1, and negative
    // ones count as 0.
    EdgePotential(Candidates const &candidates, std::span<double const> weights, double alpha);

    double potential(int node, int edge) const {
        double const omega = omega_[at(node)];
        double const known = omega > 0 ? weight_[at(edge)] / omega : 1.0;
        return known + explore_ / std::sqrt(static_cast<double>(chosen_[at(edge)]) + 1.0);
    }
    // An edge of the node drawn with probability proportional to its potential, and counted; -1 if
    // the node has no candidates.
    int draw(int node, Rng &rng);
    // Counts an action.
    void act();
    // Adds to the weight of an edge, if it is a candidate, in both directions.
    void reward(int a, int b, double amount);

    double weight(int edge) const { return weight_[at(edge)]; }
    double omega(int node) const { return omega_[at(node)]; }
    std::int64_t chosen(int edge) const { return chosen_[at(edge)]; }
    std::int64_t actions() const { return actions_; }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    int edge(int from, int to) const;
    double mean(int node, double sum) const {
        return sum / (candidates_.end(node) - candidates_.begin(node));
    }

    Candidates const &candidates_;
    double alpha_;
    double explore_ = 0;                // alpha * sqrt(ln(M + 1))
    std::vector<double> weight_;        // W, by candidate edge
    std::vector<std::int32_t> chosen_;  // Q
    std::vector<int> mirror_;           // the same edge in the other row, or -1
    std::vector<double> omega_;         // by node
    std::vector<double> draws_;         // potentials of the row being drawn from
    std::int64_t actions_ = 0;          // M
};

}  // namespace cosolve::tsp
