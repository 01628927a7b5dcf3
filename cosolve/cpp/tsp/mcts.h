// Monte Carlo tree search on a tour, guided by weights of edges: the method of [1, 2] without its
// O(n) per action and O(n^2) per restart. mcts_published.h is the method as published.
//
// What remains is its loop. Selection: four places near one another are drawn by random walks whose
// steps follow the potential of the edges (edge_potential.h). Simulation: the tour is perturbed
// there by a double bridge [3] and repaired by Lin-Kernighan moves around it (move_search.h).
// Back-propagation: if the tour has become shorter, the edges it gained grow in weight. What does
// not pay is taken back through the journal of the tour, so that an action costs what it touches
// and the search goes on from the incumbent instead of from a fresh random tour.
//
// A result that is longer by d is kept with probability exp(-d / T), T falling linearly to 0 over
// the run, as in large-step Markov chains [4]; the best tour is kept aside.
//
// [1] Z.-H. Fu, K.-B. Qiu, H. Zha, AAAI 35 (2021).
// [2] X. Pan et al., "Beyond the Heatmap", arXiv 2411.09238 (ICLR 2026).
// [3] D. Applegate, W. Cook, A. Rohe, INFORMS Journal on Computing 15 (2003): random-walk kicks.
// [4] O. Martin, S. W. Otto, E. W. Felten, Complex Systems 5 (1991).
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/candidates.h"
#include "core/deadline.h"
#include "core/exact_sum.h"
#include "core/metric.h"
#include "core/node_queue.h"
#include "core/rng.h"
#include "tsp/array_tour.h"
#include "tsp/edge_potential.h"
#include "tsp/fixed_edges.h"
#include "tsp/k_opt_move.h"
#include "tsp/move_search.h"

namespace cosolve::tsp {

struct MctsOptions {
    double alpha = 1;  // weight of exploration in the potential
    double beta = 1;   // how much the weights of edges learn
    MoveLimits moves;
    int walk = 20;             // steps of the random walks
    double temperature = 0.2;  // T at the beginning, in mean edge lengths
};

class Mcts {
public:
    // One weight per candidate edge. The metric must outlive the search.
    Mcts(Metric const &metric, Candidates candidates, std::vector<double> weights, FixedEdges fixed,
         std::vector<int> tour, std::uint64_t seed, MctsOptions options);
    Mcts(Mcts const &) = delete;

    // Runs until `seconds` have passed or `actions` actions were tried (negative: no such limit),
    // after bringing the tour to a local optimum, which counts as no action. Returns the actions
    // tried.
    std::int64_t run(double seconds, std::int64_t actions);

    // Tells how much of the run is over, from 0 to 1: `progress`, or the share that is done of a
    // number of actions (0: there is none), if that is more.
    void plan(std::int64_t actions, double progress) {
        planned_ = actions;
        progress_ = progress;
    }

    // The best tour found.
    double cost() const { return bestCost_.value(); }
    std::vector<int> tour() const { return stored_ ? best_ : tour_.committed(); }
    bool settled() const { return settled_; }
    std::int64_t actions() const { return potential_.actions(); }
    EdgePotential const &potential() const { return potential_; }
    Candidates const &candidates() const { return candidates_; }

private:
    using Edge = std::pair<int, int>;

    void measure();
    bool optimize(Deadline const &deadline);
    bool settle(Deadline const &deadline);
    bool improve(int node);
    bool select(std::array<int, 4> &cuts);
    int walk(int node);
    int cutAt(int node) const;
    void perturb(std::array<int, 4> const &cuts);
    void judge();
    void remember();
    double temperature() const;
    void backPropagate(double gain);

    Metric const &metric_;
    Candidates candidates_;
    FixedEdges fixed_;
    ArrayTour tour_;
    Rng rng_;
    MctsOptions options_;
    EdgePotential potential_;
    MoveSearch search_;
    Reconnection reconnection_;
    NodeQueue queue_;
    ExactSum cost_, baseline_;  // of the tour, and of the tour before the action under trial
    double epsilon_ = 0;        // smaller gains are rounding noise
    double meanEdge_ = 0;
    std::vector<Edge> added_;  // by the action under trial
    // The best tour is what the journal of the tour leads back to until it has become long.
    std::vector<int> best_;
    ExactSum bestCost_;
    std::size_t trial_ = 0;  // where the action under trial begins in the journal
    bool stored_ = false, onTrial_ = false, settled_ = false;
    std::int64_t planned_ = 0;
    double progress_ = 1;
};

}  // namespace cosolve::tsp
