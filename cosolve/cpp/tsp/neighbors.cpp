#include "tsp/neighbors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <utility>

#include "core/kdtree.h"

namespace cosolve::tsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Neighbor {
    double distance;
    int gap;  // |i - j|
    int node;

    friend bool operator<(Neighbor const &a, Neighbor const &b) {
        if (a.distance != b.distance) return a.distance < b.distance;
        return a.gap != b.gap ? a.gap < b.gap : a.node < b.node;
    }
    friend bool operator==(Neighbor const &a, Neighbor const &b) { return a.node == b.node; }
};

// The best k neighbors seen so far, best first.
class Shortlist {
public:
    explicit Shortlist(int k) : capacity_(static_cast<std::size_t>(k)) { clear(); }

    void clear() {
        found_.clear();
        worst_ = {capacity_ == 0 ? -1.0 : kInfinity, 0};
    }
    // Whether something with these bounds could be let in.
    bool admits(Bound bound) const { return !(worst_ < bound); }
    void insert(Neighbor const &neighbor) {
        if (found_.size() == capacity_) {
            if (!(neighbor < found_.back())) return;
            found_.pop_back();
        }
        std::size_t i = found_.size();
        found_.push_back(neighbor);
        for (; i > 0 && neighbor < found_[i - 1]; --i) found_[i] = found_[i - 1];
        found_[i] = neighbor;
        if (found_.size() == capacity_) worst_ = {found_.back().distance, found_.back().gap};
    }
    std::vector<Neighbor> const &found() const { return found_; }

private:
    std::size_t capacity_;
    std::vector<Neighbor> found_;
    Bound worst_{};
};

template <class N, int D> class NearestQuery {
public:
    using Item = typename KdTree<D>::Item;

    explicit NearestQuery(int k) : list_(k) {}

    void start(Item const &center) {
        center_ = center;
        list_.clear();
    }
    Bound bound(std::size_t, Box<D> const &box) const {
        return {rankDistance<N, D>(center_.at.data(), box), indexGap(center_.index, box)};
    }
    bool open(std::size_t, Box<D> const &, Bound bound) const { return list_.admits(bound); }
    void visit(Item const &item) {
        double const distance = rankDistance<N, D>(center_.at.data(), item.at.data());
        int const gap = std::abs(center_.index - item.index);
        if (gap != 0 && list_.admits({distance, gap})) list_.insert({distance, gap, item.index});
    }
    std::vector<Neighbor> const &found() const { return list_.found(); }

private:
    Item center_{};
    Shortlist list_;
};

template <class N, int D> std::vector<int> nearestInTree(Space const &space, int k) {
    KdTree<D> const tree(space);
    NearestQuery<N, D> query(k);
    std::vector<int> rows(static_cast<std::size_t>(space.size()) * static_cast<std::size_t>(k));
    for (int slot = 0; slot < tree.size(); ++slot) {
        auto const &center = tree.item(slot);
        query.start(center);
        tree.search(slot, query);
        auto out = rows.begin() + static_cast<std::ptrdiff_t>(center.index) * k;
        for (Neighbor const &neighbor : query.found()) *out++ = neighbor.node;
    }
    return rows;
}

// By looking at all pairs: for matrices, and where k is so large that a tree would not save much.
template <class Distance> std::vector<int> nearestOfAll(int n, int k, Distance &&distance) {
    std::vector<int> rows;
    rows.reserve(static_cast<std::size_t>(n) * static_cast<std::size_t>(k));
    std::vector<Neighbor> all;
    for (int i = 0; i < n; ++i) {
        all.clear();
        for (int j = 0; j < n; ++j)
            if (j != i) all.push_back({distance(i, j), std::abs(i - j), j});
        auto const end = all.begin() + k;
        std::nth_element(all.begin(), end, all.end());
        std::sort(all.begin(), end);
        for (auto it = all.begin(); it != end; ++it) rows.push_back(it->node);
    }
    return rows;
}

// Numbers of the quadrants around an origin. Each owns the half-axis it begins with, so that the
// four neighbors in a square lattice are in four different quadrants.
int quadrantOf(double x, double y) {
    if (x > 0 && y >= 0) return 0;
    if (x <= 0 && y > 0) return 1;
    if (x < 0 && y <= 0) return 2;
    return x >= 0 && y < 0 ? 3 : -1;
}

// Bit q is set if the rectangle reaches into quadrant q.
unsigned quadrantsReached(double lowX, double highX, double lowY, double highY) {
    return (highX > 0 && highY >= 0 ? 1U : 0U) | (lowX <= 0 && highY > 0 ? 2U : 0U) |
           (lowX < 0 && lowY <= 0 ? 4U : 0U) | (highX >= 0 && lowY < 0 ? 8U : 0U);
}

// Sectors: into which one a point falls as seen from a center (-1: none), and which ones a box may
// reach into.
template <int D> struct Sectors;

template <> struct Sectors<2> {
    static constexpr int dim = 2, count = 4;
    std::array<double, 2> center;

    int of(std::array<double, 2> const &at) const {
        return quadrantOf(at[0] - center[0], at[1] - center[1]);
    }
    unsigned reach(Box<2> const &box) const {
        return quadrantsReached(box.low[0] - center[0], box.high[0] - center[0],
                                box.low[1] - center[1], box.high[1] - center[1]);
    }
};

template <> struct Sectors<3> {
    static constexpr int dim = 3, count = 8;  // a bit per axis: whether it is below the center
    std::array<double, 3> center;

    int of(std::array<double, 3> const &at) const {
        if (at == center) return -1;
        return (at[0] < center[0] ? 1 : 0) | (at[1] < center[1] ? 2 : 0) |
               (at[2] < center[2] ? 4 : 0);
    }
    unsigned reach(Box<3> const &box) const {
        // The octants below (above) the center along each axis.
        constexpr unsigned below[] = {0xaa, 0xcc, 0xf0}, above[] = {0x55, 0x33, 0x0f};
        unsigned octants = 0xff;
        for (std::size_t d = 0; d < 3; ++d) {
            if (box.low[d] >= center[d]) octants &= above[d];
            if (box.high[d] < center[d]) octants &= below[d];
        }
        return octants;
    }
};

// Quadrants on the sphere. North is up in space too, and east is what lies on one side of the plane
// through the meridian of the center: both are linear, and the date line is nothing special.
struct SphereSectors {
    static constexpr int dim = 3, count = 4;
    std::array<double, 3> center;

    int of(std::array<double, 3> const &at) const {
        return quadrantOf(center[0] * at[1] - center[1] * at[0], at[2] - center[2]);
    }
    unsigned reach(Box<3> const &box) const {
        auto const [lowX, highX] = std::minmax({-center[1] * box.low[0], -center[1] * box.high[0]});
        auto const [lowY, highY] = std::minmax({center[0] * box.low[1], center[0] * box.high[1]});
        return quadrantsReached(lowX + lowY, highX + highY, box.low[2] - center[2],
                                box.high[2] - center[2]);
    }
};

template <class N, class S> class SectorQuery {
public:
    static constexpr int D = S::dim;
    using Item = typename KdTree<D>::Item;

    SectorQuery(int perSector, int nearest)
        : nearest_(nearest), lists_(static_cast<std::size_t>(S::count), Shortlist(perSector)) {}

    void start(Item const &center) {
        center_ = center;
        sectors_ = S{center.at};
        nearest_.clear();
        for (Shortlist &list : lists_) list.clear();
    }
    Bound bound(std::size_t, Box<D> const &box) const {
        return {rankDistance<N, D>(center_.at.data(), box), indexGap(center_.index, box)};
    }
    bool open(std::size_t, Box<D> const &box, Bound bound) const {
        if (nearest_.admits(bound)) return true;
        unsigned reached = sectors_.reach(box);
        for (; reached != 0; reached &= reached - 1)
            if (lists_[static_cast<std::size_t>(std::countr_zero(reached))].admits(bound))
                return true;
        return false;
    }
    void visit(Item const &item) {
        if (item.index == center_.index) return;
        Neighbor const neighbor{rankDistance<N, D>(center_.at.data(), item.at.data()),
                                std::abs(center_.index - item.index), item.index};
        offer(nearest_, neighbor);
        int const sector = sectors_.of(item.at);
        if (sector >= 0) offer(lists_[static_cast<std::size_t>(sector)], neighbor);
    }
    // The neighbors found in any list, best first, each once.
    void collect(std::vector<Neighbor> &all) const {
        all = nearest_.found();
        for (Shortlist const &list : lists_)
            all.insert(all.end(), list.found().begin(), list.found().end());
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
    }

private:
    static void offer(Shortlist &list, Neighbor const &neighbor) {
        if (list.admits({neighbor.distance, neighbor.gap})) list.insert(neighbor);
    }

    Item center_{};
    S sectors_{};
    Shortlist nearest_;
    std::vector<Shortlist> lists_;
};

template <class N, class S>
Neighborhood sectorsInTree(Space const &space, int perSector, int nearest) {
    KdTree<S::dim> const tree(space);
    SectorQuery<N, S> query(perSector, nearest);
    auto const n = static_cast<std::size_t>(space.size());
    // Rows are found in tree order and put in index order at the end.
    std::vector<int> found, foundAt(n), size(n);
    std::vector<Neighbor> row;
    for (int slot = 0; slot < tree.size(); ++slot) {
        auto const &center = tree.item(slot);
        query.start(center);
        tree.search(slot, query);
        query.collect(row);
        foundAt[static_cast<std::size_t>(center.index)] = static_cast<int>(found.size());
        size[static_cast<std::size_t>(center.index)] = static_cast<int>(row.size());
        for (Neighbor const &neighbor : row) found.push_back(neighbor.node);
    }
    Neighborhood rows;
    rows.start.push_back(0);
    rows.to.reserve(found.size());
    for (std::size_t i = 0; i < n; ++i) {
        auto const first = found.begin() + foundAt[i];
        rows.to.insert(rows.to.end(), first, first + size[i]);
        rows.start.push_back(static_cast<int>(rows.to.size()));
    }
    return rows;
}

Neighborhood equalRows(int n, std::vector<int> &&to) {
    int const width = n == 0 ? 0 : static_cast<int>(to.size()) / n;
    Neighborhood rows{{}, std::move(to)};
    for (int i = 0; i <= n; ++i) rows.start.push_back(i * width);
    return rows;
}

}  // namespace

std::vector<int> kNearest(Space const &space, int k) {
    int const n = space.size();
    k = std::min(k, n - 1);
    if (k <= 0) return {};
    return dispatch(space, [&]<int D, class N>(Dimension<D>, N) {
        if (k > n / 8)
            return nearestOfAll(n, k, [&](int i, int j) {
                return rankDistance<N, D>(space.point(i), space.point(j));
            });
        return nearestInTree<N, D>(space, k);
    });
}

std::vector<int> kNearest(Metric const &metric, int k) {
    k = std::min(k, metric.nodes() - 1);
    if (k <= 0) return {};
    if (metric.hasPoints()) return kNearest(spaceOf(metric), k);
    return nearestOfAll(metric.nodes(), k, [&](int i, int j) { return metric(i, j); });
}

Neighborhood quadrantNeighbors(Metric const &metric, int perQuadrant, int nearest) {
    int const n = metric.nodes();
    perQuadrant = std::min(perQuadrant, n);
    nearest = std::min(nearest, n);
    if (!metric.hasPoints())
        return equalRows(n, kNearest(metric, std::max(nearest, 4 * perQuadrant)));
    Space const space = spaceOf(metric);
    if (metric.kind() == MetricKind::Geo)
        return sectorsInTree<EuclideanNorm, SphereSectors>(space, perQuadrant, nearest);
    return dispatch(space, [&]<int D, class N>(Dimension<D>, N) {
        return sectorsInTree<N, Sectors<D>>(space, perQuadrant, nearest);
    });
}

}  // namespace cosolve::tsp
