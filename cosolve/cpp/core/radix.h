// Stable sort of records by an unsigned 64-bit key.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace cosolve {

struct Keyed {
    std::uint64_t key;
    std::uint64_t value;
};

// Least significant digit first; digits in which all keys agree cost nothing. Linear, and unlike
// std::sort it keeps the order of equal keys, so that results do not depend on the library.
void radixSort(std::vector<Keyed> &items);

// A key in the order of non-negative doubles (adding zero turns -0.0 into 0.0).
inline std::uint64_t orderedKey(double x) {
    return std::bit_cast<std::uint64_t>(x + 0.0);
}

}  // namespace cosolve
