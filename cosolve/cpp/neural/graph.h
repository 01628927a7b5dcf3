// What a network is applied to: a graph in which every node has equally many neighbors, and
// features.
#pragma once

#include <cstddef>
#include <span>

namespace cosolve::neural {

struct Graph {
    std::size_t nodes, neighbors;
    int const *neighbor;  // nodes x neighbors; no node names itself, or another twice

    std::span<int const> row(std::size_t node) const {
        return {neighbor + node * neighbors, neighbors};
    }
};

// Throws std::invalid_argument where that does not hold or a neighbor is out of range.
void checkGraph(Graph const &graph);

// Where features come from: whole arrays, or a kernel that makes them when they are needed. Called
// from several threads at a time.
class FeatureSource {
public:
    virtual ~FeatureSource() = default;
    // One row for each of the nodes, one after the other.
    virtual void nodeRows(std::span<int const> nodes, float *rows) const = 0;
    // One row for each neighbor of each of the nodes.
    virtual void edgeRows(std::span<int const> nodes, float *rows) const = 0;
};

}  // namespace cosolve::neural
