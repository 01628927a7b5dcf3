#include "tsp/move_search.h"

#include <cstddef>
#include <utility>

namespace cosolve::tsp {

namespace {

constexpr int kFreeDepth = 3;  // up to here a sequence need not close to a tour

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

// Rows in order of cost, so that a scan can stop early. Their order means nothing else here, and
// mostly it is this one already.
Candidates sortedByCost(Candidates rows) {
    for (int i = 0; i < rows.size(); ++i)
        for (int e = rows.begin(i) + 1; e < rows.end(i); ++e)
            for (int j = e; j > rows.begin(i) && rows.cost[at(j)] < rows.cost[at(j - 1)]; --j) {
                std::swap(rows.cost[at(j)], rows.cost[at(j - 1)]);
                std::swap(rows.to[at(j)], rows.to[at(j - 1)]);
            }
    return rows;
}

}  // namespace

MoveSearch::MoveSearch(Metric const &metric, Candidates candidates, FixedEdges const &fixed,
                       ArrayTour &tour, MoveLimits const &limits)
    : metric_(metric), candidates_(sortedByCost(std::move(candidates))), fixed_(fixed), tour_(tour),
      limits_(limits) {
    straight_ = limits.depth;
    while (straight_ > kFreeDepth && limits.breadth[at(straight_ - 2)] == 1) --straight_;
}

bool MoveSearch::improve(int t1, double epsilon) {
    epsilon_ = epsilon;
    base_ = tour_.position(t1);
    TourSegments const whole(tour_.size());
    for (bool const forward : {true, false}) {
        int const t2 = forward ? tour_.next(t1) : tour_.prev(t1);
        if (fixed_.contains(t1, t2)) continue;
        direction_ = forward ? -1 : 1;
        t_[0] = t1;
        t_[1] = t2;
        if (extend(1, metric_(t1, t2), whole)) return true;
    }
    return false;
}

// Makes the move, unless its gain was but the rounding of huge distances.
bool MoveSearch::apply(int pairs, TourSegments const &segments) {
    int const ends = 2 * pairs;
    ExactSum gain;
    for (int i = 0; i < ends; i += 2) {
        gain.add(metric_(t_[at(i)], t_[at(i + 1)]));
        gain.add(-metric_(t_[at(i + 1)], t_[at(i + 2 == ends ? 0 : i + 2)]));
    }
    if (gain.value() <= epsilon_) return false;
    reconnection_.assign(tour_, segments, base_, direction_ > 0);
    reconnection_.apply(tour_);
    moveGain_ = gain;
    ends_ = ends;
    return true;
}

// The best steps that may follow, best first: add the edge from the tail to a candidate, remove an
// edge of the candidate such that the result is a tour, or at the first levels can become one.
int MoveSearch::collect(int level, double gain, TourSegments const &segments,
                        std::array<Step, kMaxBreadth> &steps) const {
    int const pairs = level + 1;
    bool const mayStayOpen = pairs <= kFreeDepth && pairs < limits_.depth;
    int const breadth = limits_.breadth[at(level - 1)];
    int count = 0;
    int const tail = t_[at(2 * level - 1)], tailPlace = place(tail);
    for (int e = candidates_.begin(tail); e < candidates_.end(tail); ++e) {
        double const left = gain - candidates_.cost[at(e)];
        if (left <= epsilon_) break;
        int const odd = candidates_.to[at(e)], oddPlace = place(odd);
        if (neighbors(oddPlace, tailPlace)) continue;
        int const s = segments.find(oddPlace);
        bool const onPath = segments.inPath(s);
        if (segments.hasCycle() && onPath && !mayStayOpen) continue;
        for (bool const next : {true, false}) {
            // On the path the next node closes the tour; with a cycle besides, it does no harm.
            if (!next && onPath && (segments.hasCycle() || !mayStayOpen)) continue;
            if (oddPlace == (next ? segments[s].last() : segments[s].first())) continue;
            int const evenPlace = oddPlace + (next == segments[s].reversed ? -1 : 1);
            int const even = nodeAtPlace(evenPlace);
            if (fixed_.contains(odd, even)) continue;
            Step const step{left + metric_(odd, even), odd, even, oddPlace, evenPlace, s};
            if (count == breadth && steps[at(breadth - 1)].gain >= step.gain) continue;
            int j = count < breadth ? count++ : count - 1;
            for (; j > 0 && steps[at(j - 1)].gain < step.gain; --j) steps[at(j)] = steps[at(j - 1)];
            steps[at(j)] = step;
        }
    }
    return count;
}

void MoveSearch::append(int level, Step const &step) {
    t_[at(2 * level)] = step.odd;
    t_[at(2 * level + 1)] = step.even;
}

bool MoveSearch::tryToClose(int pairs, Step const &step, TourSegments const &segments) {
    return !segments.hasCycle() && step.gain - metric_(step.even, t_[0]) > epsilon_ &&
           apply(pairs, segments);
}

// Extends the sequence of `level` pairs. True if an improving move was found and made.
bool MoveSearch::extend(int level, double gain, TourSegments const &segments) {
    if (level >= straight_ && !segments.hasCycle()) return follow(level, gain, segments);
    std::array<Step, kMaxBreadth> steps;
    int const count = collect(level, gain, segments, steps);
    for (int i = 0; i < count; ++i) {
        Step const &step = steps[at(i)];
        TourSegments longer = segments;
        bool const next = (step.evenPlace > step.place) != segments[step.segment].reversed;
        if (!longer.inPath(step.segment))
            longer.openCycle(step.segment, step.place, next);
        else if (next)
            longer.turnAfter(step.segment, step.place);
        else
            longer.closeCycle(step.segment, step.place);
        append(level, step);
        if (tryToClose(level + 1, step, longer)) return true;
        if (level + 1 < limits_.depth && extend(level + 1, step.gain, longer)) return true;
    }
    return false;
}

// The same where every level has one choice.
bool MoveSearch::follow(int level, double gain, TourSegments segments) {
    Step step;
    for (; level < limits_.depth; ++level) {
        if (!bestTurn(level, gain, segments, step)) return false;
        segments.turnAfter(step.segment, step.place);
        append(level, step);
        if (tryToClose(level + 1, step, segments)) return true;
        gain = step.gain;
    }
    return false;
}

bool MoveSearch::bestTurn(int level, double gain, TourSegments const &segments, Step &best) const {
    best.gain = epsilon_;
    bool found = false;
    int const tail = t_[at(2 * level - 1)], tailPlace = place(tail);
    for (int e = candidates_.begin(tail); e < candidates_.end(tail); ++e) {
        double const left = gain - candidates_.cost[at(e)];
        if (left <= epsilon_) break;
        int const odd = candidates_.to[at(e)], oddPlace = place(odd);
        if (neighbors(oddPlace, tailPlace)) continue;
        int const s = segments.find(oddPlace);
        if (oddPlace == segments[s].last()) continue;
        int const evenPlace = oddPlace + (segments[s].reversed ? -1 : 1);
        int const even = nodeAtPlace(evenPlace);
        double const total = left + metric_(odd, even);
        if (total <= best.gain || fixed_.contains(odd, even)) continue;
        best = {total, odd, even, oddPlace, evenPlace, s};
        found = true;
    }
    return found;
}

}  // namespace cosolve::tsp
