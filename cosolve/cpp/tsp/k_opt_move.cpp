#include "tsp/k_opt_move.h"

#include <cstddef>

namespace cosolve::tsp {

void Reconnection::assign(ArrayTour const &tour, TourSegments const &segments, int position,
                          bool rising) {
    int const n = tour.size();
    k_ = segments.size();
    for (int i = 0; i < k_; ++i) {
        auto const &segment = segments[i];
        int const first = rising ? position + segment.low : position - segment.high;
        path_[i] = {first < 0    ? first + n
                    : first >= n ? first - n
                                 : first,
                    segment.high - segment.low + 1, segment.reversed == rising};
    }
}

void Reconnection::doubleBridge(ArrayTour const &tour, std::array<int, 4> const &cuts) {
    k_ = 4;
    int const n = tour.size();
    for (int r = 0; r < 4; ++r) {
        int const next = r < 3 ? cuts[r + 1] : cuts[0] + n;
        path_[3 - r] = {(cuts[r] + 1) % n, next - cuts[r], false};
    }
}

void Reconnection::apply(ArrayTour &tour) {
    int const n = tour.size();
    int longest = 0;
    for (int i = 1; i < k_; ++i)
        if (path_[i].length > path_[longest].length) longest = i;

    // The longest segment keeps its place and direction; if the new order runs through it
    // backwards, read the whole new order backwards.
    bool const flip = path_[longest].reversed;
    int target = path_[longest].first + path_[longest].length;
    struct Piece {
        Segment segment;
        int target;
    };
    std::array<Piece, kMaxDepth> moved;
    int pieces = 0, total = 0;
    for (int step = 1; step < k_; ++step) {
        int const i = flip ? (longest - step + k_) % k_ : (longest + step) % k_;
        Segment segment = path_[i];
        segment.reversed = segment.reversed != flip;
        if (target >= n) target -= n;
        if (segment.reversed || target != segment.first) {
            moved[pieces++] = {segment, target};
            total += segment.length;
        }
        target += segment.length;
    }
    // All nodes are read before the first is overwritten: pieces trade places.
    if (buffer_.size() < static_cast<std::size_t>(total))
        buffer_.resize(static_cast<std::size_t>(total));
    int *out = buffer_.data();
    for (int j = 0; j < pieces; ++j) {
        auto const [first, length, reversed] = moved[j].segment;
        if (reversed)
            for (int p = first + length - 1; p >= first; --p) *out++ = tour.nodeAt(p);
        else
            for (int p = first; p < first + length; ++p) *out++ = tour.nodeAt(p);
    }
    out = buffer_.data();
    for (int j = 0; j < pieces; ++j) {
        int const length = moved[j].segment.length;
        tour.rewrite(moved[j].target, out, length);
        out += length;
    }
}

}  // namespace cosolve::tsp
