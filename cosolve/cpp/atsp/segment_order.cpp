#include "atsp/segment_order.h"

#include <cstddef>

namespace cosolve::atsp {

bool SegmentOrder::assign(int n, std::array<int, kMaxArcs> const &cuts, int k, int shift) {
    std::array<std::size_t, kMaxArcs> byPosition, rank;
    auto const count = static_cast<std::size_t>(k);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t j = i;
        for (; j > 0 && cuts[byPosition[j - 1]] > cuts[i]; --j) byPosition[j] = byPosition[j - 1];
        byPosition[j] = i;
    }
    for (std::size_t r = 0; r < count; ++r) rank[byPosition[r]] = r;

    // Segment r begins at the head of the arc of rank r and ends at the tail of the next one.
    k_ = k;
    std::size_t r = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t const ending = byPosition[r + 1 == count ? 0 : r + 1];
        int const cut = cuts[byPosition[r]];
        int length = cuts[ending] - cut;
        if (length <= 0) length += n;
        path_[i] = {cut + 1 == n ? 0 : cut + 1, length};
        r = rank[(ending + static_cast<std::size_t>(shift + k)) % count];
        if (r == 0) return i + 1 == count;
    }
    return false;
}

void SegmentOrder::assignDoubleBridge(int n, std::array<int, 4> const &cuts) {
    k_ = 4;
    for (std::size_t i = 0; i < 4; ++i) {
        std::size_t const r = (4 - i) % 4;
        int const length = r < 3 ? cuts[r + 1] - cuts[r] : cuts[0] - cuts[3] + n;
        path_[i] = {(cuts[r] + 1) % n, length};
    }
}

void SegmentOrder::apply(tsp::ArrayTour &tour) {
    int const n = tour.size();
    auto const count = static_cast<std::size_t>(k_);
    std::size_t longest = 0;
    for (std::size_t i = 1; i < count; ++i)
        if (path_[i].length > path_[longest].length) longest = i;
    auto const following = [&](std::size_t step) -> Segment const & {
        return path_[(longest + step) % count];
    };
    // All nodes are read before the first is overwritten: segments trade places.
    buffer_.clear();
    for (std::size_t step = 1; step < count; ++step) {
        Segment const &segment = following(step);
        for (int i = 0; i < segment.length; ++i) buffer_.push_back(tour.nodeAt(segment.first + i));
    }
    int const target = (path_[longest].first + path_[longest].length) % n;
    tour.rewrite(target, buffer_.data(), static_cast<int>(buffer_.size()));
}

}  // namespace cosolve::atsp
