// Tabu search over the schedules of a flexible job shop: one walk from one schedule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/rng.h"
#include "scheduling/tabu_graph.h"

namespace cosolve::scheduling {

struct TabuOptions {
    int tenure = 10;  // iterations that a reversed arc stays so, give or take
    int window = 0;   // operations of a longest path that are looked at; 0: all
    int reach = 0;    // places on another machine that are looked at; 0: all
    int reliefs = 3;  // operations that may go to a faster machine after each move
    int outside = 0;  // places beyond its block that an operation may go to
};

class TabuWalk {
public:
    TabuWalk(TabuInstance const &instance, TabuOptions const &options, Rng &rng);

    // `weight` is that of the work which a move adds, spread over all machines, beside the length
    // of the longest path.
    void set(TabuSolution const &solution, double weight);
    double weight() const { return weight_; }
    // One move. False if there is none.
    bool step();

    TabuGraph const &graph() const { return graph_; }
    TabuSolution const &best() const { return best_; }
    // Moves since the best schedule of this walk.
    long idle() const { return iteration_ - improved_; }

private:
    struct Move {
        int v = -1;
        int to = -1;
        int behind = -1;
        Time length = 0;    // estimate of the longest path through what moves
        double burden = 0;  // change of the loads of the machines
        double score() const { return length + burden; }
    };

    void collect();
    void collectBlock(std::size_t from, std::size_t until, bool opens, bool closes);
    void collectOutside(std::size_t from, std::size_t until, bool opens, bool closes);
    void collectForward(int u, int v);
    void collectBackward(int v, int u);
    void relieve();
    void collectOtherMachines(int v);
    void collectInsertions(int v, int alternative);
    double burdenOf(int v, int alternative) const;
    void offer(Move const &move, bool tabu);
    Time estimateForward(int u, int v);
    Time estimateBackward(int v, int u);
    void remember(Move const &move);
    std::size_t slot(int a, int b) const {
        std::uint64_t const key = static_cast<std::uint64_t>(a) * 0x9e3779b97f4a7c15ULL +
                                  static_cast<std::uint64_t>(b) * 0xc2b2ae3d27d4eb4fULL;
        return static_cast<std::size_t>((key ^ (key >> 29)) * 0xbf58476d1ce4e5b9ULL >> shift_);
    }
    bool isTabu(int a, int b) const { return expiry_[slot(a, b)] > iteration_; }
    void forbid(int a, int b) { expiry_[slot(a, b)] = iteration_ + tenure_; }

    TabuInstance const *instance_;
    TabuOptions options_;
    Rng *rng_;
    TabuGraph graph_;
    TabuSolution best_;
    long iteration_ = 0;
    long improved_ = 0;
    int tenureOfWalk_ = 0;
    long tenure_ = 0;
    double weight_ = 0;
    int shift_ = 0;
    std::vector<long> expiry_;  // iteration until which what hashes here is forbidden
    std::vector<int> path_;
    std::vector<Time> heads_;  // scratch of the estimates
    Move chosen_;
    Move fallback_;  // a random tabu move, for when all are
    int ties_ = 0;
    int tabuCount_ = 0;
};

}  // namespace cosolve::scheduling
