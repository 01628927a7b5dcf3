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

    int routes() const { return static_cast<int>(begin.size()) - 1; }
    int size(int route) const {
        auto const r = static_cast<std::size_t>(route);
        return begin[r + 1] - begin[r];
    }
    int const *route(int route) const {
        return visits.data() + begin[static_cast<std::size_t>(route)];
    }
    void close() {  // ends the route whose visits were pushed
        if (static_cast<int>(visits.size()) > begin.back())
            begin.push_back(static_cast<int>(visits.size()));
    }
    void clear() {
        visits.clear();
        begin.assign(1, 0);
    }
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

class Individual {
public:
    // Takes routes that visit every client once.
    Individual(Instance const &instance, Plan plan);

    Plan const &plan() const { return plan_; }
    double distance() const { return distance_; }
    Violations const &violations() const { return violations_; }
    bool feasible() const { return feasible_; }
    double cost(Penalties const &p) const { return distance_ + violations_.priced(p); }
    int next(int client) const { return next_[static_cast<std::size_t>(client)]; }
    int previous(int client) const { return previous_[static_cast<std::size_t>(client)]; }

private:
    void measure(Instance const &instance);

    Plan plan_;
    double distance_ = 0.0;
    Violations violations_;
    bool feasible_ = false;
    std::vector<int> next_, previous_;  // 0 for the depot
};

// Share of the clients whose neighbors in one solution are not their neighbors in the other
// (Vidal 2022, section 3.1).
double brokenPairs(Instance const &instance, Individual const &a, Individual const &b);

}  // namespace cosolve::vrp::hgs
