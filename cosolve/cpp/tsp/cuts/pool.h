// The inequalities known, and their coefficients for edges.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tsp/cuts/cut.h"
#include "tsp/cuts/support.h"

namespace cosolve::tsp::cuts {

class CutPool {
public:
    explicit CutPool(int n) : n_(n) {}

    int nodes() const { return n_; }
    int size() const { return static_cast<int>(cuts_.size()); }
    Cut const &operator[](int id) const { return cuts_[static_cast<std::size_t>(id)]; }
    // Number of a cut, which it keeps; one that is known already keeps its own. Sets are stored
    // sorted, and as their complement if that is smaller.
    int add(Cut cut);

private:
    void normalize(NodeSet &set) const;

    int n_;
    std::vector<Cut> cuts_;
    std::unordered_multimap<std::uint64_t, int> byHash_;
};

// Which sets of some cuts each node is in.
class Incidence {
public:
    Incidence(CutPool const &pool, std::span<int const> ids);

    int sets() const { return static_cast<int>(cutOf_.size()); }
    // Place, among the cuts given, of the cut that a set belongs to.
    int cutOf(int set) const { return cutOf_[static_cast<std::size_t>(set)]; }
    // The sets a node is in, rising.
    std::span<int const> of(int node) const {
        auto const at = static_cast<std::size_t>(node);
        return {sets_.data() + start_[at], sets_.data() + start_[at + 1]};
    }

private:
    std::vector<int> cutOf_;
    std::vector<std::size_t> start_;
    std::vector<int> sets_;
};

// Edges of a linear program, with the coefficients of cuts.
class Columns {
public:
    explicit Columns(int n) : around_(static_cast<std::size_t>(n)) {}

    void add(int a, int b);
    int size() const { return static_cast<int>(edges_.size()); }
    std::vector<std::pair<int, int>> const &edges() const { return edges_; }
    // Calls visit(column, coefficient) for every edge that a cut has, in order.
    template <class Visit> void row(Cut const &cut, Visit &&visit);

private:
    struct Link {
        int to, column;
    };
    std::vector<std::pair<int, int>> edges_;
    std::vector<std::vector<Link>> around_;
    std::vector<char> inside_;
    std::vector<int> coefficient_, touched_;
};

template <class Visit> void Columns::row(Cut const &cut, Visit &&visit) {
    inside_.resize(around_.size(), 0);
    coefficient_.resize(edges_.size(), 0);
    touched_.clear();
    for (auto const &set : cut.sets) {
        for (int const node : set) inside_[static_cast<std::size_t>(node)] = 1;
        for (int const node : set) {
            for (auto const &link : around_[static_cast<std::size_t>(node)]) {
                if (inside_[static_cast<std::size_t>(link.to)]) continue;
                if (coefficient_[static_cast<std::size_t>(link.column)]++ == 0)
                    touched_.push_back(link.column);
            }
        }
        for (int const node : set) inside_[static_cast<std::size_t>(node)] = 0;
    }
    for (int const column : touched_) {
        visit(column, coefficient_[static_cast<std::size_t>(column)]);
        coefficient_[static_cast<std::size_t>(column)] = 0;
    }
}

}  // namespace cosolve::tsp::cuts
