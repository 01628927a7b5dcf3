// Evaluation of the moves of a client.
#include <algorithm>

#include "vrp/hgs/local_search.h"
#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::look(int u) {
    auto const &client = node(u);
    here_.u = u;
    here_.p = client.previous;
    here_.x = client.next;
    here_.route = client.route;
    here_.load = route(client.route).load;
    here_.capacity = capacity(client.route);
    here_.rate = rate(client.route);
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
    double const before = node(here_.p).length, beyond = isClient(here_.x) ? x.length : 0.0;
    here_.withoutPair = here_.fromP[xx] - before - beyond;
    here_.cut = before + client.length;
    here_.cutPair = before + beyond;
    if constexpr (Mixed) {  // the arc within the pair changes its route, too
        here_.inner = client.length;
        here_.withoutPair -= client.length;
        here_.cutPair += client.length;
    }
}

template <bool Timed, bool Mixed>
inline void LocalSearch<Timed, Mixed>::setOther(int r) {
    other_ = r;
    slack_ = route(here_.route).penalty + route(r).penalty;
    otherLoad_ = route(r).load;
    otherCapacity_ = capacity(r);
    otherRate_ = rate(r);
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::improveClient(int u) {
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
    for (int r : empty_)
        if (r >= 0) tryEmpty(r);
    apply(best_);
}

// Takes a move between two routes if it is better than the best so far. `shift` is what the load of
// the route of u changes by, `here` and `there` what the lengths of the two change by.
template <bool Timed, bool Mixed>
inline void LocalSearch<Timed, Mixed>::offer(Kind kind, int v, double here, double there,
                                             double shift) {
    double delta = priced(here, there) - slack_;
    if (delta >= best_.delta) return;
    delta += loadPenalty(here_.load + shift, here_.capacity) +
             loadPenalty(otherLoad_ - shift, otherCapacity_);
    if (delta >= best_.delta) return;
    if constexpr (Timed) {
        delta = addTime(kind, v, delta);
        if (delta >= best_.delta) return;
    }
    best_ = {kind, here_.u, v, delta};
}

template <bool Timed, bool Mixed>
inline void LocalSearch<Timed, Mixed>::offerWithin(Kind kind, int v, double delta) {
    if constexpr (Mixed) delta *= here_.rate;
    if constexpr (Timed) {
        delta -= route(here_.route).timePenalty;
        if (delta >= best_.delta) return;
        delta = addTimeWithin(kind, v, delta);
    }
    if (delta < best_.delta) best_ = {kind, here_.u, v, delta};
}

// All moves that bring u and v, a client or the first node of a route, together.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryWith(int v) {
    auto const &at = node(v);
    if (at.route != here_.route)
        setOther(at.route);
    else
        other_ = at.route;
    double const add = here_.toU[at.location];
    tryRelocations(v, add);
    if (isClient(v)) trySwaps(v);
    tryTurns(v);
}

// u alone, u and x, or x and u are put after v.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryRelocations(int v, double add) {
    auto const &h = here_;
    if (v == h.p) return;
    auto const &at = node(v);
    int const y = node(at.next).location;
    bool const within = other_ == h.route;
    auto suggest = [&](Kind kind, double here, double there, double moved) {
        if (within)
            offerWithin(kind, v, here + there);
        else
            offer(kind, v, here, there, -moved);
    };
    double const open = add - at.length;
    suggest(Kind::relocate, h.withoutU, open + h.fromU[y], h.demandU);
    if (!isClient(h.x) || v == h.x) return;
    double const moved = h.demandU + h.demandX;
    double there = open + h.fromX[y];
    if constexpr (Mixed) there += h.inner;
    suggest(Kind::relocatePair, h.withoutPair, there, moved);
    there = h.fromX[h.u] + h.toX[at.location] + h.fromU[y] - at.length;
    if constexpr (!Mixed) there -= node(h.u).length;
    suggest(Kind::relocateTurned, h.withoutPair, there, moved);
}

// u or u and x change places with v or v and y.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::trySwaps(int v) {
    auto const &h = here_;
    auto const &at = node(v);
    int const q = at.previous, y = at.next;
    if (q == h.u || y == h.u) return;
    bool const within = other_ == h.route;
    auto suggest = [&](Kind kind, double here, double there, double shift) {
        if (within)
            offerWithin(kind, v, here + there);
        else
            offer(kind, v, here, there, shift);
    };
    auto const &after = node(y);
    double const enter = h.fromP[v];
    double there = h.toU[node(q).location] - node(q).length;
    double const demand = at.demand - h.demandU;
    if (h.u < v)
        suggest(Kind::swap, enter + h.toX[v] - h.cut, there + h.fromU[after.location] - at.length,
                demand);
    if (!isClient(h.x) || v == h.x) return;
    if constexpr (Mixed) there += h.inner;
    if (q != h.x)
        suggest(Kind::swapPairOne, enter + h.toXX[v] - h.cutPair,
                there + h.fromX[after.location] - at.length, demand - h.demandX);
    if (!isClient(y) || y == h.p || v == h.xx || h.u > v) return;
    double here = enter + h.toXX[y] - h.cutPair;
    if constexpr (Mixed) {
        here += at.length;
        there -= at.length;
    }
    suggest(Kind::swapPairs, here, there + h.fromX[node(after.next).location] - after.length,
            demand - h.demandX + after.demand);
}

// 2-opt within a route, 2-opt* between two.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryTurns(int v) {
    auto const &h = here_;
    auto const &at = node(v), &u = node(h.u);
    if (other_ == h.route) {
        if (u.position >= at.position || h.x == v) return;
        double const turned = at.turned - node(h.x).turned;
        offerWithin(Kind::turn, v,
                    h.fromU[v] + h.fromX[node(at.next).location] - u.length - at.length + turned);
        return;
    }
    if constexpr (!Timed) tryTurnedTails(v);
    tryTails(v);
}

// The route of u goes on with what follows v, that of v with what follows u.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryTails(int v) {
    auto const &h = here_;
    auto const &at = node(v), &u = node(h.u);
    double here = h.fromU[node(at.next).location], there = h.toX[at.location];
    double const rest = h.load - u.load;
    if constexpr (Mixed) {
        auto const &a = route(h.route), &b = route(other_);
        double const tailA = a.length - travelled_[index(h.x)];
        double const tailB = b.length - travelled_[index(at.next)];
        here += tailB - tailA - u.length;
        there += tailA - tailB - at.length;
        if (a.type != b.type) {
            int const endA = node(a.last).location, endB = node(b.last).location;
            double const *toA = instance_.to(endA), *toB = instance_.to(endB);
            int const lastB = at.next == b.last ? h.u : node(b.last).previous;
            int const lastA = h.x == a.last ? v : node(a.last).previous;
            here += toA[node(lastB).location] - toB[node(lastB).location];
            there += toB[node(lastA).location] - toA[node(lastA).location];
        }
    } else {
        here -= u.length;
        there -= at.length;
    }
    offer(Kind::joinTails, v, here, there, otherLoad_ - at.load - rest);
}

// The route of u goes on with what precedes v, turned; what follows u, turned, precedes what
// follows v.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryTurnedTails(int v) {
    auto const &h = here_;
    auto const &at = node(v), &u = node(h.u);
    double here = h.fromU[at.location] + at.turned - u.length;
    double there = h.fromX[node(at.next).location] + node(route(h.route).last).turned -
                   node(h.x).turned - at.length;
    if constexpr (Mixed) {
        auto const &a = route(h.route), &b = route(other_);
        double const tail = a.length - travelled_[index(h.x)], head = travelled_[index(v)];
        here += head - tail;
        there += tail - head;
        if (a.type != b.type) {
            // The turned head of b ends where routes like a do, the turned tail of a begins where
            // those like b do.
            int const last = node(v == b.first ? h.u : node(b.first).next).location;
            int const first = node(h.x == a.last ? at.next : node(a.last).previous).location;
            auto const &kindA = instance_.vehicle(a.type), &kindB = instance_.vehicle(b.type);
            here += instance_.distance(last, kindA.end) - instance_.distance(last, kindB.end);
            there +=
                instance_.distance(kindB.start, first) - instance_.distance(kindA.start, first);
        }
    }
    offer(Kind::joinTurned, v, here, there, at.load - (h.load - u.load));
}

// u, u and x, or u and all that follows it become a route of their own.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::tryEmpty(int r) {
    int const first = route(r).first;
    setOther(r);
    tryRelocations(first, here_.toU[node(first).location]);
    tryTails(first);
}

// Adds what the two routes will pay for violations of time.
template <bool Timed, bool Mixed>
double LocalSearch<Timed, Mixed>::addTime(Kind kind, int v, double delta) const {
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
        if (worse(closedIn(here_.route, upTo_[index(u)], u, y))) break;
        worse(closedIn(other_, upToV, v, x));
        break;
    default: break;
    }
    return delta;
}

// The same for a move within one route, in time proportional to the nodes it moves.
template <bool Timed, bool Mixed>
double LocalSearch<Timed, Mixed>::addTimeWithin(Kind kind, int v, double delta) const {
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

template class LocalSearch<false, false>;
template class LocalSearch<false, true>;
template class LocalSearch<true, false>;
template class LocalSearch<true, true>;

}  // namespace cosolve::vrp::hgs
