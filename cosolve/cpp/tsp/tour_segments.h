// The tour that an alternating sequence has made so far, without changing the real one.
//
// Removing edges cuts the real tour into segments; adding edges strings them together in another
// order, some of them backwards. A sequence t1 t2 ... t2k leaves a path from t1 to the tail t2k
// through all nodes, or through some of them and a cycle through the rest. With k segments a step
// costs O(k), and any candidate is found in O(k): nothing has to be checked for being a tour.
//
// Nodes are named by their places: distances along the real tour from t1, which is at place 0, so
// that t2 is at place n - 1 and no segment wraps around.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>

namespace cosolve::tsp {

inline constexpr int kMaxDepth = 16;

class TourSegments {
public:
    struct Segment {
        int low, high;  // places of its ends
        bool reversed;  // whether the path, or cycle, goes from high to low
        int first() const { return reversed ? high : low; }
        int last() const { return reversed ? low : high; }
    };

    // The tour less the edge (t1, t2): one segment, a path from t1 to t2.
    explicit TourSegments(int n) { segments_[0] = {0, n - 1, false}; }
    TourSegments(TourSegments const &other) { *this = other; }
    TourSegments &operator=(TourSegments const &other) {
        count_ = other.count_;
        inPath_ = other.inPath_;
        for (int i = 0; i < count_; ++i) segments_[at(i)] = other.segments_[at(i)];
        return *this;
    }

    int size() const { return count_; }
    Segment const &operator[](int i) const { return segments_[at(i)]; }
    bool hasCycle() const { return inPath_ < count_; }
    bool inPath(int segment) const { return segment < inPath_; }

    // The segment that holds a place.
    int find(int place) const {
        int i = 0;
        while (place < segments_[at(i)].low || place > segments_[at(i)].high) ++i;
        assert(i < count_);
        return i;
    }

    // The steps. Each adds the edge from the tail to `place`, which lies in `segment`, removes an
    // edge of the real tour between it and one of its neighbors, and makes that neighbor the tail.

    // Removes the edge to the next node on the path: the rest of the path is turned around.
    void turnAfter(int segment, int place);
    // Removes the edge to the previous node on the path: the rest of it becomes a cycle. There must
    // be none yet.
    void closeCycle(int segment, int place);
    // Enters the cycle at a place and removes the edge to the next, or previous, node on it.
    void openCycle(int segment, int place, bool next);

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    // Cuts a segment between a place and its successor on the path or cycle.
    void cutAfter(int segment, int place);
    void cutBefore(int segment, int place);
    void reverse(int begin, int end);

    std::array<Segment, kMaxDepth> segments_;  // those of the path, then those of the cycle
    int count_ = 1, inPath_ = 1;
};

}  // namespace cosolve::tsp
