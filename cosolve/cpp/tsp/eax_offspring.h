// A child of the edge assembly crossover, kept as the few segments in which it differs from its
// parent A: evaluating it costs time in the number of exchanged edges, not in the number of nodes.
//
// Nagata and Kobayashi 2013, sections 3.1 (steps 4 and 5) and 3.3 (localization).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tsp/eax_ab_cycles.h"
#include "tsp/eax_edge_counts.h"
#include "tsp/eax_problem.h"

namespace cosolve::tsp {

struct EdgeChange {
    int a;
    int b;
    bool added;
};

class EaxOffspring {
public:
    explicit EaxOffspring(EaxProblem const &problem)
        : problem_(&problem), slots_(static_cast<std::size_t>(problem.candidates.size())) {}

    // Replaces the A edges of the AB-cycles in the tour by their B edges. The result is one or more
    // sub-tours. Returns false, with nothing built, if an A edge is not (or no longer) in the tour.
    bool build(EaxTour const &tour, AbCycles const &cycles, std::span<int const> eset);

    int subtours() const { return static_cast<int>(live_.size()); }
    // Exchanged edges so far.
    int cuts() const { return static_cast<int>(lastPosition_.size()); }
    // Joins the sub-tours into one tour, smallest first, each by the best exchange of two edges
    // over the candidate edges, and adds the reduction in length, usually negative, to the gain so
    // far. Gives up and returns false as soon as the gain would be used up.
    bool mergeSubtours(double &gain);

    // The sub-tour a node is in, as a label that stays valid until the next build or merge.
    int subtourOf(int node) const { return component(segmentAt(tour_->positionOf(node))); }
    // Labels of the sub-tours, and the number of nodes of one.
    std::span<int const> labels() const { return live_; }
    int subtourSize(int label) const { return sizes_[static_cast<std::size_t>(label)]; }

    // Edges in which the child differs from the tour it was built from.
    void changes(std::vector<EdgeChange> &out) const;
    // Entropy of the population after replacing A by the child, minus that before, for
    // terms[f] = -(f / p) log(f / p).
    double entropyChange(EdgeCounts const &counts, std::span<double const> terms) const;
    // Makes the tour this child; O(n - longest unchanged segment).
    void apply(EaxTour &tour);

private:
    // A segment is a run of consecutive positions of A, `first` to `last`, possibly around the end.
    // Its two ends are numbered 2 * segment (first) and 2 * segment + 1 (last).
    struct Segment {
        int first;
        int last;
        int component;
    };
    struct Slots {
        int a, b;  // ends at a node whose A edges are cut
    };
    // One edge of the intermediate solution, seen from a node: at position p towards its
    // predecessor (side 0) or successor (side 1) in the order of A.
    struct Corner {
        int position;
        int side;
    };
    struct Place {
        int segment;
        int position;
    };
    struct Surroundings {
        int node[2];  // by side
        double length[2];
    };
    struct Exchange {
        double gain;
        Corner inside, outside;
    };

    Segment &segment(int s) { return segments_[static_cast<std::size_t>(s)]; }
    Segment const &segment(int s) const { return segments_[static_cast<std::size_t>(s)]; }
    int partner(int end) const { return partner_[static_cast<std::size_t>(end)]; }
    int nodeOfEnd(int end) const {
        Segment const &s = segment(end >> 1);
        return tour_->nodeAt((end & 1) != 0 ? s.last : s.first);
    }
    int segmentLength(int s) const {
        int const span = segment(s).last - segment(s).first + 1;
        return span > 0 ? span : span + tour_->size();
    }
    int component(int s) const {
        int c = segment(s).component;
        while (root_[static_cast<std::size_t>(c)] != c) c = root_[static_cast<std::size_t>(c)];
        return c;
    }
    int segmentAt(int position) const;

    bool cut(AbCycles const &cycles, std::span<int const> eset);
    void join(AbCycles const &cycles, std::span<int const> eset);
    void labelComponents();
    int takeSlot(int node);

    int neighborAt(int s, Corner corner) const;
    bool isJoint(int s, Corner corner) const {
        return corner.position == (corner.side != 0 ? segment(s).last : segment(s).first);
    }
    template <class Visitor> void visitSubtour(int label, Visitor visit) const;
    Exchange bestExchange(int label, double threshold);
    Surroundings surroundings(Place place) const;
    bool scanNode(Place place, int label, int breadth, Exchange &best) const;
    void anyExchange(int label, Exchange &best) const;
    int open(Corner corner);
    void link(int a, int b) {
        partner_[static_cast<std::size_t>(a)] = b;
        partner_[static_cast<std::size_t>(b)] = a;
    }
    void exchange(Exchange const &move, int label);
    bool unchanged(int end, int other) const;
    template <class Visitor> void visitChanges(Visitor visit) const;

    EaxProblem const *problem_;
    EaxTour const *tour_ = nullptr;
    std::vector<Slots> slots_;
    std::vector<int> lastPosition_;  // of the segments, ascending
    std::vector<int> segmentId_;     // in the same order
    std::vector<Segment> segments_;
    std::vector<int> partner_;                    // the end that an end is joined to
    std::vector<int> live_;                       // labels of the sub-tours
    std::vector<int> root_, sizes_, anySegment_;  // by label
    std::vector<int> buffer_;
};

}  // namespace cosolve::tsp
