// Evaluation of the moves of a client.
#include <algorithm>

#include "vrp/hgs/local_search.h"
#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

template <bool Timed> void LocalSearch<Timed>::look(int u) {
    auto const &client = node(u);
    here_.u = u;
    here_.p = client.previous;
    here_.x = client.next;
    here_.route = client.route;
    here_.load = route(client.route).load;
    auto const &x = node(here_.x);
    // The pair u, x is only moved where x is a client.
    here_.xx = isClient(here_.x) ? x.next : here_.x;
    int const p = node(here_.p).location, xx = node(here_.xx).location;
    here_.demandU = client.demand;
    here_.demandX = x.demand;
    here_.fromP = instance_.from(p);
    here_.fromU = instance_.from(u);
    here_.toU = instance_.to(u);
    here_.fromX = instance_.from(x.location);
    here_.toX = instance_.to(x.location);
    here_.toXX = instance_.to(xx);
    here_.withoutU = -client.saving;
    here_.withoutPair =
        here_.fromP[xx] - node(here_.p).length - (isClient(here_.x) ? x.length : 0.0);
}

template <bool Timed> void LocalSearch<Timed>::improveClient(int u) {
    auto const tested = tested_[index(u)];
    tested_[index(u)] = clock_;
    auto const clockAtStart = clock_;
    look(u);
    best_ = {Kind::none, u, 0, -tolerance_};
    for (int e = instance_.neighborsBegin(u); e < instance_.neighborsEnd(u); ++e) {
        int const v = instance_.neighbor(e);
        int const r = routeOf_[index(v)];
        if (std::max(changed(here_.route), changed(r)) <= tested) continue;
        tryWith(v);
        if (!isClient(node(v).previous)) tryWith(node(v).previous);
        if (best_.kind == Kind::none) continue;
        apply(best_);
        look(u);
        best_ = {Kind::none, u, 0, -tolerance_};
    }
    auto const since = loop_ == 1 ? loadedAt_ - 1 : tested;
    bool const fresh = changed(here_.route) > since;
    if (loop_ == 0 || !(fresh || clock_ > clockAtStart)) return;
    if (int const empty = emptyRoute(); empty >= 0) {
        tryEmpty(route(empty).first);
        apply(best_);
    }
}

// Takes a move between two routes if it is better than the best so far. `shift` is what the load of
// the route of u changes by.
template <bool Timed>
inline void LocalSearch<Timed>::offer(Kind kind, int v, double delta, double shift) {
    delta -= slack_;
    if (delta >= best_.delta) return;
    delta += loadPenalty(here_.load + shift) + loadPenalty(otherLoad_ - shift);
    if (delta >= best_.delta) return;
    if constexpr (Timed) {
        delta = addTime(kind, v, delta);
        if (delta >= best_.delta) return;
    }
    best_ = {kind, here_.u, v, delta};
}

template <bool Timed>
inline void LocalSearch<Timed>::offerWithin(Kind kind, int v, double delta) {
    if constexpr (Timed) {
        delta -= route(here_.route).timePenalty;
        if (delta >= best_.delta) return;
        delta = addTimeWithin(kind, v, delta);
    }
    if (delta < best_.delta) best_ = {kind, here_.u, v, delta};
}

// All moves that bring u and v, a client or the first node of a route, together.
template <bool Timed> void LocalSearch<Timed>::tryWith(int v) {
    auto const &at = node(v);
    other_ = at.route;
    if (other_ != here_.route) {
        slack_ = route(here_.route).penalty + route(other_).penalty;
        otherLoad_ = route(other_).load;
    }
    double const add = here_.toU[at.location];
    tryRelocations(v, add);
    if (isClient(v)) trySwaps(v);
    tryTurns(v);
}

// u alone, u and x, or x and u are put after v.
template <bool Timed> void LocalSearch<Timed>::tryRelocations(int v, double add) {
    auto const &h = here_;
    if (v == h.p) return;
    auto const &at = node(v);
    int const y = node(at.next).location;
    bool const within = other_ == h.route;
    auto suggest = [&](Kind kind, double delta, double moved) {
        if (within)
            offerWithin(kind, v, delta);
        else
            offer(kind, v, delta, -moved);
    };
    double const open = h.withoutU - at.length;
    suggest(Kind::relocate, open + add + h.fromU[y], h.demandU);
    if (!isClient(h.x) || v == h.x) return;
    double const openPair = h.withoutPair - at.length, moved = h.demandU + h.demandX;
    suggest(Kind::relocatePair, openPair + add + h.fromX[y], moved);
    suggest(Kind::relocateTurned,
            openPair - node(h.u).length + h.fromX[h.u] + h.toX[at.location] + h.fromU[y], moved);
}

// u or u and x change places with v or v and y.
template <bool Timed> void LocalSearch<Timed>::trySwaps(int v) {
    auto const &h = here_;
    auto const &at = node(v);
    int const q = at.previous, y = at.next;
    if (q == h.u || y == h.u) return;
    bool const within = other_ == h.route;
    auto suggest = [&](Kind kind, double delta, double shift) {
        if (within)
            offerWithin(kind, v, delta);
        else
            offer(kind, v, delta, shift);
    };
    auto const &after = node(y);
    double const lengthQ = node(q).length;
    double const common = h.fromP[v] + h.toU[node(q).location] - node(h.p).length - lengthQ;
    double const demand = at.demand - h.demandU;
    if (h.u < v)
        suggest(Kind::swap,
                common + h.toX[v] + h.fromU[after.location] - node(h.u).length - at.length, demand);
    if (!isClient(h.x) || v == h.x) return;
    double const commonPair = common - node(h.x).length;
    if (q != h.x)
        suggest(Kind::swapPairOne, commonPair + h.toXX[v] + h.fromX[after.location] - at.length,
                demand - h.demandX);
    if (!isClient(y) || y == h.p || v == h.xx || h.u > v) return;
    suggest(Kind::swapPairs,
            commonPair + h.toXX[y] + h.fromX[node(after.next).location] - after.length,
            demand - h.demandX + after.demand);
}

// 2-opt within a route, 2-opt* between two.
template <bool Timed> void LocalSearch<Timed>::tryTurns(int v) {
    auto const &h = here_;
    auto const &at = node(v), &u = node(h.u);
    int const y = node(at.next).location;
    double const cut = u.length + at.length;
    if (other_ == h.route) {
        if (u.position >= at.position || h.x == v) return;
        offerWithin(Kind::turn, v, h.fromU[v] + h.fromX[y] - cut + at.turned - node(h.x).turned);
        return;
    }
    double const rest = h.load - u.load;
    if constexpr (!Timed) {
        double const turned = at.turned + node(route(h.route).last).turned - node(h.x).turned;
        offer(Kind::joinTurned, v, h.fromU[at.location] + h.fromX[y] - cut + turned,
              at.load - rest);
    }
    offer(Kind::joinTails, v, h.fromU[y] + h.toX[at.location] - cut, otherLoad_ - at.load - rest);
}

template <bool Timed> void LocalSearch<Timed>::tryEmpty(int depot) {
    other_ = node(depot).route;
    slack_ = route(here_.route).penalty;
    otherLoad_ = 0.0;
    tryRelocations(depot, here_.toU[0]);
    offer(Kind::joinTails, depot,
          here_.fromU[0] + here_.toX[0] - node(here_.u).length - node(depot).length,
          node(here_.u).load - here_.load);
}

// Adds what the two routes will pay for violations of time.
template <bool Timed>
double LocalSearch<Timed>::addTime(Kind kind, int v, double delta) const {
    if constexpr (!Timed) return delta;
    int const u = here_.u, p = here_.p, x = here_.x, xx = here_.xx;
    int const y = node(v).next, q = node(v).previous;
    auto const &upToP = upTo_[index(p)];
    auto const &upToV = upTo_[index(v)];
    auto worse = [&](double penalty) { return (delta += penalty) >= best_.delta; };
    switch (kind) {
    case Kind::relocate:
        if (worse(closed(upToP, p, x))) break;
        worse(closed(append(upToV, v, u), u, y));
        break;
    case Kind::relocatePair:
        if (worse(closed(upToP, p, xx))) break;
        worse(closed(append(append(upToV, v, u), u, x), x, y));
        break;
    case Kind::relocateTurned:
        if (worse(closed(upToP, p, xx))) break;
        worse(closed(append(append(upToV, v, x), x, u), u, y));
        break;
    case Kind::swap:
        if (worse(closed(append(upToP, p, v), v, x))) break;
        worse(closed(append(upTo_[index(q)], q, u), u, y));
        break;
    case Kind::swapPairOne:
        if (worse(closed(append(upToP, p, v), v, xx))) break;
        worse(closed(append(append(upTo_[index(q)], q, u), u, x), x, y));
        break;
    case Kind::swapPairs:
        if (worse(closed(append(append(upToP, p, v), v, y), y, xx))) break;
        worse(closed(append(append(upTo_[index(q)], q, u), u, x), x, node(y).next));
        break;
    case Kind::joinTails:
        if (worse(closed(upTo_[index(u)], u, y))) break;
        worse(closed(upToV, v, x));
        break;
    default: break;
    }
    return delta;
}

// The same for a move within one route, in time proportional to the nodes it moves.
template <bool Timed>
double LocalSearch<Timed>::addTimeWithin(Kind kind, int v, double delta) const {
    if constexpr (!Timed) return delta;
    int const u = here_.u, p = here_.p, x = here_.x, xx = here_.xx;
    int const y = node(v).next, q = node(v).previous;
    bool const forward = node(u).position < node(v).position;
    TimeSegment time;
    int last = 0;
    auto begin = [&](int i) {
        time = upTo_[index(i)];
        last = i;
    };
    auto one = [&](int i) {
        time = append(time, last, i);
        last = i;
    };
    auto some = [&](int from, int end) {  // none if from == end
        if (from == end) return;
        time = appendAll(time, last, from, end);
        last = node(end).previous;
    };
    switch (kind) {
    case Kind::relocate:
    case Kind::relocatePair:
    case Kind::relocateTurned: {
        bool const single = kind == Kind::relocate, turned = kind == Kind::relocateTurned;
        auto moved = [&] {
            if (turned) one(x);
            one(u);
            if (!single && !turned) one(x);
        };
        if (forward) {
            begin(p);
            some(single ? x : xx, y);
            moved();
            return delta + closed(time, last, y);
        }
        begin(v);
        moved();
        some(y, u);
        return delta + closed(time, last, single ? x : xx);
    }
    case Kind::swap:
    case Kind::swapPairOne:
    case Kind::swapPairs: {
        bool const pair = kind != Kind::swap, pairs = kind == Kind::swapPairs;
        int const afterU = pair ? xx : x, afterV = pairs ? node(y).next : y;
        auto first = [&] {
            one(u);
            if (pair) one(x);
        };
        auto second = [&] {
            one(v);
            if (pairs) one(y);
        };
        begin(forward ? p : q);
        if (forward) {
            second();
            some(afterU, v);
            first();
            return delta + closed(time, last, afterV);
        }
        first();
        some(afterV, u);
        second();
        return delta + closed(time, last, afterU);
    }
    case Kind::turn:
        begin(u);
        for (int i = v; i != u; i = node(i).previous) one(i);
        return delta + closed(time, last, y);
    default: return delta;
    }
}

template class LocalSearch<false>;
template class LocalSearch<true>;

}  // namespace cosolve::vrp::hgs
