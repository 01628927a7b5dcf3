// Whether clients fit between two stops, and what that costs.
#include <algorithm>

#include "vrp/rich/state.h"

namespace cosolve::vrp::rich {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

bool State::fitsLoad(int client, int route, int before, int after, int kind) const {
    std::size_t const d = dimensions();
    double const *capacity = in_.capacity.data() + at(kind) * d;
    double const *demand = in_.demand.data() + at(client) * d;
    if (!in_.peaks) {
        double const *load = routeLoad_.data() + at(route) * d;
        for (std::size_t k = 0; k < d; ++k)
            if (load[k] + demand[k] > capacity[k]) return false;
        return true;
    }
    static constexpr PartLoads kNone{};
    for (std::size_t k = 0; k < d; ++k) {
        PartLoads const &head = before < 0 ? kNone : loads_[at(before) * d + k];
        PartLoads const &tail = after < 0 ? kNone : loads_[at(after) * d + k];
        double const own = in_.load[at(client) * d + k];
        double const top = std::max({head.beforeM + demand[k] + tail.afterD,
                                     in_.peak[at(client) * d + k] + head.beforeP + tail.afterD,
                                     tail.afterM + head.beforeP + own});
        if (top > capacity[k]) return false;
    }
    return true;
}

bool State::fitsTime(int client, RouteInfo const &info, int before, int after,
                     double &longer) const {
    longer = 0;
    if (!in_.hasTime) return true;
    Kind const &kind = in_.kinds[at(info.kind)];
    double const leave = before < 0 ? info.leave : nodes_[at(before)].ready;
    int const from = before < 0 ? kind.start : before;
    double const arrival =
        std::max(in_.early[at(client)], leave + in_.durationToward(from, client));
    if (arrival > in_.late[at(client)]) return false;
    int const to = after < 0 ? kind.end : after;
    double const travel = to < 0 ? 0.0 : in_.duration(client, to);
    double const latest = after < 0 ? kind.backLate : nodes_[at(after)].late;
    if (arrival + in_.service[at(client)] + travel > latest) return false;
    return !in_.spans || fitsSpan(client, info, before, after, longer);
}

bool State::fitsSpan(int client, RouteInfo const &info, int before, int after,
                     double &longer) const {
    Kind const &kind = in_.kinds[at(info.kind)];
    int const from = before < 0 ? kind.start : before, to = after < 0 ? kind.end : after;
    Span head, whole;
    if (!join(before < 0 ? startSpan(kind) : prefix_[at(before)], in_.durationToward(from, client),
              clientSpan(client), head))
        return false;
    if (!join(head, to < 0 ? 0.0 : in_.duration(client, to),
              after < 0 ? endSpan(kind) : suffix_[at(after)], whole))
        return false;
    if (whole.release > whole.late || whole.duration > kind.maxDuration) return false;
    longer = whole.duration - info.duration;
    return true;
}

void State::tryPlace(int client, int route, int before, int after, double farther,
                     Place &best) const {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    double cost = kind.distanceCost * farther;
    bool const oneKind = in_.kinds.size() == 1;
    if (cost >= best.cost && !in_.timeCosts && oneKind) return;
    if (in_.limitedDistance && info.distance + farther > kind.maxDistance) return;
    if (in_.backhauls) {
        if (in_.takes[at(client)] != 0 && before >= 0 && nodes_[at(before)].gaveBefore) return;
        if (in_.gives[at(client)] != 0 && after >= 0 && nodes_[at(after)].takesAfter) return;
    }
    int change = -1;
    if (!fitsLoad(client, route, before, after, info.kind)) {
        // A larger vehicle may take it.
        if (oneKind) return;
        double cheapest = best.cost;
        for (int k = 0; k < static_cast<int>(in_.kinds.size()); ++k) {
            Kind const &other = in_.kinds[at(k)];
            if (k == info.kind || other.frame != kind.frame || !available(k)) continue;
            double const changed = other.fixedCost - kind.fixedCost +
                                   other.distanceCost * (info.distance + farther) -
                                   kind.distanceCost * info.distance;
            if (changed >= cheapest || !fitsLoad(client, route, before, after, k)) continue;
            cheapest = changed;
            change = k;
        }
        if (change < 0) return;
        cost = cheapest;
    }
    if (cost >= best.cost && !in_.timeCosts) return;
    double longer = 0;
    if (!fitsTime(client, info, before, after, longer)) return;
    cost += kind.timeCost * longer;
    if (cost < best.cost) best = {cost, client, route, before, after, change};
}

void State::tryNewRoute(int client, int k, Place &best) const {
    if (!available(k)) return;
    Kind const &kind = in_.kinds[at(k)];
    double const length =
        in_.distance(kind.start, client) + (kind.end < 0 ? 0.0 : in_.distance(client, kind.end));
    double cost = kind.fixedCost + kind.distanceCost * length;
    if ((cost >= best.cost && !in_.timeCosts) || length > kind.maxDistance) return;
    std::size_t const d = dimensions();
    for (std::size_t i = 0; i < d; ++i)
        if (in_.peak[at(client) * d + i] > in_.capacity[at(k) * d + i]) return;
    if (in_.hasTime) {
        Span head, whole;
        double const back = kind.end < 0 ? 0.0 : in_.duration(client, kind.end);
        if (!join(startSpan(kind), in_.duration(kind.start, client), clientSpan(client), head) ||
            !join(head, back, endSpan(kind), whole))
            return;
        if (whole.release > whole.late || whole.duration > kind.maxDuration) return;
        cost += kind.timeCost * whole.duration;
    }
    if (cost < best.cost) best = {cost, client, -1, -1, -1, k};
}

double State::costAs(int route, int k) const {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(k)];
    auto const &visits = visits_[at(route)];
    std::size_t const d = dimensions();
    for (std::size_t i = 0; i < d; ++i) {
        double const top = in_.peaks ? std::max(loads_[at(visits.back()) * d + i].beforeM,
                                                routeLoad_[at(route) * d + i])
                                     : routeLoad_[at(route) * d + i];
        if (top > in_.capacity[at(k) * d + i]) return kInfinity;
    }
    if (kind.frame == in_.kinds[at(info.kind)].frame)
        return kind.fixedCost + kind.distanceCost * info.distance + kind.timeCost * info.duration;
    double const length = info.distance - nodes_[at(visits.front())].arc - info.lastArc +
                          in_.distance(kind.start, visits.front()) +
                          (kind.end < 0 ? 0.0 : in_.distance(visits.back(), kind.end));
    if (length > kind.maxDistance) return kInfinity;
    Span whole;
    if (in_.hasTime) {
        whole = startSpan(kind);
        int from = kind.start;
        for (int const c : visits) {
            if (!join(whole, in_.duration(from, c), clientSpan(c), whole)) return kInfinity;
            from = c;
        }
        if (!join(whole, kind.end < 0 ? 0.0 : in_.duration(from, kind.end), endSpan(kind), whole))
            return kInfinity;
        if (whole.release > whole.late || whole.duration > kind.maxDuration) return kInfinity;
    }
    return kind.fixedCost + kind.distanceCost * length + kind.timeCost * whole.duration;
}

// Straight from the definitions, with none of the data kept for routes.
bool State::feasible(int route) const {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto const &visits = visits_[at(route)];
    std::size_t const d = dimensions();
    std::vector<double> load(d, 0.0);
    for (int const c : visits)
        for (std::size_t k = 0; k < d; ++k) load[k] += in_.demand[at(c) * d + k];
    Span whole = startSpan(kind);
    double length = 0;
    int from = kind.start;
    bool gave = false;
    for (std::size_t i = 0; i <= visits.size(); ++i) {
        for (std::size_t k = 0; k < d; ++k)
            if (load[k] > in_.capacity[at(route < 0 ? 0 : info.kind) * d + k] + 1e-7) return false;
        bool const end = i == visits.size();
        int const to = end ? kind.end : visits[i];
        if (to >= 0) length += in_.distance(from, to);
        double const travel = to < 0 ? 0.0 : in_.duration(from, to);
        Span next = end ? endSpan(kind) : clientSpan(to);
        next.late += 1e-7;
        if (!join(whole, travel, next, whole)) return false;
        if (end) break;
        if (in_.backhauls && gave && in_.takes[at(to)] != 0) return false;
        gave = gave || in_.gives[at(to)] != 0;
        for (std::size_t k = 0; k < d; ++k)
            load[k] += in_.load[at(to) * d + k] - in_.demand[at(to) * d + k];
        Task const &task = in_.tasks[at(in_.taskOf[at(to)])];
        if (task.type == TaskType::Pair) {
            int const partner = in_.taskClients[at(task.first)];
            if (nodes_[at(partner)].route != route ||
                nodes_[at(partner)].position > static_cast<int>(i))
                return false;
        }
        from = to;
    }
    return whole.release <= whole.late + 1e-7 && whole.duration <= kind.maxDuration + 1e-7 &&
           length <= kind.maxDistance + 1e-7;
}

}  // namespace cosolve::vrp::rich
