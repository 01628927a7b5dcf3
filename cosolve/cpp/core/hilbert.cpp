#include "core/hilbert.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/radix.h"

namespace cosolve {

namespace {

template <int D> constexpr int kBits = D == 2 ? 30 : 20;  // per axis; the key has 60 bits

template <int D> using Cell = std::array<std::uint32_t, D>;

// Index of a cell along the curve: J. Skilling, "Programming the Hilbert curve", AIP Conference
// Proceedings 707 (2004). Undoes the rotations from the coarsest level to the finest, then
// Gray-encodes; written with masks because the bits are random, so that branches would mispredict.
template <int D> std::uint64_t hilbertIndex(Cell<D> x) {
    for (int bit = kBits<D> - 1; bit > 0; --bit) {
        std::uint32_t const low = (1U << bit) - 1;
        for (std::uint32_t &axis : x) {
            std::uint32_t const set = 0U - ((axis >> bit) & 1U);
            std::uint32_t const swapped = (x[0] ^ axis) & low & ~set;
            x[0] ^= low & set;  // reflect
            x[0] ^= swapped;    // or exchange with the first axis
            axis ^= swapped;
        }
    }
    for (std::size_t d = 1; d < D; ++d) x[d] ^= x[d - 1];
    std::uint32_t parity = 0;
    for (int bit = kBits<D> - 1; bit > 0; --bit)
        parity ^= ((1U << bit) - 1) & (0U - ((x[D - 1] >> bit) & 1U));
    std::uint64_t key = 0;
    for (int bit = kBits<D> - 1; bit >= 0; --bit)
        for (std::uint32_t const axis : x) key = key << 1 | (((axis ^ parity) >> bit) & 1U);
    return key;
}

template <int D> std::vector<int> orderOf(double const *coords, int n) {
    std::array<double, D> low{}, high{};
    for (int d = 0; d < D; ++d) low[d] = high[d] = coords[d];
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
        for (std::size_t d = 0; d < D; ++d) {
            low[d] = std::min(low[d], coords[i * D + d]);
            high[d] = std::max(high[d], coords[i * D + d]);
        }
    double side = 0;
    for (std::size_t d = 0; d < D; ++d) side = std::max(side, high[d] - low[d]);
    constexpr double top = (1U << kBits<D>)-1;
    std::vector<Keyed> keys(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Cell<D> cell{};
        for (std::size_t d = 0; d < D; ++d) {
            double const at = (coords[i * D + d] - low[d]) / side * top;  // NaN if side is 0
            cell[d] = at > 0 ? static_cast<std::uint32_t>(std::min(at, top)) : 0U;
        }
        keys[i] = {hilbertIndex<D>(cell), i};
    }
    radixSort(keys);
    std::vector<int> order(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) order[i] = static_cast<int>(keys[i].value);
    return order;
}

}  // namespace

std::vector<int> hilbertOrder(double const *coords, int n, int dim) {
    if (n <= 0) return {};
    return dim == 2 ? orderOf<2>(coords, n) : orderOf<3>(coords, n);
}

}  // namespace cosolve
