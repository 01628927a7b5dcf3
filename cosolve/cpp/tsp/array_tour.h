// A tour as an array and its inverse, with a journal that takes changes back.
//
// Rewriting everything but the longest unchanged stretch makes a k-opt move cost what it touches;
// the journal keeps the overwritten nodes, so an undo costs the same. Meant for up to about 150,000
// nodes: beyond that a two-level list moves fewer elements.
#pragma once

#include <cassert>
#include <cstddef>
#include <vector>

namespace cosolve::tsp {

class ArrayTour {
public:
    explicit ArrayTour(std::vector<int> order)
        : order_(std::move(order)), position_(order_.size()) {
        for (int i = 0; i < size(); ++i) position_[at(order_[at(i)])] = i;
    }

    int size() const { return static_cast<int>(order_.size()); }
    int next(int node) const {
        int const p = position_[at(node)] + 1;
        return order_[at(p == size() ? 0 : p)];
    }
    int prev(int node) const {
        int const p = position_[at(node)];
        return order_[at(p == 0 ? size() - 1 : p - 1)];
    }
    int position(int node) const { return position_[at(node)]; }
    // The node at a position, which may run past the end by less than one round.
    int nodeAt(int p) const { return order_[at(p >= size() ? p - size() : p)]; }
    std::vector<int> const &order() const { return order_; }

    // Overwrites `count` positions from `first` on (cyclically) and remembers what stood there.
    void rewrite(int first, int const *nodes, int count) {
        spans_.push_back({first, count});
        for (int i = 0, p = first; i < count; ++i, p = after(p)) {
            overwritten_.push_back(order_[at(p)]);
            order_[at(p)] = nodes[i];
            position_[at(nodes[i])] = p;
        }
    }

    // Forgets the journal: the changes made so far are kept.
    void commit() {
        spans_.clear();
        overwritten_.clear();
    }

    // A point in the journal to roll back to.
    std::size_t mark() const { return spans_.size(); }
    // Number of nodes in the journal.
    std::size_t journaled() const { return overwritten_.size(); }

    // Takes back every change since a mark, or since the last commit.
    void rollback(std::size_t mark = 0) {
        while (spans_.size() > mark) {
            auto const [first, count] = spans_.back();
            spans_.pop_back();
            std::size_t const base = overwritten_.size() - static_cast<std::size_t>(count);
            for (int i = 0, p = first; i < count; ++i, p = after(p)) {
                int const node = overwritten_[base + static_cast<std::size_t>(i)];
                order_[at(p)] = node;
                position_[at(node)] = p;
            }
            overwritten_.resize(base);
        }
    }

    // The order at the last commit; the tour stays as it is.
    std::vector<int> committed() const {
        std::vector<int> order = order_;
        std::size_t base = overwritten_.size();
        for (auto span = spans_.rbegin(); span != spans_.rend(); ++span) {
            base -= static_cast<std::size_t>(span->count);
            for (int i = 0, p = span->first; i < span->count; ++i, p = after(p))
                order[at(p)] = overwritten_[base + static_cast<std::size_t>(i)];
        }
        return order;
    }

private:
    struct Span {
        int first, count;
    };

    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    int after(int p) const { return p + 1 == size() ? 0 : p + 1; }

    std::vector<int> order_, position_;
    std::vector<Span> spans_;
    std::vector<int> overwritten_;
};

}  // namespace cosolve::tsp
