#include "vrp/bounds/route_enumeration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cosolve::vrp {

namespace {

double constexpr infinity = std::numeric_limits<double>::infinity();
double constexpr slack = 1e-9;
int constexpr clockEvery = 1024;
std::size_t constexpr leastTable = 1u << 12;

double room(double limit) {
    return limit + slack * (1 + std::fabs(limit));
}

std::size_t hashOf(std::array<std::uint64_t, 2> const &set, int node) {
    std::uint64_t h = set[0] * 0x9e3779b97f4a7c15u;
    h ^= (h >> 29) ^ (set[1] * 0xbf58476d1ce4e5b9u) ^ (static_cast<std::uint64_t>(node) << 40);
    h *= 0x94d049bb133111ebu;
    return static_cast<std::size_t>(h ^ (h >> 31));
}

bool contains(std::array<std::uint64_t, 2> const &set, int i) {
    return (set[static_cast<std::size_t>(i) / 64] >> (i % 64) & 1) != 0;
}

}  // namespace

RouteEnumeration::RouteEnumeration(RoutePricing &pricing) : pricing_(pricing) {}

// Labels of all ng-paths to the depot, not of half of them; those of a bucket by cost.
bool RouteEnumeration::complete(EnumerationLimits const &limits, Deadline const &deadline) {
    back_ = pricing_.rules_.symmetric ? &pricing_.forward_ : &pricing_.backward_;
    pricing_.start(*back_, reduced_);
    double const half = std::exchange(back_->half, pricing_.rules_.horizon);
    bool const done = pricing_.grow(*back_, false, limits.labels, deadline);
    back_->half = half;
    for (RoutePricing::Bucket &bucket : back_->buckets)
        std::sort(bucket.entries.begin(), bucket.entries.end(),
                  [](auto const &a, auto const &b) { return a.cost < b.cost; });
    return done;
}

EnumerationEnd RouteEnumeration::run(std::vector<double> const &reduced,
                                     std::vector<double> const &cost, double gap,
                                     EnumerationLimits const &limits, Deadline const &deadline) {
    reduced_ = reduced;
    cost_ = cost;
    gap_ = gap;
    found_ = {};
    found_.first.push_back(0);
    trail_.clear();
    level_.clear();
    if (!complete(limits, deadline))
        return deadline.passed() ? EnumerationEnd::time : EnumerationEnd::paths;
    Path start{};
    start.main = pricing_.forward_.earliest[0];
    start.next = -1;
    trail_.push_back({-1, 0});
    level_.push_back(start);
    while (!level_.empty()) {
        EnumerationEnd const end = nextLevel(limits, deadline);
        if (end != EnumerationEnd::complete) return end;
    }
    return EnumerationEnd::complete;
}

// Routes of as many clients as the paths of this level have, and the paths with one more.
EnumerationEnd RouteEnumeration::nextLevel(EnumerationLimits const &limits,
                                           Deadline const &deadline) {
    following_.clear();
    table_.assign(leastTable, -1);
    closed_.clear();
    closedTable_.assign(leastTable, -1);
    int count = 0;
    for (Path const &path : level_) {
        if (path.trail < 0) continue;
        if (++count % clockEvery == 0 && deadline.passed()) return EnumerationEnd::time;
        if (path.node != 0) close(path);
        extend(path);
        if (trail_.size() > limits.paths) return EnumerationEnd::paths;
        if (found_.cost.size() + closed_.size() > limits.routes) return EnumerationEnd::routes;
    }
    for (Closed const &route : closed_) output(route);
    level_.swap(following_);
    return EnumerationEnd::complete;
}

void RouteEnumeration::close(Path const &path) {
    RouteRules const &rules = pricing_.rules_;
    std::size_t const home = static_cast<std::size_t>(path.node) * rules.nodes;
    double const reduced = path.reduced + reduced_[home];
    double const main = path.main + rules.consumption[home];
    if (!(reduced < gap_) || main > room(rules.horizon) || main > room(rules.latest[0])) return;
    Closed const route{path.set, path.cost + cost_[home], reduced, path.trail};
    if (2 * closed_.size() >= closedTable_.size()) {
        closedTable_.assign(4 * closedTable_.size(), -1);
        for (std::size_t k = 0; k < closed_.size(); ++k) {
            std::size_t at = hashOf(closed_[k].set, 0) & (closedTable_.size() - 1);
            while (closedTable_[at] >= 0) at = (at + 1) & (closedTable_.size() - 1);
            closedTable_[at] = static_cast<int>(k);
        }
    }
    std::size_t at = hashOf(route.set, 0) & (closedTable_.size() - 1);
    for (; closedTable_[at] >= 0; at = (at + 1) & (closedTable_.size() - 1)) {
        Closed &other = closed_[static_cast<std::size_t>(closedTable_[at])];
        if (other.set != route.set) continue;
        // Of one set of clients the really cheapest route is enough.
        if (route.cost < other.cost) other = route;
        return;
    }
    closedTable_[at] = static_cast<int>(closed_.size());
    closed_.push_back(route);
}

void RouteEnumeration::extend(Path const &path) {
    RouteRules const &rules = pricing_.rules_;
    std::size_t const row = static_cast<std::size_t>(path.node) * rules.nodes;
    for (int j = 1; j < rules.nodes; ++j) {
        double const arc = reduced_[row + j];
        if (!(arc < infinity) || contains(path.set, j)) continue;
        double const own = rules.load[static_cast<std::size_t>(j)];
        double const load = path.load + own;
        if (load > room(rules.capacity)) continue;
        double const use = rules.consumption[row + j];
        double const main = std::max(rules.earliest[static_cast<std::size_t>(j)], path.main + use);
        if (main > room(rules.latest[static_cast<std::size_t>(j)])) continue;
        // As in the join of the pricing: the load of j itself is in neither half.
        double const left = room(rules.horizon) - path.main - use - (rules.symmetric ? own : 0.0);
        if (left < 0 || !completes(path, j, path.reduced + arc, left, path.load)) continue;
        Path child = path;
        child.set[static_cast<std::size_t>(j) / 64] |= std::uint64_t{1} << (j % 64);
        child.reduced += arc;
        if (pricing_.cutCount_) child.reduced += pricing_.visit(child.states, j);
        child.cost += cost_[row + j];
        child.main = main;
        child.load = load;
        child.node = j;
        keep(child, path.trail);
    }
}

// Whether some ng-path from `to` on makes a route of reduced cost below the gap.
bool RouteEnumeration::completes(Path const &path, int to, double reduced, double left,
                                 double load) const {
    double const enough = gap_ - reduced;
    RoutePricing::Bucket const *buckets =
        back_->buckets.data() + static_cast<std::size_t>(to) * pricing_.bucketCount_;
    int b = pricing_.bucketOf(left);
    if (!(buckets[b].cheapest < enough)) return false;
    std::uint32_t const seen = remembered(path.set, to);
    double const most = room(pricing_.rules_.capacity) - load;
    for (; b >= 0 && buckets[b].cheapest < enough; --b)
        for (RoutePricing::Entry const &entry : buckets[b].entries) {
            if (!(entry.cost < enough)) break;
            if (entry.main > left || entry.load > most || (entry.memory & seen) != 0) continue;
            if (pricing_.cutCount_ &&
                !(entry.cost + pricing_.due(path.states, entry.states) < enough))
                continue;
            return true;
        }
    return false;
}

std::uint32_t RouteEnumeration::remembered(Set const &set, int at) const {
    auto const &near = pricing_.rules_.neighbors[static_cast<std::size_t>(at)];
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < near.size(); ++k)
        if (contains(set, near[k])) bits |= 2u << k;
    return bits;
}

void RouteEnumeration::keep(Path path, int parent) {
    if (2 * following_.size() >= table_.size()) rehash();
    std::size_t at = hashOf(path.set, path.node) & (table_.size() - 1);
    for (; table_[at] >= 0; at = (at + 1) & (table_.size() - 1)) {
        Path const &head = following_[static_cast<std::size_t>(table_[at])];
        if (head.set == path.set && head.node == path.node) break;
    }
    for (int k = table_[at]; k >= 0; k = following_[static_cast<std::size_t>(k)].next) {
        Path &other = following_[static_cast<std::size_t>(k)];
        if (other.trail < 0) continue;
        if (other.cost <= path.cost && other.main <= path.main) return;
        if (path.cost <= other.cost && path.main <= other.main) other.trail = -1;
    }
    path.next = table_[at];
    path.trail = static_cast<int>(trail_.size());
    trail_.push_back({parent, path.node});
    table_[at] = static_cast<int>(following_.size());
    following_.push_back(path);
}

void RouteEnumeration::rehash() {
    table_.assign(4 * table_.size(), -1);
    for (std::size_t k = 0; k < following_.size(); ++k) {
        // Later ones of the same kind refer to earlier ones: they replace them.
        Path const &path = following_[k];
        std::size_t at = hashOf(path.set, path.node) & (table_.size() - 1);
        for (; table_[at] >= 0; at = (at + 1) & (table_.size() - 1)) {
            Path const &head = following_[static_cast<std::size_t>(table_[at])];
            if (head.set == path.set && head.node == path.node) break;
        }
        table_[at] = static_cast<int>(k);
    }
}

void RouteEnumeration::output(Closed const &route) {
    for (int k = route.trail; trail_[static_cast<std::size_t>(k)].node != 0;
         k = trail_[static_cast<std::size_t>(k)].parent)
        found_.visits.push_back(trail_[static_cast<std::size_t>(k)].node);
    std::reverse(found_.visits.begin() + found_.first.back(), found_.visits.end());
    found_.first.push_back(static_cast<int>(found_.visits.size()));
    found_.cost.push_back(route.cost);
    found_.reduced.push_back(route.reduced);
}

}  // namespace cosolve::vrp
