#include "tsp/cuts/pool.h"

#include <algorithm>

namespace cosolve::tsp::cuts {

namespace {

std::uint64_t hashOf(Cut const &cut) {
    std::uint64_t hash = 0x9e3779b97f4a7c15ULL;
    auto const mix = [&](std::uint64_t value) {
        hash = (hash ^ value) * 0xbf58476d1ce4e5b9ULL;
        hash ^= hash >> 29;
    };
    for (auto const &set : cut.sets) {
        mix(set.size());
        for (int const node : set) mix(static_cast<std::uint64_t>(node) + 1);
    }
    return hash;
}

}  // namespace

void CutPool::normalize(NodeSet &set) const {
    std::sort(set.begin(), set.end());
    auto const size = static_cast<int>(set.size());
    // Of two sets of one size, that without node 0.
    if (2 * size < n_ || (2 * size == n_ && set.front() != 0)) return;
    NodeSet others;
    std::size_t at = 0;
    for (int node = 0; node < n_; ++node) {
        if (at < set.size() && set[at] == node)
            ++at;
        else
            others.push_back(node);
    }
    set = std::move(others);
}

int CutPool::add(Cut cut) {
    for (auto &set : cut.sets) normalize(set);
    std::sort(cut.sets.begin(), cut.sets.end());
    auto const hash = hashOf(cut);
    auto const [first, last] = byHash_.equal_range(hash);
    for (auto it = first; it != last; ++it)
        if (cuts_[static_cast<std::size_t>(it->second)].sets == cut.sets) return it->second;
    cuts_.push_back(std::move(cut));
    byHash_.emplace(hash, size() - 1);
    return size() - 1;
}

Incidence::Incidence(CutPool const &pool, std::span<int const> ids)
    : start_(static_cast<std::size_t>(pool.nodes()) + 1, 0) {
    for (std::size_t k = 0; k < ids.size(); ++k) {
        for (auto const &set : pool[ids[k]].sets) {
            cutOf_.push_back(static_cast<int>(k));
            for (int const node : set) ++start_[static_cast<std::size_t>(node) + 1];
        }
    }
    for (std::size_t i = 1; i < start_.size(); ++i) start_[i] += start_[i - 1];
    sets_.resize(start_.back());
    std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
    int number = 0;
    for (int const id : ids) {
        for (auto const &set : pool[id].sets) {
            for (int const node : set) sets_[next[static_cast<std::size_t>(node)]++] = number;
            ++number;
        }
    }
}

void Columns::add(int a, int b) {
    int const column = size();
    edges_.emplace_back(a, b);
    around_[static_cast<std::size_t>(a)].push_back({b, column});
    around_[static_cast<std::size_t>(b)].push_back({a, column});
}

}  // namespace cosolve::tsp::cuts
