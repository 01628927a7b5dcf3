#include "tsp/eax_offspring.h"

#include <algorithm>

namespace cosolve::tsp {

bool EaxOffspring::build(EaxTour const &tour, AbCycles const &cycles, std::span<int const> eset) {
    tour_ = &tour;
    if (!cut(cycles, eset)) return false;
    join(cycles, eset);
    labelComponents();
    return true;
}

// Cuts the tour at the A edges of the E-set and numbers the segments by position. Segment 0 is the
// one around the end of the array.
bool EaxOffspring::cut(AbCycles const &cycles, std::span<int const> eset) {
    EaxTour const &tour = *tour_;
    lastPosition_.clear();
    for (int const c : eset) {
        auto const nodes = cycles.of(c);
        for (std::size_t i = 0; i < nodes.size(); i += 2) {
            int const u = nodes[i], v = nodes[i + 1];
            int const pu = tour.positionOf(u), pv = tour.positionOf(v);
            slots_[static_cast<std::size_t>(u)] = slots_[static_cast<std::size_t>(v)] = {-1, -1};
            if (tour.after(pu) == pv) {
                lastPosition_.push_back(pu);
            } else if (tour.after(pv) == pu) {
                lastPosition_.push_back(pv);
            } else {
                return false;
            }
        }
    }
    std::sort(lastPosition_.begin(), lastPosition_.end());
    int const k = static_cast<int>(lastPosition_.size());
    segments_.resize(lastPosition_.size());
    segmentId_.resize(lastPosition_.size());
    int previous = lastPosition_.back();
    for (int s = 0; s < k; ++s) {
        int const last = lastPosition_[static_cast<std::size_t>(s)];
        segmentId_[static_cast<std::size_t>(s)] = s;
        segment(s) = {tour.after(previous), last, -1};
        previous = last;
    }
    for (int end = 0; end < 2 * k; ++end) {
        Slots &slot = slots_[static_cast<std::size_t>(nodeOfEnd(end))];
        (slot.a < 0 ? slot.a : slot.b) = end;
    }
    return true;
}

int EaxOffspring::takeSlot(int node) {
    Slots &slot = slots_[static_cast<std::size_t>(node)];
    int const end = slot.a;
    slot.a = slot.b;
    return end;
}

// Joins the segments by the B edges.
void EaxOffspring::join(AbCycles const &cycles, std::span<int const> eset) {
    partner_.resize(2 * segments_.size());
    for (int const c : eset) {
        auto const nodes = cycles.of(c);
        for (std::size_t i = 1; i < nodes.size(); i += 2) {
            int const u = nodes[i], v = nodes[i + 1 < nodes.size() ? i + 1 : 0];
            link(takeSlot(u), takeSlot(v));
        }
    }
}

void EaxOffspring::labelComponents() {
    live_.clear();
    root_.clear();
    sizes_.clear();
    anySegment_.clear();
    for (int s = 0; s < static_cast<int>(segments_.size()); ++s) {
        if (segment(s).component >= 0) continue;
        int const label = static_cast<int>(root_.size());
        int size = 0;
        int end = 2 * s;
        do {
            segment(end >> 1).component = label;
            size += segmentLength(end >> 1);
            end = partner(end ^ 1);
        } while (segment(end >> 1).component < 0);
        live_.push_back(label);
        root_.push_back(label);
        sizes_.push_back(size);
        anySegment_.push_back(s);
    }
}

// Segments are found by their last position; positions behind all of them belong to the first.
int EaxOffspring::segmentAt(int position) const {
    std::size_t low = 0, count = lastPosition_.size();
    while (count > 0) {
        std::size_t const half = count / 2;
        bool const right = lastPosition_[low + half] < position;
        low = right ? low + half + 1 : low;
        count = right ? count - half - 1 : half;
    }
    return segmentId_[low == segmentId_.size() ? 0 : low];
}

// Whether two joined ends are consecutive positions of A: a merge may add an edge of A again that
// the E-set removed, which is then no change.
bool EaxOffspring::unchanged(int end, int other) const {
    if ((end & 1) == (other & 1)) return false;
    int const last = (end & 1) != 0 ? end : other, first = (end & 1) != 0 ? other : end;
    return tour_->after(segment(last >> 1).last) == segment(first >> 1).first;
}

template <class Visitor> void EaxOffspring::visitChanges(Visitor visit) const {
    int const ends = static_cast<int>(partner_.size());
    for (int end = 1; end < ends; end += 2) {
        if (unchanged(end, partner(end))) continue;
        int const last = segment(end >> 1).last;
        visit(tour_->nodeAt(last), tour_->nodeAt(tour_->after(last)), false);
    }
    for (int end = 0; end < ends; ++end) {
        int const other = partner(end);
        if (end > other || unchanged(end, other)) continue;
        visit(nodeOfEnd(end), nodeOfEnd(other), true);
    }
}

void EaxOffspring::changes(std::vector<EdgeChange> &out) const {
    visitChanges([&out](int a, int b, bool added) { out.push_back({a, b, added}); });
}

double EaxOffspring::entropyChange(EdgeCounts const &counts, std::span<double const> terms) const {
    double delta = 0;
    visitChanges([&](int a, int b, bool added) {
        int const f = counts.of(a, b);
        if (!added && f == 0) return;  // an edge that only this child's ancestors of today had
        auto const i = static_cast<std::size_t>(f);
        delta += terms[added ? i + 1 : i - 1] - terms[i];
    });
    return delta;
}

// The longest segment stays where it is; the others are laid out behind it in the order and
// direction in which the child visits them.
void EaxOffspring::apply(EaxTour &tour) {
    int const k = cuts(), n = tour.size();
    for (int e = 0; e < 2 * k; ++e) {
        int const node = nodeOfEnd(e);
        Segment const &s = segment(e >> 1);
        int const old = (e & 1) != 0 ? tour.after(s.last) : tour.before(s.first);
        tour.neighbor[static_cast<std::size_t>(node)].replace(tour.nodeAt(old),
                                                              nodeOfEnd(partner(e)));
    }
    int longest = 0;
    for (int s = 1; s < k; ++s)
        if (segmentLength(s) > segmentLength(longest)) longest = s;
    buffer_.clear();
    for (int end = partner(2 * longest + 1); end >> 1 != longest; end = partner(end ^ 1)) {
        Segment const &s = segment(end >> 1);
        bool const forward = (end & 1) == 0;
        int p = forward ? s.first : s.last;
        for (int left = segmentLength(end >> 1); left > 0; --left) {
            buffer_.push_back(tour.nodeAt(p));
            p = forward ? tour.after(p) : tour.before(p);
        }
    }
    int p = tour.after(segment(longest).last);
    for (int const node : buffer_) {
        tour.order[static_cast<std::size_t>(p)] = node;
        tour.position[static_cast<std::size_t>(node)] = p;
        p = p + 1 == n ? 0 : p + 1;
    }
}

}  // namespace cosolve::tsp
