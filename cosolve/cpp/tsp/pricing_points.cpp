// Pricing over points: Boruvka's algorithm with a k-d tree, near O(n log n).
//
// Every round finds the shortest edge that leaves each component: first among the edges of the
// sparse graph, then, for every point, among all others, which the k-d tree rules out almost at
// once because the first search has found an edge as short. A box knows the smallest multiplier in
// it, for a bound on weights, and whether all its points are in one component, which needs not be
// searched from within [J. L. Bentley, J. H. Friedman, "Fast algorithms for constructing minimal
// spanning trees in coordinate spaces", IEEE Transactions on Computers 27 (1978); W. B. March,
// P. Ram, A. G. Gray, "Fast Euclidean minimum spanning tree", KDD 2010].
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "core/disjoint_sets.h"
#include "core/kdtree.h"
#include "core/space.h"
#include "tsp/pricing.h"

namespace cosolve::tsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr int kLookEvery = 256;      // points searched between two looks at the clock
constexpr int kExtraSearches = 100;  // nodes tried for the extra edge

// A lower bound on the metric's distance of points, given their distance in its space's norm
// (squared, if Euclidean). Each step is monotone in floating point, and but for GEO the one the
// metric itself takes, so the bound is exact there.
class DistanceBound {
public:
    explicit DistanceBound(MetricKind kind) : kind_(kind) {}

    double operator()(double rank) const {
        switch (kind_) {
        case MetricKind::EucNint: return std::floor(std::sqrt(rank) + 0.5);
        case MetricKind::Ceil: return std::ceil(std::sqrt(rank));
        case MetricKind::ManNint:
        case MetricKind::MaxNint: return std::floor(rank + 0.5);
        case MetricKind::Att: return std::ceil(std::sqrt(rank / 10.0));
        case MetricKind::Geo: return greatCircle(rank);
        case MetricKind::Trunc1: return std::floor(10.0 * std::sqrt(rank)) / 10.0;
        default: return std::sqrt(rank);
        }
    }

private:
    // TSPLIB's great circle, from the squared chord. The cosine the metric computes in another way
    // may differ in the last digits, whose effect on the angle is far below the slack.
    static double greatCircle(double chord) {
        constexpr double radius = 6378.388, slack = 1e-12;
        double const cosine = std::clamp(1.0 - chord / 2 + slack, -1.0, 1.0);
        return std::max(0.0, std::floor(radius * std::acos(cosine) - 1e-6) + 1.0);
    }

    MetricKind kind_;
};

struct Link {
    double weight = kInfinity;
    int from = -1, to = -1;
    bool isNew = false;  // not in the sparse graph
};

// Two different neighbors at the smallest weights.
struct NearestTwo {
    std::array<double, 2> weight{kInfinity, kInfinity};
    std::array<int, 2> to{-1, -1};

    void offer(double w, int node) {
        if (w >= weight[1] || node == to[0] || node == to[1]) return;
        std::size_t const at = w < weight[0] ? 0 : 1;
        if (at == 0) {
            weight[1] = weight[0];
            to[1] = to[0];
        }
        weight[at] = w;
        to[at] = node;
    }
};

template <class N, int D> class PointPricing : public Pricing {
public:
    PointPricing(Metric const &metric, Space const &space, SparseGraph const &graph,
                 std::span<float const> pi)
        : Pricing({metric, graph, pi}), graph_(graph), distanceBound_(metric.kind()), tree_(space),
          sets_(graph.size()), missing_(graph.size() - 1 - static_cast<int>(graph.fixed().size())),
          leaving_(static_cast<std::size_t>(graph.size())),
          clear_(static_cast<std::size_t>(graph.size()), -kInfinity),
          component_(static_cast<std::size_t>(graph.size())) {
        for (auto const &[a, b] : graph.fixed()) sets_.unite(a, b);
        tree_.summarize(
            smallestPi_, kInfinity,
            [&](Item const &item) {
                return graph_.isFull(item.index) ? kInfinity : proven_.pi(item.index);
            },
            [](double a, double b) { return std::min(a, b); });
        alive_.resize(graph.edges().size());
        std::iota(alive_.begin(), alive_.end(), 0U);
        weight_.reserve(alive_.size());
        for (Edge const &edge : graph.edges()) weight_.push_back(proven_.weight(edge.a, edge.b));
        beginRound();
    }

    bool run(Deadline const &deadline) override {
        while (missing_ > 0) {
            for (; slot_ < tree_.size(); ++slot_) {
                search(slot_);
                if (slot_ % kLookEvery == 0 && deadline.passed()) return ++slot_, false;
            }
            endRound();
            if (missing_ > 0)
                beginRound();
            else
                takeExtra();
        }
        return true;
    }

private:
    using Item = typename KdTree<D>::Item;
    static constexpr int kNone = -1, kMixed = -2;  // component of a box

    // Looks for edges at one point that weigh less than a cutoff.
    template <class Visit> struct Query {
        PointPricing const &owner;
        Item center;
        double const &cutoff;
        int component;
        Visit visitor;

        double lower(double rank, double pi) const {
            return owner.distanceBound_(rank) + (owner.proven_.pi(center.index) + pi);
        }
        Bound bound(std::size_t node, Box<D> const &box) const {
            int const inside = owner.boxComponent_[node];
            if (inside == component || inside == kNone) return {kInfinity, 0};
            return {lower(rankDistance<N, D>(center.at.data(), box), owner.smallestPi_[node]), 0};
        }
        bool open(std::size_t, Box<D> const &, Bound bound) const {
            return bound.distance < cutoff;
        }
        void visit(Item const &item) const {
            int const j = item.index;
            if (owner.component_[static_cast<std::size_t>(j)] == component) return;
            double const rank = rankDistance<N, D>(center.at.data(), item.at.data());
            if (lower(rank, owner.proven_.pi(j)) >= cutoff || owner.graph_.isFull(j)) return;
            visitor(owner.proven_.weight(center.index, j), j);
        }
    };
    template <class Visit>
    void searchAround(int slot, double const &cutoff, int component, Visit &&visit) const {
        Query<Visit &> query{*this, tree_.item(slot), cutoff, component, visit};
        tree_.search(slot, query);
    }

    // Components of points and boxes, and the shortest sparse edges that leave each.
    void beginRound() {
        slot_ = 0;
        for (int i = 0; i < graph_.size(); ++i)
            component_[static_cast<std::size_t>(i)] = sets_.find(i);
        tree_.summarize(
            boxComponent_, kNone,
            [&](Item const &item) {
                return graph_.isFull(item.index) ? kNone
                                                 : component_[static_cast<std::size_t>(item.index)];
            },
            [](int a, int b) { return a == kNone             ? b
                                      : b == kNone || a == b ? a
                                                             : kMixed; });
        std::fill(leaving_.begin(), leaving_.end(), Link{});
        std::size_t kept = 0;
        for (std::uint32_t const e : alive_) {
            Edge const &edge = graph_.edges()[e];
            int const a = component_[static_cast<std::size_t>(edge.a)],
                      b = component_[static_cast<std::size_t>(edge.b)];
            if (a == b) continue;
            alive_[kept++] = e;
            for (int const component : {a, b}) {
                Link &best = leaving_[static_cast<std::size_t>(component)];
                if (weight_[e] < best.weight) best = {weight_[e], edge.a, edge.b, false};
            }
        }
        alive_.resize(kept);
    }

    void search(int slot) {
        int const i = tree_.item(slot).index;
        if (graph_.isFull(i)) return;
        int const component = component_[static_cast<std::size_t>(i)];
        Link &best = leaving_[static_cast<std::size_t>(component)];
        double &clear = clear_[static_cast<std::size_t>(i)];
        if (clear >= best.weight) return;
        searchAround(slot, best.weight, component, [&](double weight, int j) {
            if (weight < best.weight) best = {weight, i, j, true};
        });
        // No edge from here to another component weighs less, and there will be fewer of those.
        clear = best.weight;
    }

    void endRound() {
        for (int i = 0; i < graph_.size(); ++i) {
            Link const &link = leaving_[static_cast<std::size_t>(i)];
            if (link.from < 0 || !sets_.unite(link.from, link.to)) continue;
            --missing_;
            proven_.take(link.from, link.to);
            if (link.isNew) edges_.emplace_back(link.from, link.to);
        }
    }

    // The node whose second shortest edge is longest. Its length in the sparse graph is an upper
    // bound, so nodes are tried in that order; whichever is taken, the bound is valid.
    void takeExtra() {
        auto nearest = nearestInGraph();
        auto const rank = [&](int i) { return graph_.isTied(i) ? std::size_t{0} : std::size_t{1}; };
        auto const length = [&](int i) {
            return nearest[static_cast<std::size_t>(i)].weight[rank(i)];
        };
        std::vector<int> slotOf(nearest.size(), -1);
        for (int slot = 0; slot < tree_.size(); ++slot)
            slotOf[static_cast<std::size_t>(tree_.item(slot).index)] = slot;
        std::vector<int> nodes;
        for (int i = 0; i < graph_.size(); ++i)
            if (!graph_.isFull(i) && length(i) < kInfinity) nodes.push_back(i);
        auto const few = std::min<std::ptrdiff_t>(kExtraSearches, std::ssize(nodes));
        std::partial_sort(nodes.begin(), nodes.begin() + few, nodes.end(), [&](int i, int j) {
            return length(i) != length(j) ? length(i) > length(j) : i < j;
        });
        std::fill(component_.begin(), component_.end(), kNone);
        std::fill(boxComponent_.begin(), boxComponent_.end(), kMixed);
        int best = -1;
        for (int const i : std::span(nodes).first(static_cast<std::size_t>(few))) {
            if (best >= 0 && length(best) >= length(i)) break;
            complete(slotOf[static_cast<std::size_t>(i)], nearest[static_cast<std::size_t>(i)]);
            if (best < 0 || length(i) > length(best)) best = i;
        }
        auto const &to = nearest[static_cast<std::size_t>(best)].to;
        proven_.take(best, to[rank(best)]);
        for (int const node : to)
            if (node >= 0) edges_.emplace_back(best, node);
    }

    std::vector<NearestTwo> nearestInGraph() const {
        std::vector<NearestTwo> nearest(static_cast<std::size_t>(graph_.size()));
        for (std::size_t e = 0; e < weight_.size(); ++e) {
            Edge const &edge = graph_.edges()[e];
            nearest[static_cast<std::size_t>(edge.a)].offer(weight_[e], edge.b);
            nearest[static_cast<std::size_t>(edge.b)].offer(weight_[e], edge.a);
        }
        return nearest;
    }

    // Looks at all nodes for shorter edges at one. The hub has all its edges in the sparse graph.
    void complete(int slot, NearestTwo &nearest) {
        if (slot < 0) return;
        int const i = tree_.item(slot).index;
        component_[static_cast<std::size_t>(i)] = i;
        searchAround(slot, nearest.weight[1], i, [&](double weight, int j) {
            if (!graph_.isFixed(i, j)) nearest.offer(weight, j);
        });
        component_[static_cast<std::size_t>(i)] = kNone;
    }

    SparseGraph const &graph_;
    DistanceBound distanceBound_;
    KdTree<D> tree_;
    DisjointSets sets_;
    int missing_;  // edges the tree still lacks
    int slot_ = 0;
    std::vector<Link> leaving_;   // of every component, by its representative
    std::vector<double> clear_;   // no edge from a node to another component weighs less
    std::vector<int> component_;  // of every node
    std::vector<int> boxComponent_;
    std::vector<double> smallestPi_;    // in every box
    std::vector<double> weight_;        // of the edges of the graph
    std::vector<std::uint32_t> alive_;  // those between different components
};

}  // namespace

std::unique_ptr<Pricing> makePointPricing(Metric const &metric, SparseGraph const &graph,
                                          std::span<float const> pi) {
    Space const space = spaceOf(metric);
    return dispatch(space, [&]<int D, class N>(Dimension<D>, N) -> std::unique_ptr<Pricing> {
        return std::make_unique<PointPricing<N, D>>(metric, space, graph, pi);
    });
}

}  // namespace cosolve::tsp
