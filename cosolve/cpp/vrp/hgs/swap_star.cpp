// SWAP*: two clients of two routes change routes, each goes to its best place (Vidal 2022, section
// 3.3). The best place is one of the three best of the whole route, or where the other client was.
#include <limits>

#include "vrp/hgs/local_search.h"
#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

}  // namespace

template <bool Timed>
typename LocalSearch<Timed>::Places &LocalSearch<Timed>::places(int r, int i) {
    auto &row = places_[index(r)];
    if (row.empty()) row.resize(index(clients_ + 1));
    return row[index(i)];
}

template <bool Timed> void LocalSearch<Timed>::findPlaces(int r, int i) {
    auto &best = places(r, i);
    if (best.known > route(r).changed) return;
    best.known = clock_ + 1;
    best.cost = {kNever, kNever, kNever};
    best.after = {-1, -1, -1};
    double const *to = instance_.to(i), *from = instance_.from(i);
    auto const &path = route(r);
    double leave = to[0];
    for (int after = path.first; after != path.last;) {
        auto const &a = node(after);
        int const next = node(a.next).location;
        double const cost = leave + from[next] - a.length;
        if (cost < best.cost[2]) {
            std::size_t k = 2;
            for (; k > 0 && cost < best.cost[k - 1]; --k) {
                best.cost[k] = best.cost[k - 1];
                best.after[k] = best.after[k - 1];
            }
            best.cost[k] = cost;
            best.after[k] = after;
        }
        leave = to[next];
        after = a.next;
    }
}

// Least change of distance when client i enters a route that `out` leaves.
template <bool Timed>
inline double LocalSearch<Timed>::insertionInstead(int i, int out, Places const &best,
                                                   int &after) const {
    int const p = node(out).previous, next = node(out).next;
    double const *from = instance_.from(i);
    after = p;
    double least = instance_.to(i)[node(p).location] + from[node(next).location] -
                   node(p).length - node(out).length + node(out).saving;
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
template <bool Timed>
double LocalSearch<Timed>::exchangeTime(int u, int v, int afterV) const {
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

// A client of route a is put into route b, wherever that is best.
template <bool Timed>
void LocalSearch<Timed>::tryMoveInto(int a, int b, Exchange &best) {
    double const slack = route(a).penalty + route(b).penalty;
    for (int u = node(route(a).first).next; u != route(a).last; u = node(u).next) {
        auto const &place = places(b, u);
        double delta = place.cost[0] - node(u).saving - slack;
        if (delta >= best.delta) continue;
        delta += loadPenalty(route(a).load - node(u).demand) +
                 loadPenalty(route(b).load + node(u).demand);
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

template <bool Timed> bool LocalSearch<Timed>::exchange(int a, int b) {
    for (int u = node(route(a).first).next; u != route(a).last; u = node(u).next) findPlaces(b, u);
    for (int v = node(route(b).first).next; v != route(b).last; v = node(v).next) findPlaces(a, v);
    double const slack = route(a).penalty + route(b).penalty;
    double const loadA = route(a).load, loadB = route(b).load;
    Exchange best;
    best.delta = -tolerance_;
    for (int u = node(route(a).first).next; u != route(a).last; u = node(u).next) {
        auto const &placesU = places(b, u);
        double const without = -node(u).saving - slack;
        for (int v = node(route(b).first).next; v != route(b).last; v = node(v).next) {
            double const shift = node(v).demand - node(u).demand;
            double delta = without - node(v).saving + loadPenalty(loadA + shift) +
                           loadPenalty(loadB - shift);
            if (delta >= best.delta) continue;
            int afterU = 0, afterV = 0;
            delta += insertionInstead(u, v, placesU, afterU);
            if (delta >= best.delta) continue;
            delta += insertionInstead(v, u, places(a, v), afterV);
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
    tryMoveInto(a, b, best);
    Exchange back = best;
    back.u = 0;
    tryMoveInto(b, a, back);
    if (back.delta < best.delta) best = {0, back.u, 0, back.afterU, back.delta};
    if (best.u == 0 && best.v == 0) return false;
    if (best.u != 0) takeOut(best.u);
    if (best.v != 0) takeOut(best.v);
    // The node before the other client stays where it is, so both places are still there.
    if (best.u != 0) putAfter(best.u, best.afterU);
    if (best.v != 0) putAfter(best.v, best.afterV);
    ++clock_;
    update(a);
    update(b);
    return true;
}

template class LocalSearch<false>;
template class LocalSearch<true>;

}  // namespace cosolve::vrp::hgs
