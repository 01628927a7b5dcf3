// Local search over routes with penalized load, lateness and duration.
//
// The neighborhoods are those of Vidal, "Hybrid genetic search for the CVRP: open-source
// implementation and SWAP* neighborhood" (C&OR 2022): relocations and exchanges of one or two
// clients, 2-opt, 2-opt* restricted to near clients, and SWAP*. With time windows routes are
// evaluated by joining segments (Vidal et al. 2013). Three things save work:
// - Lengths of arcs are known at the nodes, so that all moves of a client read four rows of the
//   distances.
// - A move whose change of distance exceeds what its routes pay for violations cannot improve;
//   neither load nor time is looked at.
// - A pair of routes is looked at again only when one of the two has changed; routes that an
//   offspring inherits unchanged from one parent count as unchanged (`Unchanged`).
//
// Every route has a vehicle type. Of each type with vehicles left there is one empty route, so that
// moves into empty routes choose among the types. Whole routes change their types, or exchange
// them, by moves of their own; as depots belong to types, these move routes between depots, too.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/deadline.h"
#include "core/rng.h"
#include "vrp/hgs/individual.h"
#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

class Improver {
public:
    virtual ~Improver() = default;
    // Takes routes, not necessarily of all clients, as they are. `unchanged` tells which are routes
    // of a solution that is a local optimum already (empty: none).
    virtual void load(Plan const &plan, Penalties const &penalties,
                      std::vector<char> const &unchanged) = 0;
    // Continues with other penalties; only routes with violations count as changed.
    virtual void reprice(Penalties const &penalties) = 0;
    // Inserts clients one after the other where that costs least.
    virtual void insert(std::vector<int> const &clients) = 0;
    // Improves until there is a local optimum (true) or time is up.
    virtual bool improve(Deadline const &deadline) = 0;
    virtual double cost() const = 0;
    // What all moves since `load` or `reprice` changed the cost by, as they were evaluated.
    virtual double gained() const = 0;
    // The routes, by the angle under which they are seen.
    virtual Plan plan() const = 0;
};

std::unique_ptr<Improver> makeImprover(Instance const &instance, Rng &rng);

// `Mixed`: there are vehicle types, or depots, that differ.
template <bool Timed, bool Mixed> class LocalSearch final : public Improver {
public:
    LocalSearch(Instance const &instance, Rng &rng);

    void load(Plan const &plan, Penalties const &penalties,
              std::vector<char> const &unchanged) override;
    void reprice(Penalties const &penalties) override;
    void insert(std::vector<int> const &clients) override;
    bool improve(Deadline const &deadline) override;
    double cost() const override;
    double gained() const override { return gained_; }
    Plan plan() const override;

private:
    // Clients are nodes of the same number as their locations; every route has a node of its own at
    // either end.
    struct Node {
        int next = 0, previous = 0;
        int route = -1;
        int position = 0;
        int location = 0;
        double demand = 0.0;
        double load = 0.0;    // of the route up to here
        double length = 0.0;  // of the arc to the next node
        double turned = 0.0;  // what it costs to traverse the route up to here backwards
        double saving = 0.0;  // distance saved by leaving the node out
    };

    // A node of a route and the arc after it, once more, where they lie beside each other.
    struct Stop {
        int node, location;
        double length;
    };

    struct Route {
        int first = 0, last = 0;  // nodes at the ends
        int size = 0;
        int type = 0;
        bool used = false;  // whether a vehicle is counted for it
        double load = 0.0;
        double penalty = 0.0;      // for all violations
        double timePenalty = 0.0;  // for those of time
        double length = 0.0;
        std::vector<Stop> stops;      // all nodes but the last
        std::int64_t exchanged = -1;  // time of the last SWAP*
    };

    enum class Kind : std::uint8_t {
        none,
        relocate,
        relocatePair,
        relocateTurned,
        swap,
        swapPairOne,
        swapPairs,
        turn,
        joinTurned,
        joinTails
    };

    struct Move {
        Kind kind = Kind::none;
        int u = 0, v = 0;
        double delta = 0.0;
    };

    // A client and what is around it.
    struct Here {
        int u, p, x, xx, route;
        double load, capacity, rate;  // of its route
        double demandU, demandX;
        double const *fromP, *fromU, *toU, *fromX, *toX, *toXX;
        double withoutU, withoutPair;  // change of distance when u, or u and x, are left out
        double cut, cutPair;           // arcs around u, or around u and x
        double inner;                  // arc from u to x, where it counts
    };

    static std::size_t index(int i) { return static_cast<std::size_t>(i); }
    Node &node(int i) { return nodes_[index(i)]; }
    Node const &node(int i) const { return nodes_[index(i)]; }
    Route &route(int r) { return routes_[index(r)]; }
    Route const &route(int r) const { return routes_[index(r)]; }
    std::int64_t &changed(int r) { return changed_[index(r)]; }
    bool isClient(int i) const { return i < firstEnd_; }
    double arc(int i, int j) const {
        return instance_.distance(node(i).location, node(j).location);
    }
    Vehicle const &vehicle(int r) const { return instance_.vehicle(route(r).type); }
    double capacity(int r) const {
        if constexpr (Mixed) return vehicle(r).capacity;
        return instance_.capacity();
    }
    double maxDuration(int r) const {
        if constexpr (Mixed) return vehicle(r).maxDuration;
        return instance_.maxDuration();
    }
    double rate(int r) const {
        if constexpr (Mixed) return vehicle(r).rate;
        return 1.0;
    }
    double loadPenalty(double load, double capacity) const {
        return penalties_.load * std::max(load - capacity, 0.0);
    }
    // Cost of changes of the distances of the route of u and of that of v.
    double priced(double here, double there) const {
        if constexpr (Mixed) return here_.rate * here + otherRate_ * there;
        return here + there;
    }

    // local_search.cpp: routes, order of work, application of moves
    void clearRoutes();
    void update(int r);
    void updateTimes(int r);
    void link(int i, int j) {
        node(i).next = j;
        node(j).previous = i;
    }
    void takeOut(int i) { link(node(i).previous, node(i).next); }
    void putAfter(int i, int after) {
        int const next = node(after).next;
        link(after, i);
        link(i, next);
    }
    void prepare();
    bool sweepClients(Deadline const &deadline);
    bool sweepRoutes(Deadline const &deadline);
    void apply(Move const &move);
    void swapNodes(int u, int v);
    void turnBetween(int u, int v);
    void joinTurned(int u, int v);
    void joinTails(int u, int v);
    void insertOne(int client);

    // fleet_moves.cpp: types of routes
    void setType(int r, int type);
    void addEmpty(int type);
    void count(int r);
    double inType(int r, int type) const;
    void changeType(int r);
    void exchangeType(int r);
    void improveType(int r);

    // local_search_moves.cpp: evaluation
    void improveClient(int u);
    void look(int u);
    void tryWith(int v);
    void tryRelocations(int v, double add);
    void trySwaps(int v);
    void tryTurns(int v);
    void tryTails(int v);
    void tryTurnedTails(int v);
    void tryEmpty(int r);
    void setOther(int r);
    void offer(Kind kind, int v, double here, double there, double shift);
    void offerWithin(Kind kind, int v, double delta);
    double addTime(Kind kind, int v, double delta) const;
    double addTimeWithin(Kind kind, int v, double delta) const;

    // times.h
    double timePenalty(TimeSegment const &whole, double maxDuration) const;
    TimeSegment append(TimeSegment const &segment, int last, int i) const;
    TimeSegment appendAll(TimeSegment segment, int last, int begin, int end) const;
    double closed(TimeSegment const &segment, int last, int rest) const;
    double closedIn(int r, TimeSegment const &segment, int last, int rest) const;

    // swap_star.cpp
    struct Places {
        std::array<double, 3> cost;
        std::array<int, 3> after;
        std::int64_t known = -1;
    };
    struct Exchange {
        int u = 0, v = 0;            // 0: none goes that way
        int afterU = 0, afterV = 0;  // where u and v are put
        double delta = 0.0;
    };
    Places &places(int r, int i);
    void findPlaces(int r, int i);
    double insertionInstead(int i, int out, Places const &best, int &after) const;
    void findNear(int a, std::int64_t tested);
    bool exchange(int a, int b);
    Exchange bestExchange(int a, int b);
    double exchangeTime(int u, int v, int afterV) const;
    void tryMoveInto(int a, int b, std::vector<int> const &clients, Exchange &best);

    Instance const &instance_;
    Rng &rng_;
    int firstEnd_;  // nodes from here on are ends of routes
    Penalties penalties_;
    double tolerance_;
    std::vector<Node> nodes_;
    std::vector<Route> routes_;
    // By themselves because they are looked at most: the route of a client, and the time of the
    // last change of a route.
    std::vector<int> routeOf_;
    std::vector<std::int64_t> changed_;
    std::vector<TimeSegment> upTo_, onwards_;  // from the depot to a node, from it to the depot
    // Where types differ: distance from the depot to a node, and from it to the last client.
    std::vector<double> travelled_;
    std::vector<TimeSegment> inner_;
    // By type: vehicles in use, the empty route (-1: no vehicle is left). Routes without any use.
    std::vector<int> used_, empty_, spare_;
    std::vector<double> typeCosts_;            // of a route, by type; negative where not known
    std::vector<std::int64_t> tested_;         // when the moves of a client were last tried
    std::vector<std::vector<Places>> places_;  // by route and client
    std::vector<int> order_, routeOrder_;
    // For a route and every other one: its clients with neighbors there, and these neighbors.
    std::vector<std::vector<int>> nearHere_, nearThere_;
    std::vector<int> nearRoutes_;        // those with any
    std::vector<std::int64_t> seenFor_;  // by client; which search for near routes saw it
    std::int64_t nearSearches_ = 0;
    std::int64_t clock_ = 0;
    std::int64_t loadedAt_ = 0;
    double gained_ = 0.0;
    Here here_{};
    Move best_;
    double slack_ = 0.0;  // penalties of the routes of u and v
    int other_ = 0;       // the route of v
    double otherLoad_ = 0.0, otherCapacity_ = 0.0, otherRate_ = 1.0;  // of that route
    // Where `improve` goes on.
    bool prepared_ = false;
    int loop_ = 0;
    bool improved_ = false;
    std::size_t nextClient_ = 0, nextRoute_ = 0;
};

}  // namespace cosolve::vrp::hgs
