#include "tsp/edge_potential.h"

#include <algorithm>

namespace cosolve::tsp {

EdgePotential::EdgePotential(Candidates const &candidates, std::span<double const> weights,
                             double alpha)
    : candidates_(candidates), alpha_(alpha), weight_(weights.size()), chosen_(weights.size(), 0),
      mirror_(weights.size(), -1), omega_(at(candidates.size()), 0.0) {
    int widest = 0;
    double total = 0;
    for (int i = 0; i < candidates.size(); ++i) {
        widest = std::max(widest, candidates.end(i) - candidates.begin(i));
        for (int e = candidates.begin(i); e < candidates.end(i); ++e) {
            int const back = edge(candidates.to[at(e)], i);
            mirror_[at(e)] = back;
            double const there = std::max(weights[at(e)], 0.0);
            double const here = back < 0 ? 0.0 : std::max(weights[at(back)], 0.0);
            weight_[at(e)] = (there + here) / 2;
            total += weight_[at(e)];
        }
    }
    draws_.resize(at(widest));
    double const scale = total > 0 ? static_cast<double>(weights.size()) / total : 1.0;
    for (double &w : weight_) w *= scale;
    for (int i = 0; i < candidates.size(); ++i) {
        double sum = 0;
        for (int e = candidates.begin(i); e < candidates.end(i); ++e) sum += weight_[at(e)];
        if (sum > 0) omega_[at(i)] = mean(i, sum);
    }
}

int EdgePotential::edge(int from, int to) const {
    for (int e = candidates_.begin(from); e < candidates_.end(from); ++e)
        if (candidates_.to[at(e)] == to) return e;
    return -1;
}

int EdgePotential::draw(int node, Rng &rng) {
    int const begin = candidates_.begin(node), count = candidates_.end(node) - begin;
    if (count == 0) return -1;
    double total = 0;
    for (int i = 0; i < count; ++i) total += draws_[at(i)] = potential(node, begin + i);
    double left = rng.uniform() * total;
    int i = 0;
    while (i + 1 < count && (left -= draws_[at(i)]) >= 0) ++i;
    ++chosen_[at(begin + i)];
    if (int const back = mirror_[at(begin + i)]; back >= 0) ++chosen_[at(back)];
    return begin + i;
}

void EdgePotential::act() {
    ++actions_;
    explore_ = alpha_ * std::sqrt(std::log(static_cast<double>(actions_) + 1.0));
}

void EdgePotential::reward(int a, int b, double amount) {
    for (auto [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
        int const e = edge(from, to);
        if (e < 0) continue;
        weight_[at(e)] += amount;
        omega_[at(from)] += mean(from, amount);
    }
}

}  // namespace cosolve::tsp
