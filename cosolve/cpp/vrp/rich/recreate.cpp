// How clients are put back: greedily, with blinks [section 5.2 of the paper].
#include <algorithm>
#include <array>

#include "vrp/rich/search.h"

namespace cosolve::vrp::rich {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

constexpr int kBanked = 20;      // unserved tasks tried beside those just removed
constexpr int kFullScan = 3000;  // up to so many clients all places are looked at if need be
constexpr int kPairPlaces = 48;  // neighbors of a client of a pair whose routes are looked at

}  // namespace

// Share of the iterations that visit optional clients whatever that costs.
constexpr double kEager = 0.1;
// How often a type of vehicle is overlooked where there are other places.
constexpr double kOverlooked = 0.1;

// True about once in 1 / blinkRate calls. Drawing the gaps costs less than drawing every time.
bool RuinRecreate::blink() {
    if (!blinks_ || blinkIn_-- > 0) return false;
    blinkIn_ = static_cast<long>(rng_.uniform() * 2.0 / std::max(options_.blinkRate, 1e-9));
    return true;
}

void RuinRecreate::addBanked() {
    auto const &bank = state_.bank();
    if (bank.size() <= removed_.size() + kBanked) {
        for (int const task : bank) take(task);
        return;
    }
    std::size_t const most = removed_.size() + kBanked;
    for (int const client : in_.near(seed_)) {
        int const task = in_.taskOf[at(client)];
        if (removed_.size() + kBanked / 4 >= most) break;
        if (state_.inBank(task)) take(task);
    }
    for (int i = 0; i < kBanked / 2; ++i) take(bank[at(rng_.below(static_cast<int>(bank.size())))]);
}

// Sorts by one of the paper's orders, drawn with its weights (those of time only if it matters).
void RuinRecreate::order(std::vector<int> &tasks) {
    static constexpr std::array<std::pair<int, SortKey>, 6> kOrders{{{4, SortKey::Demand},
                                                                     {2, SortKey::Far},
                                                                     {1, SortKey::Close},
                                                                     {2, SortKey::Width},
                                                                     {2, SortKey::Early},
                                                                     {2, SortKey::Late}}};
    int draw = rng_.below(in_.hasTime ? 17 : 11) - 4;
    rng_.shuffle(tasks);
    if (draw < 0) return;
    for (auto const &[weight, key] : kOrders) {
        draw -= weight;
        if (draw >= 0) continue;
        std::stable_sort(tasks.begin(), tasks.end(),
                         [&, k = key](int a, int b) { return in_.key(k, a) < in_.key(k, b); });
        return;
    }
}

void RuinRecreate::recreate() {
    addBanked();
    // Clients that pay only together get their chance.
    eager_ = blinks_ && rng_.uniform() < kEager;
    order(removed_);
    for (int const task : removed_)
        if (place(task)) state_.outOfBank(task);
    if (in_.kinds.size() > 1) improveKinds();
}

bool RuinRecreate::worthIt(int task, double cost) {
    if (in_.tasks[at(task)].required) return true;
    return (cost < 0 || eager_) && !(blinks_ && rng_.uniform() < options_.blinkRate);
}

// All places are looked at only as often as that takes no more time than on a small problem.
bool RuinRecreate::mayScanAll() {
    int const clients = static_cast<int>(state_.clients().size());
    return clients <= kFullScan || rng_.below(clients) < kFullScan;
}

bool RuinRecreate::place(int task) {
    return in_.tasks[at(task)].type == TaskType::Pair ? placePair(task) : placeClients(task);
}

void RuinRecreate::scanNear(int client, Place &best) {
    bool const plain = in_.kinds.size() == 1 && !in_.timeCosts;
    double const rate = in_.kinds.front().distanceCost;
    double const last = in_.late[at(client)];
    double const done = in_.early[at(client)] + in_.service[at(client)];
    double const shortest = in_.shortest(client);
    for (Beside const &beside : in_.places(client)) {
        Node const &node = state_.node(beside.client);
        if (node.route < 0 || blink()) continue;
        // What the neighbor alone tells is looked at before memory is touched for the other stop.
        bool const after = beside.after;
        if (in_.hasTime &&
            (after ? node.ready + beside.travel > last : done + beside.travel > node.late))
            continue;
        double arc = node.arc;
        if (after)
            arc = node.next >= 0 ? state_.node(node.next).arc : state_.route(node.route).lastArc;
        double farther = beside.distance - arc;
        if (plain && rate * (farther + shortest) >= best.cost) continue;
        Kind const &kind = in_.kinds[at(state_.route(node.route).kind)];
        if (after) {
            int const to = node.next >= 0 ? node.next : kind.end;
            if (to >= 0) farther += in_.distance(client, to);
            state_.tryPlace(client, node.route, beside.client, node.next, farther, best);
        } else {
            farther += in_.toward(node.previous >= 0 ? node.previous : kind.start, client);
            state_.tryPlace(client, node.route, node.previous, beside.client, farther, best);
        }
    }
}

void RuinRecreate::scanAll(int client, Place &best) {
    for (int r = 0; r < state_.slots(); ++r) {
        RouteInfo const &info = state_.route(r);
        if (info.kind < 0) continue;
        Kind const &kind = in_.kinds[at(info.kind)];
        int before = -1;
        for (int const after : state_.visits(r)) {
            double const farther = in_.toward(before < 0 ? kind.start : before, client) +
                                   in_.distance(client, after) - state_.node(after).arc;
            if (!blink()) state_.tryPlace(client, r, before, after, farther, best);
            before = after;
        }
        double const farther = in_.toward(before, client) - info.lastArc +
                               (kind.end < 0 ? 0.0 : in_.distance(client, kind.end));
        if (!blink()) state_.tryPlace(client, r, before, -1, farther, best);
    }
}

// A single client, or any of a group.
bool RuinRecreate::placeClients(int task) {
    Place best;
    for (int const client : in_.clientsOf(task)) {
        double const prize = in_.prize[at(client)];
        Place place;
        if (best.client >= 0) place.cost = best.cost + prize;
        scanNear(client, place);
        for (int k = 0; k < static_cast<int>(in_.kinds.size()); ++k) {
            // The cheapest vehicle for one client need not be the cheapest for those that follow.
            if (place.client >= 0 && blinks_ && rng_.uniform() < kOverlooked) continue;
            state_.tryNewRoute(client, k, place);
        }
        if (place.client < 0 && best.client < 0 && mayScanAll()) scanAll(client, place);
        if (place.client < 0) continue;
        place.cost -= prize;
        best = place;
    }
    if (best.client < 0 || !worthIt(task, best.cost)) return false;
    state_.insert(best);
    return true;
}

void RuinRecreate::scanPairs(int task, int client, PairPlace &best) {
    int left = kPairPlaces;
    for (Beside const beside : in_.places(client)) {
        int const route = state_.node(beside.client).route;
        if (route < 0) continue;
        if (left-- == 0) return;
        if (routeStamp_[at(route)] == stamp_) continue;
        routeStamp_[at(route)] = stamp_;
        if (!blink()) pairs_.scan(task, route, best);
    }
}

bool RuinRecreate::placePair(int task) {
    PairPlace best;
    auto const pair = in_.clientsOf(task);
    ++stamp_;
    if (routeStamp_.size() < at(state_.slots())) routeStamp_.resize(at(state_.slots()) * 2, 0);
    scanPairs(task, pair[0], best);
    scanPairs(task, pair[1], best);
    for (int k = 0; k < static_cast<int>(in_.kinds.size()); ++k) pairs_.tryNewRoute(task, k, best);
    if (best.cost == kInfinity && mayScanAll())
        for (int r = 0; r < state_.slots(); ++r)
            if (state_.route(r).kind >= 0) pairs_.scan(task, r, best);
    if (best.cost == kInfinity ||
        !worthIt(task, best.cost - in_.prize[at(pair[0])] - in_.prize[at(pair[1])]))
        return false;
    int const route = best.route >= 0 ? best.route : state_.open(best.kind);
    state_.insertAt(route, pair[0], best.pickup);
    state_.insertAt(route, pair[1], best.delivery + 1);
    return true;
}

void RuinRecreate::improveKind(int route) {
    RouteInfo const &info = state_.route(route);
    int best = -1;
    double cost = info.cost - 1e-9;
    for (int k = 0; k < static_cast<int>(in_.kinds.size()); ++k) {
        if (k == info.kind || !state_.available(k)) continue;
        double const other = state_.costAs(route, k);
        if (other < cost) cost = other, best = k;
    }
    if (best >= 0) state_.changeKind(route, best);
}

void RuinRecreate::swapKinds(int a, int b) {
    RouteInfo const &first = state_.route(a), &second = state_.route(b);
    if (first.kind < 0 || second.kind < 0 || first.kind == second.kind) return;
    double const now = first.cost + second.cost;
    double const swapped = state_.costAs(a, second.kind);
    if (swapped >= now || swapped + state_.costAs(b, first.kind) >= now - 1e-9) return;
    int const kind = first.kind;
    state_.changeKind(a, second.kind);
    state_.changeKind(b, kind);
}

// Vehicles that suit the touched routes better: ones not in use, or each other's.
void RuinRecreate::improveKinds() {
    auto const touched = state_.touched();
    for (int const route : touched)
        if (state_.route(route).kind >= 0) improveKind(route);
    for (std::size_t i = 0; i < touched.size(); ++i)
        for (std::size_t j = i + 1; j < touched.size(); ++j) swapKinds(touched[i], touched[j]);
}

}  // namespace cosolve::vrp::rich
