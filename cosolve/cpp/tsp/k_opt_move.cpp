#include "tsp/k_opt_move.h"

#include <algorithm>
#include <utility>

namespace cosolve::tsp {

bool Reconnection::closes(ArrayTour const &tour, Alternation const &t, int k) {
    k_ = k;
    int const n = tour.size();
    // Cut i lies after position cut[i]; rank the cuts along the tour.
    std::array<int, kMaxDepth> cut, byPosition, rank;
    for (int i = 0; i < k; ++i) {
        cut[i] = tour.position(t.forward[i] ? t.odd(i) : t.even(i));
        int j = i;
        for (; j > 0 && cut[byPosition[j - 1]] > cut[i]; --j) byPosition[j] = byPosition[j - 1];
        byPosition[j] = i;
    }
    for (int r = 0; r < k; ++r) rank[byPosition[r]] = r;

    // Segment r runs from after cut r to cut r + 1. End 2r is its first node, 2r + 1 its last.
    auto firstEnd = [&](int edge) { return 2 * rank[edge]; };
    auto lastEnd = [&](int edge) { return 2 * ((rank[edge] + k - 1) % k) + 1; };
    auto oddEnd = [&](int i) { return t.forward[i] ? lastEnd(i) : firstEnd(i); };
    auto evenEnd = [&](int i) { return t.forward[i] ? firstEnd(i) : lastEnd(i); };

    std::array<int, 2 * kMaxDepth> joined;
    for (int i = 0; i < k; ++i) {
        int const a = evenEnd(i), b = oddEnd(i + 1 == k ? 0 : i + 1);
        joined[a] = b;
        joined[b] = a;
    }
    int end = 0;
    for (int count = 0; count < k; ++count) {
        path_[count] = end / 2;
        reversed_[count] = end % 2 != 0;
        end = joined[end ^ 1];
        if (end == 0 && count + 1 < k) return false;
    }
    for (int r = 0; r < k; ++r) {
        int const next = r + 1 == k ? 0 : r + 1;
        first_[r] = cut[byPosition[r]] + 1;
        length_[r] = cut[byPosition[next]] - cut[byPosition[r]];
        if (length_[r] <= 0) length_[r] += n;
        if (first_[r] >= n) first_[r] -= n;
    }
    return end == 0;
}

void Reconnection::doubleBridge(ArrayTour const &tour, std::array<int, 4> const &cuts) {
    k_ = 4;
    int const n = tour.size();
    for (int r = 0; r < 4; ++r) {
        first_[r] = (cuts[r] + 1) % n;
        length_[r] = r < 3 ? cuts[r + 1] - cuts[r] : cuts[0] - cuts[3] + n;
        path_[r] = 3 - r;
        reversed_[r] = false;
    }
}

void Reconnection::apply(ArrayTour &tour) {
    int const n = tour.size();
    int longest = 0;
    for (int i = 1; i < k_; ++i)
        if (length_[path_[i]] > length_[path_[longest]]) longest = i;

    // The longest segment keeps its place and direction; if the new order runs through it
    // backwards, read the whole new order backwards.
    bool const flip = reversed_[longest];
    int target = first_[path_[longest]] + length_[path_[longest]];
    struct Piece {
        int segment, target;
        bool reversed;
    };
    std::array<Piece, kMaxDepth> moved;
    int pieces = 0, total = 0;
    for (int step = 1; step < k_; ++step) {
        int const i = flip ? (longest - step + k_) % k_ : (longest + step) % k_;
        int const segment = path_[i];
        bool const reversed = reversed_[i] != flip;
        target %= n;
        if (reversed || target != first_[segment]) {
            moved[pieces++] = {segment, target, reversed};
            total += length_[segment];
        }
        target += length_[segment];
    }
    // All nodes are read before the first is overwritten: pieces trade places.
    if (buffer_.size() < static_cast<std::size_t>(total))
        buffer_.resize(static_cast<std::size_t>(total));
    int *out = buffer_.data();
    for (int j = 0; j < pieces; ++j) {
        int const first = first_[moved[j].segment], length = length_[moved[j].segment];
        if (moved[j].reversed)
            for (int p = first + length - 1; p >= first; --p) *out++ = tour.nodeAt(p);
        else
            for (int p = first; p < first + length; ++p) *out++ = tour.nodeAt(p);
    }
    out = buffer_.data();
    for (int j = 0; j < pieces; ++j) {
        int const length = length_[moved[j].segment];
        tour.rewrite(moved[j].target, out, length);
        out += length;
    }
}

}  // namespace cosolve::tsp
