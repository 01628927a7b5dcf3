// Rows of near nodes with what the features of all problems have in common: distances in units of a
// node's own, ranks, who is between two nodes, and angles by the law of cosines.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "core/metric.h"
#include "neural/features.h"

namespace cosolve::neural {

constexpr float kFar = 4.0F;  // distances in units of a node's own are cut here

inline std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

// Neighbor rows, with distances, the mean of each row, and where the way back is.
class Rows {
public:
    Rows(Metric const &metric, std::span<int const> neighbors, int k)
        : to(neighbors), k(k), nodes(metric.nodes()), length(neighbors.size()),
          mean(at(nodes), 0.0F), back(neighbors.size(), -1), listed(at(nodes), 0) {
        for (int i = 0; i < nodes; ++i) {
            double sum = 0;
            for (int r = 0; r < k; ++r) {
                length[slot(i, r)] = static_cast<float>(metric(i, to[slot(i, r)]));
                sum += length[slot(i, r)];
                ++listed[at(to[slot(i, r)])];
                back[slot(i, r)] = position(to[slot(i, r)], i);
            }
            mean[at(i)] = static_cast<float>(sum / k);
        }
        // Nodes on top of all their neighbors: any positive unit will do.
        float const whole = *std::ranges::max_element(mean);
        float const least = whole > 0 ? 1e-6F * whole : 1.0F;
        for (float &m : mean) m = std::max(m, least);
    }

    std::size_t slot(int i, int r) const { return at(i) * at(k) + at(r); }

    // Positions of a row's entries when it is ordered by distance.
    std::array<int, kMostNeighbors> byDistance(int i) const {
        std::array<int, kMostNeighbors> ranks{};
        for (int a = 0; a < k; ++a)
            for (int b = 0; b < k; ++b) {
                float const mine = length[slot(i, a)], other = length[slot(i, b)];
                ranks[at(a)] += other < mine || (other == mine && b < a);
            }
        return ranks;
    }

    std::span<int const> to;
    int k, nodes;
    std::vector<float> length, mean;
    std::vector<int> back, listed;

private:
    // Of j in the row of i, -1 if it is not there.
    int position(int i, int j) const {
        for (int r = 0; r < k; ++r)
            if (to[slot(i, r)] == j) return r;
        return -1;
    }
};

// What can be seen from one node: the distances among its neighbors.
class View {
public:
    View(Metric const &metric, Rows const &rows, int i) : rows_(rows), i_(i) {
        for (int a = 0; a < rows.k; ++a)
            for (int b = 0; b < a; ++b) {
                int const from = rows.to[rows.slot(i, a)], to = rows.to[rows.slot(i, b)];
                between_[at(a)][at(b)] = between_[at(b)][at(a)] =
                    static_cast<float>(metric(from, to));
            }
    }

    // Of the angle at the node between the ways to two neighbors.
    float cosine(int a, int b) const {
        float const x = own(a), y = own(b), z = between_[at(a)][at(b)];
        if (!(x > 0 && y > 0)) return 1.0F;
        return std::clamp((x * x + y * y - z * z) / (2 * x * y), -1.0F, 1.0F);
    }
    // Neighbors that are nearer to both ends than these are to one another.
    int inLune(int a) const {
        int count = 0;
        for (int b = 0; b < rows_.k; ++b)
            count += b != a && std::max(own(b), between_[at(a)][at(b)]) < own(a);
        return count;
    }
    // Neighbors within the ball of which the edge is a diameter.
    int inBall(int a) const {
        int count = 0;
        for (int b = 0; b < rows_.k; ++b) {
            float const x = own(b), y = between_[at(a)][at(b)];
            count += b != a && x * x + y * y < own(a) * own(a);
        }
        return count;
    }

private:
    float own(int a) const { return rows_.length[rows_.slot(i_, a)]; }

    Rows const &rows_;
    int i_;
    std::array<std::array<float, kMostNeighbors>, kMostNeighbors> between_{};
};

// Of the angles between an edge and the others of its node.
struct Cosines {
    float mean = 0.0F, least = 1.0F, mostShorter = -1.0F;
};

inline Cosines cosinesOf(View const &view, Rows const &rows, int i, int r) {
    Cosines c;
    for (int b = 0; b < rows.k; ++b) {
        if (b == r) continue;
        float const cosine = view.cosine(r, b);
        if (rows.length[rows.slot(i, b)] < rows.length[rows.slot(i, r)])
            c.mostShorter = std::max(c.mostShorter, cosine);
        c.mean += cosine;
        c.least = std::min(c.least, cosine);
    }
    if (rows.k > 1) c.mean /= static_cast<float>(rows.k - 1);
    return c;
}

}  // namespace cosolve::neural
