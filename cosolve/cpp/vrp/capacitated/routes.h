// The present solution of a capacitated problem: linked routes with a journal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "vrp/capacitated/distance.h"
#include "vrp/capacitated/instance.h"

namespace cosolve::vrp {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr int kAbsent = 0;  // the route of removed clients: it has no room for any

struct Links {
    int prev, next;           // 0 is the depot
    double legPrev, legNext;  // lengths of the legs to prev and next
};

struct alignas(64) Node {
    Links links;
    double demand;
    double depot;  // distance to the depot
    Point at;
};

struct Path {
    int first = 0, last = 0, size = 0;
    double legs = 0, service = 0;
    double length() const { return legs + service; }
};

// Routes are numbered from 1. A transaction begins with `begin`; `rollBack` undoes what was done
// since. The best solution is updated by what changed since it was kept.
template <class Distance> class RouteSet {
public:
    RouteSet(CapacitatedInstance const &instance, Distance distance)
        : in_(instance), distance_(distance) {
        std::size_t const n = instance.demand.size();
        nodes_.resize(n);
        route_.assign(n, kAbsent);
        touched_.assign(n, 0);
        isChanged_.assign(n, 0);
        best_.assign(n, {0, 0});
        for (int i = 0; i < instance.locations(); ++i) {
            double const *p = instance.metric->point(i);
            nodes_[at(i)].at = p ? Point{p[0], p[1]} : Point{0, 0};
            nodes_[at(i)].demand = instance.demand[at(i)];
        }
        for (int i = 0; i < instance.locations(); ++i) nodes_[at(i)].depot = leg(0, i);
        paths_.assign(1, Path{});
        room_.assign(1, -kInfinity);
    }

    CapacitatedInstance const &instance() const { return in_; }
    int clients() const { return static_cast<int>(nodes_.size()) - 1; }
    // Those that routes visit, by number.
    std::vector<int> const &members() const { return members_; }
    Node const &node(int i) const { return nodes_[at(i)]; }
    int next(int i) const { return node(i).links.next; }
    int prev(int i) const { return node(i).links.prev; }
    double legNext(int i) const { return node(i).links.legNext; }
    double legPrev(int i) const { return node(i).links.legPrev; }
    int routeOf(int i) const { return route_[at(i)]; }
    double room(int route) const { return room_[at(route)]; }
    Path const &path(int route) const { return paths_[at(route)]; }
    int highestRoute() const { return static_cast<int>(paths_.size()) - 1; }
    int used() const { return used_; }
    double cost() const { return cost_; }
    double bestCost() const { return bestCost_; }

    double leg(int i, int j) const { return distance_(node(i).at, node(j).at, i, j); }
    // Length of a leg that may begin or end at the depot.
    double legOrDepot(int i, int j) const {
        if (i == 0) return node(j).depot;
        return j == 0 ? node(i).depot : leg(i, j);
    }
    double service(int i) const { return in_.service.empty() ? 0.0 : in_.service[at(i)]; }

    // What a client costs between `prev` and the one after it.
    double detour(int client, int prev, int route) const {
        int const next = prev ? this->next(prev) : path(route).first;
        double const there = legOrDepot(prev, client) + legOrDepot(next, client);
        if (!prev && !next) return there;
        return there - (prev ? legNext(prev) : legPrev(next));
    }
    bool lengthAllows(int route, double more) const {
        return path(route).length() + more <= in_.maxLength + 1e-9 * (1.0 + in_.maxLength);
    }

    int emptyRoute() {
        while (!empty_.empty()) {
            int const route = empty_.back();
            empty_.pop_back();
            isListed_[at(route)] = 0;
            if (path(route).size == 0) return route;
        }
        paths_.push_back(Path{});
        room_.push_back(in_.capacity);
        pathTouched_.resize(paths_.size(), 0);
        isListed_.resize(paths_.size(), 0);
        return highestRoute();
    }

    void link(int client, int prev, int route) {
        touchPath(route);
        Path &p = paths_[at(route)];
        int const next = prev ? this->next(prev) : p.first;
        double const before = prev ? legNext(prev) : (next ? legPrev(next) : 0.0);
        touch(client);
        Links &c = nodes_[at(client)].links;
        c = {prev, next, legOrDepot(prev, client), legOrDepot(next, client)};
        route_[at(client)] = route;
        setNext(prev, client, c.legPrev, p);
        setPrev(next, client, c.legNext, p);
        if (p.size++ == 0) {
            cost_ += in_.fixedCost;
            ++used_;
        }
        room_[at(route)] -= node(client).demand;
        double const delta = c.legPrev + c.legNext - before;
        p.legs += delta;
        p.service += service(client);
        cost_ += delta;
    }

    void unlink(int client) {
        int const route = routeOf(client);
        touchPath(route);
        touch(client);
        Path &p = paths_[at(route)];
        Links const c = node(client).links;
        double const joined = c.prev || c.next ? legOrDepot(c.prev, c.next) : 0.0;
        setNext(c.prev, c.next, joined, p);
        setPrev(c.next, c.prev, joined, p);
        double const delta = joined - c.legPrev - c.legNext;
        room_[at(route)] += node(client).demand;
        p.legs += delta;
        p.service -= service(client);
        cost_ += delta;
        route_[at(client)] = kAbsent;
        if (--p.size == 0) retire(route);
    }

    // Gives a route, which must exist, other clients; those of all routes in question are assigned
    // before the next use.
    void assign(int route, std::vector<int> const &clients) {
        touchPath(route);
        Path &p = paths_[at(route)];
        cost_ -= p.legs;
        int const before = p.size;
        double load = 0, legs = 0, service = 0;
        int last = 0;
        double leg = 0;
        p.first = clients.empty() ? 0 : clients.front();
        for (std::size_t k = 0; k < clients.size(); ++k) {
            int const client = clients[k];
            int const next = k + 1 < clients.size() ? clients[k + 1] : 0;
            double const legIn = last ? leg : node(client).depot;
            leg = next ? this->leg(client, next) : node(client).depot;
            Links const links{last, next, legIn, leg};
            Links const &old = node(client).links;
            if (old.prev != last || old.next != next || routeOf(client) != route) {
                touch(client);
                nodes_[at(client)].links = links;
                route_[at(client)] = route;
            }
            load += node(client).demand;
            legs += legIn;
            service += this->service(client);
            last = client;
        }
        p.last = last;
        p.legs = clients.empty() ? 0.0 : legs + leg;
        p.service = service;
        p.size = static_cast<int>(clients.size());
        room_[at(route)] = in_.capacity - load;
        cost_ += p.legs;
        if (before == 0 && p.size > 0) ++used_, cost_ += in_.fixedCost;
        if (before > 0 && p.size == 0) retire(route);
    }

    void append(int route, std::vector<int> &to) const {
        for (int c = path(route).first; c; c = next(c)) to.push_back(c);
    }

    // Transactions.
    void begin() {
        ++transaction_;
        saved_.clear();
        savedPaths_.clear();
        costBefore_ = cost_;
        usedBefore_ = used_;
    }
    struct Saved {
        int client, route;
        Links links;
    };
    std::vector<Saved> const &saved() const { return saved_; }
    void rollBack() {
        for (Saved const &s : saved_) {
            nodes_[at(s.client)].links = s.links;
            route_[at(s.client)] = s.route;
        }
        for (SavedPath const &s : savedPaths_) {
            paths_[at(s.route)] = s.path;
            room_[at(s.route)] = s.room;
            if (s.path.size == 0) listEmpty(s.route);
        }
        cost_ = costBefore_;
        used_ = usedBefore_;
        begin();
    }
    // Whether the routes that were touched are short enough: where distances are rounded, a route
    // may get longer when a client leaves it.
    bool touchedAreShort() const {
        return in_.maxLength == kInfinity ||
               std::all_of(savedPaths_.begin(), savedPaths_.end(),
                           [&](SavedPath const &s) { return lengthAllows(s.route, 0.0); });
    }
    void commit() {
        for (Saved const &s : saved_) {
            char &flag = isChanged_[at(s.client)];
            if (flag) continue;
            flag = 1;
            changed_.push_back(s.client);
        }
        if (cost_ < bestCost_ - 1e-9) keep();
        begin();
    }

    // Other routes, of all clients or some; the others are nowhere. There was no best solution
    // before.
    void set(std::vector<int> const &routes) {
        std::fill(route_.begin(), route_.end(), kAbsent);
        paths_.assign(1, Path{});
        room_.assign(1, -kInfinity);
        pathTouched_.assign(1, 0);
        isListed_.assign(1, 0);
        empty_.clear();
        cost_ = 0;
        used_ = 0;
        begin();
        std::vector<int> clients;
        for (int const client : routes) {
            if (client) {
                clients.push_back(client);
                continue;
            }
            if (!clients.empty()) assign(emptyRoute(), clients);
            clients.clear();
        }
        members_.clear();
        for (int i = 1; i <= this->clients(); ++i)
            if (routeOf(i) != kAbsent) members_.push_back(i);
        std::fill(isChanged_.begin(), isChanged_.end(), 0);
        for (int const i : members_) isChanged_[at(i)] = 1;
        changed_ = members_;
        bestCost_ = kInfinity;
        commit();
    }

    std::vector<int> current() const {
        std::vector<int> routes;
        for (int r = 1; r <= highestRoute(); ++r) {
            if (path(r).size == 0) continue;
            append(r, routes);
            routes.push_back(0);
        }
        return routes;
    }
    std::vector<int> best() const {
        std::vector<int> routes;
        for (int const i : members_) {
            if (best_[at(i)].prev != 0) continue;
            for (int c = i; c; c = best_[at(c)].next) routes.push_back(c);
            routes.push_back(0);
        }
        return routes;
    }

private:
    struct SavedPath {
        int route;
        Path path;
        double room;
    };
    struct Place {
        int prev, next;
    };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }

    void touch(int client) {
        if (touched_[at(client)] == transaction_) return;
        touched_[at(client)] = transaction_;
        saved_.push_back({client, routeOf(client), node(client).links});
    }
    void touchPath(int route) {
        if (pathTouched_[at(route)] == transaction_) return;
        pathTouched_[at(route)] = transaction_;
        savedPaths_.push_back({route, path(route), room(route)});
    }
    void setNext(int i, int next, double leg, Path &p) {
        if (i == 0) {
            p.first = next;
            return;
        }
        touch(i);
        Links &links = nodes_[at(i)].links;
        links.next = next;
        links.legNext = leg;
    }
    void setPrev(int i, int prev, double leg, Path &p) {
        if (i == 0) {
            p.last = prev;
            return;
        }
        touch(i);
        Links &links = nodes_[at(i)].links;
        links.prev = prev;
        links.legPrev = leg;
    }
    void retire(int route) {
        cost_ -= in_.fixedCost;
        --used_;
        paths_[at(route)] = Path{};
        room_[at(route)] = in_.capacity;
        listEmpty(route);
    }
    void listEmpty(int route) {
        if (isListed_[at(route)]) return;
        isListed_[at(route)] = 1;
        empty_.push_back(route);
    }
    void keep() {
        bestCost_ = cost_;
        for (int const i : changed_) {
            best_[at(i)] = {prev(i), next(i)};
            isChanged_[at(i)] = 0;
        }
        changed_.clear();
    }

    CapacitatedInstance const &in_;
    Distance distance_;
    std::vector<Node> nodes_;
    // What an insertion looks at first lies dense: the route of a client, the room in a route.
    std::vector<int> route_;
    std::vector<double> room_;
    std::vector<Path> paths_;
    std::vector<int> empty_;  // routes that were empty at some time
    std::vector<char> isListed_{0};
    double cost_ = 0;
    int used_ = 0;

    long transaction_ = 1;
    std::vector<long> touched_, pathTouched_{0};
    std::vector<Saved> saved_;
    std::vector<SavedPath> savedPaths_;
    double costBefore_ = 0;
    int usedBefore_ = 0;

    std::vector<int> members_;
    std::vector<Place> best_;
    std::vector<char> isChanged_;
    std::vector<int> changed_;  // since the best solution was kept
    double bestCost_ = kInfinity;
};

}  // namespace cosolve::vrp
