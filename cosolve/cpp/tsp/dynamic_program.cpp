#include "tsp/dynamic_program.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace cosolve::tsp {

namespace {

// Compared in this order.
struct Value {
    int missed = std::numeric_limits<int>::max();  // legs that are no fixed edge
    double cost = 0;
    bool operator<(Value const &other) const {
        return missed < other.missed || (missed == other.missed && cost < other.cost);
    }
    Value operator+(Value const &leg) const { return {missed + leg.missed, cost + leg.cost}; }
    bool reached() const { return missed != std::numeric_limits<int>::max(); }
};

class DynamicProgram {
public:
    explicit DynamicProgram(ExactProblem const &problem)
        : problem_(problem), n_(problem.n), all_((std::uint32_t{1} << n_) - 1),
          legs_(static_cast<std::size_t>(n_ * n_)),
          best_((static_cast<std::size_t>(all_) + 1) * static_cast<std::size_t>(n_)),
          previous_(best_.size(), -1) {
        for (int i = 0; i < n_ * n_; ++i)
            legs_[static_cast<std::size_t>(i)] = {1, problem.distance[i]};
        for (auto const &[a, b] : problem.fixed)
            legs_[index(a, b)].missed = legs_[index(b, a)].missed = 0;
    }

    std::vector<int> solve() {
        int const first = problem_.path ? problem_.first : 0;
        for (int node = 0; node < n_; ++node)
            if (first < 0 || node == first) best_[state(std::uint32_t{1} << node, node)] = {0, 0.0};
        for (std::uint32_t visited = 1; visited < all_; ++visited)
            for (int node = 0; node < n_; ++node) extend(visited, node);
        return traceBack(bestEnd());
    }

private:
    std::size_t index(int i, int j) const { return static_cast<std::size_t>(i * n_ + j); }
    std::size_t state(std::uint32_t visited, int node) const {
        return static_cast<std::size_t>(visited) * static_cast<std::size_t>(n_) +
               static_cast<std::size_t>(node);
    }

    void extend(std::uint32_t visited, int node) {
        Value const &here = best_[state(visited, node)];
        if (!here.reached() || node == problem_.last) return;
        for (int to = 0; to < n_; ++to) {
            if ((visited >> to & 1) != 0) continue;
            std::size_t const next = state(visited | std::uint32_t{1} << to, to);
            Value const reached = here + legs_[index(node, to)];
            if (!(reached < best_[next])) continue;
            best_[next] = reached;
            previous_[next] = static_cast<std::int8_t>(node);
        }
    }

    int bestEnd() const {
        Value least;
        int end = -1;
        for (int node = 0; node < n_; ++node) {
            Value total = best_[state(all_, node)];
            if (!total.reached() || (problem_.last >= 0 && node != problem_.last)) continue;
            if (!problem_.path) total = total + legs_[index(node, 0)];
            if (end >= 0 && !(total < least)) continue;
            least = total;
            end = node;
        }
        return end;
    }

    std::vector<int> traceBack(int node) const {
        std::vector<int> order;
        for (std::uint32_t visited = all_; node >= 0;) {
            order.push_back(node);
            int const before = previous_[state(visited, node)];
            visited ^= std::uint32_t{1} << node;
            node = before;
        }
        std::reverse(order.begin(), order.end());
        return order;
    }

    ExactProblem const &problem_;
    int n_;
    std::uint32_t all_;
    std::vector<Value> legs_, best_;
    std::vector<std::int8_t> previous_;
};

}  // namespace

std::vector<int> solveExactly(ExactProblem const &problem) {
    return DynamicProgram(problem).solve();
}

}  // namespace cosolve::tsp
