#include "vrp/hgs/instance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "vrp/proximity.h"

namespace cosolve::vrp::hgs {

Instance::Instance(InstanceData data)
    : data_(std::move(data)), timed_(!data_.duration.empty()),
      given_(index(data_.depots + data_.clients)), stride_(given_ + 2 * data_.vehicles.size()) {
    setVehicles();
    setMatrices();
    setExtremes();
    setVisits();
    setCenter();
    setNeighbors();
}

void Instance::setVehicles() {
    auto const &rows = data_.vehicles;
    // A rate that all have in common becomes a part of the distances.
    double const common = rows.front().rate;
    bool const alike =
        std::all_of(rows.begin(), rows.end(), [&](auto const &v) { return v.rate == common; });
    std::int64_t fleet = 0;
    for (auto const &row : rows) {
        int const ends = end() + 2 * static_cast<int>(vehicles_.size());
        int const number = row.number > 0 ? std::min(row.number, data_.clients) : data_.clients;
        double const rate = alike ? 1.0 : row.rate;
        vehicles_.push_back({row.capacity, row.maxDuration, rate, number, ends, ends + 1});
        fleet += number;
        capacity_ = std::max(capacity_, row.capacity);
    }
    fleet_ = static_cast<int>(std::min<std::int64_t>(fleet, data_.clients));
    if (alike)
        for (double &d : data_.distance) d *= common;
}

void Instance::setMatrices() {
    distance_.assign(stride_ * stride_, 0.0);
    if (timed()) duration_.assign(stride_ * stride_, 0.0);
    for (std::size_t i = 0; i < given_; ++i) {
        for (std::size_t j = 0; j < given_; ++j) {
            distance_[i * stride_ + j] = data_.distance[i * given_ + j];
            if (timed()) duration_[i * stride_ + j] = data_.duration[i * given_ + j];
        }
    }
    for (int t = 0; t < types(); ++t) {
        double const half = 0.5 * data_.vehicles[index(t)].fixed / vehicle(t).rate;
        setEnds(t, data_.distance, distance_, half);
        if (timed()) setEnds(t, data_.duration, duration_, 0.0);
    }
    data_.distance = {};
    data_.duration = {};
    bool symmetric = true;
    for (std::size_t i = index(first()); i < stride_ && symmetric; ++i)
        for (std::size_t j = index(first()); j < i && symmetric; ++j)
            symmetric = distance_[i * stride_ + j] == distance_[j * stride_ + i];
    if (symmetric) return;
    backward_.resize(distance_.size());
    for (std::size_t i = 0; i < stride_; ++i)
        for (std::size_t j = 0; j < stride_; ++j)
            backward_[j * stride_ + i] = distance_[i * stride_ + j];
}

// Arcs at both ends of routes of a type. Arcs to the start and from the end are no parts of routes;
// they are what becomes of arcs of a route when it is turned around.
void Instance::setEnds(int type, std::vector<double> const &given, std::vector<double> &matrix,
                       double half) const {
    auto const &row = data_.vehicles[index(type)];
    auto const &ends = vehicles_[index(type)];
    for (int i = first(); i < end(); ++i) {
        double const out = given[index(row.start) * given_ + index(i)] + half;
        double const in = (row.end < 0 ? 0.0 : given[index(i) * given_ + index(row.end)]) + half;
        at(matrix, ends.start, i) = at(matrix, ends.end, i) = out;
        at(matrix, i, ends.start) = at(matrix, i, ends.end) = in;
    }
}

void Instance::setExtremes() {
    double dearest = 0.0;
    for (auto const &vehicle : vehicles_) dearest = std::max(dearest, vehicle.rate);
    for (int i = first(); i < static_cast<int>(stride_); ++i) {
        for (int j = first(); j < static_cast<int>(stride_); ++j) {
            if (i == j) continue;
            maxDistance_ = std::max(maxDistance_, std::abs(distance(i, j)));
            if (timed()) maxTravel_ = std::max(maxTravel_, travel(i, j));
        }
    }
    maxCost_ = dearest * maxDistance_;
    for (int i = first(); i < end(); ++i) maxDemand_ = std::max(maxDemand_, demand(i));
}

void Instance::setVisits() {
    visits_.resize(stride_);
    double const never = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < given_; ++i) {
        visits_[i].duration = data_.service.empty() ? 0.0 : data_.service[i];
        visits_[i].earliest = data_.earliest.empty() ? 0.0 : data_.earliest[i];
        visits_[i].latest = data_.latest.empty() ? never : data_.latest[i];
    }
    for (std::size_t t = 0; t < vehicles_.size(); ++t) {
        auto const &row = data_.vehicles[t];
        visits_[index(vehicles_[t].start)] = {0.0, 0.0, row.opens, row.closes};
        visits_[index(vehicles_[t].end)] = {0.0, 0.0, row.back, row.due};
    }
}

void Instance::setCenter() {
    auto const &rows = data_.vehicles;
    bool const one = std::all_of(rows.begin(), rows.end(),
                                 [&](auto const &v) { return v.start == rows.front().start; });
    int const from = one ? rows.front().start : first();
    int const until = one ? from + 1 : end();
    for (int i = from; i < until; ++i) {
        centerX_ += x(i) / (until - from);
        centerY_ += y(i) / (until - from);
    }
}

double Instance::angle(double x, double y) const {
    return std::atan2(y - centerY_, x - centerX_);
}

double Instance::proximity(int i, int j) const {
    if (!timed()) return distance(i, j);
    auto const &a = visit(i), &b = visit(j);
    return vrp::proximity(distance(i, j), travel(i, j), {a.duration, a.earliest, a.latest},
                          {b.duration, b.earliest, b.latest});
}

// The nearest `granular` clients of each.
std::vector<std::vector<int>> Instance::nearest() const {
    int const k = std::min(data_.granular, data_.clients - 1);
    std::vector<std::vector<int>> lists(stride_);
    std::vector<std::pair<double, int>> order;
    for (int i = first(); i < end(); ++i) {
        order.clear();
        for (int j = first(); j < end(); ++j)
            if (j != i) order.emplace_back(std::min(proximity(i, j), proximity(j, i)), j);
        if (k < static_cast<int>(order.size()))
            std::nth_element(order.begin(), order.begin() + k, order.end());
        for (int e = 0; e < k; ++e) lists[index(i)].push_back(order[index(e)].second);
    }
    return lists;
}

// The neighbors that were given, else the nearest; made symmetric, in order of distance.
void Instance::setNeighbors() {
    auto lists = data_.near.empty() ? nearest() : std::move(data_.near);
    lists.resize(stride_);
    data_.near = {};
    auto const chosen = lists;
    for (int i = first(); i < end(); ++i)
        for (int const j : chosen[index(i)]) lists[index(j)].push_back(i);
    start_.assign(stride_ + 1, 0);
    for (std::size_t i = 0; i < stride_; ++i) {
        auto &list = lists[i];
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        double const *row = from(static_cast<int>(i));
        std::stable_sort(list.begin(), list.end(), [row](int a, int b) { return row[a] < row[b]; });
        neighbors_.insert(neighbors_.end(), list.begin(), list.end());
        start_[i + 1] = static_cast<int>(neighbors_.size());
    }
}

}  // namespace cosolve::vrp::hgs
