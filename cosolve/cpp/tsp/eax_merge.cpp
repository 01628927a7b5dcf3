// Joining the sub-tours of an intermediate solution (Nagata and Kobayashi 2013, section 3.1, step
// 5).
#include <algorithm>
#include <limits>

#include "tsp/eax_offspring.h"

namespace cosolve::tsp {

namespace {

// Candidates per node that are tried for leaving a sub-tour, unless none of them does. Between 5
// and the paper's 10 no loss of quality was measurable, while most of the time is spent here.
constexpr int mergeBreadth = 6;
// Nodes next to each joint that are tried; the rest of a longer segment is left out. Where the
// sub-tours meet far from what was exchanged, there are as good ways to join them as near by: on
// 10,000 nodes no loss of quality was measurable from 50 nodes on, and without the limit the time
// of a generation grows faster than the number of nodes.
constexpr int mergeReach = 100;

}  // namespace

bool EaxOffspring::mergeSubtours(double &gain) {
    while (live_.size() > 1) {
        std::size_t smallest = 0;
        for (std::size_t i = 1; i < live_.size(); ++i)
            if (subtourSize(live_[i]) < subtourSize(live_[smallest])) smallest = i;
        int const label = live_[smallest];
        Exchange const move = bestExchange(label, -gain);
        if (move.outside.position < 0) return false;
        live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(smallest));
        exchange(move, label);
        gain += move.gain;
    }
    return true;
}

int EaxOffspring::neighborAt(int s, Corner corner) const {
    if (isJoint(s, corner)) return nodeOfEnd(partner(2 * s + corner.side));
    return tour_->nodeAt(corner.side != 0 ? tour_->after(corner.position)
                                          : tour_->before(corner.position));
}

// Calls visit(segment, position) for the nodes of a sub-tour that are near its joints.
template <class Visitor> void EaxOffspring::visitSubtour(int label, Visitor visit) const {
    int const start = 2 * anySegment_[static_cast<std::size_t>(label)];
    int end = start;
    do {
        int const s = end >> 1;
        int const length = segmentLength(s);
        int p = segment(s).first;
        int const head = length > 2 * mergeReach ? mergeReach : length;
        for (int left = head; left > 0; --left, p = tour_->after(p)) visit(s, p);
        if (head < length) {
            p = segment(s).last;
            for (int left = mergeReach; left > 0; --left, p = tour_->before(p)) visit(s, p);
        }
        end = partner(end ^ 1);
    } while (end != start);
}

// The best exchange of an edge of the sub-tour and an edge outside that adds a candidate edge,
// among those that gain more than the threshold.
EaxOffspring::Exchange EaxOffspring::bestExchange(int label, double threshold) {
    Exchange best{threshold, {-1, 0}, {-1, 0}};
    bool leaves = false;
    for (int const breadth : {mergeBreadth, problem_->candidates.size()}) {
        visitSubtour(label,
                     [&](int t, int p) { leaves |= scanNode({t, p}, label, breadth, best); });
        if (leaves) break;
    }
    if (!leaves) anyExchange(label, best);
    return best;
}

// The edges at a node of the intermediate solution. Fixed edges get a length that no exchange can
// make up for.
EaxOffspring::Surroundings EaxOffspring::surroundings(Place place) const {
    Surroundings around;
    int const v = tour_->nodeAt(place.position);
    for (int const side : {0, 1}) {
        Corner const corner{place.position, side};
        int const other = neighborAt(place.segment, corner);
        bool const fixed = !isJoint(place.segment, corner) && problem_->fixed.contains(v, other);
        around.node[side] = other;
        around.length[side] =
            fixed ? -std::numeric_limits<double>::infinity() : problem_->metric(v, other);
    }
    return around;
}

// Exchanges that add an edge from this node; returns whether a candidate edge leaves the sub-tour.
bool EaxOffspring::scanNode(Place place, int label, int breadth, Exchange &best) const {
    Candidates const &candidates = problem_->candidates;
    int const v = tour_->nodeAt(place.position);
    bool leaves = false;
    Surroundings inner;
    int const end = std::min(candidates.end(v), candidates.begin(v) + breadth);
    for (int e = candidates.begin(v); e < end; ++e) {
        int const w = candidates.to[static_cast<std::size_t>(e)];
        int const q = tour_->positionOf(w);
        int const there = segmentAt(q);
        if (there == place.segment || component(there) == label) continue;
        if (!leaves) inner = surroundings(place);
        leaves = true;
        double const added = candidates.cost[static_cast<std::size_t>(e)];
        Surroundings const outer = surroundings({there, q});
        for (int const i : {0, 1}) {
            for (int const o : {0, 1}) {
                double const base = inner.length[i] + outer.length[o] - added;
                // The shorter of the two new edges leads to every exchange.
                if (base - added <= best.gain) continue;
                double const gain = base - problem_->metric(inner.node[i], outer.node[o]);
                if (gain > best.gain) best = {gain, {place.position, i}, {q, o}};
            }
        }
    }
    return leaves;
}

// For a sub-tour that no candidate edge leaves: every sub-tour has a joint, and joints are never
// fixed edges, so exchanging two of them is always possible.
void EaxOffspring::anyExchange(int label, Exchange &best) const {
    Metric const &metric = problem_->metric;
    auto const corner = [this](int end) {
        Segment const &s = segment(end >> 1);
        return (end & 1) != 0 ? Corner{s.last, 1} : Corner{s.first, 0};
    };
    int const ends = static_cast<int>(partner_.size());
    for (int e = 0; e < ends; ++e) {
        if (component(e >> 1) != label) continue;
        int const v = nodeOfEnd(e), v2 = nodeOfEnd(partner(e));
        for (int f = 0; f < ends; ++f) {
            if (component(f >> 1) == label) continue;
            int const w = nodeOfEnd(f), w2 = nodeOfEnd(partner(f));
            double const gain = metric(v, v2) + metric(w, w2) - metric(v, w) - metric(v2, w2);
            if (gain > best.gain) best = {gain, corner(e), corner(f)};
        }
    }
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
