// How many tours of the population contain an edge: the table behind the edge entropy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cosolve::tsp {

// Open addressing in which the slots of a node's edges lie together: the home slot of edge (u, v),
// u < v, is in the row of u, so that spatially numbered nodes are also neighbors in the cache.
// A slot packs u (24 bits), v (24) and the count (16). Edges whose count drops to zero keep their
// slot until the next rebuild.
class EdgeCounts {
public:
    static constexpr int maxNodes = 1 << 24;
    static constexpr int maxTours = (1 << 16) - 1;

    explicit EdgeCounts(int n) : n_(n) { slots_.assign(capacity(), empty); }

    int of(int a, int b) const {
        std::uint64_t const k = key(a, b);
        for (std::size_t i = home(k);; i = next(i)) {
            if (slots_[i] >> 16 == k) return static_cast<int>(slots_[i] & 0xffff);
            if (slots_[i] == empty) return 0;
        }
    }

    void add(int a, int b) {
        std::size_t const i = find(key(a, b));
        if (slots_[i] == empty) {
            slots_[i] = key(a, b) << 16 | 1;
            if (2 * ++used_ > slots_.size()) rebuild();
        } else {
            ++slots_[i];
        }
    }

    void remove(int a, int b) { --slots_[find(key(a, b))]; }

    template <class Visitor> void forEach(Visitor visit) const {
        for (std::uint64_t const slot : slots_)
            if (slot != empty && (slot & 0xffff) != 0) visit(static_cast<int>(slot & 0xffff));
    }

private:
    static constexpr std::uint64_t empty = ~std::uint64_t{0};

    std::size_t capacity() const { return static_cast<std::size_t>(n_) << log2Row_; }

    static std::uint64_t key(int a, int b) {
        if (a > b) std::swap(a, b);
        return static_cast<std::uint64_t>(a) << 24 | static_cast<std::uint64_t>(b);
    }
    std::size_t home(std::uint64_t k) const {
        auto const v = static_cast<std::uint32_t>(k & 0xffffff);
        return (static_cast<std::size_t>(k >> 24) << log2Row_) +
               (v * 0x9e3779b9U >> (32 - log2Row_));
    }
    std::size_t next(std::size_t i) const { return i + 1 == slots_.size() ? 0 : i + 1; }

    std::size_t find(std::uint64_t k) const {
        std::size_t i = home(k);
        while (slots_[i] != empty && slots_[i] >> 16 != k) i = next(i);
        return i;
    }

    void rebuild() {
        std::vector<std::uint64_t> live;
        for (std::uint64_t const slot : slots_)
            if (slot != empty && (slot & 0xffff) != 0) live.push_back(slot);
        while (3 * live.size() > capacity()) ++log2Row_;
        slots_.assign(capacity(), empty);
        for (std::uint64_t const slot : live) slots_[find(slot >> 16)] = slot;
        used_ = live.size();
    }

    int n_;
    int log2Row_ = 2;
    std::size_t used_ = 0;
    std::vector<std::uint64_t> slots_;
};

}  // namespace cosolve::tsp
