#include "atsp/arc_candidates.h"

#include <cstdint>
#include <limits>

namespace cosolve::atsp {

namespace {

// The k shortest arcs seen so far, for each of n nodes.
class Shortest {
public:
    Shortest(int n, int k)
        : k_(static_cast<std::size_t>(k)), entries_(static_cast<std::size_t>(n) * k_),
          longest_(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity()) {}

    void offer(int node, int other, double length) {
        auto const row = static_cast<std::size_t>(node);
        if (length > longest_[row]) return;
        Entry const entry{length, tie(node, other), other};
        Entry *const first = entries_.data() + row * k_;
        std::size_t i = k_;
        while (i > 0 && entry.before(first[i - 1])) {
            if (i < k_) first[i] = first[i - 1];
            --i;
        }
        if (i < k_) first[i] = entry;
        longest_[row] = first[k_ - 1].length;
    }

    std::vector<int> nodes() const {
        std::vector<int> result;
        result.reserve(entries_.size());
        for (Entry const &entry : entries_) result.push_back(entry.node);
        return result;
    }

private:
    struct Entry {
        double length = std::numeric_limits<double>::infinity();
        std::uint64_t tie = ~std::uint64_t{0};
        int node = -1;
        bool before(Entry const &other) const {
            return length < other.length || (length == other.length && tie < other.tie);
        }
    };

    // The finalizer of splitmix64 (see core/rng.h).
    static std::uint64_t tie(int node, int other) {
        std::uint64_t z =
            (static_cast<std::uint64_t>(node) << 32) + static_cast<std::uint64_t>(other);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }

    std::size_t k_;
    std::vector<Entry> entries_;
    std::vector<double> longest_;
};

}  // namespace

NearestArcs nearestArcs(ReducedArcs const &arcs, int k) {
    Shortest leaving(arcs.size(), k), entering(arcs.size(), k);
    for (int tail = 0; tail < arcs.size(); ++tail)
        arcs.leaving(tail, [&](int head, double length) {
            leaving.offer(tail, head, length);
            entering.offer(head, tail, length);
        });
    return {leaving.nodes(), entering.nodes()};
}

}  // namespace cosolve::atsp
