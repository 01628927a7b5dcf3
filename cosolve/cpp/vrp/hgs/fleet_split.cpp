#include "vrp/hgs/fleet_split.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace cosolve::vrp::hgs {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Routes with more load than this many of the largest capacities are not considered.
constexpr double kOverload = 1.5;
// The price of a type changes by this share of the mean cost of a route.
constexpr double kStep = 0.05;
// Types seem dearer by up to this share of their costs.
constexpr double kTaste = 0.5;

}  // namespace

FleetSplitter::FleetSplitter(Instance const &instance)
    : instance_(instance), prices_(index(instance.types()), 0.0),
      factors_(index(instance.types()), 1.0) {}

// Looks at all routes that begin after i clients.
void FleetSplitter::relax(int i) {
    auto const &tour = *tour_;
    int const n = static_cast<int>(tour.size()), first = tour[index(i)];
    double const limit = kOverload * std::max(instance_.capacity(), instance_.maxDemand());
    double load = 0.0, length = 0.0;
    TimeSegment time;
    for (int j = i + 1; j <= n; ++j) {
        int const last = tour[index(j - 1)];
        load += instance_.demand(last);
        if (j > i + 1 && load > limit) return;
        if (j == i + 1) {
            time = instance_.visit(last);
        } else {
            int const before = tour[index(j - 2)];
            length += instance_.distance(before, last);
            if (instance_.timed())
                time = join(time, instance_.travel(before, last), instance_.visit(last));
        }
        for (int t = 0; t < instance_.types(); ++t) {
            auto const &vehicle = instance_.vehicle(t);
            double const distance = instance_.distance(vehicle.start, first) + length +
                                    instance_.distance(last, vehicle.end);
            double cost = potential_[index(i)] + prices_[index(t)] +
                          factors_[index(t)] * vehicle.rate * distance +
                          penalties_.load * std::max(load - vehicle.capacity, 0.0);
            if (cost >= potential_[index(j)]) continue;
            if (instance_.timed()) {
                auto const out = join(instance_.visit(vehicle.start),
                                      instance_.travel(vehicle.start, first), time);
                auto const whole =
                    join(out, instance_.travel(last, vehicle.end), instance_.visit(vehicle.end));
                double const over = whole.duration - whole.warp - vehicle.maxDuration;
                cost += penalties_.warp * whole.warp + penalties_.duration * std::max(over, 0.0);
                if (cost >= potential_[index(j)]) continue;
            }
            potential_[index(j)] = cost;
            cut_[index(j)] = i;
            type_[index(j)] = t;
        }
    }
}

PartialPlan FleetSplitter::split(std::vector<int> const &tour, Penalties const &penalties,
                                 Rng *taste) {
    int const n = static_cast<int>(tour.size());
    tour_ = &tour;
    penalties_ = penalties;
    for (auto &factor : factors_)
        factor = taste == nullptr ? 1.0 : 1.0 + kTaste * taste->uniform() * taste->below(2);
    potential_.assign(index(n + 1), kNever);
    cut_.assign(index(n + 1), 0);
    type_.assign(index(n + 1), 0);
    potential_[0] = 0.0;
    for (int i = 0; i < n; ++i) relax(i);
    std::vector<int> cuts;
    for (int j = n; j > 0; j = cut_[index(j)]) cuts.push_back(j);
    std::reverse(cuts.begin(), cuts.end());
    Plan plan;
    int i = 0;
    for (int end : cuts) {
        for (; i < end; ++i) plan.visits.push_back(tour[index(i)]);
        plan.close(type_[index(end)]);
    }
    if (taste == nullptr) learn(plan, potential_[index(n)]);
    return fitted(instance_, plan, penalties);
}

void FleetSplitter::learn(Plan const &plan, double cost) {
    std::vector<int> used(prices_.size(), 0);
    for (int type : plan.types) ++used[index(type)];
    double const step = kStep * cost / std::max(plan.routes(), 1);
    for (int t = 0; t < instance_.types(); ++t) {
        bool const tooMany = used[index(t)] > instance_.vehicle(t).number;
        prices_[index(t)] = std::max(prices_[index(t)] + (tooMany ? step : -step), 0.0);
    }
}

PartialPlan fitted(Instance const &instance, Plan const &plan, Penalties const &penalties) {
    std::size_t const types = static_cast<std::size_t>(instance.types());
    std::vector<int> left(types);
    for (std::size_t t = 0; t < types; ++t) left[t] = instance.vehicle(static_cast<int>(t)).number;
    for (int type : plan.types) --left[static_cast<std::size_t>(type)];
    if (std::all_of(left.begin(), left.end(), [](int k) { return k >= 0; })) return {plan, {}};
    // All changes of type that may help, by what they cost.
    struct Change {
        double cost;
        int route, type;
    };
    std::vector<Change> changes;
    std::vector<int> type = plan.types;
    auto costOf = [&](int r, int t) {
        auto const found = measure(instance, plan.route(r), plan.size(r), t);
        return found.cost + found.violations.priced(penalties);
    };
    for (int r = 0; r < plan.routes(); ++r) {
        if (left[static_cast<std::size_t>(plan.type(r))] >= 0) continue;
        double const now = costOf(r, plan.type(r));
        for (int t = 0; t < instance.types(); ++t)
            if (left[static_cast<std::size_t>(t)] > 0)
                changes.push_back({costOf(r, t) - now, r, t});
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](auto const &a, auto const &b) { return a.cost < b.cost; });
    for (auto const &change : changes) {
        auto &from = type[static_cast<std::size_t>(change.route)];
        auto &lacking = left[static_cast<std::size_t>(from)];
        auto &free = left[static_cast<std::size_t>(change.type)];
        if (from != plan.type(change.route) || lacking >= 0 || free <= 0) continue;
        ++lacking;
        --free;
        from = change.type;
    }
    // Where no vehicle is left, the routes with the fewest clients are dissolved.
    std::vector<int> order(type.size());
    for (std::size_t r = 0; r < order.size(); ++r) order[r] = static_cast<int>(r);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return plan.size(a) < plan.size(b); });
    std::vector<char> dissolved(type.size(), 0);
    for (int r : order) {
        auto &lacking = left[static_cast<std::size_t>(type[static_cast<std::size_t>(r)])];
        if (lacking >= 0) continue;
        ++lacking;
        dissolved[static_cast<std::size_t>(r)] = 1;
    }
    PartialPlan result;
    for (int r = 0; r < plan.routes(); ++r) {
        bool const gone = dissolved[static_cast<std::size_t>(r)];
        auto &to = gone ? result.missing : result.plan.visits;
        to.insert(to.end(), plan.route(r), plan.route(r) + plan.size(r));
        if (!gone) result.plan.close(type[static_cast<std::size_t>(r)]);
    }
    return result;
}

}  // namespace cosolve::vrp::hgs
