#include "scheduling/tabu_start.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <tuple>
#include <utility>

namespace cosolve::scheduling {

namespace {

int constexpr kPasses = 30;

// Mean work from the begin of each operation to the end of its job, times a random factor.
std::vector<double> priorities(TabuInstance const &instance, double noise, Rng &rng) {
    int const n = instance.operations();
    std::vector<double> result(instance.job.size());
    double left = 0;
    for (int v = n - 1; v >= 0; --v) {
        auto const i = static_cast<std::size_t>(v);
        if (v == n - 1 || instance.job[i] != instance.job[i + 1]) left = 0;
        double sum = 0;
        for (int a = instance.first[i]; a < instance.first[i + 1]; ++a)
            sum += instance.durationOf(a);
        left += sum / instance.alternativesOf(v);
        result[i] = left * (1 + noise * (2 * rng.uniform() - 1));
    }
    return result;
}

}  // namespace

std::vector<int> balancedAlternatives(TabuInstance const &instance, Rng &rng) {
    int const n = instance.operations();
    std::vector<int> result(instance.job.size());
    std::vector<double> load(instance.available.begin(), instance.available.end());
    std::vector<int> visits(instance.job.size());
    std::iota(visits.begin(), visits.end(), 0);
    rng.shuffle(visits);
    auto const loadOf = [&](int alternative) -> double & {
        return load[static_cast<std::size_t>(instance.machineOf(alternative))];
    };
    for (int v = 0; v < n; ++v) {
        int best = instance.firstOf(v);
        for (int a = best; a < instance.firstOf(v + 1); ++a)
            if (instance.durationOf(a) < instance.durationOf(best)) best = a;
        result[static_cast<std::size_t>(v)] = best;
        loadOf(best) += instance.durationOf(best);
    }
    // The larger the exponent of the loads, the more their maximum counts.
    for (int const squarings : {1, 3}) {
        for (int pass = 0; pass < kPasses; ++pass) {
            double const scale = std::max(1.0, *std::max_element(load.begin(), load.end()));
            auto const price = [&](double l) {
                double power = l / scale;
                for (int i = 0; i < squarings; ++i) power *= power;
                return power;
            };
            bool changed = false;
            for (int const v : visits) {
                int const old = result[static_cast<std::size_t>(v)];
                loadOf(old) -= instance.durationOf(old);
                int best = old;
                double bestCost = 0;
                for (int a = instance.firstOf(v); a < instance.firstOf(v + 1); ++a) {
                    double const l = loadOf(a);
                    double const cost = price(l + instance.durationOf(a)) - price(l);
                    if (a == instance.firstOf(v) || cost < bestCost - 1e-12 ||
                        (a == old && cost <= bestCost + 1e-12)) {
                        best = a;
                        bestCost = cost;
                    }
                }
                loadOf(best) += instance.durationOf(best);
                result[static_cast<std::size_t>(v)] = best;
                changed = changed || best != old;
            }
            if (!changed) break;
        }
    }
    return result;
}

TabuSolution listSchedule(TabuInstance const &instance, std::vector<int> const &alternatives,
                          double noise, Rng &rng) {
    int const n = instance.operations();
    std::vector<double> const priority = priorities(instance, noise, rng);
    TabuSolution result;
    result.alternative.assign(instance.job.size(), 0);
    result.order.reserve(instance.job.size());
    using Waiting = std::pair<double, int>;    // priority, operation
    using Event = std::tuple<Time, int, int>;  // when, 0: operation gets ready, 1: machine is free
    std::vector<std::priority_queue<Waiting>> queue(static_cast<std::size_t>(instance.machines));
    std::vector<Time> freeAt(instance.available);
    std::vector<double> committed(instance.available.begin(), instance.available.end());
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
    for (int v = 0; v < n; ++v) {
        int const j = instance.job[static_cast<std::size_t>(v)];
        if (v == 0 || instance.job[static_cast<std::size_t>(v - 1)] != j)
            events.emplace(instance.release[static_cast<std::size_t>(j)], 0, v);
    }
    auto const arrive = [&](int v, Time now) {
        auto const i = static_cast<std::size_t>(v);
        int best = alternatives.empty() ? instance.firstOf(v) : alternatives[i];
        double bestEnd = 0;
        if (alternatives.empty()) {
            for (int a = instance.firstOf(v); a < instance.firstOf(v + 1); ++a) {
                double const busy = committed[static_cast<std::size_t>(instance.machineOf(a))];
                double const end = std::max<double>(now, busy) + instance.durationOf(a);
                if (a == instance.firstOf(v) || end < bestEnd) {
                    best = a;
                    bestEnd = end;
                }
            }
        }
        auto const k = static_cast<std::size_t>(instance.machineOf(best));
        committed[k] = std::max<double>(now, committed[k]) + instance.durationOf(best);
        result.alternative[i] = best;
        queue[k].emplace(priority[i], v);
        events.emplace(std::max(now, freeAt[k]), 1, static_cast<int>(k));
    };
    while (!events.empty()) {
        auto const [now, what, which] = events.top();
        events.pop();
        if (what == 0) {
            arrive(which, now);
            continue;
        }
        auto const k = static_cast<std::size_t>(which);
        if (queue[k].empty() || freeAt[k] > now) continue;
        int const v = queue[k].top().second;
        queue[k].pop();
        Time const end = now + instance.durationOf(result.alternative[static_cast<std::size_t>(v)]);
        freeAt[k] = end;
        result.order.push_back(v);
        auto const i = static_cast<std::size_t>(v);
        if (v + 1 < n && instance.job[i + 1] == instance.job[i]) events.emplace(end, 0, v + 1);
        if (!queue[k].empty()) events.emplace(end, 1, which);
    }
    return result;
}

}  // namespace cosolve::scheduling
