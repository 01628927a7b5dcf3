// The edges with a positive value in a solution of a linear program, and graphs made from them by
// contraction.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace cosolve::tsp::cuts {

// What is smaller than this is rounding: no cut is violated by so little, no edge so light.
constexpr double kTiny = 1e-6;

struct WeightedEdge {
    int a, b;
    double weight;
};

// An undirected graph in compressed rows; every edge stands in the rows of both ends.
class WeightedGraph {
public:
    struct Arc {
        int to;
        int edge;
        double weight;
    };

    WeightedGraph(int n, std::vector<WeightedEdge> edges);

    int size() const { return static_cast<int>(start_.size()) - 1; }
    std::vector<WeightedEdge> const &edges() const { return edges_; }
    Arc const *begin(int node) const {
        return arcs_.data() + start_[static_cast<std::size_t>(node)];
    }
    Arc const *end(int node) const {
        return arcs_.data() + start_[static_cast<std::size_t>(node) + 1];
    }
    // Position of an arc among all arcs.
    std::size_t place(Arc const *arc) const { return static_cast<std::size_t>(arc - arcs_.data()); }

private:
    std::vector<WeightedEdge> edges_;
    std::vector<int> start_;
    std::vector<Arc> arcs_;
};

// Connected components: a number from 0 on for every node, along edges that `take` accepts.
template <class Take> std::vector<int> components(WeightedGraph const &graph, Take &&take) {
    std::vector<int> component(static_cast<std::size_t>(graph.size()), -1), stack;
    int count = 0;
    for (int root = 0; root < graph.size(); ++root) {
        if (component[static_cast<std::size_t>(root)] >= 0) continue;
        component[static_cast<std::size_t>(root)] = count;
        stack.push_back(root);
        while (!stack.empty()) {
            int const node = stack.back();
            stack.pop_back();
            for (auto const *arc = graph.begin(node); arc != graph.end(node); ++arc) {
                int &other = component[static_cast<std::size_t>(arc->to)];
                if (other >= 0 || !take(arc->weight)) continue;
                other = count;
                stack.push_back(arc->to);
            }
        }
        ++count;
    }
    return component;
}

// A graph whose nodes are merged one by one; parallel edges become one, of their joint weight.
class ShrinkingGraph {
public:
    using Neighbors = std::vector<std::pair<int, double>>;

    explicit ShrinkingGraph(WeightedGraph const &graph);

    int size() const { return static_cast<int>(neighbors_.size()); }  // merged nodes included
    int left() const { return left_; }
    bool alive(int node) const { return !members_[static_cast<std::size_t>(node)].empty(); }
    Neighbors const &neighbors(int node) const {
        return neighbors_[static_cast<std::size_t>(node)];
    }
    // Weight of the edges that leave a node.
    double degree(int node) const { return degree_[static_cast<std::size_t>(node)]; }
    // Nodes of the first graph that it stands for.
    std::vector<int> const &members(int node) const {
        return members_[static_cast<std::size_t>(node)];
    }
    double weight(int a, int b) const;
    // Merges two nodes; returns the one that stays.
    int merge(int a, int b);

private:
    std::vector<Neighbors> neighbors_;
    std::vector<std::vector<int>> members_;
    std::vector<double> degree_;
    int left_;
};

}  // namespace cosolve::tsp::cuts
