// A vehicle routing problem as the genetic search sees it: depots, clients, and vehicles of one or
// several types.
//
// Locations are numbered as in the problem, first the depots, then the clients. Every vehicle type
// has two more locations of its own: where its routes begin, and where they end. Arcs from the one
// are those from its first depot, arcs to the other those to its last depot, or nothing if routes
// are open; both bear half of the cost of using a vehicle. So a change of the depot is a change of
// the vehicle type, and no search needs to know of fixed costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "vrp/hgs/time_segment.h"

namespace cosolve::vrp::hgs {

struct VehicleData {
    double capacity = std::numeric_limits<double>::infinity();
    int number = 0;                  // 0: as many as wanted
    int start = 0, end = 0;          // depots; the end is -1 for open routes
    double fixed = 0.0, rate = 1.0;  // costs: of a vehicle, of a unit of distance
    double maxDuration = std::numeric_limits<double>::infinity();
    double opens = 0.0, closes = std::numeric_limits<double>::infinity();  // times of leaving
    double back = 0.0, due = std::numeric_limits<double>::infinity();      // times of being back
};

struct InstanceData {
    int depots = 1, clients = 0;
    std::vector<double> distance;          // between depots and clients, row by row
    std::vector<double> duration;          // likewise; empty if time plays no part
    std::vector<double> x, y;              // of depots and clients; for angles only
    std::vector<double> demand;            // likewise, those of depots are ignored
    std::vector<double> service;           // likewise, or empty
    std::vector<double> earliest, latest;  // likewise, or empty
    std::vector<VehicleData> vehicles;
    int granular = 20;                   // how many near clients of each are neighbors,
    std::vector<std::vector<int>> near;  // unless these are given: clients, by location
};

struct Vehicle {
    double capacity, maxDuration;
    double rate;     // of its distances
    int number;      // how many could be of use
    int start, end;  // locations
};

class Instance {
public:
    explicit Instance(InstanceData data);

    int clients() const { return data_.clients; }
    // Clients are the locations from `first` to the one before `end`.
    int first() const { return data_.depots; }
    int end() const { return data_.depots + data_.clients; }
    int types() const { return static_cast<int>(vehicles_.size()); }
    Vehicle const &vehicle(int type) const { return vehicles_[index(type)]; }
    bool mixed() const { return vehicles_.size() > 1; }
    // Most vehicles that are of use.
    int fleet() const { return fleet_; }
    bool timed() const { return timed_; }
    bool symmetric() const { return backward_.empty(); }
    // Of the largest vehicle; of all, if they are alike.
    double capacity() const { return capacity_; }
    double maxDuration() const { return vehicles_.front().maxDuration; }
    double demand(int i) const { return data_.demand[index(i)]; }
    double maxDistance() const { return maxDistance_; }
    double maxDemand() const { return maxDemand_; }
    double maxTravel() const { return maxTravel_; }

    // Angle of a place from where angles are measured: the depot, or the middle of the clients.
    double angle(double x, double y) const;
    double x(int i) const { return data_.x[index(i)]; }
    double y(int i) const { return data_.y[index(i)]; }

    // Unless vehicles differ in their rates, a distance is a cost.
    double distance(int i, int j) const { return from(i)[j]; }
    // Distances from a location to all, and from all to it.
    double const *from(int i) const { return &distance_[index(i) * stride_]; }
    double const *to(int i) const { return symmetric() ? from(i) : &backward_[index(i) * stride_]; }
    double travel(int i, int j) const { return duration_[index(i) * stride_ + index(j)]; }
    // The visit of a location alone; without meaning for ends of routes if time plays no part.
    TimeSegment const &visit(int i) const { return visits_[index(i)]; }

    int neighborsBegin(int i) const { return start_[index(i)]; }
    int neighborsEnd(int i) const { return start_[index(i) + 1]; }
    int neighbor(int e) const { return neighbors_[index(e)]; }

    // Differences of cost below this are taken for rounding errors.
    double tolerance() const { return 1e-8 * (1.0 + maxCost_); }

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    double &at(std::vector<double> &matrix, int i, int j) const {
        return matrix[index(i) * stride_ + index(j)];
    }
    double proximity(int i, int j) const;
    std::vector<std::vector<int>> nearest() const;
    void setVehicles();
    void setMatrices();
    void setEnds(int type, std::vector<double> const &given, std::vector<double> &matrix,
                 double half) const;
    void setExtremes();
    void setVisits();
    void setCenter();
    void setNeighbors();

    InstanceData data_;
    bool timed_;
    std::size_t given_, stride_;  // locations without and with the ends of routes
    std::vector<Vehicle> vehicles_;
    std::vector<double> distance_, duration_;
    std::vector<double> backward_;  // the transposed distances, unless they are symmetric
    int fleet_ = 0;
    double capacity_ = 0.0, maxDistance_ = 0.0, maxDemand_ = 0.0, maxTravel_ = 0.0, maxCost_ = 0.0;
    double centerX_ = 0.0, centerY_ = 0.0;
    std::vector<TimeSegment> visits_;
    std::vector<int> start_, neighbors_;
};

}  // namespace cosolve::vrp::hgs
