// The clients nearest to every client, by proximity or by savings.
#pragma once

#include <span>
#include <vector>

#include "core/metric.h"
#include "vrp/proximity.h"

namespace cosolve::vrp {

struct NearClientsInput {
    Metric const *distance = nullptr;  // between locations, the first of which are depots
    Metric const *duration = nullptr;  // nullptr: the distances
    int depots = 1;
    std::vector<Timing> timing;  // of every location; empty: time plays no part
    // A client farther from its depot by d counts as nearer by `outward` d: vehicles go out and
    // come back, and to visit one client on the way to another costs little (Clarke, Wright 1964).
    double outward = 0.0;
};

// Rows of min(k, clients - 1) locations for every client, the first the best. The better of the two
// directions counts; of equals those next in the numbering come first.
std::vector<int> nearClients(NearClientsInput const &input, int k);

}  // namespace cosolve::vrp
