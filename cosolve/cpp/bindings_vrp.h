// What the bindings of the vehicle routing kernels share.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <vector>

#include "bindings_tsp.h"

namespace cosolve::binding {

using OptionalInts = std::optional<IntVector>;

// Rows of clients, one for every location; those of depots are empty. No rows where there are none.
inline std::vector<std::vector<int>> toNeighbors(OptionalInts const &start, OptionalInts const &to,
                                                 int depots, std::size_t size) {
    if (start.has_value() != to.has_value())
        throw std::invalid_argument("neighbors need their offsets, and offsets their neighbors");
    if (!start) return {};
    int const *const begin = start->data();
    if (start->shape(0) != size + 1 || begin[0] != 0 ||
        begin[size] != static_cast<int>(to->shape(0)))
        throw std::invalid_argument("there must be a row of neighbors for each location");
    for (std::size_t i = 0; i < size; ++i)
        if (begin[i] > begin[i + 1])
            throw std::invalid_argument("offsets of neighbors must not decrease");
    std::vector<std::vector<int>> rows(size);
    for (std::size_t i = 0; i < size; ++i) {
        rows[i].assign(to->data() + begin[i], to->data() + begin[i + 1]);
        for (int const j : rows[i])
            if (static_cast<int>(i) < depots || j < depots || j >= static_cast<int>(size) ||
                j == static_cast<int>(i))
                throw std::invalid_argument("neighbors must be other clients, and of clients");
    }
    return rows;
}

}  // namespace cosolve::binding
