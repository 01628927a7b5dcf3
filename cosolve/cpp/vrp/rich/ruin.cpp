// Which clients are taken out: adjacent strings [section 5.1 of the paper].
#include <algorithm>
#include <cmath>

#include "vrp/rich/search.h"

namespace cosolve::vrp::rich {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

void RuinRecreate::take(int task) {
    if (taskStamp_[at(task)] == stamp_) return;
    taskStamp_[at(task)] = stamp_;
    removed_.push_back(task);
}

int RuinRecreate::pickSeed() {
    auto const &bank = state_.bank();
    // Room is needed where clients are unserved.
    if (!bank.empty() && (state_.unserved() > 0 ? rng_.below(2) == 0 : rng_.below(10) == 0)) {
        int const task = bank[at(rng_.below(static_cast<int>(bank.size())))];
        auto const clients = in_.clientsOf(task);
        return clients[at(rng_.below(static_cast<int>(clients.size())))];
    }
    return state_.clients()[at(rng_.below(static_cast<int>(state_.clients().size())))];
}

// Takes a string with the client, or one of which a part stays.
void RuinRecreate::takeString(int client, int length) {
    Node const &node = state_.node(client);
    auto const &visits = state_.visits(node.route);
    int const size = static_cast<int>(visits.size());
    int kept = 0;
    if (length > 1 && length < size && rng_.uniform() < options_.splitRate) {
        kept = 1;
        while (length + kept < size && rng_.uniform() < options_.splitDepth) ++kept;
    }
    int const whole = length + kept;
    int const low = std::max(0, node.position - whole + 1);
    int const high = std::min(node.position, size - whole);
    int const begin = low + rng_.below(high - low + 1);
    int const keep = kept > 0 ? begin + rng_.below(length + 1) : size;
    for (int i = begin; i < begin + whole; ++i)
        if (i < keep || i >= keep + kept) take(in_.taskOf[at(visits[at(i)])]);
}

void RuinRecreate::ruin() {
    ++stamp_;
    removed_.clear();
    seed_ = pickSeed();
    if (state_.used() == 0) return;
    double const cardinality =
        static_cast<double>(state_.served()) / static_cast<double>(state_.used());
    double const longest = std::min(static_cast<double>(options_.longestString), cardinality);
    double const most = 4.0 * options_.meanRemoved / (1.0 + longest) - 1.0;
    int strings = static_cast<int>(1.0 + rng_.uniform() * std::max(most, 0.0));
    auto const visit = [&](int client) {
        int const route = state_.node(client).route;
        if (route < 0 || routeStamp_[at(route)] == stamp_) return;
        int const task = in_.taskOf[at(client)];
        if (taskStamp_[at(task)] == stamp_) return;
        double const size = static_cast<double>(state_.visits(route).size());
        int const length = static_cast<int>(1.0 + rng_.uniform() * std::min(size, longest));
        routeStamp_[at(route)] = stamp_;
        --strings;
        takeString(client, std::min(length, static_cast<int>(size)));
    };
    if (routeStamp_.size() < at(state_.slots())) routeStamp_.resize(at(state_.slots()) * 2, 0);
    visit(seed_);
    for (int const client : in_.near(seed_)) {
        if (strings <= 0) break;
        visit(client);
    }
    state_.remove(removed_);
}

}  // namespace cosolve::vrp::rich
