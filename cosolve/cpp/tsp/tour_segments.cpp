#include "tsp/tour_segments.h"

#include <algorithm>

namespace cosolve::tsp {

void TourSegments::cutAfter(int segment, int place) {
    assert(count_ < kMaxDepth && place != segments_[at(segment)].last());
    for (int i = count_++; i > segment + 1; --i) segments_[at(i)] = segments_[at(i - 1)];
    if (segment < inPath_) ++inPath_;
    Segment &before = segments_[at(segment)], &after = segments_[at(segment + 1)];
    after = before;
    if (before.reversed) {
        before.low = place;
        after.high = place - 1;
    } else {
        before.high = place;
        after.low = place + 1;
    }
}

void TourSegments::cutBefore(int segment, int place) {
    cutAfter(segment, segments_[at(segment)].reversed ? place + 1 : place - 1);
}

void TourSegments::reverse(int begin, int end) {
    for (int i = begin, j = end - 1; i <= j; ++i, --j) {
        Segment const first = segments_[at(i)];
        segments_[at(i)] = segments_[at(j)];
        segments_[at(i)].reversed = !segments_[at(i)].reversed;
        if (i == j) break;
        segments_[at(j)] = first;
        segments_[at(j)].reversed = !first.reversed;
    }
}

void TourSegments::turnAfter(int segment, int place) {
    assert(segment < inPath_);
    cutAfter(segment, place);
    reverse(segment + 1, inPath_);
}

void TourSegments::closeCycle(int segment, int place) {
    assert(!hasCycle());
    cutBefore(segment, place);
    inPath_ = segment + 1;
}

void TourSegments::openCycle(int segment, int place, bool next) {
    assert(segment >= inPath_);
    if (next)
        cutAfter(segment, place);
    else
        cutBefore(segment, place);
    // The cycle begins behind the cut; if it has to be entered before the cut, it runs backwards.
    std::rotate(segments_.begin() + inPath_, segments_.begin() + segment + 1,
                segments_.begin() + count_);
    if (next) reverse(inPath_, count_);
    inPath_ = count_;
}

}  // namespace cosolve::tsp
