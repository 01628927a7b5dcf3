// Monte Carlo tree search for the TSP as published [1, 2], for comparison; mcts.h is the method
// to use.
//
// A random tour is built with the weights of edges, improved by 2-opt, then by k-opt moves that are
// drawn at random with the potential of edges; where H n of them in a row do not improve the tour,
// the search starts over with another random tour. Weights and counts are kept throughout.
//
// An action copies nothing but reverses stretches of an array, O(n), and a random tour takes
// O(n^2), as in the published code. Three things differ from it. Weights are stored where they are
// not 0 and counts where they are read, on candidate edges, instead of in n x n arrays. Distances
// are floats instead of integers; gains below 1e-9 of the mean edge are rounding noise. And work is
// done in small steps, so that the search can be interrupted anywhere.
//
// [1] Z.-H. Fu, K.-B. Qiu, H. Zha, AAAI 35 (2021).
// [2] X. Pan et al., "Beyond the Heatmap", arXiv 2411.09238 (ICLR 2026).
#pragma once

#include <cstdint>
#include <vector>

#include "core/candidates.h"
#include "core/metric.h"
#include "core/rng.h"

namespace cosolve::tsp {

// Weights W, symmetric and 0 where nothing is stored, with the mean Omega of every row.
class SparseWeights {
public:
    struct Entry {
        int node;
        double weight;
    };

    // 100 (H + H^T) / 2 for the heatmap H.
    SparseWeights(Candidates const &heatmap, std::vector<double> const &weights);

    double weight(int a, int b) const;
    double omega(int node) const { return sum_[at(node)] / (static_cast<double>(sum_.size()) - 1); }
    std::vector<Entry> const &row(int node) const { return rows_[at(node)]; }
    void add(int a, int b, double amount);

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }

    std::vector<std::vector<Entry>> rows_;
    std::vector<double> sum_;
};

struct PublishedOptions {
    double alpha = 1;
    double beta = 10;
    int depth = 10;          // Max_Depth
    int actions = 10;        // Param_H: actions per node without success before a new random tour
    int candidates = 1000;   // Max_Candidate_Num
    bool useHeatmap = true;  // candidates are the largest entries of the heatmap, not the nearest
};

class MctsPublished {
public:
    // `tour` is where to begin, or empty: then with a random tour. The metric must outlive the
    // search.
    MctsPublished(Metric const &metric, Candidates const &heatmap,
                  std::vector<double> const &weights, std::vector<int> tour, std::uint64_t seed,
                  PublishedOptions options);

    // Runs until `seconds` have passed or `actions` actions were simulated (negative: no such
    // limit). Returns the actions simulated.
    std::int64_t run(double seconds, std::int64_t actions);

    int size() const { return static_cast<int>(order_.size()); }
    // Whether there is a tour yet.
    bool hasTour() const { return !best_.empty(); }
    double cost() const { return bestCost_; }
    std::vector<int> const &tour() const { return best_; }
    std::int64_t actions() const { return actions_; }
    std::int64_t simulations() const { return simulations_; }  // M: actions and 2-opt moves tried
    SparseWeights const &weights() const { return weights_; }

private:
    enum class Phase { Build, TwoOpt, Search };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    int next(int node) const;
    int prev(int node) const;

    void step();
    void startOver();
    void appendNode();
    void finishTour();
    void twoOptNode(int node);
    void simulate();
    int drawCandidate(int tail, int a1);
    double potential(int tail, int edge) const;
    void count(int a, int b);
    void reward(int a, int b, double gain);
    void reverse(int first, int last);
    void noteBest();

    Metric const &metric_;
    PublishedOptions options_;
    SparseWeights weights_;
    Candidates candidates_;
    std::vector<std::int32_t> chosen_;  // Q, by candidate edge
    Rng rng_;

    std::vector<int> order_, position_, best_;
    std::vector<char> visited_;
    double cost_ = 0, bestCost_, epsilon_ = 0;
    Phase phase_ = Phase::Build;
    int cursor_ = 0;         // nodes placed, or the next node of the 2-opt pass
    bool improved_ = false;  // by this 2-opt pass
    std::int64_t failures_ = 0, actions_ = 0, simulations_ = 0;
    std::vector<int> drawn_;          // candidates of one draw
    std::vector<double> potentials_;  // and their potentials
};

}  // namespace cosolve::tsp
