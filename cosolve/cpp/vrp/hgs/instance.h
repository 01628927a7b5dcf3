// A capacitated vehicle routing problem as the genetic search sees it: one depot, which is location
// 0, clients 1..n, vehicles that are alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "vrp/hgs/time_segment.h"

namespace cosolve::vrp::hgs {

struct InstanceData {
    int clients = 0;
    std::vector<double> distance;          // (n + 1) x (n + 1), row by row
    std::vector<double> duration;          // likewise; empty if time plays no part
    std::vector<double> x, y;              // n + 1 each; for angles and overlaps only
    std::vector<double> demand;            // n + 1
    std::vector<double> service;           // n + 1, or empty
    std::vector<double> earliest, latest;  // n + 1 each, or empty
    double capacity = std::numeric_limits<double>::infinity();
    double maxDuration = std::numeric_limits<double>::infinity();
    int fleet = 0;  // 0: as many vehicles as wanted
    int granular = 20;
};

class Instance {
public:
    explicit Instance(InstanceData data);

    int clients() const { return data_.clients; }
    int fleet() const { return fleet_; }
    bool timed() const { return !data_.duration.empty(); }
    bool symmetric() const { return backward_.empty(); }
    double capacity() const { return data_.capacity; }
    double maxDuration() const { return data_.maxDuration; }
    double demand(int i) const { return data_.demand[index(i)]; }
    double totalDemand() const { return totalDemand_; }
    double maxDistance() const { return maxDistance_; }
    double maxDemand() const { return maxDemand_; }
    double maxTravel() const { return maxTravel_; }
    double x(int i) const { return data_.x[index(i)]; }
    double y(int i) const { return data_.y[index(i)]; }

    // Angle of a client seen from the depot; a full turn is 65536.
    int angle(int i) const { return angle_[index(i)]; }

    double distance(int i, int j) const { return from(i)[j]; }
    // Distances from a location to all, and from all to it.
    double const *from(int i) const { return &data_.distance[index(i) * stride_]; }
    double const *to(int i) const { return symmetric() ? from(i) : &backward_[index(i) * stride_]; }
    double travel(int i, int j) const { return data_.duration[index(i) * stride_ + index(j)]; }
    // The visit of a location alone; that of the depot when time plays no part is meaningless.
    TimeSegment const &visit(int i) const { return visits_[index(i)]; }

    int neighborsBegin(int i) const { return start_[index(i)]; }
    int neighborsEnd(int i) const { return start_[index(i) + 1]; }
    int neighbor(int e) const { return neighbors_[index(e)]; }

    // Differences of cost below this are taken for rounding errors.
    double tolerance() const { return 1e-8 * (1.0 + maxDistance_); }

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    double proximity(int i, int j) const;
    void setVisits();
    void setAngles();
    void setNeighbors();

    InstanceData data_;
    std::size_t stride_;
    int fleet_ = 0;
    double totalDemand_ = 0.0, maxDistance_ = 0.0, maxDemand_ = 0.0, maxTravel_ = 0.0;
    std::vector<double> backward_;  // the transposed distances, unless they are symmetric
    std::vector<TimeSegment> visits_;
    std::vector<int> angle_;
    std::vector<int> start_, neighbors_;
};

}  // namespace cosolve::vrp::hgs
