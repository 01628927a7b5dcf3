#include "vrp/rich/state.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace cosolve::vrp::rich {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

State::State(Instance const &instance)
    : in_(instance), nodes_(at(in_.locations)), usedOfKind_(in_.kinds.size(), 0),
      bankPosition_(in_.tasks.size(), -1), taskStamp_(in_.tasks.size(), 0) {
    if (in_.spans) prefix_.resize(nodes_.size()), suffix_.resize(nodes_.size());
    if (in_.peaks) loads_.resize(nodes_.size() * dimensions());
    std::vector<int> tasks(in_.tasks.size()), numbers;
    std::iota(tasks.begin(), tasks.end(), 0);
    for (Kind const &kind : in_.kinds) numbers.push_back(kind.number);
    restrict(tasks, numbers);
}

void State::restrict(std::span<int const> tasks, std::span<int const> numbers) {
    for (int r = 0; r < slots(); ++r) {
        for (int const c : visits_[at(r)]) nodes_[at(c)].route = -1;
        visits_[at(r)].clear();
        if (routes_[at(r)].kind >= 0) close(r);
    }
    served_ = 0;
    while (!bank_.empty()) bankRemove(bank_.back());
    members_.assign(tasks.begin(), tasks.end());
    numbers_.assign(numbers.begin(), numbers.end());
    clients_.clear();
    for (int const task : members_) {
        bankAdd(task);
        auto const own = in_.clientsOf(task);
        clients_.insert(clients_.end(), own.begin(), own.end());
    }
    std::sort(clients_.begin(), clients_.end());
    resum();
    begin();
}

// ---- the bank and the journal ----

void State::bankAdd(int task) {
    bankPosition_[at(task)] = static_cast<int>(bank_.size());
    bank_.push_back(task);
    if (in_.tasks[at(task)].required) ++unserved_;
}

void State::bankRemove(int task) {
    int const position = bankPosition_[at(task)], last = bank_.back();
    bank_[at(position)] = last;
    bankPosition_[at(last)] = position;
    bank_.pop_back();
    bankPosition_[at(task)] = -1;
    if (in_.tasks[at(task)].required) --unserved_;
}

void State::noteTask(int task) {
    if (taskStamp_[at(task)] == stamp_) return;
    taskStamp_[at(task)] = stamp_;
    tasks_.emplace_back(task, inBank(task));
}

void State::intoBank(int task) {
    if (inBank(task)) return;
    noteTask(task);
    bankAdd(task);
}

void State::outOfBank(int task) {
    if (!inBank(task)) return;
    noteTask(task);
    bankRemove(task);
}

void State::begin() {
    ++stamp_;
    saved_ = 0;
    touched_.clear();
    tasks_.clear();
    savedCost_ = cost_;
}

void State::touch(int route) {
    if (routeStamp_[at(route)] == stamp_) return;
    routeStamp_[at(route)] = stamp_;
    touched_.push_back(route);
    if (saved_ == journal_.size()) journal_.emplace_back();
    Saved &saved = journal_[saved_++];
    saved.route = route;
    saved.kind = routes_[at(route)].kind;
    saved.visits.assign(visits_[at(route)].begin(), visits_[at(route)].end());
}

void State::undo() {
    for (std::size_t i = 0; i < saved_; ++i) {
        int const r = journal_[i].route;
        for (int const c : visits_[at(r)]) nodes_[at(c)].route = -1;
        served_ -= static_cast<int>(visits_[at(r)].size());
        visits_[at(r)].clear();
        if (routes_[at(r)].kind >= 0) close(r);
    }
    for (std::size_t i = 0; i < saved_; ++i) {
        Saved const &saved = journal_[i];
        if (saved.kind < 0) continue;
        routes_[at(saved.route)].kind = saved.kind;
        ++used_;
        ++usedOfKind_[at(saved.kind)];
        visits_[at(saved.route)].assign(saved.visits.begin(), saved.visits.end());
        served_ += static_cast<int>(saved.visits.size());
        refresh(saved.route);
    }
    for (auto const &[task, banked] : tasks_) {
        if (banked && !inBank(task)) bankAdd(task);
        if (!banked && inBank(task)) bankRemove(task);
    }
    cost_ = savedCost_;
    ++stamp_;
    saved_ = 0;
    touched_.clear();
    tasks_.clear();
}

void State::resum() {
    cost_ = 0;
    for (RouteInfo const &info : routes_)
        if (info.kind >= 0) cost_ += info.cost;
    for (int const c : clients_)
        if (nodes_[at(c)].route < 0) cost_ += in_.prize[at(c)];
}

// ---- routes ----

int State::open(int kind) {
    int slot = -1;
    while (!freeSlots_.empty() && slot < 0) {
        int const candidate = freeSlots_.back();
        freeSlots_.pop_back();
        inFree_[at(candidate)] = 0;
        if (routes_[at(candidate)].kind < 0) slot = candidate;
    }
    if (slot < 0) {
        slot = static_cast<int>(routes_.size());
        routes_.emplace_back();
        visits_.emplace_back();
        routeLoad_.resize(routeLoad_.size() + dimensions(), 0.0);
        routeStamp_.push_back(stamp_ - 1);
        inFree_.push_back(0);
    }
    touch(slot);
    RouteInfo &info = routes_[at(slot)];
    info = RouteInfo{};
    info.kind = kind;
    ++used_;
    ++usedOfKind_[at(kind)];
    refresh(slot);
    return slot;
}

void State::close(int route) {
    RouteInfo &info = routes_[at(route)];
    cost_ -= info.cost;
    --used_;
    --usedOfKind_[at(info.kind)];
    info = RouteInfo{};
    if (inFree_[at(route)] != 0) return;
    inFree_[at(route)] = 1;
    freeSlots_.push_back(route);
}

void State::refresh(int route) {
    RouteInfo &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto const &visits = visits_[at(route)];
    info.length = static_cast<int>(visits.size());
    info.distance = 0;
    info.release = -kInfinity;
    double *load = routeLoad_.data() + at(route) * dimensions();
    std::fill(load, load + dimensions(), 0.0);
    int previous = -1;
    for (int i = 0; i < info.length; ++i) {
        int const c = visits[at(i)];
        Node &node = nodes_[at(c)];
        node.route = route;
        node.position = i;
        node.previous = previous;
        if (previous >= 0) nodes_[at(previous)].next = c;
        node.next = -1;
        node.arc = in_.distance(previous < 0 ? kind.start : previous, c);
        info.distance += node.arc;
        if (in_.spans) info.release = std::max(info.release, in_.release[at(c)]);
        for (std::size_t k = 0; k < dimensions(); ++k)
            load[k] += in_.demand[at(c) * dimensions() + k];
        previous = c;
    }
    info.lastArc = previous < 0 || kind.end < 0 ? 0.0 : in_.distance(previous, kind.end);
    info.distance += info.lastArc;
    info.leave = std::max(kind.leaveEarly, info.release);
    forward(route, 0, false);
    backward(route, info.length - 1, false);
    finish(route);
}

void State::forward(int route, int from, bool restRight) {
    if (in_.spans || in_.peaks || in_.backhauls) return forwardRest(route, from);
    if (!in_.hasTime) return;
    RouteInfo const &info = routes_[at(route)];
    auto const &visits = visits_[at(route)];
    int before = from > 0 ? visits[at(from - 1)] : in_.kinds[at(info.kind)].start;
    double ready = from > 0 ? nodes_[at(before)].ready : info.leave;
    for (int i = from; i < info.length; ++i) {
        int const c = visits[at(i)];
        Node &node = nodes_[at(c)];
        ready = std::max(in_.early[at(c)], ready + in_.duration(before, c)) + in_.service[at(c)];
        if (restRight && i > from && ready == node.ready) return;
        node.ready = ready;
        before = c;
    }
}

void State::backward(int route, int from, bool restRight) {
    if (in_.spans || in_.peaks || in_.backhauls) return backwardRest(route, from);
    if (!in_.hasTime) return;
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto const &visits = visits_[at(route)];
    bool const last = from + 1 >= info.length;
    int after = last ? kind.end : visits[at(from + 1)];
    double latest = last ? kind.backLate : nodes_[at(after)].late;
    for (int i = from; i >= 0; --i) {
        int const c = visits[at(i)];
        Node &node = nodes_[at(c)];
        double const travel = after < 0 ? 0.0 : in_.duration(c, after);
        latest = std::min(in_.late[at(c)], latest - travel - in_.service[at(c)]);
        if (restRight && i < from && latest == node.late) return;
        node.late = latest;
        after = c;
    }
}

// Like forward(), with spans, loads and backhauls.
void State::forwardRest(int route, int from) {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto const &visits = visits_[at(route)];
    std::size_t const d = dimensions();
    int previous = from > 0 ? visits[at(from - 1)] : -1;
    for (int i = from; i < info.length; ++i) {
        int const c = visits[at(i)];
        Node &node = nodes_[at(c)];
        Node const *before = previous < 0 ? nullptr : &nodes_[at(previous)];
        node.gaveBefore = (before != nullptr && before->gaveBefore) || in_.gives[at(c)] != 0;
        if (in_.hasTime) {
            double const travel = in_.duration(previous < 0 ? kind.start : previous, c);
            double const ready = before == nullptr ? info.leave : before->ready;
            node.ready = std::max(in_.early[at(c)], ready + travel) + in_.service[at(c)];
            if (in_.spans)
                join(previous < 0 ? startSpan(kind) : prefix_[at(previous)], travel, clientSpan(c),
                     prefix_[at(c)]);
        }
        for (std::size_t k = 0; in_.peaks && k < d; ++k) {
            PartLoads const none;
            PartLoads const &part = previous < 0 ? none : loads_[at(previous) * d + k];
            PartLoads &own = loads_[at(c) * d + k];
            own.beforeP = part.beforeP + in_.load[at(c) * d + k];
            own.beforeM = std::max(part.beforeM + in_.demand[at(c) * d + k],
                                   in_.peak[at(c) * d + k] + part.beforeP);
        }
        previous = c;
    }
}

void State::backwardRest(int route, int from) {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto const &visits = visits_[at(route)];
    std::size_t const d = dimensions();
    int next = from + 1 < info.length ? visits[at(from + 1)] : -1;
    for (int i = from; i >= 0; --i) {
        int const c = visits[at(i)];
        Node &node = nodes_[at(c)];
        Node const *after = next < 0 ? nullptr : &nodes_[at(next)];
        node.takesAfter = (after != nullptr && after->takesAfter) || in_.takes[at(c)] != 0;
        if (in_.hasTime) {
            int const to = next < 0 ? kind.end : next;
            double const travel = to < 0 ? 0.0 : in_.duration(c, to);
            double const latest = after == nullptr ? kind.backLate : after->late;
            node.late = std::min(in_.late[at(c)], latest - travel - in_.service[at(c)]);
            if (in_.spans)
                join(clientSpan(c), travel, next < 0 ? endSpan(kind) : suffix_[at(next)],
                     suffix_[at(c)]);
        }
        for (std::size_t k = 0; in_.peaks && k < d; ++k) {
            PartLoads const none;
            PartLoads const &part = next < 0 ? none : loads_[at(next) * d + k];
            PartLoads &own = loads_[at(c) * d + k];
            double const demand = in_.demand[at(c) * d + k];
            own.afterD = part.afterD + demand;
            own.afterM = std::max(in_.peak[at(c) * d + k] + part.afterD,
                                  part.afterM + in_.load[at(c) * d + k]);
        }
        next = c;
    }
}

void State::finish(int route) {
    RouteInfo &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    info.duration = 0;
    if (in_.spans && info.length > 0) {
        int const first = visits_[at(route)].front();
        Span whole;
        join(startSpan(kind), in_.duration(kind.start, first), suffix_[at(first)], whole);
        info.duration = whole.duration;
    }
    double const cost =
        kind.fixedCost + kind.distanceCost * info.distance + kind.timeCost * info.duration;
    cost_ += cost - info.cost;
    info.cost = cost;
}

void State::insertAt(int route, int client, int position) {
    touch(route);
    RouteInfo &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    auto &visits = visits_[at(route)];
    visits.insert(visits.begin() + position, client);
    ++info.length;
    ++served_;
    cost_ -= in_.prize[at(client)];
    for (int i = position + 1; i < info.length; ++i) nodes_[at(visits[at(i)])].position = i;
    Node &node = nodes_[at(client)];
    node.route = route;
    node.position = position;
    node.previous = position > 0 ? visits[at(position - 1)] : -1;
    node.next = position + 1 < info.length ? visits[at(position + 1)] : -1;
    if (node.previous >= 0) nodes_[at(node.previous)].next = client;
    node.arc = in_.distance(node.previous < 0 ? kind.start : node.previous, client);
    double &rest = node.next >= 0 ? nodes_[at(node.next)].arc : info.lastArc;
    double const old = info.length > 1 || node.next >= 0 ? rest : 0.0;
    int const to = node.next >= 0 ? node.next : kind.end;
    rest = to < 0 ? 0.0 : in_.distance(client, to);
    if (node.next >= 0) nodes_[at(node.next)].previous = client;
    info.distance += node.arc + rest - old;
    for (std::size_t k = 0; k < dimensions(); ++k)
        routeLoad_[at(route) * dimensions() + k] += in_.demand[at(client) * dimensions() + k];
    int from = position;
    if (in_.spans && in_.release[at(client)] > info.release) {
        info.release = in_.release[at(client)];
        info.leave = std::max(kind.leaveEarly, info.release);
        from = 0;
    }
    forward(route, from, true);
    backward(route, position, true);
    finish(route);
}

int State::load(int kind, std::span<int const> visits) {
    int const route = open(kind);
    visits_[at(route)].assign(visits.begin(), visits.end());
    served_ += static_cast<int>(visits.size());
    for (int const c : visits) cost_ -= in_.prize[at(c)];
    refresh(route);
    return route;
}

int State::insert(Place const &place) {
    if (place.route < 0) {
        int const route = open(place.kind);
        insertAt(route, place.client, 0);
        return route;
    }
    if (place.kind >= 0) changeKind(place.route, place.kind);
    int const position = place.before < 0 ? 0 : nodes_[at(place.before)].position + 1;
    insertAt(place.route, place.client, position);
    return place.route;
}

void State::remove(std::span<int const> tasks) {
    scratch_.clear();
    for (int const task : tasks) {
        intoBank(task);
        for (int const c : in_.clientsOf(task)) {
            Node &node = nodes_[at(c)];
            if (node.route < 0) continue;
            touch(node.route);
            if (std::find(scratch_.begin(), scratch_.end(), node.route) == scratch_.end())
                scratch_.push_back(node.route);
            node.route = -1;
            --served_;
            cost_ += in_.prize[at(c)];
        }
    }
    for (int const route : scratch_) {
        auto &visits = visits_[at(route)];
        std::erase_if(visits, [&](int c) { return nodes_[at(c)].route < 0; });
        if (visits.empty()) {
            close(route);
            continue;
        }
        refresh(route);
        if (!keepsLimits(route)) dissolve(route);
    }
}

// Where a detour is shorter than the direct way, a route may break a limit with fewer clients.
bool State::keepsLimits(int route) const {
    RouteInfo const &info = routes_[at(route)];
    Kind const &kind = in_.kinds[at(info.kind)];
    if (info.distance > kind.maxDistance) return false;
    if (!in_.hasTime) return true;
    for (int const c : visits_[at(route)])
        if (nodes_[at(c)].ready - in_.service[at(c)] > nodes_[at(c)].late) return false;
    if (!in_.spans) return true;
    int const first = visits_[at(route)].front();
    Span whole;
    return join(startSpan(kind), in_.duration(kind.start, first), suffix_[at(first)], whole) &&
           whole.release <= whole.late && whole.duration <= kind.maxDuration;
}

void State::dissolve(int route) {
    for (int const c : visits_[at(route)]) {
        nodes_[at(c)].route = -1;
        --served_;
        cost_ += in_.prize[at(c)];
        intoBank(in_.taskOf[at(c)]);
    }
    visits_[at(route)].clear();
    close(route);
}

void State::changeKind(int route, int kind) {
    touch(route);
    RouteInfo &info = routes_[at(route)];
    --usedOfKind_[at(info.kind)];
    ++usedOfKind_[at(kind)];
    bool const same = in_.kinds[at(info.kind)].frame == in_.kinds[at(kind)].frame;
    info.kind = kind;
    if (same)
        finish(route);
    else
        refresh(route);
}

}  // namespace cosolve::vrp::rich
