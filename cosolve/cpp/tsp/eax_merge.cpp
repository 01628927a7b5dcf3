// Joining the sub-tours of an intermediate solution (Nagata and Kobayashi 2013, section 3.1, step 5).
#include <limits>

#include "tsp/eax_offspring.h"

namespace cosolve::tsp {

double EaxOffspring::mergeSubtours() {
    double gain = 0;
    while (live_.size() > 1) {
        std::size_t smallest = 0;
        for (std::size_t i = 1; i < live_.size(); ++i)
            if (subtourSize(live_[i]) < subtourSize(live_[smallest])) smallest = i;
        int const label = live_[smallest];
        Exchange move = bestExchange(label);
        if (move.outside.position < 0) move = anyExchange(label);
        live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(smallest));
        exchange(move, label);
        gain += move.gain;
    }
    return gain;
}

int EaxOffspring::neighborAt(int s, Corner corner) const {
    if (isJoint(s, corner)) return nodeOfEnd(partner(2 * s + corner.side));
    return tour_->nodeAt(corner.side != 0 ? tour_->after(corner.position)
                                          : tour_->before(corner.position));
}

// The best exchange of an edge of the sub-tour and an edge outside that adds a candidate edge.
EaxOffspring::Exchange EaxOffspring::bestExchange(int label) const {
    Exchange best{-std::numeric_limits<double>::infinity(), {-1, 0}, {-1, 0}};
    int const start = 2 * anySegment_[static_cast<std::size_t>(label)];
    int end = start;
    do {
        int const s = end >> 1;
        int p = segment(s).first;
        for (int left = segmentLength(s); left > 0; --left, p = tour_->after(p))
            scanNode(label, s, p, best);
        end = partner(end ^ 1);
    } while (end != start);
    return best;
}

void EaxOffspring::scanNode(int label, int s, int position, Exchange &best) const {
    Metric const &metric = problem_->metric;
    Candidates const &candidates = problem_->candidates;
    int const v = tour_->nodeAt(position);
    for (int e = candidates.begin(v); e < candidates.end(v); ++e) {
        int const w = candidates.to[static_cast<std::size_t>(e)];
        int const q = tour_->positionOf(w), t = segmentAt(q);
        if (component(t) == label) continue;
        double const added = candidates.cost[static_cast<std::size_t>(e)];
        for (int const side : {0, 1}) {
            int const v2 = neighborAt(s, {position, side});
            if (!isJoint(s, {position, side}) && problem_->fixed.contains(v, v2)) continue;
            double const base = metric(v, v2) - added;
            for (int const outside : {0, 1}) {
                int const w2 = neighborAt(t, {q, outside});
                double const gain = base + metric(w, w2) - metric(v2, w2);
                if (gain <= best.gain) continue;
                if (!isJoint(t, {q, outside}) && problem_->fixed.contains(w, w2)) continue;
                best = {gain, {position, side}, {q, outside}};
            }
        }
    }
}

// For a sub-tour that no candidate edge leaves: every sub-tour has a joint, and joints are never
// fixed edges, so exchanging two of them is always possible.
EaxOffspring::Exchange EaxOffspring::anyExchange(int label) const {
    Metric const &metric = problem_->metric;
    Exchange best{-std::numeric_limits<double>::infinity(), {-1, 0}, {-1, 0}};
    auto const corner = [this](int end) {
        Segment const &s = segment(end >> 1);
        return (end & 1) != 0 ? Corner{s.last, 1} : Corner{s.first, 0};
    };
    int const ends = static_cast<int>(partner_.size());
    int const start = 2 * anySegment_[static_cast<std::size_t>(label)];
    int end = start;
    do {
        for (int const e : {end, end ^ 1}) {
            int const v = nodeOfEnd(e), v2 = nodeOfEnd(partner(e));
            for (int f = 0; f < ends; ++f) {
                if (component(f >> 1) == label) continue;
                int const w = nodeOfEnd(f), w2 = nodeOfEnd(partner(f));
                double const gain = metric(v, v2) + metric(w, w2) - metric(v, w) - metric(v2, w2);
                if (gain > best.gain) best = {gain, corner(e), corner(f)};
            }
        }
        end = partner(end ^ 1);
    } while (end != start);
    return best;
}

// Makes sure that the edge at a corner is a joint, splitting the segment if it is inside one;
// returns the end at the corner's node.
int EaxOffspring::open(Corner corner) {
    int const s = segmentAt(corner.position);
    if (isJoint(s, corner)) return 2 * s + corner.side;
    // The part up to `last` becomes a new segment, in front of the rest, which keeps its number.
    int const last = corner.side != 0 ? corner.position : tour_->before(corner.position);
    int const created = static_cast<int>(segments_.size());
    segments_.push_back({segment(s).first, last, segment(s).component});
    segment(s).first = tour_->after(last);
    partner_.resize(partner_.size() + 2);
    link(2 * created, partner(2 * s));
    link(2 * created + 1, 2 * s);
    std::size_t at = 0;
    while (at < lastPosition_.size() && lastPosition_[at] < last) ++at;
    lastPosition_.insert(lastPosition_.begin() + static_cast<std::ptrdiff_t>(at), last);
    segmentId_.insert(segmentId_.begin() + static_cast<std::ptrdiff_t>(at), created);
    return corner.side != 0 ? 2 * created + 1 : 2 * s;
}

// Replaces edges (v, v2) of the sub-tour and (w, w2) outside it by (v, w) and (v2, w2).
void EaxOffspring::exchange(Exchange const &move, int label) {
    int const v = open(move.inside), w = open(move.outside);
    int const v2 = partner(v), w2 = partner(w);
    int const into = component(w >> 1);
    link(v, w);
    link(v2, w2);
    root_[static_cast<std::size_t>(label)] = into;
    sizes_[static_cast<std::size_t>(into)] += sizes_[static_cast<std::size_t>(label)];
}

}  // namespace cosolve::tsp
