// SWAP*: two clients of two routes change routes, each goes to its best place (Vidal 2022, section
// 3.3). The best place is one of the three best of the whole route, or where the other client was.
#include <algorithm>
#include <limits>

#include "vrp/hgs/local_search.h"
#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

namespace {

// Nearest neighbors of a client that tell which routes are near it.
constexpr int kNear = 10;
constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

template <bool Timed, bool Mixed>
typename LocalSearch<Timed, Mixed>::Places &LocalSearch<Timed, Mixed>::places(int r, int i) {
    auto &row = places_[index(r)];
    if (row.empty()) row.resize(index(firstEnd_));
    return row[index(i)];
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::findPlaces(int r, int i) {
    auto &best = places(r, i);
    if (best.known > changed(r)) return;
    best.known = clock_ + 1;
    best.cost = {kNever, kNever, kNever};
    best.after = {-1, -1, -1};
    double const *to = instance_.to(i), *from = instance_.from(i);
    auto const &stops = route(r).stops;
    double leave = to[stops.front().location];
    int const last = node(route(r).last).location;
    for (std::size_t at = 0; at < stops.size(); ++at) {
        int const next = at + 1 < stops.size() ? stops[at + 1].location : last;
        double const cost = leave + from[next] - stops[at].length;
        leave = to[next];
        if (cost >= best.cost[2]) continue;
        std::size_t k = 2;
        for (; k > 0 && cost < best.cost[k - 1]; --k) {
            best.cost[k] = best.cost[k - 1];
            best.after[k] = best.after[k - 1];
        }
        best.cost[k] = cost;
        best.after[k] = stops[at].node;
    }
}

// Least change of distance when client i enters a route that `out` leaves.
template <bool Timed, bool Mixed>
inline double LocalSearch<Timed, Mixed>::insertionInstead(int i, int out, Places const &best,
                                                          int &after) const {
    int const p = node(out).previous, next = node(out).next;
    double const *from = instance_.from(i);
    after = p;
    double least = instance_.to(i)[node(p).location] + from[node(next).location] - node(p).length -
                   node(out).length + node(out).saving;
    for (std::size_t k = 0; k < 3 && best.after[k] >= 0; ++k) {
        if (best.cost[k] >= least) break;
        if (best.after[k] != p && best.after[k] != out) {
            least = best.cost[k];
            after = best.after[k];
            break;
        }
    }
    return least;
}

// Penalty for time of the route of u when v takes its place or another one.
template <bool Timed, bool Mixed>
double LocalSearch<Timed, Mixed>::exchangeTime(int u, int v, int afterV) const {
    if constexpr (!Timed) return 0.0;
    int const p = node(u).previous, x = node(u).next;
    if (v == 0) return closed(upTo_[index(p)], p, x);
    if (afterV == p) return closed(append(upTo_[index(p)], p, v), v, x);
    int const rest = node(afterV).next;
    if (node(afterV).position < node(u).position) {
        auto time = appendAll(append(upTo_[index(afterV)], afterV, v), v, rest, u);
        return closed(time, p, x);
    }
    auto time = appendAll(upTo_[index(p)], p, x, rest);
    return closed(append(time, afterV, v), v, rest);
}

// One of the clients of route a is put into route b, wherever that is best.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryMoveInto(int a, int b, std::vector<int> const &clients,
                                            Exchange &best) {
    double const slack = route(a).penalty + route(b).penalty;
    double const capacityA = capacity(a), capacityB = capacity(b);
    double const rateA = rate(a), rateB = rate(b);
    for (int u : clients) {
        auto const &place = places(b, u);
        double delta = rateB * place.cost[0] - rateA * node(u).saving - slack;
        if (delta >= best.delta) continue;
        delta += loadPenalty(route(a).load - node(u).demand, capacityA) +
                 loadPenalty(route(b).load + node(u).demand, capacityB);
        if (delta >= best.delta) continue;
        int const after = place.after[0];
        if constexpr (Timed) {
            delta += exchangeTime(u, 0, 0);
            if (delta >= best.delta) continue;
            delta += closed(append(upTo_[index(after)], after, u), u, node(after).next);
            if (delta >= best.delta) continue;
        }
        best = {u, 0, after, 0, delta};
    }
}

// Finds the clients of a route with neighbors in routes of higher number, where one of the two
// routes has changed. Only those can gain from being exchanged.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::findNear(int a, std::int64_t tested) {
    for (int r : nearRoutes_) {
        nearHere_[index(r)].clear();
        nearThere_[index(r)].clear();
    }
    nearRoutes_.clear();
    ++nearSearches_;
    for (int u = node(route(a).first).next; u != route(a).last; u = node(u).next) {
        int const end = std::min(instance_.neighborsEnd(u), instance_.neighborsBegin(u) + kNear);
        for (int e = instance_.neighborsBegin(u); e < end; ++e) {
            int const v = instance_.neighbor(e), r = routeOf_[index(v)];
            if (r <= a || std::max(changed(a), changed(r)) <= tested) continue;
            auto &here = nearHere_[index(r)];
            if (here.empty()) nearRoutes_.push_back(r);
            if (here.empty() || here.back() != u) here.push_back(u);
            if (seenFor_[index(v)] == nearSearches_) continue;
            seenFor_[index(v)] = nearSearches_;
            nearThere_[index(r)].push_back(v);
        }
    }
}

template <bool Timed, bool Mixed>
typename LocalSearch<Timed, Mixed>::Exchange LocalSearch<Timed, Mixed>::bestExchange(int a, int b) {
    auto const &here = nearHere_[index(b)], &there = nearThere_[index(b)];
    double const slack = route(a).penalty + route(b).penalty;
    double const loadA = route(a).load, loadB = route(b).load;
    double const capacityA = capacity(a), capacityB = capacity(b);
    double const rateA = rate(a), rateB = rate(b);
    Exchange best;
    best.delta = -tolerance_;
    for (int u : here) {
        auto const &placesU = places(b, u);
        double const without = -rateA * node(u).saving - slack;
        for (int v : there) {
            double const shift = node(v).demand - node(u).demand;
            double delta = without - rateB * node(v).saving +
                           loadPenalty(loadA + shift, capacityA) +
                           loadPenalty(loadB - shift, capacityB);
            if (delta >= best.delta) continue;
            int afterU = 0, afterV = 0;
            delta += rateB * insertionInstead(u, v, placesU, afterU);
            if (delta >= best.delta) continue;
            delta += rateA * insertionInstead(v, u, places(a, v), afterV);
            if (delta >= best.delta) continue;
            if constexpr (Timed) {
                delta += exchangeTime(u, v, afterV);
                if (delta >= best.delta) continue;
                delta += exchangeTime(v, u, afterU);
                if (delta >= best.delta) continue;
            }
            best = {u, v, afterU, afterV, delta};
        }
    }
    tryMoveInto(a, b, here, best);
    Exchange back = best;
    back.u = 0;
    tryMoveInto(b, a, there, back);
    if (back.delta < best.delta) best = {0, back.u, 0, back.afterU, back.delta};
    return best;
}

template <bool Timed, bool Mixed>
bool LocalSearch<Timed, Mixed>::exchange(int a, int b) {
    // An earlier exchange may have emptied one.
    if (route(a).size == 0 || route(b).size == 0) return false;
    auto &here = nearHere_[index(b)], &there = nearThere_[index(b)];
    // It may have moved clients, too.
    std::erase_if(here, [&](int u) { return node(u).route != a; });
    std::erase_if(there, [&](int v) { return node(v).route != b; });
    for (int u : here) findPlaces(b, u);
    for (int v : there) findPlaces(a, v);
    auto const best = bestExchange(a, b);
    if (best.u == 0 && best.v == 0) return false;
    if (best.u != 0) takeOut(best.u);
    if (best.v != 0) takeOut(best.v);
    // No place is beside the client that leaves, so that both are still there.
    if (best.u != 0) putAfter(best.u, best.afterU);
    if (best.v != 0) putAfter(best.v, best.afterV);
    ++clock_;
    update(a);
    update(b);
    count(a);
    count(b);
    gained_ += best.delta;
    return true;
}

template class LocalSearch<false, false>;
template class LocalSearch<false, true>;
template class LocalSearch<true, false>;
template class LocalSearch<true, true>;

}  // namespace cosolve::vrp::hgs
