#include "vrp/hgs/local_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "vrp/hgs/times.h"

namespace cosolve::vrp::hgs {

namespace {

constexpr std::size_t kClientsBetweenClockReads = 16;

}  // namespace

template <bool Timed>
LocalSearch<Timed>::LocalSearch(Instance const &instance, Rng &rng)
    : instance_(instance), rng_(rng), clients_(instance.clients()),
      tolerance_(instance.tolerance()) {
    int const n = clients_, fleet = instance.fleet();
    nodes_.resize(index(n + 1 + 2 * fleet));
    routes_.resize(index(fleet));
    places_.resize(index(fleet));
    routeOf_.assign(index(n + 1), -1);
    changed_.resize(index(fleet));
    tested_.resize(index(n + 1));
    nearHere_.resize(index(fleet));
    nearThere_.resize(index(fleet));
    seenFor_.resize(index(n + 1));
    if constexpr (Timed) {
        upTo_.resize(nodes_.size());
        onwards_.resize(nodes_.size());
    }
    for (int i = 1; i <= n; ++i) {
        node(i).location = i;
        node(i).demand = instance.demand(i);
        order_.push_back(i);
    }
    for (int r = 0; r < fleet; ++r) {
        route(r).first = n + 1 + r;
        route(r).last = n + 1 + fleet + r;
        routeOrder_.push_back(r);
    }
}

template <bool Timed> void LocalSearch<Timed>::clearRoutes() {
    for (int i = 1; i <= clients_; ++i) node(i).route = -1;
    std::fill(routeOf_.begin(), routeOf_.end(), -1);
    // The clock never goes back, so that no place of SWAP* found before is taken for known.
    clock_ += 3;
    std::fill(tested_.begin(), tested_.end(), clock_ - 1);
    for (auto &path : routes_) path.exchanged = clock_ - 1;
}

template <bool Timed>
void LocalSearch<Timed>::load(Plan const &plan, Penalties const &penalties,
                              std::vector<char> const &unchanged) {
    penalties_ = penalties;
    clearRoutes();
    for (int r = 0; r < static_cast<int>(routes_.size()); ++r) {
        int last = route(r).first;
        if (r < plan.routes()) {
            for (int k = 0; k < plan.size(r); ++k) {
                link(last, plan.route(r)[k]);
                last = plan.route(r)[k];
            }
        }
        link(last, route(r).last);
        update(r);
        if (r < plan.routes() && !unchanged.empty() && unchanged[index(r)]) changed(r) = clock_ - 1;
    }
    loadedAt_ = clock_;
    gained_ = 0.0;
    prepared_ = false;
}

template <bool Timed> void LocalSearch<Timed>::reprice(Penalties const &penalties) {
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
template <bool Timed> void LocalSearch<Timed>::update(int r) {
    auto &path = route(r);
    path.stops.clear();
    double load = 0.0, turned = 0.0, before = 0.0;
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
        if (i == path.last) break;
        auto const &next = node(here.next);
        here.length = instance_.distance(here.location, next.location);
        if (!symmetric) turned += instance_.distance(next.location, here.location) - here.length;
        if (here.location > 0) here.saving = before + here.length - arc(here.previous, here.next);
        before = here.length;
        path.stops.push_back({i, here.location, here.length});
    }
    path.size = position - 2;
    path.load = load;
    path.penalty = loadPenalty(load);
    if constexpr (Timed) updateTimes(r);
    changed(r) = clock_;
}

template <bool Timed> void LocalSearch<Timed>::updateTimes(int r) {
    auto &path = route(r);
    upTo_[index(path.first)] = instance_.visit(0);
    for (int i = node(path.first).next;; i = node(i).next) {
        int const before = node(i).previous;
        upTo_[index(i)] = append(upTo_[index(before)], before, i);
        if (i == path.last) break;
    }
    onwards_[index(path.last)] = instance_.visit(0);
    for (int i = node(path.last).previous;; i = node(i).previous) {
        int const next = node(i).next;
        onwards_[index(i)] =
            join(instance_.visit(node(i).location),
                 instance_.travel(node(i).location, node(next).location), onwards_[index(next)]);
        if (i == path.first) break;
    }
    path.timePenalty = timePenalty(upTo_[index(path.last)]);
    path.penalty += path.timePenalty;
}

template <bool Timed> int LocalSearch<Timed>::emptyRoute() const {
    for (int r = 0; r < static_cast<int>(routes_.size()); ++r)
        if (route(r).size == 0) return r;
    return -1;
}

template <bool Timed> void LocalSearch<Timed>::insert(std::vector<int> const &clients) {
    for (int client : clients) insertOne(client);
}

template <bool Timed> void LocalSearch<Timed>::insertOne(int client) {
    int bestAfter = -1;
    double best = std::numeric_limits<double>::infinity();
    auto consider = [&](int after) {
        auto const &path = route(node(after).route);
        double cost = arc(after, client) + arc(client, node(after).next) - node(after).length;
        cost += loadPenalty(path.load + node(client).demand) - path.penalty;
        if constexpr (Timed) {
            if (cost >= best) return;
            cost += closed(append(upTo_[index(after)], after, client), client, node(after).next);
        }
        if (cost < best) {
            best = cost;
            bestAfter = after;
        }
    };
    int const empty = emptyRoute();
    if (empty >= 0) consider(route(empty).first);
    for (int e = instance_.neighborsBegin(client); e < instance_.neighborsEnd(client); ++e) {
        int const v = instance_.neighbor(e);
        if (node(v).route < 0) continue;
        consider(v);
        consider(node(v).previous);
    }
    if (bestAfter < 0)
        for (auto const &path : routes_) consider(path.first);
    int const r = node(bestAfter).route;
    putAfter(client, bestAfter);
    update(r);
}

template <bool Timed> void LocalSearch<Timed>::prepare() {
    rng_.shuffle(order_);
    rng_.shuffle(routeOrder_);
    loop_ = 0;
    nextClient_ = nextRoute_ = 0;
    improved_ = false;
    prepared_ = true;
}

template <bool Timed> bool LocalSearch<Timed>::improve(Deadline const &deadline) {
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

template <bool Timed> bool LocalSearch<Timed>::sweepClients(Deadline const &deadline) {
    while (nextClient_ < order_.size()) {
        if (nextClient_ % kClientsBetweenClockReads == 0 && deadline.passed()) return false;
        improveClient(order_[nextClient_++]);
    }
    return true;
}

template <bool Timed> bool LocalSearch<Timed>::sweepRoutes(Deadline const &deadline) {
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
    }
    return true;
}

template <bool Timed> void LocalSearch<Timed>::apply(Move const &move) {
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
    if (a != b) update(b);
    gained_ += move.delta;
    improved_ = true;
}

template <bool Timed> void LocalSearch<Timed>::swapNodes(int u, int v) {
    int const p = node(u).previous, x = node(u).next, q = node(v).previous, y = node(v).next;
    link(p, v);
    link(v, x);
    link(q, u);
    link(u, y);
}

// Turns around what lies between u and the node after v, u excluded.
template <bool Timed> void LocalSearch<Timed>::turnBetween(int u, int v) {
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
template <bool Timed> void LocalSearch<Timed>::joinTurned(int u, int v) {
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

template <bool Timed> void LocalSearch<Timed>::joinTails(int u, int v) {
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

template <bool Timed> double LocalSearch<Timed>::cost() const {
    double sum = 0.0;
    for (auto const &path : routes_) {
        if (path.size == 0) continue;
        sum += path.penalty;
        for (int i = path.first; i != path.last; i = node(i).next) sum += node(i).length;
    }
    return sum;
}

template <bool Timed> Plan LocalSearch<Timed>::plan() const {
    std::vector<std::pair<double, int>> order;
    for (int r = 0; r < static_cast<int>(routes_.size()); ++r) {
        if (route(r).size == 0) continue;
        double x = 0.0, y = 0.0;
        for (int i = node(route(r).first).next; i != route(r).last; i = node(i).next) {
            x += instance_.x(i) - instance_.x(0);
            y += instance_.y(i) - instance_.y(0);
        }
        order.emplace_back(std::atan2(y, x), r);
    }
    std::sort(order.begin(), order.end());
    Plan plan;
    for (auto const &[angle, r] : order) {
        for (int i = node(route(r).first).next; i != route(r).last; i = node(i).next)
            plan.visits.push_back(i);
        plan.close();
    }
    return plan;
}

template class LocalSearch<false>;
template class LocalSearch<true>;

std::unique_ptr<Improver> makeImprover(Instance const &instance, Rng &rng) {
    if (instance.timed()) return std::make_unique<LocalSearch<true>>(instance, rng);
    return std::make_unique<LocalSearch<false>>(instance, rng);
}

}  // namespace cosolve::vrp::hgs
