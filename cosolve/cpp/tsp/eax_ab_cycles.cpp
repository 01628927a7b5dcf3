#include "tsp/eax_ab_cycles.h"

namespace cosolve::tsp {

// Fills in the multigraph of the edges of both tours, restricted to the nodes at which they differ.
void AbCycleFinder::collect(EaxTour const &a, EaxTour const &b) {
    int const n = a.size();
    auto const differ = [&a, &b](int v) {
        auto const i = static_cast<std::size_t>(v);
        return a.neighbor[i] != b.neighbor[i];
    };
    open_.resize(static_cast<std::size_t>(n));
    std::size_t count = 0;
    for (int v = 0; v < n; ++v) {  // branch-free: one linear pass over the whole tour
        open_[count] = v;
        count += differ(v);
    }
    open_.resize(count);
    for (int const v : open_) {
        NeighborPair const of[2] = {a.neighbor[static_cast<std::size_t>(v)],
                                    b.neighbor[static_cast<std::size_t>(v)]};
        State &s = at(v);
        s.seen[0] = s.seen[1] = -1;
        for (int const type : {0, 1}) {
            s.degree[type] = 0;
            for (int const w : {of[type].low, of[type].high}) {
                bool const common = of[1 - type].contains(w);
                if (common && (!differ(w) || fixed_->contains(v, w))) continue;
                s.to[type][s.degree[type]++] = w;
            }
        }
    }
}

void AbCycleFinder::find(EaxTour const &a, EaxTour const &b, int limit, Rng &rng,
                         AbCycles &cycles) {
    cycles.clear();
    collect(a, b);
    while (!open_.empty() && cycles.size() != limit) {
        auto const r = static_cast<std::size_t>(rng.below(static_cast<int>(open_.size())));
        int const from = open_[r];
        if (at(from).degree[0] == 0) {
            open_[r] = open_.back();
            open_.pop_back();
        } else if (!walk(from, limit, rng, cycles)) {
            return;
        }
    }
}

// Removes a random remaining edge of the type at a node; returns its other end.
int AbCycleFinder::takeEdge(int node, int type, Rng &rng) {
    State &s = at(node);
    int const pick = s.degree[type] == 2 ? static_cast<int>(rng.next() >> 63) : 0;
    int const other = s.to[type][pick];
    s.to[type][pick] = s.to[type][1];
    --s.degree[type];
    State &t = at(other);
    if (t.to[type][0] == node) t.to[type][0] = t.to[type][1];
    --t.degree[type];
    return other;
}

// Walks until the start is left with nothing open on the walk. A node met again at an index of the
// same parity closes an AB-cycle, since the edges in and out of it are then of different types.
// Returns false once the limit is reached.
bool AbCycleFinder::walk(int from, int limit, Rng &rng, AbCycles &cycles) {
    int const phase = static_cast<int>(rng.next() >> 63);
    walk_.assign(1, from);
    at(from).seen[0] = 0;
    while (true) {
        int const last = static_cast<int>(walk_.size()) - 1;
        int const next = takeEdge(walk_.back(), (last + phase) & 1, rng);
        int const closes = at(next).seen[(last + 1) & 1];
        if (closes < 0) {
            at(next).seen[(last + 1) & 1] = last + 1;
            walk_.push_back(next);
            continue;
        }
        // Twice the same edge: an ineffective cycle.
        if (last > closes + 1) emit(closes, (closes + phase) & 1, cycles);
        for (int i = last; i > closes; --i) at(walk_[static_cast<std::size_t>(i)]).seen[i & 1] = -1;
        walk_.resize(static_cast<std::size_t>(closes) + 1);
        if (cycles.size() == limit) return false;
        if (closes == 0) break;
    }
    at(from).seen[0] = -1;
    return true;
}

void AbCycleFinder::emit(int from, int firstType, AbCycles &cycles) {
    auto const begin = walk_.begin() + from;
    cycles.node.insert(cycles.node.end(), begin + firstType, walk_.end());
    if (firstType == 1) cycles.node.push_back(*begin);  // rotate so that an A edge comes first
    cycles.start.push_back(static_cast<int>(cycles.node.size()));
}

}  // namespace cosolve::tsp
