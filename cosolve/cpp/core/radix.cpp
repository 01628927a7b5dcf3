#include "core/radix.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace cosolve {

namespace {

constexpr int kDigitBits = 11;
constexpr int kDigits = 6;  // 66 bits cover the key
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::size_t kSmall = 2048;  // below this the histograms cost more than comparing

std::size_t digit(std::uint64_t key, int d) {
    return (key >> (d * kDigitBits)) & (kBuckets - 1);
}

}  // namespace

void radixSort(std::vector<Keyed> &items) {
    if (items.size() < kSmall) {
        std::stable_sort(items.begin(), items.end(),
                         [](Keyed const &a, Keyed const &b) { return a.key < b.key; });
        return;
    }
    std::vector<std::array<std::size_t, kBuckets>> counts(kDigits);
    for (Keyed const &item : items)
        for (int d = 0; d < kDigits; ++d) ++counts[static_cast<std::size_t>(d)][digit(item.key, d)];
    std::vector<Keyed> other(items.size());
    for (int d = 0; d < kDigits; ++d) {
        auto &place = counts[static_cast<std::size_t>(d)];
        if (place[digit(items.front().key, d)] == items.size()) continue;
        std::size_t sum = 0;
        for (std::size_t &p : place) {
            std::size_t const count = p;
            p = sum;
            sum += count;
        }
        for (Keyed const &item : items) other[place[digit(item.key, d)]++] = item;
        items.swap(other);
    }
}

}  // namespace cosolve
