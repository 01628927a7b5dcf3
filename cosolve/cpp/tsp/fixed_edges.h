// Edges that every tour must keep; a node has at most two.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace cosolve::tsp {

class FixedEdges {
public:
    FixedEdges() = default;
    FixedEdges(int n, std::vector<std::pair<int, int>> const &edges) {
        if (edges.empty()) return;
        mate_.assign(2 * static_cast<std::size_t>(n), -1);
        for (auto [a, b] : edges) {
            add(a, b);
            add(b, a);
        }
    }

    bool empty() const { return mate_.empty(); }
    bool contains(int a, int b) const {
        if (mate_.empty()) return false;
        std::size_t const i = 2 * static_cast<std::size_t>(a);
        return mate_[i] == b || mate_[i + 1] == b;
    }
    // The nodes a node's fixed edges lead to; -1 where there is none.
    std::array<int, 2> of(int node) const {
        if (mate_.empty()) return {-1, -1};
        std::size_t const i = 2 * static_cast<std::size_t>(node);
        return {mate_[i], mate_[i + 1]};
    }

private:
    void add(int a, int b) {
        std::size_t const i = 2 * static_cast<std::size_t>(a);
        mate_[mate_[i] < 0 ? i : i + 1] = b;
    }

    std::vector<int> mate_;
};

}  // namespace cosolve::tsp
