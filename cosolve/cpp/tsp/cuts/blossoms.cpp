#include "tsp/cuts/blossoms.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "tsp/cuts/min_cut.h"

namespace cosolve::tsp::cuts {

namespace {

constexpr double kLeastViolation = 0.01;

// Finds the best teeth of handles.
class Teeth {
public:
    explicit Teeth(WeightedGraph const &graph)
        : graph_(graph), inside_(static_cast<std::size_t>(graph.size()), 0), toothAt_(inside_) {}

    std::optional<Blossom> of(std::vector<int> handle) {
        for (int const node : handle) inside(node) = 1;
        auto teeth = choose(handle);
        std::optional<Blossom> found;
        if (!teeth.empty()) {
            untangle(handle, teeth);
            found = Blossom{std::move(handle), std::move(teeth)};
            for (int const node : found->handle) inside(node) = 0;
        } else {
            for (int const node : handle) inside(node) = 0;
        }
        return found;
    }

private:
    char &inside(int node) { return inside_[static_cast<std::size_t>(node)]; }
    char &toothAt(int node) { return toothAt_[static_cast<std::size_t>(node)]; }

    // An odd number of edges that make the inequality most violated; none if it is not violated.
    std::vector<WeightedEdge> choose(std::vector<int> const &handle) {
        std::vector<WeightedEdge> teeth, others;
        double value = 0, dearest = std::numeric_limits<double>::infinity();
        WeightedEdge flipped{-1, -1, 0};
        for (int const node : handle) {
            for (auto const *arc = graph_.begin(node); arc != graph_.end(node); ++arc) {
                if (inside(arc->to)) continue;
                double const x = std::min(arc->weight, 1.0), price = std::fabs(1 - 2 * x);
                value += std::min(x, 1 - x);
                if (x > 0.5) teeth.push_back({node, arc->to, x});
                if (price < dearest) {
                    dearest = price;
                    flipped = {node, arc->to, x};
                }
            }
        }
        if (teeth.size() % 2 == 0) {
            value += dearest;
            if (flipped.weight > 0.5)
                std::erase_if(teeth, [&](WeightedEdge const &edge) {
                    return edge.a == flipped.a && edge.b == flipped.b;
                });
            else if (flipped.a >= 0)
                teeth.push_back(flipped);
        }
        if (value > 1 - kLeastViolation) teeth.clear();
        return teeth;
    }

    // Two teeth with a common node are dropped, and the node changes sides: what they contributed
    // is at least what its other edges can.
    void untangle(std::vector<int> &handle, std::vector<WeightedEdge> &teeth) {
        std::vector<WeightedEdge> kept;
        auto const clash = [&](int node) {
            std::erase_if(kept, [&](WeightedEdge const &e) {
                if (e.a != node && e.b != node) return false;
                toothAt(e.a) = toothAt(e.b) = 0;
                return true;
            });
            if (inside(node)) {
                handle.erase(std::find(handle.begin(), handle.end(), node));
                inside(node) = 0;
            } else {
                handle.push_back(node);
                inside(node) = 1;
            }
        };
        for (auto const &edge : teeth) {
            // A node of an earlier clash may have changed sides: the edge crosses no more.
            if (inside(edge.a) == inside(edge.b)) continue;
            if (toothAt(edge.a)) {
                clash(edge.a);
            } else if (toothAt(edge.b)) {
                clash(edge.b);
            } else {
                kept.push_back(edge);
                toothAt(edge.a) = toothAt(edge.b) = 1;
            }
        }
        for (auto &edge : kept) {
            toothAt(edge.a) = toothAt(edge.b) = 0;
            if (!inside(edge.a)) std::swap(edge.a, edge.b);
        }
        teeth = std::move(kept);
    }

    WeightedGraph const &graph_;
    std::vector<char> inside_, toothAt_;
};

// The cut tree of a component of a graph, as far as cuts below 1 are concerned.
//
// D. Gusfield, "Very simple methods for all pairs network flow analysis", SIAM Journal on
// Computing 19 (1990). Two nodes that no such cut separates hang together by an edge of value 1.
class CutTree {
public:
    CutTree(MinCut &flow, std::vector<int> const &nodes, std::vector<int> &place)
        : nodes_(nodes), parent_(nodes.size(), 0), value_(nodes.size(), 1.0) {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            place[static_cast<std::size_t>(nodes[i])] = static_cast<int>(i);
        std::vector<char> inSide(nodes.size(), 0);
        for (std::size_t s = 1; s < nodes.size(); ++s) {
            int const t = parent_[s];
            double const value = flow.solve(nodes[s], nodes[static_cast<std::size_t>(t)], 1.0);
            value_[s] = value;
            if (value >= 1.0) continue;
            for (int const node : flow.side())
                inSide[static_cast<std::size_t>(place[static_cast<std::size_t>(node)])] = 1;
            for (std::size_t i = 0; i < nodes.size(); ++i)
                if (i != s && inSide[i] && parent_[i] == t) parent_[i] = static_cast<int>(s);
            auto const above = static_cast<std::size_t>(parent_[static_cast<std::size_t>(t)]);
            if (t != static_cast<int>(above) && inSide[above]) {
                parent_[s] = static_cast<int>(above);
                parent_[static_cast<std::size_t>(t)] = static_cast<int>(s);
                value_[s] = value_[static_cast<std::size_t>(t)];
                value_[static_cast<std::size_t>(t)] = value;
            }
            for (int const node : flow.side())
                inSide[static_cast<std::size_t>(place[static_cast<std::size_t>(node)])] = 0;
        }
    }

    // Shows a visitor the nodes below every edge of value less than `limit`.
    template <class Visit> void visit(double limit, Visit &&visitor) const {
        std::vector<std::vector<int>> children(nodes_.size());
        for (std::size_t i = 1; i < nodes_.size(); ++i)
            children[static_cast<std::size_t>(parent_[i])].push_back(static_cast<int>(i));
        std::vector<int> stack;
        for (std::size_t i = 1; i < nodes_.size(); ++i) {
            if (value_[i] > limit) continue;
            std::vector<int> below;
            stack.assign(1, static_cast<int>(i));
            while (!stack.empty()) {
                auto const k = static_cast<std::size_t>(stack.back());
                stack.pop_back();
                below.push_back(nodes_[k]);
                stack.insert(stack.end(), children[k].begin(), children[k].end());
            }
            visitor(std::move(below));
        }
    }

private:
    std::vector<int> const &nodes_;
    std::vector<int> parent_;
    std::vector<double> value_;
};

std::vector<std::vector<int>> membersOf(std::vector<int> const &component) {
    int const count = 1 + *std::max_element(component.begin(), component.end());
    std::vector<std::vector<int>> members(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < component.size(); ++i)
        members[static_cast<std::size_t>(component[i])].push_back(static_cast<int>(i));
    return members;
}

}  // namespace

std::vector<Blossom> componentBlossoms(WeightedGraph const &graph) {
    std::vector<Blossom> found;
    Teeth teeth(graph);
    for (double const margin : {1e-6, 0.05, 0.1, 0.2, 0.3}) {
        auto const component =
            components(graph, [margin](double x) { return x >= margin && x <= 1 - margin; });
        for (auto &handle : membersOf(component)) {
            if (handle.size() < 3 || 2 * handle.size() > component.size() + 1) continue;
            if (auto blossom = teeth.of(std::move(handle))) found.push_back(std::move(*blossom));
        }
    }
    return found;
}

std::vector<Blossom> treeBlossoms(WeightedGraph const &graph) {
    std::vector<WeightedEdge> edges;
    for (auto const &[a, b, x] : graph.edges()) {
        double const capacity = std::min(x, 1 - x);
        if (capacity > kTiny) edges.push_back({a, b, capacity});
    }
    WeightedGraph const fractional(graph.size(), std::move(edges));
    MinCut flow(fractional);
    std::vector<Blossom> found;
    Teeth teeth(graph);
    std::vector<int> place(static_cast<std::size_t>(graph.size()), -1);
    auto const offer = [&](std::vector<int> handle) {
        if (auto blossom = teeth.of(std::move(handle))) found.push_back(std::move(*blossom));
    };
    for (auto &nodes : membersOf(components(fractional, [](double) { return true; }))) {
        if (nodes.size() < 2) continue;
        CutTree(flow, nodes, place).visit(1 - kLeastViolation, offer);
        offer(std::move(nodes));
    }
    return found;
}

}  // namespace cosolve::tsp::cuts
