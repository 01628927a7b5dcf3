#include "atsp/arborescence.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace cosolve::atsp {

namespace {

constexpr int kNone = -1;

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

Arborescence::Arborescence(int n)
    : n_(n), parent_(at(2 * n)), root_(at(2 * n)), heap_(at(2 * n)), chosen_(at(2 * n)),
      visit_(at(2 * n)), outDegree_(at(n)), dual_(at(2 * n)), expanded_(at(2 * n)) {}

double Arborescence::solve(EnteringArcs const &arcs, std::vector<double> const &multipliers) {
    arcs_ = &arcs;
    count_ = n_;
    for (int set = 0; set < n_; ++set) {
        parent_[at(set)] = root_[at(set)] = chosen_[at(set)] = kNone;
        visit_[at(set)] = kNone;
        dual_[at(set)] = 0;
    }
    fill(arcs, multipliers);
    // The root is entered by its shortest arc, which belongs to no contraction.
    chosen_[0] = heap_[0];
    dual_[0] = key_[at(heap_[0])];
    visit_[0] = 0;
    for (int node = 1; node < n_; ++node)
        if (visit_[at(node)] == kNone) grow(node);
    expand();
    double total = 0;
    for (int set = 0; set < count_; ++set) total += dual_[at(set)];
    return total;
}

int Arborescence::find(int node) {
    int top = node;
    while (root_[at(top)] != kNone) top = root_[at(top)];
    while (root_[at(node)] != kNone) node = std::exchange(root_[at(node)], top);
    return top;
}

// One heap per node.
void Arborescence::fill(EnteringArcs const &arcs, std::vector<double> const &multipliers) {
    std::size_t const m = arcs.tail.size();
    left_.assign(m, kNone);
    right_.assign(m, kNone);
    pending_.assign(m, 0.0);
    key_.resize(m);
    head_.resize(m);
    for (int node = 0; node < n_; ++node) {
        int heap = kNone;
        for (int e = arcs.start[at(node)]; e < arcs.start[at(node) + 1]; ++e) {
            head_[at(e)] = node;
            key_[at(e)] = arcs.length[at(e)] + multipliers[at(arcs.tail[at(e)])];
            heap = meld(heap, e);
        }
        heap_[at(node)] = heap;
    }
}

// Passes what is to be added to an arc on to those below it.
void Arborescence::settle(int arc) {
    double const more = std::exchange(pending_[at(arc)], 0.0);
    if (more == 0) return;
    for (int const below : {left_[at(arc)], right_[at(arc)]}) {
        if (below == kNone) continue;
        key_[at(below)] += more;
        pending_[at(below)] += more;
    }
}

// Top-down skew heaps (D. D. Sleator, R. E. Tarjan, SIAM Journal on Computing 15, 1986).
int Arborescence::meld(int a, int b) {
    int top = kNone;
    int *slot = &top;
    while (a != kNone && b != kNone) {
        if (key_[at(b)] < key_[at(a)]) std::swap(a, b);
        settle(a);
        *slot = a;
        // The right branch, melded with the rest of b, becomes the left one.
        slot = &left_[at(a)];
        a = std::exchange(right_[at(a)], left_[at(a)]);
    }
    *slot = a == kNone ? b : a;
    return top;
}

// Takes the shortest arc that enters a set from outside; the others cost so much less from now on.
int Arborescence::popMin(int set) {
    int arc = heap_[at(set)];
    while (true) {
        assert(arc != kNone);
        settle(arc);
        int const rest = meld(left_[at(arc)], right_[at(arc)]);
        if (find(arcs_->tail[at(arc)]) != set) {
            heap_[at(set)] = rest;
            break;
        }
        arc = rest;
    }
    int const rest = heap_[at(set)];
    if (rest != kNone) {
        key_[at(rest)] -= key_[at(arc)];
        pending_[at(rest)] -= key_[at(arc)];
    }
    return arc;
}

// Follows shortest entering arcs backwards from a node until they reach what is done, contracting
// every cycle on the way.
void Arborescence::grow(int first) {
    path_.clear();
    int set = first;
    while (true) {
        visit_[at(set)] = first;
        path_.push_back(set);
        int const arc = popMin(set);
        chosen_[at(set)] = arc;
        dual_[at(set)] = key_[at(arc)];
        int const from = find(arcs_->tail[at(arc)]);
        if (visit_[at(from)] == kNone)
            set = from;
        else if (visit_[at(from)] == first)
            set = contract(from);
        else
            return;
    }
}

// Makes one set of the end of the path, back to `until`.
int Arborescence::contract(int until) {
    int const whole = count_++;
    parent_[at(whole)] = root_[at(whole)] = kNone;
    int heap = kNone, set;
    do {
        set = path_.back();
        path_.pop_back();
        parent_[at(set)] = root_[at(set)] = whole;
        heap = meld(heap, heap_[at(set)]);
    } while (set != until);
    heap_[at(whole)] = heap;
    return whole;
}

// From the outermost sets inwards: an arc that enters a set replaces those of the smaller sets
// around its head.
void Arborescence::expand() {
    std::fill(outDegree_.begin(), outDegree_.end(), 0);
    std::fill(expanded_.begin(), expanded_.begin() + count_, char{0});
    for (int set = count_ - 1; set >= 0; --set) {
        if (expanded_[at(set)]) continue;
        int const arc = chosen_[at(set)];
        ++outDegree_[at(arcs_->tail[at(arc)])];
        for (int inner = head_[at(arc)]; inner != kNone && !expanded_[at(inner)];
             inner = parent_[at(inner)]) {
            expanded_[at(inner)] = 1;
            if (inner == set) break;
        }
    }
}

}  // namespace cosolve::atsp
