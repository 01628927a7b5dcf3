#include "scheduling/tabu_graph.h"

#include <algorithm>

namespace cosolve::scheduling {

TabuGraph::TabuGraph(TabuInstance const &instance)
    : instance_(&instance), operations_(instance.operations()),
      node_(static_cast<std::size_t>(instance.nodes())), alternative_(instance.job.size()),
      order_(instance.job.size()), sequence_(static_cast<std::size_t>(instance.machines)),
      index_(instance.job.size()), load_(static_cast<std::size_t>(instance.machines)),
      reached_(static_cast<std::size_t>(instance.nodes()), 0) {
    for (int v = 0; v < operations_; ++v) {
        int const own = instance.job[static_cast<std::size_t>(v)];
        auto const same = [&](int other) {
            return other >= 0 && other < operations_ &&
                   instance.job[static_cast<std::size_t>(other)] == own;
        };
        at(v).jobBefore = same(v - 1) ? v - 1 : instance.jobNode(own);
        at(v).jobAfter = same(v + 1) ? v + 1 : instance.jobNode(own);
        if (!same(v + 1)) last_.push_back(v);
    }
    // The nodes of machines and jobs end when those are free, and nothing follows them.
    for (int k = 0; k < instance.machines; ++k)
        at(instance.machineNode(k)).head = instance.available[static_cast<std::size_t>(k)];
    for (int j = 0; j < instance.jobs; ++j)
        at(instance.jobNode(j)).head = instance.release[static_cast<std::size_t>(j)];
}

void TabuGraph::set(TabuSolution const &solution) {
    alternative_ = solution.alternative;
    order_ = solution.order;
    for (auto &sequence : sequence_) sequence.clear();
    std::fill(load_.begin(), load_.end(), 0);
    for (int place = 0; place < operations_; ++place) {
        int const v = order_[static_cast<std::size_t>(place)];
        int const k = machineOf(v);
        auto &sequence = sequence_[static_cast<std::size_t>(k)];
        TabuNode &x = at(v);
        x.place = place;
        x.duration = instance_->durationOf(alternative(v));
        x.before = sequence.empty() ? instance_->machineNode(k) : sequence.back();
        x.after = instance_->machineNode(k);
        if (!sequence.empty()) at(sequence.back()).after = v;
        index_[static_cast<std::size_t>(v)] = static_cast<int>(sequence.size());
        sequence.push_back(v);
        load_[static_cast<std::size_t>(k)] += x.duration;
    }
    sweepHeads(0, operations_ - 1);
    sweepTails(operations_ - 1, 0);
    findMakespan();
}

void TabuGraph::findMakespan() {
    makespan_ = 0;
    for (int const v : last_) makespan_ = std::max(makespan_, node(v).end());
}

void TabuGraph::unlink(int v) {
    TabuNode const &x = node(v);
    if (isOperation(x.before)) at(x.before).after = x.after;
    if (isOperation(x.after)) at(x.after).before = x.before;
    int const k = machineOf(v);
    auto &sequence = sequence_[static_cast<std::size_t>(k)];
    auto i = static_cast<std::size_t>(index(v));
    for (; i + 1 < sequence.size(); ++i) {
        sequence[i] = sequence[i + 1];
        index_[static_cast<std::size_t>(sequence[i])] = static_cast<int>(i);
    }
    sequence.pop_back();
    load_[static_cast<std::size_t>(k)] -= x.duration;
}

void TabuGraph::link(int v, int to, int behind) {
    int const k = instance_->machineOf(to);
    auto &sequence = sequence_[static_cast<std::size_t>(k)];
    auto const begin = static_cast<std::size_t>(isOperation(behind) ? index(behind) + 1 : 0);
    TabuNode &x = at(v);
    alternative_[static_cast<std::size_t>(v)] = to;
    x.duration = instance_->durationOf(to);
    x.before = behind;
    x.after = begin < sequence.size() ? sequence[begin] : instance_->machineNode(k);
    if (isOperation(x.before)) at(x.before).after = v;
    if (isOperation(x.after)) at(x.after).before = v;
    sequence.push_back(v);
    for (std::size_t i = sequence.size() - 1; i > begin; --i) {
        sequence[i] = sequence[i - 1];
        index_[static_cast<std::size_t>(sequence[i])] = static_cast<int>(i);
    }
    sequence[begin] = v;
    index_[static_cast<std::size_t>(v)] = static_cast<int>(begin);
    load_[static_cast<std::size_t>(k)] += x.duration;
}

void TabuGraph::placeOperation(int place, int v) {
    order_[static_cast<std::size_t>(place)] = v;
    at(v).place = place;
}

// Moves v between those before and those after it; of what lies between, whatever follows v goes
// behind it (Pearce and Kelly, "A dynamic topological sort algorithm", JEA 11, 2007).
bool TabuGraph::repairOrder(int v) {
    TabuNode const &x = node(v);
    int low = -1;            // v must come behind this place
    int high = operations_;  // and before this one
    if (isOperation(x.before)) low = node(x.before).place;
    if (isOperation(x.jobBefore)) low = std::max(low, node(x.jobBefore).place);
    if (isOperation(x.after)) high = node(x.after).place;
    if (isOperation(x.jobAfter)) high = std::min(high, node(x.jobAfter).place);
    if (low < high) {
        int place = x.place;
        for (; place < low; ++place)
            placeOperation(place, order_[static_cast<std::size_t>(place + 1)]);
        for (; place > high; --place)
            placeOperation(place, order_[static_cast<std::size_t>(place - 1)]);
        placeOperation(place, v);
        return true;
    }
    // Both ends of v's machine and job are between `high` and `low`, or v is.
    int const from = std::min(high, x.place);
    int const until = std::max(low, x.place);
    later_.clear();
    later_.push_back(v);
    reached_[static_cast<std::size_t>(v)] = 1;
    for (int place = high; place <= low; ++place) {
        int const y = order_[static_cast<std::size_t>(place)];
        if (y == v) continue;
        if (reached_[static_cast<std::size_t>(node(y).jobBefore)] ||
            reached_[static_cast<std::size_t>(node(y).before)]) {
            reached_[static_cast<std::size_t>(y)] = 1;
            later_.push_back(y);
        }
    }
    bool const cycle = reached_[static_cast<std::size_t>(x.before)] ||
                       reached_[static_cast<std::size_t>(x.jobBefore)];
    if (!cycle) {
        // Whoever lies between `from` and `high`, or `low` and `until`, is not affected but by the
        // gap that v leaves.
        int place = from;
        for (int i = from; i <= low; ++i) {
            int const y = order_[static_cast<std::size_t>(i)];
            if (!reached_[static_cast<std::size_t>(y)]) placeOperation(place++, y);
        }
        int tailCount = 0;
        for (int i = low + 1; i <= until; ++i)
            if (order_[static_cast<std::size_t>(i)] != v) ++tailCount;
        if (tailCount) {
            // v came from behind `low`: those between shift back by one, in their order.
            int write = until;
            for (int i = until; i > low; --i) {
                int const y = order_[static_cast<std::size_t>(i)];
                if (y != v) placeOperation(write--, y);
            }
        }
        for (int const y : later_) placeOperation(place++, y);
    }
    for (int const y : later_) reached_[static_cast<std::size_t>(y)] = 0;
    return !cycle;
}

bool TabuGraph::move(int v, int to, int behind) {
    int const oldAlternative = alternative(v);
    int const oldBefore = node(v).before;
    int const oldAfter = node(v).after;
    unlink(v);
    link(v, to, behind);
    if (!repairOrder(v)) {
        unlink(v);
        link(v, oldAlternative, oldBefore);
        return false;
    }
    // Whoever has other neighbors than before is evaluated anew, and whoever that affects.
    TabuNode const &x = node(v);
    int first = x.place;
    int last = x.place;
    for (int const y : {oldAfter, oldBefore, x.after, x.before, x.jobAfter, x.jobBefore}) {
        if (!isOperation(y)) continue;
        first = std::min(first, node(y).place);
        last = std::max(last, node(y).place);
    }
    sweepHeads(first, last);
    sweepTails(last, first);
    findMakespan();
    return true;
}

void TabuGraph::sweepHeads(int from, int dirty) {
    for (int place = from; place <= dirty; ++place) {
        TabuNode &x = at(order_[static_cast<std::size_t>(place)]);
        Time const head = std::max(node(x.jobBefore).end(), node(x.before).end());
        if (head == x.head && place > from) continue;
        x.head = head;
        if (isOperation(x.jobAfter)) dirty = std::max(dirty, node(x.jobAfter).place);
        if (isOperation(x.after)) dirty = std::max(dirty, node(x.after).place);
    }
}

void TabuGraph::sweepTails(int from, int dirty) {
    for (int place = from; place >= dirty; --place) {
        TabuNode &x = at(order_[static_cast<std::size_t>(place)]);
        Time const tail = std::max(node(x.jobAfter).rest(), node(x.after).rest());
        if (tail == x.tail && place < from) continue;
        x.tail = tail;
        if (isOperation(x.jobBefore)) dirty = std::min(dirty, node(x.jobBefore).place);
        if (isOperation(x.before)) dirty = std::min(dirty, node(x.before).place);
    }
}

}  // namespace cosolve::scheduling
