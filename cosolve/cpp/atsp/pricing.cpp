#include "atsp/pricing.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/exact_sum.h"

namespace cosolve::atsp {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

// The nested sets as intervals of the nodes in a suitable order.
struct Nest {
    std::vector<int> order;        // nodes by position
    std::vector<int> first, last;  // of each set: positions first .. last - 1
    std::vector<double>
        depthDual;  // of each set: sum of the duals of the sets around it and its own
    int depth = 0;  // most sets around a node
};

Nest arrange(Arborescence const &arborescence, int n) {
    int const sets = arborescence.sets();
    std::vector<int> size(at(sets), 0), level(at(sets), 0);
    for (int s = 0; s < sets; ++s) {
        if (s < n) size[at(s)] = 1;
        if (arborescence.parent(s) >= 0) size[at(arborescence.parent(s))] += size[at(s)];
    }
    Nest nest;
    nest.order.resize(at(n));
    nest.first.resize(at(sets));
    nest.last.resize(at(sets));
    nest.depthDual.resize(at(sets));
    std::vector<int> next(at(sets), 0);  // first position not given away yet
    int outermost = 0;
    for (int s = sets - 1; s >= 0; --s) {  // parents come after their parts
        int const around = arborescence.parent(s);
        int &position = around < 0 ? outermost : next[at(around)];
        nest.first[at(s)] = next[at(s)] = position;
        position += size[at(s)];
        nest.last[at(s)] = position;
        nest.depthDual[at(s)] =
            arborescence.dual(s) + (around < 0 ? 0.0 : nest.depthDual[at(around)]);
        level[at(s)] = around < 0 ? 1 : level[at(around)] + 1;
        nest.depth = std::max(nest.depth, level[at(s)]);
        if (s < n) nest.order[at(nest.first[at(s)])] = s;
    }
    return nest;
}

}  // namespace

Priced price(ArcMatrix arcs, Arborescence const &arborescence,
             std::vector<double> const &multipliers) {
    int const n = arcs.size();
    Nest const nest = arrange(arborescence, n);
    std::vector<double> sum(at(n)), excess(at(n), 0.0);
    for (int p = 0; p < n; ++p) sum[at(p)] = nest.depthDual[at(nest.order[at(p)])];
    Priced result;
    result.tail.assign(at(n), -1);
    for (int tail = 0; tail < n; ++tail) {
        double const *const row = arcs.row(tail);
        double const multiplier = multipliers[at(tail)];
        // Heads from `from` to `to` share with the tail the sets whose duals sum up to `shared`.
        auto const scan = [&](int from, int to, double shared) {
            double const base = shared + multiplier;
            for (int p = from; p < to; ++p) {
                int const head = nest.order[at(p)];
                double const over = sum[at(p)] - base - row[head];
                if (over > excess[at(p)]) {
                    excess[at(p)] = over;
                    result.tail[at(head)] = tail;
                }
            }
        };
        int from = nest.first[at(tail)], to = nest.last[at(tail)];
        for (int s = arborescence.parent(tail); s >= 0; s = arborescence.parent(s)) {
            scan(nest.first[at(s)], from, nest.depthDual[at(s)]);
            scan(to, nest.last[at(s)], nest.depthDual[at(s)]);
            from = nest.first[at(s)];
            to = nest.last[at(s)];
        }
        scan(0, from, 0.0);
        scan(to, n, 0.0);
    }

    ExactSum bound;
    double largest = 0;
    for (int s = 0; s < arborescence.sets(); ++s) {
        bound.add(arborescence.dual(s));
        largest = std::max(largest, std::fabs(nest.depthDual[at(s)]));
    }
    for (double const multiplier : multipliers) {
        bound.add(-multiplier);
        largest = std::max(largest, std::fabs(multiplier));
    }
    for (double const over : excess) {
        bound.add(-over);
        result.violation += over;
    }
    // An excess is a sum of at most depth + 4 terms, all but the length of the arc no larger than
    // `largest`; an arc longer than a few times that exceeds nothing. Hence the error of each.
    double const error = std::numeric_limits<double>::epsilon() * (nest.depth + 8) * 4 * largest;
    result.bound = bound.value() - n * error;
    return result;
}

}  // namespace cosolve::atsp
