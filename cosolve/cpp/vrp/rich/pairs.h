// The best places for a pickup and its delivery on a route.
#pragma once

#include <cstdint>
#include <vector>

#include "vrp/rich/state.h"

namespace cosolve::vrp::rich {

struct PairPlace {
    double cost = kInfinity;
    int route = -1, kind = -1;  // no route but a kind: a new one
    // The pickup goes before the stop now at `pickup`, the delivery before that now at `delivery`.
    int pickup = 0, delivery = 0;
};

class PairPlacer {
public:
    explicit PairPlacer(State const &state) : state_(state), in_(state.instance()) {}

    // Looks at all pairs of places on a route for the clients of a task. Pickups are passed over
    // that cost more with the cheapest delivery than the best pair known, supposing the triangle
    // inequality.
    void scan(int task, int route, PairPlace &best);
    void tryNewRoute(int task, int kind, PairPlace &best) const;

private:
    // The part of a route up to some stop, with the pickup inserted.
    struct Walk {
        int at = 0;        // location
        double ready = 0;  // earliest end of service there
        double farther = 0;
        Span span;
    };

    void load(int route);
    void measure();
    int from(int index) const { return index == 0 ? kind_->start : (*visits_)[size(index - 1)]; }
    int to(int index) const { return index == length_ ? kind_->end : (*visits_)[size(index)]; }
    double arc(int index) const;
    void detours(int client, std::vector<double> &all) const;
    double travelTo(int client, int next) const;
    Walk startOf(int index) const;
    bool pass(Walk &walk, int client, double travel) const;
    void walkOn(Walk walk, int first, PairPlace &best) const;
    void deliver(Walk const &walk, int first, int index, PairPlace &best) const;
    static std::size_t size(int i) { return static_cast<std::size_t>(i); }

    State const &state_;
    Instance const &in_;
    int route_ = -1, length_ = 0, pickup_ = -1, delivery_ = -1;
    RouteInfo const *info_ = nullptr;
    Kind const *kind_ = nullptr;
    std::vector<int> const *visits_ = nullptr;
    std::vector<double> detour_;      // of the pickup
    std::vector<double> least_;       // smallest detour of the delivery from an index on
    std::vector<std::uint8_t> room_;  // whether the goods fit into the vehicle before an index
};

}  // namespace cosolve::vrp::rich
