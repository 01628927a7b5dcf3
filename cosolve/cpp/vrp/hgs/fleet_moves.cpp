// Vehicle types of routes: which are in use, and moves that change them.
#include <algorithm>
#include <utility>

#include "vrp/hgs/local_search.h"
#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::setType(int r, int type) {
    route(r).type = type;
    node(route(r).first).location = instance_.vehicle(type).start;
    node(route(r).last).location = instance_.vehicle(type).end;
}

// Makes an empty route of a type, if a vehicle of it is left.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::addEmpty(int type) {
    empty_[index(type)] = -1;
    if (used_[index(type)] >= instance_.vehicle(type).number) return;
    int const r = spare_.back();
    spare_.pop_back();
    empty_[index(type)] = r;
    setType(r, type);
    link(route(r).first, route(r).last);
    update(r);
}

// Takes notice of a route that is no longer empty, or is now.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::count(int r) {
    auto &path = route(r);
    bool const used = path.size > 0;
    if (used == path.used) return;
    path.used = used;
    int const type = path.type;
    if (used) {
        ++used_[index(type)];
        addEmpty(type);
        return;
    }
    --used_[index(type)];
    if (empty_[index(type)] >= 0)
        spare_.push_back(r);
    else
        empty_[index(type)] = r;
}

// Cost with penalties of a route that is not empty if it had another type.
template <bool Timed, bool Mixed>
double LocalSearch<Timed, Mixed>::inType(int r, int type) const {
    auto const &path = route(r);
    auto const &now = vehicle(r), &then = instance_.vehicle(type);
    int const a = node(path.first).next, b = node(path.last).previous;
    double const length = path.length - instance_.distance(now.start, a) -
                          instance_.distance(b, now.end) + instance_.distance(then.start, a) +
                          instance_.distance(b, then.end);
    double const cost = then.rate * length + loadPenalty(path.load, then.capacity);
    if constexpr (!Timed) return cost;
    auto const out =
        join(instance_.visit(then.start), instance_.travel(then.start, a), inner_[index(a)]);
    auto const whole = join(out, instance_.travel(b, then.end), instance_.visit(then.end));
    return cost + timePenalty(whole, then.maxDuration);
}

// Gives a route the best type of which a vehicle is left.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::changeType(int r) {
    int const type = route(r).type;
    double const now = rate(r) * route(r).length + route(r).penalty;
    double best = now - tolerance_;
    int to = -1;
    for (int t = 0; t < instance_.types(); ++t) {
        if (t == type || empty_[index(t)] < 0) continue;
        double const cost = inType(r, t);
        if (cost >= best) continue;
        best = cost;
        to = t;
    }
    if (to < 0) return;
    ++clock_;
    setType(r, to);
    update(r);
    ++used_[index(to)];
    spare_.push_back(empty_[index(to)]);
    addEmpty(to);
    --used_[index(type)];
    if (empty_[index(type)] < 0) addEmpty(type);
    gained_ += best - now;
    improved_ = true;
}

// Lets a route exchange its type with another route, where that gains most.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::exchangeType(int r) {
    int const type = route(r).type;
    double const now = rate(r) * route(r).length + route(r).penalty;
    double best = -tolerance_;
    int with = -1;
    for (auto &cost : typeCosts_) cost = -1.0;
    for (int s = 0; s < static_cast<int>(routes_.size()); ++s) {
        int const other = route(s).type;
        if (route(s).size == 0 || other == type) continue;
        // Where vehicles are left, each may change its type alone.
        if (empty_[index(type)] >= 0 && empty_[index(other)] >= 0) continue;
        auto &here = typeCosts_[index(other)];
        if (here < 0.0) here = inType(r, other);
        double const delta =
            here - now + inType(s, type) - rate(s) * route(s).length - route(s).penalty;
        if (delta >= best) continue;
        best = delta;
        with = s;
    }
    if (with < 0) return;
    ++clock_;
    int const other = route(with).type;
    setType(r, other);
    setType(with, type);
    update(r);
    update(with);
    gained_ += best;
    improved_ = true;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::improveType(int r) {
    if (route(r).size > 0) changeType(r);
    if (route(r).size > 0) exchangeType(r);
}

template class LocalSearch<false, false>;
template class LocalSearch<false, true>;
template class LocalSearch<true, false>;
template class LocalSearch<true, true>;

}  // namespace cosolve::vrp::hgs
