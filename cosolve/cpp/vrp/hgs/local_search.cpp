#include "vrp/hgs/local_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

namespace {

constexpr std::size_t kClientsBetweenClockReads = 16;

}  // namespace

template <bool Timed, bool Mixed>
LocalSearch<Timed, Mixed>::LocalSearch(Instance const &instance, Rng &rng)
    : instance_(instance), rng_(rng), firstEnd_(instance.end()), tolerance_(instance.tolerance()) {
    // All that can be of use at a time, and an empty one for each type.
    int const count = instance.fleet() + instance.types();
    nodes_.resize(index(firstEnd_ + 2 * count));
    routes_.resize(index(count));
    places_.resize(index(count));
    routeOf_.assign(index(firstEnd_), -1);
    changed_.resize(index(count));
    tested_.resize(index(firstEnd_));
    nearHere_.resize(index(count));
    nearThere_.resize(index(count));
    seenFor_.resize(index(firstEnd_));
    used_.resize(index(instance.types()));
    empty_.resize(index(instance.types()));
    typeCosts_.resize(index(instance.types()));
    if constexpr (Timed) {
        upTo_.resize(nodes_.size());
        onwards_.resize(nodes_.size());
    }
    if constexpr (Mixed) travelled_.resize(nodes_.size());
    if constexpr (Timed && Mixed) inner_.resize(nodes_.size());
    for (int i = instance.first(); i < firstEnd_; ++i) {
        node(i).location = i;
        node(i).demand = instance.demand(i);
        order_.push_back(i);
    }
    for (int r = 0; r < count; ++r) {
        route(r).first = firstEnd_ + r;
        route(r).last = firstEnd_ + count + r;
        routeOrder_.push_back(r);
    }
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::clearRoutes() {
    for (int i : order_) node(i).route = -1;
    std::fill(routeOf_.begin(), routeOf_.end(), -1);
    // The clock never goes back, so that no place of SWAP* found before is taken for known.
    clock_ += 3;
    std::fill(tested_.begin(), tested_.end(), clock_ - 1);
    std::fill(used_.begin(), used_.end(), 0);
    std::fill(empty_.begin(), empty_.end(), -1);
    spare_.clear();
    for (auto &path : routes_) {
        path.exchanged = clock_ - 1;
        path.size = 0;
        path.used = false;
    }
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::load(Plan const &plan, Penalties const &penalties,
                                     std::vector<char> const &unchanged) {
    penalties_ = penalties;
    clearRoutes();
    for (int r = 0; r < plan.routes(); ++r) {
        setType(r, plan.type(r));
        int last = route(r).first;
        for (int k = 0; k < plan.size(r); ++k) {
            link(last, plan.route(r)[k]);
            last = plan.route(r)[k];
        }
        link(last, route(r).last);
        update(r);
        route(r).used = true;
        ++used_[index(plan.type(r))];
        if (!unchanged.empty() && unchanged[index(r)]) changed(r) = clock_ - 1;
    }
    for (int r = static_cast<int>(routes_.size()) - 1; r >= plan.routes(); --r) spare_.push_back(r);
    for (int t = 0; t < instance_.types(); ++t) addEmpty(t);
    loadedAt_ = clock_;
    gained_ = 0.0;
    prepared_ = false;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::reprice(Penalties const &penalties) {
    penalties_ = penalties;
    ++clock_;
    std::fill(tested_.begin(), tested_.end(), clock_ - 1);
    for (int r = 0; r < static_cast<int>(routes_.size()); ++r) {
        bool const violated = route(r).penalty > 0.0;
        auto const last = changed(r);
        if (route(r).size > 0) update(r);
        changed(r) = violated ? clock_ : std::min(last, clock_ - 1);
        route(r).exchanged = clock_ - 1;
    }
    loadedAt_ = clock_;
    gained_ = 0.0;
    prepared_ = false;
}

// Positions, loads, lengths, times and penalty of a route whose links are right.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::update(int r) {
    auto &path = route(r);
    path.stops.clear();
    double load = 0.0, turned = 0.0, before = 0.0;
    path.length = 0.0;
    bool const symmetric = instance_.symmetric();
    int position = 0;
    for (int i = path.first;; i = node(i).next) {
        auto &here = node(i);
        here.route = r;
        here.position = position++;
        load += here.demand;
        here.load = load;
        if (isClient(i)) routeOf_[index(i)] = r;
        here.turned = turned;
        if constexpr (Mixed) travelled_[index(i)] = path.length;
        if (i == path.last) break;
        auto const &next = node(here.next);
        here.length = instance_.distance(here.location, next.location);
        if (!symmetric) turned += instance_.distance(next.location, here.location) - here.length;
        path.length += here.length;
        if (isClient(i)) here.saving = before + here.length - arc(here.previous, here.next);
        before = here.length;
        path.stops.push_back({i, here.location, here.length});
    }
    path.size = position - 2;
    path.load = load;
    path.penalty = loadPenalty(load, capacity(r));
    if constexpr (Timed) updateTimes(r);
    changed(r) = clock_;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::updateTimes(int r) {
    auto &path = route(r);
    upTo_[index(path.first)] = instance_.visit(node(path.first).location);
    for (int i = node(path.first).next;; i = node(i).next) {
        int const before = node(i).previous;
        upTo_[index(i)] = append(upTo_[index(before)], before, i);
        if (i == path.last) break;
    }
    onwards_[index(path.last)] = instance_.visit(node(path.last).location);
    for (int i = node(path.last).previous;; i = node(i).previous) {
        int const next = node(i).next;
        onwards_[index(i)] =
            join(instance_.visit(node(i).location),
                 instance_.travel(node(i).location, node(next).location), onwards_[index(next)]);
        if (i == path.first) break;
        if constexpr (Mixed) {
            auto const &visit = instance_.visit(node(i).location);
            double const travel = instance_.travel(node(i).location, node(next).location);
            inner_[index(i)] = next == path.last ? visit : join(visit, travel, inner_[index(next)]);
        }
    }
    path.timePenalty = timePenalty(upTo_[index(path.last)], maxDuration(r));
    path.penalty += path.timePenalty;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::insert(std::vector<int> const &clients) {
    for (int client : clients) insertOne(client);
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::insertOne(int client) {
    int bestAfter = -1;
    double best = std::numeric_limits<double>::infinity();
    auto consider = [&](int after) {
        auto const &path = route(node(after).route);
        int const r = node(after).route;
        double cost = arc(after, client) + arc(client, node(after).next) - node(after).length;
        cost *= rate(r);
        cost += loadPenalty(path.load + node(client).demand, capacity(r)) - path.penalty;
        if constexpr (Timed) {
            if (cost >= best) return;
            cost += closed(append(upTo_[index(after)], after, client), client, node(after).next);
        }
        if (cost < best) {
            best = cost;
            bestAfter = after;
        }
    };
    for (int r : empty_)
        if (r >= 0) consider(route(r).first);
    for (int e = instance_.neighborsBegin(client); e < instance_.neighborsEnd(client); ++e) {
        int const v = instance_.neighbor(e);
        if (node(v).route < 0) continue;
        consider(v);
        consider(node(v).previous);
    }
    if (bestAfter < 0)
        for (auto const &path : routes_)
            if (path.size > 0) consider(path.first);
    int const r = node(bestAfter).route;
    putAfter(client, bestAfter);
    update(r);
    count(r);
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::prepare() {
    rng_.shuffle(order_);
    rng_.shuffle(routeOrder_);
    loop_ = 0;
    nextClient_ = nextRoute_ = 0;
    improved_ = false;
    prepared_ = true;
}

template <bool Timed, bool Mixed>
bool LocalSearch<Timed, Mixed>::improve(Deadline const &deadline) {
    if (!prepared_) prepare();
    while (true) {
        if (!sweepClients(deadline) || !sweepRoutes(deadline)) return false;
        // New routes are opened from the second sweep on only, so there are always two.
        if (!improved_ && loop_ > 0) return true;
        ++loop_;
        improved_ = false;
        nextClient_ = nextRoute_ = 0;
    }
}

template <bool Timed, bool Mixed>
bool LocalSearch<Timed, Mixed>::sweepClients(Deadline const &deadline) {
    while (nextClient_ < order_.size()) {
        if (nextClient_ % kClientsBetweenClockReads == 0 && deadline.passed()) return false;
        improveClient(order_[nextClient_++]);
    }
    return true;
}

template <bool Timed, bool Mixed>
bool LocalSearch<Timed, Mixed>::sweepRoutes(Deadline const &deadline) {
    while (nextRoute_ < routeOrder_.size()) {
        int const a = routeOrder_[nextRoute_];
        if (route(a).size > 0 && deadline.passed()) return false;
        ++nextRoute_;
        if (route(a).size == 0) continue;
        auto const tested = route(a).exchanged;
        route(a).exchanged = clock_;
        findNear(a, tested);
        for (int b : nearRoutes_)
            if (exchange(a, b)) improved_ = true;
        if constexpr (Mixed) improveType(a);
    }
    return true;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::apply(Move const &move) {
    int const u = move.u, v = move.v, x = node(u).next, y = node(v).next;
    int const a = node(u).route, b = node(v).route;
    switch (move.kind) {
    case Kind::none: return;
    case Kind::relocate:
        takeOut(u);
        putAfter(u, v);
        break;
    case Kind::relocatePair:
    case Kind::relocateTurned:
        takeOut(u);
        takeOut(x);
        putAfter(move.kind == Kind::relocatePair ? u : x, v);
        putAfter(move.kind == Kind::relocatePair ? x : u, node(v).next);
        break;
    case Kind::swap: swapNodes(u, v); break;
    case Kind::swapPairOne:
        swapNodes(u, v);
        takeOut(x);
        putAfter(x, u);
        break;
    case Kind::swapPairs:
        swapNodes(u, v);
        swapNodes(x, y);
        break;
    case Kind::turn: turnBetween(u, v); break;
    case Kind::joinTurned: joinTurned(u, v); break;
    case Kind::joinTails: joinTails(u, v); break;
    }
    ++clock_;
    update(a);
    count(a);
    if (a != b) {
        update(b);
        count(b);
    }
    gained_ += move.delta;
    improved_ = true;
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::swapNodes(int u, int v) {
    int const p = node(u).previous, x = node(u).next, q = node(v).previous, y = node(v).next;
    link(p, v);
    link(v, x);
    link(q, u);
    link(u, y);
}

// Turns around what lies between u and the node after v, u excluded.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::turnBetween(int u, int v) {
    int const y = node(v).next;
    int last = u;
    for (int i = v; i != u;) {
        int const before = node(i).previous;
        link(last, i);
        last = i;
        i = before;
    }
    link(last, y);
}

// The route up to u goes on with that up to v, backwards; what follows u precedes, backwards, what
// follows v.
template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::joinTurned(int u, int v) {
    int const endA = route(node(u).route).last, startB = route(node(v).route).first;
    int const x = node(u).next, y = node(v).next;
    int last = u;
    for (int i = v; i != startB;) {
        int const before = node(i).previous;
        link(last, i);
        last = i;
        i = before;
    }
    int following = y;
    for (int i = x; i != endA;) {
        int const next = node(i).next;
        link(i, following);
        following = i;
        i = next;
    }
    link(last, endA);
    link(startB, following);
}

template <bool Timed, bool Mixed>
void LocalSearch<Timed, Mixed>::joinTails(int u, int v) {
    int const endA = route(node(u).route).last, endB = route(node(v).route).last;
    int const x = node(u).next, y = node(v).next;
    int const lastA = node(endA).previous, lastB = node(endB).previous;
    if (y == endB) {
        link(u, endA);
    } else {
        link(u, y);
        link(lastB, endA);
    }
    if (x == endA) {
        link(v, endB);
    } else {
        link(v, x);
        link(lastA, endB);
    }
}

template <bool Timed, bool Mixed>
double LocalSearch<Timed, Mixed>::cost() const {
    double sum = 0.0;
    for (auto const &path : routes_) {
        if (path.size == 0) continue;
        sum += path.penalty + rate(static_cast<int>(&path - routes_.data())) * path.length;
    }
    return sum;
}

template <bool Timed, bool Mixed>
Plan LocalSearch<Timed, Mixed>::plan() const {
    std::vector<std::pair<double, int>> order;
    for (int r = 0; r < static_cast<int>(routes_.size()); ++r) {
        if (route(r).size == 0) continue;
        double x = 0.0, y = 0.0;
        for (int i = node(route(r).first).next; i != route(r).last; i = node(i).next) {
            x += instance_.x(i) / route(r).size;
            y += instance_.y(i) / route(r).size;
        }
        order.emplace_back(instance_.angle(x, y), r);
    }
    std::sort(order.begin(), order.end());
    Plan plan;
    for (auto const &[angle, r] : order) {
        for (int i = node(route(r).first).next; i != route(r).last; i = node(i).next)
            plan.visits.push_back(i);
        plan.close(route(r).type);
    }
    return plan;
}

template class LocalSearch<false, false>;
template class LocalSearch<false, true>;
template class LocalSearch<true, false>;
template class LocalSearch<true, true>;

std::unique_ptr<Improver> makeImprover(Instance const &instance, Rng &rng) {
    if (instance.timed() && instance.mixed())
        return std::make_unique<LocalSearch<true, true>>(instance, rng);
    if (instance.timed()) return std::make_unique<LocalSearch<true, false>>(instance, rng);
    if (instance.mixed()) return std::make_unique<LocalSearch<false, true>>(instance, rng);
    return std::make_unique<LocalSearch<false, false>>(instance, rng);
}

}  // namespace cosolve::vrp::hgs
