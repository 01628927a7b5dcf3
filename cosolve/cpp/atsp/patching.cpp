#include "atsp/patching.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace cosolve::atsp {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

std::vector<int> cycleThrough(int first, std::vector<int> const &successors) {
    std::vector<int> nodes;
    int node = first;
    do {
        nodes.push_back(node);
        node = successors[at(node)];
    } while (node != first);
    return nodes;
}

std::vector<std::vector<int>> cyclesOf(std::vector<int> const &successors) {
    std::vector<std::vector<int>> cycles;
    std::vector<char> seen(successors.size(), 0);
    for (std::size_t i = 0; i < successors.size(); ++i) {
        if (seen[i]) continue;
        cycles.push_back(cycleThrough(static_cast<int>(i), successors));
        for (int const node : cycles.back()) seen[at(node)] = 1;
    }
    std::stable_sort(cycles.begin(), cycles.end(),
                     [](auto const &a, auto const &b) { return a.size() > b.size(); });
    return cycles;
}

// Exchanges the arcs that leave one node of each set so that the two cycles become one.
void join(ReducedArcs const &arcs, std::vector<int> const &some, std::vector<int> const &others,
          std::vector<int> &successors) {
    double least = std::numeric_limits<double>::infinity();
    std::pair<int, int> best{some[0], others[0]};
    for (int const a : some) {
        int const b = successors[at(a)];
        double const removed = arcs(a, b);
        for (int const c : others) {
            int const d = successors[at(c)];
            double const added = arcs(a, d) + arcs(c, b) - removed - arcs(c, d);
            if (added < least) {
                least = added;
                best = {a, c};
            }
        }
    }
    std::swap(successors[at(best.first)], successors[at(best.second)]);
}

}  // namespace

std::vector<int> patchCycles(ReducedArcs const &arcs, std::vector<int> successors) {
    auto cycles = cyclesOf(successors);
    auto &whole = cycles.front();
    for (std::size_t i = 1; i < cycles.size(); ++i) {
        join(arcs, cycles[i], whole, successors);
        whole.insert(whole.end(), cycles[i].begin(), cycles[i].end());
    }
    return cycleThrough(0, successors);
}

}  // namespace cosolve::atsp
