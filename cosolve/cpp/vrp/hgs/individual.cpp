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

Individual::Individual(Instance const &instance, Plan plan)
    : plan_(std::move(plan)), next_(static_cast<std::size_t>(instance.clients()) + 1, 0),
      previous_(static_cast<std::size_t>(instance.clients()) + 1, 0) {
    measure(instance);
}

void Individual::measure(Instance const &instance) {
    double late = 0.0;
    for (int r = 0; r < plan_.routes(); ++r) {
        int const *visit = plan_.route(r);
        double load = 0.0;
        int last = 0;
        TimeSegment time = instance.visit(0);
        for (int k = 0; k < plan_.size(r); ++k) {
            int const i = visit[k];
            load += instance.demand(i);
            distance_ += instance.distance(last, i);
            if (instance.timed()) time = join(time, instance.travel(last, i), instance.visit(i));
            if (last > 0) next_[static_cast<std::size_t>(last)] = i;
            previous_[static_cast<std::size_t>(i)] = last;
            last = i;
        }
        distance_ += instance.distance(last, 0);
        violations_.load += std::max(load - instance.capacity(), 0.0);
        if (!instance.timed()) continue;
        time = join(time, instance.travel(last, 0), instance.visit(0));
        violations_.warp += time.warp;
        double const duration = time.duration - time.warp;
        violations_.duration += std::max(duration - instance.maxDuration(), 0.0);
        late = std::max(late, duration);
    }
    feasible_ = negligible(violations_.load, instance.capacity()) &&
                negligible(violations_.warp, late) &&
                negligible(violations_.duration, instance.maxDuration());
}

double brokenPairs(Instance const &instance, Individual const &a, Individual const &b) {
    int const n = instance.clients();
    if (n == 0) return 0.0;
    int broken = 0;
    if (instance.timed() || !instance.symmetric()) {
        for (int i = 1; i <= n; ++i)
            broken += (a.next(i) != b.next(i)) + (a.previous(i) == 0 && b.previous(i) != 0);
    } else {
        for (int i = 1; i <= n; ++i) {
            int const next = b.next(i), previous = b.previous(i), mine = a.next(i);
            broken += mine != next && mine != previous;
            broken += a.previous(i) == 0 && next != 0 && previous != 0;
        }
    }
    return static_cast<double>(broken) / n;
}

}  // namespace cosolve::vrp::hgs
