// The data kept for routes against those that follow from the visits alone.
#include <cmath>

#include "vrp/rich/state.h"

namespace cosolve::vrp::rich {

namespace {

bool nearly(double a, double b) {
    return a == b || std::fabs(a - b) <= 1e-6 * (1.0 + std::fabs(a) + std::fabs(b));
}

bool sameSpan(Span const &a, Span const &b) {
    return nearly(a.early, b.early) && nearly(a.late, b.late) && nearly(a.duration, b.duration) &&
           nearly(a.release, b.release);
}

}  // namespace

bool State::sameRoute(State const &other, int mine, int theirs) const {
    RouteInfo const &a = route(mine), &b = other.route(theirs);
    if (a.length != b.length || a.kind != b.kind || !nearly(a.distance, b.distance) ||
        !nearly(a.lastArc, b.lastArc) || !nearly(a.duration, b.duration) ||
        !nearly(a.leave, b.leave) || !nearly(a.cost, b.cost))
        return false;
    for (int const c : visits(mine)) {
        Node const &x = node(c), &y = other.node(c);
        if (x.route != mine || x.position != y.position || x.previous != y.previous ||
            x.next != y.next || !nearly(x.arc, y.arc) || !nearly(x.ready, y.ready) ||
            !nearly(x.late, y.late) || x.gaveBefore != y.gaveBefore || x.takesAfter != y.takesAfter)
            return false;
        if (in_.spans &&
            (!sameSpan(prefix(c), other.prefix(c)) || !sameSpan(suffix(c), other.suffix(c))))
            return false;
        for (int k = 0; in_.peaks && k < in_.dimensions; ++k) {
            PartLoads const &p = loads(c, k), &q = other.loads(c, k);
            if (!nearly(p.beforeP, q.beforeP) || !nearly(p.beforeM, q.beforeM) ||
                !nearly(p.afterD, q.afterD) || !nearly(p.afterM, q.afterM))
                return false;
        }
    }
    return true;
}

bool State::consistent() const {
    State fresh(in_);
    fresh.restrict(members_, numbers_);
    std::vector<int> ofKind(in_.kinds.size(), 0);
    int served = 0;
    for (int r = 0; r < slots(); ++r) {
        if (route(r).kind < 0) {
            if (!visits(r).empty()) return false;
            continue;
        }
        if (visits(r).empty()) return false;
        int const twin = fresh.load(route(r).kind, visits(r));
        for (int const c : visits(r)) {
            int const task = in_.taskOf[static_cast<std::size_t>(c)];
            if (inBank(task)) return false;
            fresh.outOfBank(task);
        }
        if (!sameRoute(fresh, r, twin) || !feasible(r)) return false;
        ++ofKind[static_cast<std::size_t>(route(r).kind)];
        served += route(r).length;
    }
    for (std::size_t k = 0; k < ofKind.size(); ++k)
        if (ofKind[k] != usedOfKind_[k] || ofKind[k] > numbers_[k]) return false;
    return served == served_ && fresh.used_ == used_ && fresh.unserved_ == unserved_ &&
           fresh.bank_.size() == bank_.size() && nearly(fresh.cost_, cost_);
}

}  // namespace cosolve::vrp::rich
