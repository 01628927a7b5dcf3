#include "vrp/rich/pairs.h"

#include <algorithm>

namespace cosolve::vrp::rich {

double PairPlacer::arc(int index) const {
    if (index == length_) return info_->lastArc;
    return state_.node((*visits_)[size(index)]).arc;
}

// What each place adds to the distance. Of symmetric distances each is looked up once.
void PairPlacer::detours(int client, std::vector<double> &all) const {
    all.resize(size(length_) + 1);
    double in = in_.toward(kind_->start, client);
    for (int index = 0; index < length_; ++index) {
        int const next = (*visits_)[size(index)];
        double const out = in_.distance(client, next);
        all[size(index)] = in + out - arc(index);
        in = in_.symmetric ? out : in_.distance(next, client);
    }
    double const out = kind_->end < 0 ? 0.0 : in_.distance(client, kind_->end);
    all[size(length_)] = in + out - arc(length_);
}

void PairPlacer::load(int route) {
    route_ = route;
    info_ = &state_.route(route);
    kind_ = &in_.kinds[size(info_->kind)];
    visits_ = &state_.visits(route);
    length_ = info_->length;
}

void PairPlacer::measure() {
    std::size_t const d = state_.dimensions();
    room_.resize(size(length_) + 1);
    detours(pickup_, detour_);
    detours(delivery_, least_);
    least_.push_back(kInfinity);
    for (int index = length_; index >= 0; --index)
        least_[size(index)] = std::min(least_[size(index) + 1], least_[size(index)]);
    for (int index = 0; index <= length_; ++index) {
        bool fits = true;
        for (std::size_t k = 0; in_.peaks && k < d && fits; ++k) {
            int const i = static_cast<int>(k);
            double load = in_.load[size(pickup_) * d + k];
            if (index > 0) load += state_.loads((*visits_)[size(index - 1)], i).beforeP;
            if (index < length_) load += state_.loads((*visits_)[size(index)], i).afterD;
            fits = load <= in_.capacity[size(info_->kind) * d + k];
        }
        room_[size(index)] = fits ? 1 : 0;
    }
}

double PairPlacer::travelTo(int client, int next) const {
    return next < 0 ? 0.0 : in_.duration(client, next);
}

PairPlacer::Walk PairPlacer::startOf(int index) const {
    Walk walk;
    walk.at = from(index);
    if (index == 0) {
        walk.ready = info_->leave;
        walk.span = state_.startSpan(*kind_);
    } else {
        walk.ready = state_.node(walk.at).ready;
        if (in_.spans) walk.span = state_.prefix(walk.at);
    }
    return walk;
}

// Goes on to a client; false if that is too late.
bool PairPlacer::pass(Walk &walk, int client, double travel) const {
    if (in_.hasTime) {
        double const begin = std::max(in_.early[size(client)], walk.ready + travel);
        if (begin > in_.late[size(client)]) return false;
        walk.ready = begin + in_.service[size(client)];
        if (in_.spans && !join(walk.span, travel, state_.clientSpan(client), walk.span))
            return false;
    }
    walk.at = client;
    return true;
}

void PairPlacer::deliver(Walk const &walk, int first, int index, PairPlace &best) const {
    int const next = to(index);
    // Directly after the pickup, the arc that the delivery breaks is not one of the route.
    double const broken = index > first ? arc(index) : next < 0 ? 0.0 : in_.distance(walk.at, next);
    double const farther = walk.farther + in_.toward(walk.at, delivery_) +
                           (next < 0 ? 0.0 : in_.distance(delivery_, next)) - broken;
    double cost = kind_->distanceCost * farther;
    if (cost >= best.cost && !in_.timeCosts) return;
    if (info_->distance + farther > kind_->maxDistance) return;
    Walk done = walk;
    if (!pass(done, delivery_, in_.durationToward(walk.at, delivery_))) return;
    if (in_.hasTime) {
        double const travel = travelTo(delivery_, next);
        double const latest = index < length_ ? state_.node(next).late : kind_->backLate;
        if (done.ready + travel > latest) return;
        if (in_.spans) {
            Span whole;
            Span const tail = index < length_ ? state_.suffix(next) : state_.endSpan(*kind_);
            if (!join(done.span, travel, tail, whole)) return;
            if (whole.release > whole.late || whole.duration > kind_->maxDuration) return;
            cost += kind_->timeCost * (whole.duration - info_->duration);
        }
    }
    if (cost < best.cost) best = {cost, route_, -1, first, index};
}

void PairPlacer::walkOn(Walk walk, int first, PairPlace &best) const {
    for (int index = first;; ++index) {
        if (room_[size(index)] == 0) return;
        deliver(walk, first, index, best);
        if (index == length_) return;
        if (!in_.timeCosts &&
            kind_->distanceCost * (walk.farther + least_[size(index) + 1]) >= best.cost)
            return;
        int const client = (*visits_)[size(index)];
        // Only the stop after the pickup is not reached from the one before it on the route.
        double const travel = index > first && in_.sameDurations() ? state_.node(client).arc
                                                                   : in_.duration(walk.at, client);
        if (!pass(walk, client, travel)) return;
        if (in_.hasTime && walk.ready - in_.service[size(client)] > state_.node(client).late)
            return;
    }
}

void PairPlacer::scan(int task, int route, PairPlace &best) {
    auto const pair = in_.clientsOf(task);
    pickup_ = pair[0];
    delivery_ = pair[1];
    load(route);
    measure();
    for (int index = 0; index <= length_; ++index) {
        Walk walk = startOf(index);
        if (in_.hasTime && walk.ready > in_.late[size(pickup_)]) return;
        if (room_[size(index)] == 0) continue;
        walk.farther = detour_[size(index)];
        if (!in_.timeCosts) {
            int const next = to(index);
            double const adjacent =
                in_.distance(pickup_, delivery_) +
                (next < 0 ? 0.0 : in_.distance(delivery_, next) - in_.distance(pickup_, next));
            double const rest = std::min(adjacent, least_[size(index) + 1]);
            if (kind_->distanceCost * (walk.farther + rest) >= best.cost) continue;
        }
        if (pass(walk, pickup_, in_.durationToward(walk.at, pickup_))) walkOn(walk, index, best);
    }
}

void PairPlacer::tryNewRoute(int task, int k, PairPlace &best) const {
    if (!state_.available(k)) return;
    auto const pair = in_.clientsOf(task);
    Kind const &kind = in_.kinds[size(k)];
    double const length = in_.distance(kind.start, pair[0]) + in_.distance(pair[0], pair[1]) +
                          (kind.end < 0 ? 0.0 : in_.distance(pair[1], kind.end));
    double cost = kind.fixedCost + kind.distanceCost * length;
    if ((cost >= best.cost && !in_.timeCosts) || length > kind.maxDistance) return;
    std::size_t const d = state_.dimensions();
    for (std::size_t i = 0; i < d; ++i)
        if (in_.load[size(pair[0]) * d + i] > in_.capacity[size(k) * d + i]) return;
    if (in_.hasTime) {
        Span whole = state_.startSpan(kind);
        int at = kind.start;
        for (int const c : pair) {
            if (!join(whole, in_.duration(at, c), state_.clientSpan(c), whole)) return;
            at = c;
        }
        if (!join(whole, kind.end < 0 ? 0.0 : in_.duration(at, kind.end), state_.endSpan(kind),
                  whole))
            return;
        if (whole.release > whole.late || whole.duration > kind.maxDuration) return;
        cost += kind.timeCost * whole.duration;
    }
    if (cost < best.cost) best = {cost, -1, k, 0, 0};
}

}  // namespace cosolve::vrp::rich
