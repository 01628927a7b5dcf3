#include "vrp/hgs/individual.h"

#include <algorithm>
#include <utility>

namespace cosolve::vrp::hgs {

namespace {

constexpr double kRelative = 1e-9;

bool negligible(double excess, double limit) {
    return excess <= kRelative * (1.0 + limit);
}

}  // namespace

Measure measure(Instance const &instance, int const *visits, int size, int type) {
    auto const &vehicle = instance.vehicle(type);
    double load = 0.0, distance = 0.0;
    int last = vehicle.start;
    TimeSegment time = instance.visit(last);
    auto go = [&](int i) {
        distance += instance.distance(last, i);
        if (instance.timed()) time = join(time, instance.travel(last, i), instance.visit(i));
        last = i;
    };
    for (int k = 0; k < size; ++k) {
        load += instance.demand(visits[k]);
        go(visits[k]);
    }
    go(vehicle.end);
    Measure result;
    result.cost = vehicle.rate * distance;
    auto &over = result.violations;
    over.load = std::max(load - vehicle.capacity, 0.0);
    result.feasible = negligible(over.load, vehicle.capacity);
    if (!instance.timed()) return result;
    double const duration = time.duration - time.warp;
    over.warp = time.warp;
    over.duration = std::max(duration - vehicle.maxDuration, 0.0);
    result.feasible = result.feasible && negligible(over.warp, duration) &&
                      negligible(over.duration, vehicle.maxDuration);
    return result;
}

Individual::Individual(Instance const &instance, Plan plan)
    : plan_(std::move(plan)), next_(static_cast<std::size_t>(instance.end()), 0),
      previous_(static_cast<std::size_t>(instance.end()), 0),
      type_(static_cast<std::size_t>(instance.end()), 0) {
    for (int r = 0; r < plan_.routes(); ++r) {
        int const *visits = plan_.route(r);
        for (int k = 0; k < plan_.size(r); ++k) {
            auto const i = static_cast<std::size_t>(visits[k]);
            if (k > 0) previous_[i] = visits[k - 1];
            if (k + 1 < plan_.size(r)) next_[i] = visits[k + 1];
            type_[i] = plan_.type(r);
        }
        auto const found = measure(instance, visits, plan_.size(r), plan_.type(r));
        cost_ += found.cost;
        violations_.load += found.violations.load;
        violations_.warp += found.violations.warp;
        violations_.duration += found.violations.duration;
        feasible_ = feasible_ && found.feasible;
    }
}

double brokenPairs(Instance const &instance, Individual const &a, Individual const &b) {
    int const n = instance.clients();
    if (n == 0) return 0.0;
    int broken = 0;
    if (instance.timed() || !instance.symmetric()) {
        for (int i = instance.first(); i < instance.end(); ++i)
            broken += (a.next(i) != b.next(i)) + (a.previous(i) == 0 && b.previous(i) != 0);
    } else {
        for (int i = instance.first(); i < instance.end(); ++i) {
            int const next = b.next(i), previous = b.previous(i), mine = a.next(i);
            broken += mine != next && mine != previous;
            broken += a.previous(i) == 0 && next != 0 && previous != 0;
        }
    }
    if (instance.mixed())
        for (int i = instance.first(); i < instance.end(); ++i) broken += a.type(i) != b.type(i);
    return static_cast<double>(broken) / n;
}

}  // namespace cosolve::vrp::hgs
