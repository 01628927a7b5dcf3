// The network on a part of the graph: consecutive nodes and all that their results depend on.
//
// What L layers make of a node depends on the nodes that L steps lead to. A tile finds those by
// breadth-first search, so that nodes fewer steps away come first, and computes every layer for the
// nodes later ones need: the results are exactly those on the whole graph, in the memory of a part.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "neural/graph.h"
#include "neural/network.h"
#include "neural/primitives.h"

namespace cosolve::neural {

// Scores by node, or by node and neighbor; empty where the network has no such head.
struct Scores {
    std::vector<float> edge, together, penalty;
};

// Numbers that are written before they are read.
class Buffer {
public:
    void reserve(std::size_t size);
    float *data() { return values_.get(); }

private:
    std::unique_ptr<float[]> values_;
    std::size_t size_ = 0;
};

// The memory of one thread, used for one tile after another.
class Tile {
public:
    Tile(Network const &network, Primitives const &primitives, Graph const &graph,
         FeatureSource const &features);

    // Scores of the nodes from `first` to before `last`. Returns early, with scores missing, once
    // `cancelled` is set.
    void run(std::size_t first, std::size_t last, Scores &scores,
             std::atomic<bool> const &cancelled);

private:
    void gather(std::size_t first, std::size_t last);
    void visit(std::size_t node);
    void embed();
    void applyLayer(std::size_t l);
    void scoreRows(Head const &head, float const *rows, std::size_t count, float *scores);
    std::size_t reach(std::size_t steps) const { return reach_[steps]; }

    Network const &network_;
    Primitives const &primitives_;
    Graph const &graph_;
    FeatureSource const &features_;
    std::atomic<bool> const *cancelled_ = nullptr;
    std::size_t blockNodes_, blockEdges_;

    std::vector<int> local_;           // by node of the graph: its number here, or -1
    std::vector<int> nodes_;           // by number here: the node of the graph
    std::vector<int> neighbor_;        // rows of the nodes that are updated, by numbers here
    std::vector<std::size_t> reach_;   // nodes at most so many steps away
    Buffer x_, e_, passed_;            // of all nodes here
    Buffer own_, turned_, features0_;  // of one block
};

}  // namespace cosolve::neural
