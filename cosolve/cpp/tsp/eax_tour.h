// One individual of the EAX population: a tour as array, inverse array and neighbor pairs.
#pragma once

#include <cstddef>
#include <vector>

#include "core/metric.h"

namespace cosolve::tsp {

// The two tour neighbors of a node, smaller first: equal pairs compare equal, so the nodes at
// which two tours differ are found by one linear scan.
struct NeighborPair {
    int low;
    int high;

    bool operator==(NeighborPair const &) const = default;
    bool contains(int node) const { return low == node || high == node; }
    void replace(int old, int with) {
        int const kept = low == old ? high : low;
        *this = kept < with ? NeighborPair{kept, with} : NeighborPair{with, kept};
    }
};

struct EaxTour {
    std::vector<int> order;              // node at a position
    std::vector<int> position;           // position of a node
    std::vector<NeighborPair> neighbor;  // of a node
    double cost = 0;

    int size() const { return static_cast<int>(order.size()); }
    int nodeAt(int p) const { return order[static_cast<std::size_t>(p)]; }
    int positionOf(int node) const { return position[static_cast<std::size_t>(node)]; }
    int after(int p) const { return p + 1 == size() ? 0 : p + 1; }
    int before(int p) const { return p == 0 ? size() - 1 : p - 1; }

    void assign(int const *nodes, int n) {
        order.assign(nodes, nodes + n);
        position.resize(order.size());
        neighbor.resize(order.size());
        for (int p = 0; p < n; ++p) {
            int const a = nodeAt(before(p)), b = nodeAt(after(p));
            position[static_cast<std::size_t>(nodeAt(p))] = p;
            neighbor[static_cast<std::size_t>(nodeAt(p))] =
                a < b ? NeighborPair{a, b} : NeighborPair{b, a};
        }
    }

    double length(Metric const &metric) const {
        double sum = 0;
        for (int p = 0; p < size(); ++p) sum += metric(nodeAt(p), nodeAt(after(p)));
        return sum;
    }
};

}  // namespace cosolve::tsp
