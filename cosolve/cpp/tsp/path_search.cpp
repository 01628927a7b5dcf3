#include "tsp/path_search.h"

#include <algorithm>
#include <cstddef>

#include "core/exact_sum.h"

namespace cosolve::tsp {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

// Pair `level` of the sequence; `up` says whether the second node follows the first in rank.
void PathSearch::set(int level, int odd, int even, bool up) {
    t_.node[at(2 * level)] = odd;
    t_.node[at(2 * level + 1)] = even;
    t_.forward[at(level)] = up == ranks_.forward();
}

// Whether the gain of the closed sequence of k pairs is more than the rounding of huge distances.
bool PathSearch::gains(int k) const {
    ExactSum gain;
    for (int i = 0; i < k; ++i) {
        gain.add(metric_(t_.odd(i), t_.even(i)));
        gain.add(-metric_(t_.even(i), t_.odd(i + 1 == k ? 0 : i + 1)));
    }
    return gain.value() > epsilon_;
}

int PathSearch::find(int t1, double epsilon) {
    epsilon_ = epsilon;
    for (bool const forward : {true, false}) {
        int const t2 = forward ? tour_.next(t1) : tour_.prev(t1);
        if (fixed_.contains(t1, t2)) continue;
        ranks_ = Ranks(tour_, t2, forward);
        set(0, t1, t2, true);
        paths_[1] = OpenPath(tour_.size());
        double const gain = metric_(t1, t2);
        if (int const k = extend(1, gain, t2)) return k;
        if (options_.depth >= 3)
            if (int const k = detour(gain)) return k;
    }
    return 0;
}

// Extends a sequence of `level` pairs that leaves one path, from its tail; `gain` is the length
// removed less the length added so far.
int PathSearch::extend(int level, double gain, int tail) {
    OpenPath const &path = paths_[at(level)];
    int const t1 = t_.node[0];
    bool const deeper = level + 1 < options_.depth;
    int const breadth = options_.breadth[at(level - 1)];
    std::array<Step, kMaxBreadth> steps;
    int count = 0;
    for (int e = candidates_.begin(tail); e < candidates_.end(tail); ++e) {
        double const left = gain - candidates_.cost[at(e)];
        if (left <= epsilon_) break;
        int const odd = candidates_.to[at(e)];
        int const rank = ranks_.of(odd);
        int const stretch = path.find(rank);
        int const before = path.before(stretch, rank);
        if (before < 0) continue;
        int const even = ranks_.nodeAt(before);
        if (even == tail || fixed_.contains(odd, even)) continue;
        Step const step{left + metric_(odd, even), odd, even, rank, stretch};
        if (step.gain - metric_(even, t1) > epsilon_) {
            set(level, odd, even, before > rank);
            if (gains(level + 1)) return level + 1;
        }
        if (!deeper || (count == breadth && steps[at(count - 1)].gain >= step.gain)) continue;
        int j = count < breadth ? count++ : count - 1;
        for (; j > 0 && steps[at(j - 1)].gain < step.gain; --j) steps[at(j)] = steps[at(j - 1)];
        steps[at(j)] = step;
    }
    for (int s = 0; s < count; ++s) {
        Step const &step = steps[at(s)];
        set(level, step.odd, step.even, path.before(step.stretch, step.rank) > step.rank);
        paths_[at(level + 1)].step(path, step.stretch, step.rank);
        if (int const k = extend(level + 1, step.gain, step.even)) return k;
    }
    return 0;
}

// The 3-opt moves that extend() does not reach: t4 lies behind t3, which leaves a cycle t2 ... t3
// and a path t4 ... t1; the third edge removed is one of the cycle, in either direction.
int PathSearch::detour(double gain) {
    int const t2 = t_.even(0);
    int left = options_.breadth[0];
    for (int e = candidates_.begin(t2); e < candidates_.end(t2) && left > 0; ++e) {
        double const open = gain - candidates_.cost[at(e)];
        if (open <= epsilon_) break;
        int const t3 = candidates_.to[at(e)];
        int const rank3 = ranks_.of(t3);
        if (rank3 <= 1 || rank3 == tour_.size() - 1) continue;
        int const t4 = ranks_.nodeAt(rank3 + 1);
        if (fixed_.contains(t3, t4)) continue;
        --left;
        set(1, t3, t4, true);
        if (int const k = detourThrough(open + metric_(t3, t4), rank3)) return k;
    }
    return 0;
}

int PathSearch::detourThrough(double gain, int rank3) {
    int const t1 = t_.node[0], t3 = t_.odd(1), t4 = t_.even(1), n = tour_.size();
    int left = options_.breadth[1];
    for (int e = candidates_.begin(t4); e < candidates_.end(t4) && left > 0; ++e) {
        double const open = gain - candidates_.cost[at(e)];
        if (open <= epsilon_) break;
        int const t5 = candidates_.to[at(e)];
        int const rank5 = ranks_.of(t5);
        if (t5 == t3 || rank5 > rank3) continue;
        --left;
        for (bool const up : {false, true}) {
            int const rank6 = up ? rank5 + 1 : rank5 - 1;
            if (rank6 < 0) continue;
            int const t6 = ranks_.nodeAt(rank6);
            if (fixed_.contains(t5, t6)) continue;
            // Going deeper has overwritten what follows the first pair.
            set(1, t3, t4, true);
            set(2, t5, t6, up);
            double const next = open + metric_(t5, t6);
            if (next - metric_(t6, t1) > epsilon_ && gains(3)) return 3;
            if (options_.depth == 3) continue;
            OpenPath &path = paths_[3];
            path.clear();
            path.append(up ? OpenPath::Stretch{rank6, rank3} : OpenPath::Stretch{rank6, 0});
            path.append(up ? OpenPath::Stretch{0, rank5} : OpenPath::Stretch{rank3, rank5});
            path.append({rank3 + 1, n - 1});
            if (int const k = extend(3, next, t6)) return k;
        }
    }
    return 0;
}

}  // namespace cosolve::tsp
