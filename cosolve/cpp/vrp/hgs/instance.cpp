#include "vrp/hgs/instance.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cosolve::vrp::hgs {

namespace {

// Clients that are visited one after the other wait and are late at these prices when the
// neighbors are chosen (Vidal et al. 2013, section 4.4; weights of Kool et al. 2022).
constexpr double kWaitWeight = 0.2;
constexpr double kWarpWeight = 1.0;

double const kPi = std::acos(-1.0);

}  // namespace

Instance::Instance(InstanceData data) : data_(std::move(data)), stride_(index(data_.clients) + 1) {
    int const n = data_.clients;
    fleet_ = data_.fleet > 0 ? std::min(data_.fleet, n) : n;
    bool symmetric = true;
    for (int i = 0; i <= n; ++i) {
        for (int j = 0; j <= n; ++j) {
            if (i == j) continue;
            maxDistance_ = std::max(maxDistance_, std::abs(distance(i, j)));
            if (timed()) maxTravel_ = std::max(maxTravel_, travel(i, j));
            if (distance(i, j) != distance(j, i)) symmetric = false;
        }
        if (i > 0) {
            totalDemand_ += demand(i);
            maxDemand_ = std::max(maxDemand_, demand(i));
        }
    }
    if (!symmetric) {
        backward_.resize(data_.distance.size());
        for (std::size_t i = 0; i < stride_; ++i)
            for (std::size_t j = 0; j < stride_; ++j)
                backward_[j * stride_ + i] = data_.distance[i * stride_ + j];
    }
    setVisits();
    setAngles();
    setNeighbors();
}

void Instance::setVisits() {
    visits_.resize(stride_);
    double const never = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < stride_; ++i) {
        visits_[i].duration = data_.service.empty() ? 0.0 : data_.service[i];
        visits_[i].earliest = data_.earliest.empty() ? 0.0 : data_.earliest[i];
        visits_[i].latest = data_.latest.empty() ? never : data_.latest[i];
    }
    visits_[0].duration = 0.0;
}

void Instance::setAngles() {
    angle_.assign(stride_, 0);
    for (int i = 1; i <= data_.clients; ++i) {
        double const turn = std::atan2(y(i) - y(0), x(i) - x(0)) / (2.0 * kPi);
        angle_[index(i)] = static_cast<int>(std::floor(turn * 65536.0)) & 0xffff;
    }
}

double Instance::proximity(int i, int j) const {
    double near = distance(i, j);
    if (timed()) {
        auto const &a = visit(i), &b = visit(j);
        double const offset = a.duration + travel(i, j);
        double const wait = std::max(b.earliest - offset - a.latest, 0.0);
        double const warp = std::max(a.earliest + offset - b.latest, 0.0);
        near += kWaitWeight * wait + kWarpWeight * warp;
    }
    return near;
}

// The nearest `granular` clients of each, made symmetric.
void Instance::setNeighbors() {
    int const n = data_.clients, k = std::min(data_.granular, n - 1);
    std::vector<std::vector<int>> lists(stride_);
    std::vector<std::pair<double, int>> order;
    for (int i = 1; i <= n; ++i) {
        order.clear();
        for (int j = 1; j <= n; ++j)
            if (j != i) order.emplace_back(std::min(proximity(i, j), proximity(j, i)), j);
        if (k < static_cast<int>(order.size()))
            std::nth_element(order.begin(), order.begin() + k, order.end());
        for (int e = 0; e < k; ++e) {
            lists[index(i)].push_back(order[index(e)].second);
            lists[index(order[index(e)].second)].push_back(i);
        }
    }
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
