// A vehicle routing problem as the ruin-and-recreate kernel sees it.
//
// Locations are numbered as in cosolve.problems.vrp: depots first, then clients. Limits carry the
// tolerance of the kernels, 1e-9 (1 + magnitude), so that the search compares plainly.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "core/metric.h"

namespace cosolve::vrp::rich {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A limit with the tolerance of the kernels.
inline double relaxed(double limit) {
    return limit == kInfinity || limit == -kInfinity
               ? limit
               : limit + 1e-9 * (1.0 + (limit < 0 ? -limit : limit));
}

// Vehicles that are alike.
struct Kind {
    int number = 0;
    int start = 0;
    int end = 0;  // -1: a route ends at its last client
    double fixedCost = 0, distanceCost = 1, timeCost = 0;
    double leaveEarly = 0, leaveLate = kInfinity;
    double backEarly = -kInfinity, backLate = kInfinity;
    double maxDistance = kInfinity, maxDuration = kInfinity;
    int frame = 0;  // kinds with one frame differ only in capacity, fixed and distance cost
};

// What is inserted and removed as a whole.
enum class TaskType : std::uint8_t { Single, Pair, Group };

struct Task {
    TaskType type = TaskType::Single;
    bool required = true;
    int first = 0, count = 1;  // its clients: Instance::taskClients[first, first + count)
};

// Arrays of the problem; the caller keeps matrices alive.
struct Arrays {
    int depots = 1;
    int locations = 0;
    int dimensions = 0;
    Metric const *distance = nullptr;
    Metric const *duration = nullptr;  // nullptr: the distances
    bool symmetric = true;
    std::vector<Kind> kinds;
    std::vector<double> capacity;        // kinds x dimensions
    std::vector<double> demand, pickup;  // locations x dimensions
    std::vector<double> early, late, service, release;
    std::vector<double> prize;  // cost of not visiting a location
    std::vector<Task> tasks;
    std::vector<int> taskClients;
    std::vector<double> pairLoad;  // tasks x dimensions, 0 where a task is no pair
    bool backhauls = false;
    int granularity = 40;  // places looked at for a client are those next to so many neighbors,
    std::vector<std::vector<int>> near;  // unless these are given: clients, by location, most
                                         // promising first; with them the ruin begins, too
};

// A client's place beside another one: after it or before it.
struct Beside {
    int client;
    bool after;
    double distance, travel;  // between the two, in the direction of the route
};

enum class SortKey : std::uint8_t { Demand, Far, Close, Early, Width, Late, Count };

class Instance {
public:
    explicit Instance(Arrays arrays);

    int depots, locations, dimensions;
    bool hasTime = false;  // some time matters
    bool spans = false;    // durations, costs of time or releases matter
    bool peaks = false;    // loads rise on the way
    bool limitedDistance = false;
    bool backhauls = false;
    bool symmetric = true;
    bool timeCosts = false;
    std::vector<Kind> kinds;
    std::vector<double> capacity;
    std::vector<double> demand, load, peak;  // d, p, m of one client: see loads.h
    std::vector<double> early, late, service, release, prize;
    std::vector<std::uint8_t> gives, takes;  // backhauls: has a pickup, has a demand
    std::vector<Task> tasks;
    std::vector<int> taskClients;
    std::vector<int> taskOf;  // of a location; -1: of none

    int clients() const { return locations - depots; }
    std::span<int const> clientsOf(int task) const {
        Task const &t = tasks[static_cast<std::size_t>(task)];
        return {taskClients.data() + t.first, static_cast<std::size_t>(t.count)};
    }
    double distance(int i, int j) const {
        return distances_.empty() ? (*metric_)(i, j) : distances_[index(i, j)];
    }
    // Distance between c and j in either direction; reads along the row of c if symmetric.
    double toward(int j, int c) const { return symmetric ? distance(c, j) : distance(j, c); }
    double duration(int i, int j) const {
        return sameDurations_
                   ? distance(i, j)
                   : (durations_.empty() ? (*durationMetric_)(i, j) : durations_[index(i, j)]);
    }
    double durationToward(int j, int c) const {
        return sameDurations_ ? toward(j, c) : duration(j, c);
    }
    // Whether the duration of an arc is its distance.
    bool sameDurations() const { return sameDurations_; }
    std::span<int const> near(int c) const { return row(near_, nearCount_, c); }
    // Whether locations have coordinates, along which they are then numbered.
    bool hasPoints() const { return metric_->hasPoints(); }
    // No arc from or to a client is shorter.
    double shortest(int c) const { return shortest_[static_cast<std::size_t>(c)]; }
    std::span<Beside const> places(int c) const {
        auto const i = static_cast<std::size_t>(c - depots);
        return {places_.data() + placeStart_[i], placeStart_[i + 1] - placeStart_[i]};
    }
    double key(SortKey key, int task) const {
        return keys_[static_cast<std::size_t>(key) * tasks.size() + static_cast<std::size_t>(task)];
    }

private:
    template <class T>
    std::span<T const> row(std::vector<T> const &all, int count, int c) const {
        auto const width = static_cast<std::size_t>(count);
        return {all.data() + static_cast<std::size_t>(c - depots) * width, width};
    }
    std::size_t index(int i, int j) const {
        return static_cast<std::size_t>(i) * static_cast<std::size_t>(locations) +
               static_cast<std::size_t>(j);
    }
    void copyMatrices(Arrays const &arrays);
    void makeLoads(Arrays const &arrays);
    void makeKeys();
    void findFlags(Arrays const &arrays);
    void makeNeighbors(int granularity, std::vector<std::vector<int>> const &given);
    void makePlaces(int c, std::span<int const> neighbors, std::size_t most);
    double proximity(int i, int j) const;

    Metric const *metric_, *durationMetric_;
    bool sameDurations_ = true;
    std::vector<double> distances_, durations_;
    std::vector<int> near_;
    std::vector<Beside> places_;
    std::vector<std::size_t> placeStart_;  // by client; one more
    int nearCount_ = 0;
    std::vector<double> shortest_;
    std::vector<double> keys_;
};

}  // namespace cosolve::vrp::rich
