#include "vrp/rich/instance.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tsp/neighbors.h"

namespace cosolve::vrp::rich {

namespace {

constexpr int kMatrixLocations = 4000;  // 128 MB
constexpr int kNear = 120;              // neighbors from which strings are removed
constexpr int kPool = 400;              // nearest neighbors among which places are chosen

bool anyPositive(std::vector<double> const &values) {
    return std::any_of(values.begin(), values.end(), [](double x) { return x > 0; });
}

bool sameFrame(Kind const &a, Kind const &b) {
    return a.start == b.start && a.end == b.end && a.timeCost == b.timeCost &&
           a.leaveEarly == b.leaveEarly && a.leaveLate == b.leaveLate &&
           a.backEarly == b.backEarly && a.backLate == b.backLate &&
           a.maxDistance == b.maxDistance && a.maxDuration == b.maxDuration;
}

}  // namespace

Instance::Instance(Arrays a)
    : depots(a.depots), locations(a.locations), dimensions(a.dimensions), backhauls(a.backhauls),
      symmetric(a.symmetric), kinds(std::move(a.kinds)), capacity(std::move(a.capacity)),
      early(std::move(a.early)), late(std::move(a.late)), service(std::move(a.service)),
      release(std::move(a.release)), prize(std::move(a.prize)), tasks(std::move(a.tasks)),
      taskClients(std::move(a.taskClients)), metric_(a.distance), durationMetric_(a.duration),
      sameDurations_(a.duration == nullptr) {
    for (double &limit : late) limit = relaxed(limit);
    for (double &limit : capacity) limit = relaxed(limit);
    for (Kind &kind : kinds)
        for (double *limit :
             {&kind.leaveLate, &kind.backLate, &kind.maxDistance, &kind.maxDuration})
            *limit = relaxed(*limit);
    // Kinds that differ only in what they hold and cost share the frame of the first of them.
    for (std::size_t k = 0; k < kinds.size(); ++k) {
        std::size_t first = 0;
        while (!sameFrame(kinds[first], kinds[k])) ++first;
        kinds[k].frame = static_cast<int>(first);
    }
    taskOf.assign(static_cast<std::size_t>(locations), -1);
    for (std::size_t t = 0; t < tasks.size(); ++t)
        for (int const c : clientsOf(static_cast<int>(t)))
            taskOf[static_cast<std::size_t>(c)] = static_cast<int>(t);
    copyMatrices(a);
    makeLoads(a);
    findFlags(a);
    makeKeys();
    if (clients() > 0) makeNeighbors(a.granularity, a.near);
}

void Instance::copyMatrices(Arrays const &a) {
    auto const dense = [&](Metric const &metric) {
        std::vector<double> all(static_cast<std::size_t>(locations) *
                                static_cast<std::size_t>(locations));
        for (int i = 0; i < locations; ++i)
            for (int j = 0; j < locations; ++j) all[index(i, j)] = metric(i, j);
        return all;
    };
    if (locations > kMatrixLocations) return;
    distances_ = dense(*a.distance);
    if (a.duration != nullptr) durations_ = dense(*a.duration);
}

void Instance::makeLoads(Arrays const &a) {
    auto const size = static_cast<std::size_t>(locations) * static_cast<std::size_t>(dimensions);
    demand = a.demand;
    load = a.pickup;
    peak.assign(size, 0.0);
    gives.assign(static_cast<std::size_t>(locations), 0);
    takes.assign(static_cast<std::size_t>(locations), 0);
    for (std::size_t i = 0; i < size; ++i) {
        peak[i] = std::max(demand[i], load[i]);
        auto const at = i / static_cast<std::size_t>(dimensions);
        if (load[i] > 0) gives[at] = 1;
        if (demand[i] > 0) takes[at] = 1;
    }
    peaks = anyPositive(load);
    auto const d = static_cast<std::size_t>(dimensions);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        if (tasks[t].type != TaskType::Pair) continue;
        auto const pair = clientsOf(static_cast<int>(t));
        for (std::size_t k = 0; k < d; ++k) {
            double const amount = a.pairLoad[t * d + k];
            load[static_cast<std::size_t>(pair[0]) * d + k] = amount;
            peak[static_cast<std::size_t>(pair[0]) * d + k] = amount;
            load[static_cast<std::size_t>(pair[1]) * d + k] = -amount;
            if (amount > 0) peaks = true;
        }
    }
}

void Instance::findFlags(Arrays const &) {
    double leave = kInfinity;
    for (Kind const &kind : kinds) {
        if (kind.number <= 0) continue;
        leave = std::min(leave, kind.leaveEarly);
        if (kind.backLate < kInfinity) hasTime = true;
        if (kind.timeCost != 0) spans = timeCosts = true;
        if (kind.maxDuration < kInfinity) spans = true;
        if (kind.maxDistance < kInfinity) limitedDistance = true;
    }
    for (int c = depots; c < locations; ++c) {
        auto const i = static_cast<std::size_t>(c);
        if (late[i] < kInfinity) hasTime = true;
        if (release[i] > leave) spans = true;
    }
    if (spans) hasTime = true;
}

void Instance::makeKeys() {
    auto const count = static_cast<std::size_t>(SortKey::Count);
    keys_.assign(count * tasks.size(), 0.0);
    std::vector<double> largest(static_cast<std::size_t>(dimensions), 0.0);
    auto const d = static_cast<std::size_t>(dimensions);
    for (std::size_t i = 0; i < capacity.size(); ++i)
        if (capacity[i] < kInfinity) largest[i % d] = std::max(largest[i % d], capacity[i]);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        auto const set = [&](SortKey key, double value) {
            keys_[static_cast<std::size_t>(key) * tasks.size() + t] = value;
        };
        int const c = taskClients[static_cast<std::size_t>(tasks[t].first)];
        auto const i = static_cast<std::size_t>(c);
        double size = 0, depot = kInfinity;
        for (std::size_t k = 0; k < d; ++k)
            if (largest[k] > 0) size += (demand[i * d + k] + load[i * d + k]) / largest[k];
        for (Kind const &kind : kinds)
            if (kind.number > 0) depot = std::min(depot, distance(kind.start, c));
        double const first = std::isfinite(early[i]) ? early[i] : -1e300;
        double const last = late[i] < kInfinity ? late[i] : 1e300;
        set(SortKey::Demand, -size);
        set(SortKey::Far, -depot);
        set(SortKey::Close, depot);
        set(SortKey::Early, first);
        set(SortKey::Width, last - first);
        set(SortKey::Late, -last);
    }
}

// How well j follows i [Vidal et al., Computers & Operations Research 40 (2013), section 4.5]: the
// distance, and a share of the time that is waited at least.
double Instance::proximity(int i, int j) const {
    double value = distance(i, j);
    if (!hasTime) return value;
    auto const a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
    double const travel = service[a] + duration(i, j);
    if (early[a] + travel > late[b]) return kInfinity;
    double const wait = early[b] - late[a] - travel;
    return wait > 0 ? value + 0.2 * wait : value;
}

void Instance::makeNeighbors(int granularity, std::vector<std::vector<int>> const &given) {
    int const others = clients() - 1;
    int const most = locations > kMatrixLocations ? kNear : std::max(kPool, 4 * granularity);
    int const pool = std::min(others, most);
    int const all = std::min(locations - 1, pool + depots);
    auto const nearest = tsp::kNearest(*metric_, all);
    nearCount_ = std::min(others, kNear);
    near_.reserve(static_cast<std::size_t>(clients()) * static_cast<std::size_t>(nearCount_));
    placeStart_.assign(1, 0);
    std::vector<std::vector<int>> beside(given.empty() ? 0 : static_cast<std::size_t>(locations));
    for (std::size_t c = 0; c < given.size(); ++c) {  // either of two clients may name the other
        for (int const v : given[c]) {
            beside[c].push_back(v);
            beside[static_cast<std::size_t>(v)].push_back(static_cast<int>(c));
        }
    }
    std::vector<int> near, first;
    shortest_.assign(static_cast<std::size_t>(locations), 0.0);
    for (int c = depots; c < locations; ++c) {
        auto const i = static_cast<std::size_t>(c);
        near.clear();
        for (std::size_t e = 0; e < static_cast<std::size_t>(all); ++e) {
            int const v = nearest[i * static_cast<std::size_t>(all) + e];
            if (v >= depots && static_cast<int>(near.size()) < pool) near.push_back(v);
        }
        if (given.empty()) {
            near_.insert(near_.end(), near.begin(), near.begin() + nearCount_);
            makePlaces(c, near, static_cast<std::size_t>(2 * std::min(pool, granularity)));
        } else {
            first = given[i];
            for (int const v : near)
                if (std::find(given[i].begin(), given[i].end(), v) == given[i].end())
                    first.push_back(v);
            first.resize(static_cast<std::size_t>(nearCount_));
            near_.insert(near_.end(), first.begin(), first.end());
            auto &list = beside[i];
            std::sort(list.begin(), list.end());
            list.erase(std::unique(list.begin(), list.end()), list.end());
            makePlaces(c, list, 2 * list.size());
        }
        double least = kInfinity;
        for (int const v : near) least = std::min({least, distance(v, c), distance(c, v)});
        for (Kind const &kind : kinds) {
            least = std::min(least, distance(kind.start, c));
            least = std::min(least, kind.end < 0 ? 0.0 : distance(c, kind.end));
        }
        shortest_[i] = least;
    }
}

// The places of a client: after and before its neighbors, as many as asked for, the best first.
void Instance::makePlaces(int c, std::span<int const> neighbors, std::size_t most) {
    std::vector<std::pair<double, Beside>> ranked;
    for (int const v : neighbors) {
        ranked.push_back({proximity(v, c), {v, true, 0, 0}});
        ranked.push_back({proximity(c, v), {v, false, 0, 0}});
    }
    auto const less = [](auto const &a, auto const &b) { return a.first < b.first; };
    std::stable_sort(ranked.begin(), ranked.end(), less);
    for (std::size_t k = 0; k < most; ++k) {
        Beside place = ranked[k].second;
        int const from = place.after ? place.client : c, to = place.after ? c : place.client;
        place.distance = distance(from, to);
        place.travel = duration(from, to);
        places_.push_back(place);
    }
    placeStart_.push_back(places_.size());
}

}  // namespace cosolve::vrp::rich
