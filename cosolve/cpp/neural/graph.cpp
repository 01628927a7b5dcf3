#include "neural/graph.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace cosolve::neural {

void checkGraph(Graph const &graph) {
    for (std::size_t i = 0; i < graph.nodes; ++i) {
        auto const row = graph.row(i);
        for (std::size_t r = 0; r < row.size(); ++r) {
            if (row[r] < 0 || static_cast<std::size_t>(row[r]) >= graph.nodes)
                throw std::invalid_argument("a neighbor of node " + std::to_string(i) +
                                            " is out of range");
            if (static_cast<std::size_t>(row[r]) == i)
                throw std::invalid_argument("node " + std::to_string(i) + " is its own neighbor");
            if (std::find(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(r), row[r]) !=
                row.begin() + static_cast<std::ptrdiff_t>(r))
                throw std::invalid_argument("node " + std::to_string(i) + " has neighbor " +
                                            std::to_string(row[r]) + " twice");
        }
    }
}

}  // namespace cosolve::neural
