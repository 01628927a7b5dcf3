// A balanced k-d tree over points in 2 or 3 dimensions, searched from the bottom up.
//
// J. L. Bentley, "K-d trees for semidynamic point sets", SCG 1990: a search that starts in the leaf
// of its own point finds its neighbors at once and then only has to rule out the rest. Nodes are
// split at the median rank of (coordinate, index), never at a value, so duplicate and collinear
// points cannot make the tree deep and the tree is the same on every platform.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <vector>

#include "core/space.h"

namespace cosolve {

// The points below a node: their bounding box and their smallest and largest index.
template <int D> struct Box {
    std::array<double, D> low;
    std::array<double, D> high;
    int first;
    int last;
};

// Lower bounds on what neighbors are ranked by: distance, then difference of indices. Without the
// second, a search among many points at one distance would have to look at them all.
struct Bound {
    double distance;
    int gap;

    friend bool operator<(Bound const &a, Bound const &b) {
        return a.distance < b.distance || (a.distance == b.distance && a.gap < b.gap);
    }
};

template <int D> int indexGap(int i, Box<D> const &box) {
    return std::max(0, std::max(box.first - i, i - box.last));
}

template <class N, int D> double rankDistance(double const *q, Box<D> const &box) {
    auto const gap = [&](std::size_t d) {
        return N::along(std::max(0.0, std::max(box.low[d] - q[d], q[d] - box.high[d])));
    };
    double sum = gap(0);
    for (std::size_t d = 1; d < D; ++d) sum = N::add(sum, gap(d));
    return sum;
}

template <int D> class KdTree {
public:
    struct Item {
        std::array<double, D> at;
        int index;
    };

    explicit KdTree(Space const &space);

    int size() const { return static_cast<int>(items_.size()); }
    // Points in tree order: searching for them in this order keeps the caches warm.
    Item const &item(int slot) const { return items_[static_cast<std::size_t>(slot)]; }

    // Numbers of tree nodes are below this. For what is known of all points below a node: sets
    // values[node] of every node to merge(values of its children), of a leaf to merge(...
    // of(item)), beginning with `empty`.
    std::size_t nodes() const { return boxes_.size(); }
    template <class T, class Of, class Merge>
    void summarize(std::vector<T> &values, T empty, Of &&of, Merge &&merge) const {
        values.assign(nodes(), empty);
        for (std::size_t leaf = 0; leaf < leaves(); ++leaf)
            for (std::size_t i = leafBegin(leaf); i < leafBegin(leaf + 1); ++i)
                values[leaves() + leaf] = merge(values[leaves() + leaf], of(items_[i]));
        for (std::size_t node = leaves() - 1; node > 0; --node)
            values[node] = merge(values[2 * node], values[2 * node + 1]);
    }

    // Shows a query the points around the one in `slot`, itself included. A query has
    //   Bound bound(std::size_t node, Box<D> const &)     how near a point in the box can be, at
    //   best bool open(std::size_t node, Box<D> const &, Bound)    whether to look inside void
    //   visit(Item const &)
    // where `node` is the number of the tree node below nodes().
    template <class Query> void search(int slot, Query &query) const {
        std::size_t node = leafOf(slot);
        scan(node, query);
        for (; node > 1; node /= 2) tryDown(node ^ 1, query);
    }

private:
    static constexpr int kLeaf = 8;

    // Nodes are numbered as in a binary heap: 1 is the root, 2h and 2h + 1 the children of h, and
    // the leaves share the items evenly.
    std::size_t leaves() const { return boxes_.size() / 2; }
    std::size_t leafBegin(std::size_t rank) const { return rank * items_.size() / leaves(); }
    std::size_t leafOf(int slot) const {
        std::size_t rank = static_cast<std::size_t>(slot) * leaves() / items_.size();
        while (leafBegin(rank + 1) <= static_cast<std::size_t>(slot)) ++rank;
        return leaves() + rank;
    }
    Box<D> bounds(std::size_t begin, std::size_t end) const;
    void build(std::size_t node, std::size_t firstLeaf, std::size_t lastLeaf);

    template <class Query> void scan(std::size_t leaf, Query &query) const {
        std::size_t const end = leafBegin(leaf - leaves() + 1);
        for (std::size_t i = leafBegin(leaf - leaves()); i < end; ++i) query.visit(items_[i]);
    }
    template <class Query> void tryDown(std::size_t node, Query &query) const {
        if (query.open(node, boxes_[node], query.bound(node, boxes_[node]))) down(node, query);
    }
    template <class Query> void down(std::size_t node, Query &query) const {
        if (node >= leaves()) return scan(node, query);
        std::size_t near = 2 * node, far = near + 1;
        Bound nearest = query.bound(near, boxes_[near]), farthest = query.bound(far, boxes_[far]);
        if (farthest < nearest) {
            std::swap(near, far);
            std::swap(nearest, farthest);
        }
        if (query.open(near, boxes_[near], nearest)) down(near, query);
        if (query.open(far, boxes_[far], farthest)) down(far, query);
    }

    std::vector<Item> items_;
    std::vector<Box<D>> boxes_;
};

template <int D> KdTree<D>::KdTree(Space const &space) {
    auto const n = static_cast<std::size_t>(space.size());
    items_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
        items_[i].index = static_cast<int>(i);
        std::copy_n(space.point(items_[i].index), D, items_[i].at.begin());
    }
    std::size_t leaves = 1;
    while (leaves * kLeaf < n) leaves *= 2;
    boxes_.resize(2 * leaves);
    if (n > 0) build(1, 0, leaves);
}

template <int D> Box<D> KdTree<D>::bounds(std::size_t begin, std::size_t end) const {
    Item const &item = items_[begin];
    Box<D> box{item.at, item.at, item.index, item.index};
    for (std::size_t i = begin + 1; i < end; ++i) {
        for (std::size_t d = 0; d < D; ++d) {
            box.low[d] = std::min(box.low[d], items_[i].at[d]);
            box.high[d] = std::max(box.high[d], items_[i].at[d]);
        }
        box.first = std::min(box.first, items_[i].index);
        box.last = std::max(box.last, items_[i].index);
    }
    return box;
}

template <int D>
void KdTree<D>::build(std::size_t node, std::size_t firstLeaf, std::size_t lastLeaf) {
    std::size_t const begin = leafBegin(firstLeaf), end = leafBegin(lastLeaf);
    Box<D> const box = boxes_[node] = bounds(begin, end);
    auto const at = [&](std::size_t i) { return items_.begin() + static_cast<std::ptrdiff_t>(i); };
    if (lastLeaf - firstLeaf == 1) {
        std::sort(at(begin), at(end),
                  [](Item const &a, Item const &b) { return a.index < b.index; });
        return;
    }
    std::size_t axis = 0;
    for (std::size_t d = 1; d < D; ++d)
        if (box.high[d] - box.low[d] > box.high[axis] - box.low[axis]) axis = d;
    std::size_t const middle = (firstLeaf + lastLeaf) / 2;
    std::nth_element(
        at(begin), at(leafBegin(middle)), at(end), [axis](Item const &a, Item const &b) {
            return a.at[axis] < b.at[axis] || (a.at[axis] == b.at[axis] && a.index < b.index);
        });
    build(2 * node, firstLeaf, middle);
    build(2 * node + 1, middle, lastLeaf);
}

}  // namespace cosolve
