// A solution, feasible or not, as the population holds it.
#pragma once

#include <cstdint>
#include <vector>

#include "vrp/hgs/instance.h"

namespace cosolve::vrp::hgs {

// Routes one after the other; none is empty.
struct Plan {
    std::vector<int> visits;
    std::vector<int> begin = {0};  // where each route begins in `visits`, and the end
    std::vector<int> types;        // vehicle type of each route

    int routes() const { return static_cast<int>(begin.size()) - 1; }
    int size(int route) const {
        auto const r = static_cast<std::size_t>(route);
        return begin[r + 1] - begin[r];
    }
    int const *route(int route) const {
        return visits.data() + begin[static_cast<std::size_t>(route)];
    }
    int type(int route) const { return types[static_cast<std::size_t>(route)]; }
    void close(int type) {  // ends the route whose visits were pushed
        if (static_cast<int>(visits.size()) == begin.back()) return;
        begin.push_back(static_cast<int>(visits.size()));
        types.push_back(type);
    }
};

// Routes and the clients in none of them.
struct PartialPlan {
    Plan plan;
    std::vector<int> missing;
};

// Prices of a unit of each violation.
struct Penalties {
    double load = 1.0, warp = 1.0, duration = 1.0;
};

struct Violations {
    double load = 0.0, warp = 0.0, duration = 0.0;

    double priced(Penalties const &p) const {
        return p.load * load + p.warp * warp + p.duration * duration;
    }
};

// What a route costs.
struct Measure {
    double cost = 0.0;  // without penalties
    Violations violations;
    bool feasible = true;
};

Measure measure(Instance const &instance, int const *visits, int size, int type);

class Individual {
public:
    // Takes routes that visit every client once.
    Individual(Instance const &instance, Plan plan);

    Plan const &plan() const { return plan_; }
    double cost() const { return cost_; }
    Violations const &violations() const { return violations_; }
    bool feasible() const { return feasible_; }
    double cost(Penalties const &p) const { return cost_ + violations_.priced(p); }
    int next(int client) const { return next_[static_cast<std::size_t>(client)]; }
    int previous(int client) const { return previous_[static_cast<std::size_t>(client)]; }
    // Vehicle type that visits a client.
    int type(int client) const { return type_[static_cast<std::size_t>(client)]; }

private:
    Plan plan_;
    double cost_ = 0.0;
    Violations violations_;
    bool feasible_ = true;
    std::vector<int> next_, previous_;  // 0 for the end of the route
    std::vector<int> type_;
};

// Share of the clients whose neighbors in one solution are not their neighbors in the other
// (Vidal 2022, section 3.1), or who are visited by another type of vehicle.
double brokenPairs(Instance const &instance, Individual const &a, Individual const &b);

}  // namespace cosolve::vrp::hgs
