#include <algorithm>
#include <cmath>
#include <cstddef>

#include "neural/features.h"
#include "neural/rows.h"
#include "tsp/neighbors.h"

namespace cosolve::neural {

namespace {

constexpr float kMostClients = 4.0F;  // logarithm of how many a vehicle serves, cut here

float mean(std::span<double const> values) {
    double sum = 0;
    for (double const value : values) sum += value;
    return static_cast<float>(sum / static_cast<double>(values.size()));
}

// Clients as their rows, their distances to the depot and their loads show them.
struct Clients {
    Rows const &rows;
    std::span<double const> depot, load;
    float meanDepot, meanLoad;

    float toDepot(int i) const { return static_cast<float>(depot[at(i)]); }
    float loadOf(int i) const { return static_cast<float>(load[at(i)]); }
    // Of what two routes to two clients cost, the share saved by one to both.
    float saving(int i, int j, float apart) const {
        float const both = toDepot(i) + toDepot(j);
        return both > 0 ? std::clamp(1.0F - apart / both, -1.0F, 1.0F) : 0.0F;
    }
};

// Cosine of the angle opposite the third side of a triangle.
float cosineOf(float a, float b, float opposite) {
    if (!(a > 0 && b > 0)) return 1.0F;
    return std::clamp((a * a + b * b - opposite * opposite) / (2 * a * b), -1.0F, 1.0F);
}

void describeNode(Clients const &clients, int i, float *out) {
    Rows const &rows = clients.rows;
    auto const k = static_cast<float>(rows.k);
    float around = 0, returned = 0, loads = 0;
    for (int r = 0; r < rows.k; ++r) {
        int const j = rows.to[rows.slot(i, r)];
        around += rows.mean[at(j)];
        loads += clients.loadOf(j);
        returned += rows.back[rows.slot(i, r)] >= 0 ? 1.0F : 0.0F;
    }
    float const unit = rows.mean[at(i)], away = clients.toDepot(i);
    out[0] = std::clamp(std::log(unit * k / around), -3.0F, 3.0F);
    out[1] = std::min(static_cast<float>(rows.listed[at(i)]) / k, 3.0F);
    out[2] = returned / k;
    out[3] = std::log(std::clamp(away / unit, 0.1F, 1e3F));
    out[4] = clients.meanDepot > 0 ? std::min(away / clients.meanDepot, kFar) : 1.0F;
    out[5] = clients.loadOf(i);
    out[6] = loads / k;
    out[7] = clients.meanLoad > 0 ? std::clamp(-std::log(clients.meanLoad), 0.0F, kMostClients)
                                  : kMostClients;
}

// How many edges of the row save more.
std::array<int, kMostNeighbors> bySaving(Clients const &clients, int i) {
    Rows const &rows = clients.rows;
    std::array<float, kMostNeighbors> saved{};
    for (int r = 0; r < rows.k; ++r) {
        std::size_t const s = rows.slot(i, r);
        saved[at(r)] = clients.toDepot(rows.to[s]) - rows.length[s];  // less what is the same
    }
    std::array<int, kMostNeighbors> ranks{};
    for (int a = 0; a < rows.k; ++a)
        for (int b = 0; b < rows.k; ++b)
            ranks[at(a)] += saved[at(b)] > saved[at(a)] || (saved[at(b)] == saved[at(a)] && b < a);
    return ranks;
}

void describeEdges(Metric const &metric, Clients const &clients, int i, float *out) {
    Rows const &rows = clients.rows;
    View const view(metric, rows, i);
    auto const k = static_cast<float>(rows.k);
    float const unit = rows.mean[at(i)], away = clients.toDepot(i);
    auto const saving = bySaving(clients, i);
    for (int r = 0; r < rows.k; ++r, out += kRouteEdgeFeatures) {
        std::size_t const s = rows.slot(i, r);
        int const j = rows.to[s], back = rows.back[s];
        float const length = rows.length[s], there = clients.toDepot(j);
        Cosines const cosines = cosinesOf(view, rows, i, r);
        out[0] = std::min(length / unit, kFar);
        out[1] = std::min(length / rows.mean[at(j)], kFar);
        out[2] = static_cast<float>(r) / k;
        out[3] = back >= 0 ? static_cast<float>(back) / k : 1.2F;
        out[4] = back >= 0 ? 1.0F : 0.0F;
        out[5] = static_cast<float>(view.inLune(r)) / k;
        out[6] = static_cast<float>(view.inBall(r)) / k;
        out[7] = cosines.mean;
        out[8] = cosines.least;
        out[9] = cosines.mostShorter;
        out[10] = clients.saving(i, j, length);
        out[11] = cosineOf(away, there, length);  // at the depot
        out[12] = cosineOf(away, length, there);  // at the client
        out[13] = std::clamp((there - away) / unit, -kFar, kFar);
        out[14] = clients.loadOf(j);
        out[15] = std::min(clients.loadOf(i) + clients.loadOf(j), 2.0F);
        out[16] = clients.meanDepot > 0 ? std::min(there / clients.meanDepot, kFar) : 1.0F;
        out[17] = static_cast<float>(saving[at(r)]) / k;
    }
}

}  // namespace

Features routeFeatures(Metric const &metric, int k, std::span<double const> toDepot,
                       std::span<double const> load) {
    k = std::min(k, metric.nodes() - 1);
    Features features{k, tsp::kNearest(metric, k), {}, {}, {}, {}};
    Rows const rows(metric, features.neighbors, k);
    Clients const clients{rows, toDepot, load, mean(toDepot), mean(load)};
    features.node.resize(at(rows.nodes) * kRouteNodeFeatures);
    features.edge.resize(rows.to.size() * kRouteEdgeFeatures);
    for (int i = 0; i < rows.nodes; ++i) {
        describeNode(clients, i, &features.node[at(i) * kRouteNodeFeatures]);
        describeEdges(metric, clients, i, &features.edge[rows.slot(i, 0) * kRouteEdgeFeatures]);
    }
    return features;
}

}  // namespace cosolve::neural
