// Pricing by looking at all pairs of nodes: Prim's algorithm in O(n^2), for matrices.
//
// R. C. Prim, Bell System Technical Journal 36 (1957). Every pair is looked at once, when the first
// of the two enters the tree; that is also when the shortest edges at every node are collected.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

#include "tsp/pricing.h"

namespace cosolve::tsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Link {
    double weight = kInfinity;
    int to = -1;
};

// The two shortest edges at a node.
struct ShortestTwo {
    Link first, second;

    void offer(double weight, int to) {
        if (weight >= second.weight) return;
        if (weight < first.weight) {
            second = first;
            first = {weight, to};
        } else {
            second = {weight, to};
        }
    }
};

class DensePricing : public Pricing {
public:
    DensePricing(Metric const &metric, SparseGraph const &graph, std::span<float const> pi)
        : Pricing({metric, graph, pi}), graph_(graph),
          outside_(static_cast<std::size_t>(graph.size())), nearest_(outside_.size()),
          shortest_(outside_.size()) {
        std::iota(outside_.begin(), outside_.end(), 0);
    }

    bool run(Deadline const &deadline) override {
        while (!outside_.empty()) {
            enterNext();
            if (outside_.empty())
                takeExtra();
            else if (deadline.passed())
                return false;
        }
        return true;
    }

private:
    void enterNext() {
        auto const it = std::min_element(outside_.begin(), outside_.end(), [&](int i, int j) {
            return nearest_[static_cast<std::size_t>(i)].weight <
                   nearest_[static_cast<std::size_t>(j)].weight;
        });
        int const node = *it;
        *it = outside_.back();
        outside_.pop_back();
        int const parent = nearest_[static_cast<std::size_t>(node)].to;
        if (parent >= 0 && !graph_.isFixed(node, parent)) {
            proven_.take(node, parent);
            edges_.emplace_back(node, parent);
        }
        if (!graph_.isFull(node)) lookAround(node);
        for (int const mate : graph_.mates(node))
            if (mate >= 0) nearest_[static_cast<std::size_t>(mate)] = {-kInfinity, node};
    }

    void lookAround(int node) {
        ShortestTwo &own = shortest_[static_cast<std::size_t>(node)];
        for (int const other : outside_) {
            if (graph_.isFull(other) || graph_.isFixed(node, other)) continue;
            double const weight = proven_.weight(node, other);
            own.offer(weight, other);
            shortest_[static_cast<std::size_t>(other)].offer(weight, node);
            Link &nearest = nearest_[static_cast<std::size_t>(other)];
            if (weight < nearest.weight) nearest = {weight, node};
        }
    }

    void takeExtra() {
        int best = -1;
        Link extra{-kInfinity, -1};
        for (int i = 0; i < graph_.size(); ++i) {
            auto const &shortest = shortest_[static_cast<std::size_t>(i)];
            Link const &link = graph_.isTied(i) ? shortest.first : shortest.second;
            if (link.to < 0 || link.weight <= extra.weight) continue;
            best = i;
            extra = link;
        }
        proven_.take(best, extra.to);
        // What a tree under slightly other multipliers would have is of use to the ascent, too.
        for (int i = 0; i < graph_.size(); ++i) {
            auto const &shortest = shortest_[static_cast<std::size_t>(i)];
            for (Link const &link : {shortest.first, shortest.second})
                if (link.to >= 0) edges_.emplace_back(i, link.to);
        }
    }

    SparseGraph const &graph_;
    std::vector<int> outside_;   // nodes not in the tree yet
    std::vector<Link> nearest_;  // their shortest edges to the tree
    std::vector<ShortestTwo> shortest_;
};

}  // namespace

std::unique_ptr<Pricing> makeDensePricing(Metric const &metric, SparseGraph const &graph,
                                          std::span<float const> pi) {
    return std::make_unique<DensePricing>(metric, graph, pi);
}

}  // namespace cosolve::tsp
