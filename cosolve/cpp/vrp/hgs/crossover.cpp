#include "vrp/hgs/crossover.h"

#include <algorithm>
#include <numeric>

namespace cosolve::vrp::hgs {

namespace {

std::size_t index(int i) {
    return static_cast<std::size_t>(i);
}

// Which of `routes` routes are in the window of `count` that begins with route `first`.
std::vector<char> window(int routes, int first, int count) {
    std::vector<char> chosen(index(routes), 0);
    for (int k = 0; k < count; ++k) chosen[index((first + k) % routes)] = 1;
    return chosen;
}

std::vector<char> clientsOf(Plan const &plan, std::vector<char> const &chosen, int end) {
    std::vector<char> result(index(end), 0);
    for (int r = 0; r < plan.routes(); ++r)
        if (chosen[index(r)])
            for (int k = 0; k < plan.size(r); ++k) result[index(plan.route(r)[k])] = 1;
    return result;
}

// The window of `count` routes that visits most of `wanted`.
int bestWindow(Plan const &plan, std::vector<char> const &wanted, int count) {
    int const routes = plan.routes();
    std::vector<int> hits(index(routes), 0);
    for (int r = 0; r < routes; ++r)
        for (int k = 0; k < plan.size(r); ++k) hits[index(r)] += wanted[index(plan.route(r)[k])];
    int sum = std::accumulate(hits.begin(), hits.begin() + count, 0), best = sum, first = 0;
    for (int r = 1; r < routes; ++r) {
        sum += hits[index((r + count - 1) % routes)] - hits[index(r - 1)];
        if (sum > best) {
            best = sum;
            first = r;
        }
    }
    return first;
}

void copyRoute(Plan const &plan, int r, std::vector<char> const &leaveOut, Plan &to) {
    for (int k = 0; k < plan.size(r); ++k)
        if (!leaveOut[index(plan.route(r)[k])]) to.visits.push_back(plan.route(r)[k]);
    to.close(plan.type(r));
}

}  // namespace

GiantTour orderCrossover(GiantTour const &a, GiantTour const &b, Rng &rng) {
    int const n = static_cast<int>(a.size());
    if (n < 2) return a;
    int const first = rng.below(n);
    int last = rng.below(n - 1);
    if (last >= first) ++last;
    GiantTour child(a.size(), 0);
    std::vector<char> taken(index(*std::max_element(a.begin(), a.end()) + 1), 0);
    int at = first;
    for (;; at = (at + 1) % n) {
        child[index(at)] = a[index(at)];
        taken[index(a[index(at)])] = 1;
        if (at == last) break;
    }
    for (int k = 1; k <= n; ++k) {
        int const i = b[index((last + k) % n)];
        if (taken[index(i)]) continue;
        at = (at + 1) % n;
        child[index(at)] = i;
    }
    return child;
}

std::vector<PartialPlan> routeExchange(Instance const &instance, Individual const &a,
                                       Individual const &b, Rng &rng) {
    Plan const &planA = a.plan(), &planB = b.plan();
    int const end = instance.end(), most = std::min(planA.routes(), planB.routes());
    if (most < 2) return {};
    int const count = 1 + rng.below(most - 1), firstA = rng.below(planA.routes());
    auto const chosenA = window(planA.routes(), firstA, count);
    auto const clientsA = clientsOf(planA, chosenA, end);
    auto const chosenB = window(planB.routes(), bestWindow(planB, clientsA, count), count);
    auto const clientsB = clientsOf(planB, chosenB, end);
    bool same = true;
    for (int i = instance.first(); i < end && same; ++i)
        if (clientsB[index(i)])
            same = clientsA[index(i)] && a.next(i) == b.next(i) && a.previous(i) == b.previous(i) &&
                   a.type(i) == b.type(i);
    if (same) return {};
    std::vector<char> none(index(end), 0), newcomers(index(end), 0);
    std::vector<int> missing;
    for (int i = instance.first(); i < end; ++i) {
        newcomers[index(i)] = clientsB[index(i)] && !clientsA[index(i)];
        if (clientsA[index(i)] && !clientsB[index(i)]) missing.push_back(i);
    }
    rng.shuffle(missing);
    std::vector<PartialPlan> children(2);
    for (std::size_t c = 0; c < 2; ++c) {
        for (int r = 0; r < planA.routes(); ++r)
            if (!chosenA[index(r)])
                copyRoute(planA, r, c == 0 ? none : newcomers, children[c].plan);
        for (int r = 0; r < planB.routes(); ++r)
            if (chosenB[index(r)]) copyRoute(planB, r, c == 0 ? newcomers : none, children[c].plan);
        children[c].missing = missing;
    }
    // Without newcomers the two are the same.
    if (std::find(newcomers.begin(), newcomers.end(), 1) == newcomers.end()) children.pop_back();
    return children;
}

std::vector<char> sharedRoutes(Plan const &plan, Individual const &solution) {
    std::vector<char> shared(index(plan.routes()), 1);
    for (int r = 0; r < plan.routes(); ++r) {
        int last = 0;
        shared[index(r)] = plan.type(r) == solution.type(plan.route(r)[0]);
        for (int k = 0; k < plan.size(r) && shared[index(r)]; ++k) {
            int const i = plan.route(r)[k];
            if (solution.previous(i) != last) shared[index(r)] = 0;
            last = i;
        }
        if (solution.next(last) != 0) shared[index(r)] = 0;
    }
    return shared;
}

}  // namespace cosolve::vrp::hgs
