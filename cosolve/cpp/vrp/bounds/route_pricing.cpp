#include "vrp/bounds/route_pricing.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <utility>

namespace cosolve::vrp {

namespace {

double constexpr infinity = std::numeric_limits<double>::infinity();
int constexpr mostBuckets = 128;
// Resources may exceed their limits by rounding errors: routes too many keep a bound valid.
double constexpr slack = 1e-9;
int constexpr clockEvery = 256;  // labels between two looks at the clock

double room(double limit) {
    return limit + slack * (1 + std::fabs(limit));
}

}  // namespace

RoutePricing::RoutePricing(RouteRules rules) : rules_(std::move(rules)) {
    int const n = rules_.nodes;
    bucketCount_ = mostBuckets;
    width_ = std::max(rules_.horizon / bucketCount_, 1e-300);
    fillSide(forward_, false);
    fillSide(backward_, true);
    member_.resize(static_cast<std::size_t>(n));
    remember_.resize(static_cast<std::size_t>(n));
    // Place 0 of a memory is the client itself, place k its k-th neighbor.
    std::size_t const size = static_cast<std::size_t>(n) * n;
    place_.assign(size, -1);
    shared_.assign(size, 0);
    for (int i = 1; i < n; ++i) {
        std::size_t const row = static_cast<std::size_t>(i) * n;
        assert(rules_.neighbors[static_cast<std::size_t>(i)].size() < 32);
        place_[row + static_cast<std::size_t>(i)] = 0;
        int place = 0;
        for (int k : rules_.neighbors[static_cast<std::size_t>(i)])
            place_[row + static_cast<std::size_t>(k)] = ++place;
    }
    for (int i = 1; i < n; ++i) {
        auto const &near = rules_.neighbors[static_cast<std::size_t>(i)];
        for (int j = 1; j < n; ++j) {
            std::size_t const row = static_cast<std::size_t>(j) * n;
            std::uint32_t bits = place_[row + static_cast<std::size_t>(i)] >= 0 ? 1 : 0;
            for (std::size_t k = 0; k < near.size(); ++k)
                if (place_[row + static_cast<std::size_t>(near[k])] >= 0) bits |= 2u << k;
            shared_[static_cast<std::size_t>(i) * n + j] = bits;
        }
    }
}

void RoutePricing::setCuts(std::vector<SubsetCut> const &cuts) {
    assert(cuts.size() <= mostSubsetCuts);
    cutCount_ = static_cast<int>(cuts.size());
    cutPrice_.clear();
    std::fill(member_.begin(), member_.end(), CutStates{});
    std::fill(remember_.begin(), remember_.end(), CutStates{});
    for (std::size_t k = 0; k < cuts.size(); ++k) {
        std::uint64_t const bit = std::uint64_t{1} << (k % 64);
        cutPrice_.push_back(cuts[k].price);
        for (int i : cuts[k].members) {
            member_[static_cast<std::size_t>(i)][k / 64] |= bit;
            remember_[static_cast<std::size_t>(i)][k / 64] |= bit;
        }
        for (int i : cuts[k].memory) remember_[static_cast<std::size_t>(i)][k / 64] |= bit;
    }
}

double RoutePricing::visit(CutStates &states, int node) const {
    double paid = 0;
    for (std::size_t w = 0; w < states.size(); ++w) {
        std::uint64_t const kept = states[w] & remember_[static_cast<std::size_t>(node)][w];
        std::uint64_t const inside = member_[static_cast<std::size_t>(node)][w];
        for (std::uint64_t bits = kept & inside; bits; bits &= bits - 1)
            paid += cutPrice_[64 * w + static_cast<std::size_t>(__builtin_ctzll(bits))];
        states[w] = kept ^ inside;
    }
    return paid;
}

double RoutePricing::due(CutStates const &a, CutStates const &b) const {
    double sum = 0;
    for (std::size_t w = 0; w < a.size(); ++w)
        for (std::uint64_t bits = a[w] & b[w]; bits; bits &= bits - 1)
            sum += cutPrice_[64 * w + static_cast<std::size_t>(__builtin_ctzll(bits))];
    return sum;
}

double RoutePricing::ahead(CutStates const &a, CutStates const &b) const {
    return due(a, {~b[0], ~b[1]});
}

// Whether a makes b superfluous. Where a has to pay sooner, it must be cheaper by that.
bool RoutePricing::covers(Entry const &a, Entry const &b, std::uint32_t care) const {
    if (a.cost > b.cost || a.main > b.main || a.load > b.load || (a.memory & ~b.memory & care) != 0)
        return false;
    return cutCount_ == 0 || a.cost + ahead(a.states, b.states) <= b.cost;
}

// Backward labels are forward labels of the mirrored rules: resources run from the horizon down,
// arcs are turned round.
void RoutePricing::fillSide(Side &side, bool backward) const {
    int const n = rules_.nodes;
    side.backward = backward;
    side.half = rules_.horizon / 2;
    side.buckets.resize(static_cast<std::size_t>(n) * bucketCount_);
    side.consumption = rules_.consumption;
    side.earliest = rules_.earliest;
    side.latest = rules_.latest;
    if (!backward) return;
    for (int i = 0; i < n; ++i) {
        side.earliest[static_cast<std::size_t>(i)] =
            rules_.horizon - rules_.latest[static_cast<std::size_t>(i)];
        side.latest[static_cast<std::size_t>(i)] =
            rules_.horizon - rules_.earliest[static_cast<std::size_t>(i)];
        for (int j = 0; j < n; ++j)
            side.consumption[static_cast<std::size_t>(i) * n + j] = rules_.use(j, i);
    }
}

int RoutePricing::bucketOf(double main) const {
    return std::clamp(static_cast<int>(main / width_), 0, bucketCount_ - 1);
}

bool RoutePricing::run(std::vector<double> const &cost, bool heuristic, int mostRoutes,
                       std::size_t mostLabels, Deadline const &deadline) {
    routes_.clear();
    least_ = leastPerLoad_ = 0;
    labels_ = 0;
    start(forward_, cost);
    bool complete = grow(forward_, heuristic, mostLabels, deadline);
    labels_ = forward_.labels.size();
    if (!rules_.symmetric) {
        start(backward_, cost);
        complete = complete && grow(backward_, heuristic, mostLabels, deadline);
        labels_ += backward_.labels.size();
    }
    Side const &back = rules_.symmetric ? forward_ : backward_;
    return join(forward_, back, mostRoutes, deadline) && complete;
}

void RoutePricing::start(Side &side, std::vector<double> const &cost) const {
    int const n = rules_.nodes;
    side.cost = cost;
    if (side.backward)
        for (int i = 0; i < n; ++i)
            for (int j = 0; j < n; ++j)
                side.cost[static_cast<std::size_t>(i) * n + j] =
                    cost[static_cast<std::size_t>(j) * n + i];
    for (Bucket &bucket : side.buckets) {
        bucket.entries.clear();
        bucket.extended = 0;
        bucket.cheapest = infinity;
    }
    side.labels.clear();
    side.labels.push_back({0.0, side.earliest[0], 0.0, 0, 0, -1, {}});
}

bool RoutePricing::grow(Side &side, bool heuristic, std::size_t mostLabels,
                        Deadline const &deadline) const {
    int const n = rules_.nodes;
    extend(side, 0, heuristic);
    int const last = bucketOf(side.half);
    int count = 0;
    for (int b = 0; b <= last; ++b) {
        // What uses no resource stays in the bucket, which is then gone through again.
        for (bool again = true; again;) {
            again = false;
            for (int i = 1; i < n; ++i) {
                std::size_t const at = static_cast<std::size_t>(i) * bucketCount_ + b;
                while (side.buckets[at].extended < side.buckets[at].entries.size()) {
                    Bucket &bucket = side.buckets[at];
                    Entry const entry = bucket.entries[bucket.extended++];
                    if (entry.main > side.half) continue;
                    if (dominated(side, entry, i, b, heuristic, true)) continue;
                    if (++count % clockEvery == 0 &&
                        (deadline.passed() || side.labels.size() > mostLabels))
                        return false;
                    extend(side, entry.label, heuristic);
                    again = true;
                }
            }
        }
    }
    return true;
}

std::uint32_t RoutePricing::carried(std::uint32_t memory, int from, int to) const {
    int const n = rules_.nodes;
    std::uint32_t bits = memory & shared_[static_cast<std::size_t>(from) * n + to];
    std::uint32_t result = 0;
    auto const &near = rules_.neighbors[static_cast<std::size_t>(from)];
    while (bits) {
        int const k = __builtin_ctz(bits);
        bits &= bits - 1;
        int const client = k == 0 ? from : near[static_cast<std::size_t>(k) - 1];
        result |= 1u << place_[static_cast<std::size_t>(to) * n + client];
    }
    return result;
}

void RoutePricing::extend(Side &side, int from, bool heuristic) const {
    int const n = rules_.nodes;
    Label const label = side.labels[static_cast<std::size_t>(from)];
    int const i = label.node;
    std::size_t const row = static_cast<std::size_t>(i) * n;
    for (int j = 1; j < n; ++j) {
        double const arc = side.cost[row + j];
        if (j == i || !(arc < infinity)) continue;
        double const load = label.load + rules_.load[static_cast<std::size_t>(j)];
        if (load > room(rules_.capacity)) continue;
        double const main = std::max(side.earliest[static_cast<std::size_t>(j)],
                                     label.main + side.consumption[row + j]);
        if (main > room(side.latest[static_cast<std::size_t>(j)])) continue;
        // Beyond half, the other end takes over: such labels are never joined.
        if (main > room(side.half)) continue;
        std::uint32_t memory = 1;
        if (i != 0) {
            int const place = place_[row + static_cast<std::size_t>(j)];
            if (place >= 0 && (label.memory >> place & 1)) continue;
            memory |= carried(label.memory, i, j);
        }
        CutStates states = label.states;
        double const paid = cutCount_ ? visit(states, j) : 0.0;
        insert(side, {label.cost + arc + paid, main, load, memory, -1, states}, j, from, heuristic);
    }
}

bool RoutePricing::dominated(Side const &side, Entry const &entry, int node, int bucket,
                             bool heuristic, bool itself) const {
    Bucket const *row = side.buckets.data() + static_cast<std::size_t>(node) * bucketCount_;
    std::uint32_t const care = heuristic ? 0 : ~std::uint32_t{0};
    for (int b = bucket; b >= 0 && row[b].cheapest <= entry.cost; --b)
        for (Entry const &other : row[b].entries) {
            if (itself && other.label == entry.label) continue;
            if (covers(other, entry, care)) return true;
        }
    return false;
}

void RoutePricing::insert(Side &side, Entry const &entry, int node, int parent,
                          bool heuristic) const {
    int const b = bucketOf(entry.main);
    if (dominated(side, entry, node, b, heuristic, false)) return;
    Bucket *row = side.buckets.data() + static_cast<std::size_t>(node) * bucketCount_;
    // Those of the same bucket that the new one dominates make room.
    auto &entries = row[b].entries;
    std::uint32_t const care = heuristic ? 0 : ~std::uint32_t{0};
    std::size_t kept = 0, extended = row[b].extended;
    for (std::size_t k = 0; k < entries.size(); ++k) {
        Entry const &other = entries[k];
        if (covers(entry, other, care)) {
            if (k < row[b].extended) --extended;
            continue;
        }
        entries[kept++] = entries[k];
    }
    entries.resize(kept);
    row[b].extended = extended;
    entries.push_back(entry);
    entries.back().label = static_cast<int>(side.labels.size());
    side.labels.push_back(
        {entry.cost, entry.main, entry.load, entry.memory, node, parent, entry.states});
    for (int k = b; k < bucketCount_ && row[k].cheapest > entry.cost; ++k)
        row[k].cheapest = entry.cost;
}

bool RoutePricing::compatible(Label const &a, Entry const &b, int node) const {
    if (a.node == 0) return true;
    // Whatever both remember was visited by both, within the neighborhoods in between.
    int const n = rules_.nodes;
    std::uint32_t bits = a.memory & shared_[static_cast<std::size_t>(a.node) * n + node];
    return bits == 0 || (carried(a.memory, a.node, node) & b.memory) == 0;
}

void RoutePricing::joinLabel(Side const &front, Side const &back, int from, Join &best) {
    int const n = rules_.nodes;
    Label const &label = front.labels[static_cast<std::size_t>(from)];
    std::size_t const row = static_cast<std::size_t>(label.node) * n;
    if (label.node != 0) {  // straight home
        double const cost = label.cost + front.cost[row];
        double const main = label.main + rules_.consumption[row];
        double const load = rules_.symmetric ? main : label.load;
        if (main <= room(rules_.horizon) && main <= room(rules_.latest[0])) {
            if (cost < best.reducedCost) best = {cost, from, 0};
            if (cost < leastPerLoad_ * load) leastPerLoad_ = cost / load;
        }
    }
    for (int j = 1; j < n; ++j) {
        double const arc = front.cost[row + j];
        if (j == label.node || !(arc < infinity)) continue;
        double use = rules_.use(label.node, j);
        if (rules_.symmetric) use += rules_.load[static_cast<std::size_t>(j)];
        double const left = room(rules_.horizon) - label.main - use;
        if (left < 0) continue;
        Bucket const *buckets = back.buckets.data() + static_cast<std::size_t>(j) * bucketCount_;
        double const fewest = rules_.symmetric
                                  ? label.main + use
                                  : label.load + rules_.load[static_cast<std::size_t>(j)];
        for (int b = bucketOf(left); b >= 0; --b) {
            double const hope = label.cost + arc + buckets[b].cheapest;
            if (hope >= best.reducedCost && hope >= leastPerLoad_ * fewest) break;
            for (Entry const &other : buckets[b].entries) {
                double cost = label.cost + arc + other.cost;
                if (cutCount_ && cost < 0) cost += due(label.states, other.states);
                double const load =
                    rules_.symmetric ? fewest + other.main : label.load + other.load;
                bool const cheaper = cost < best.reducedCost;
                if (!cheaper && cost >= leastPerLoad_ * load) continue;
                if (other.main > left || label.load + other.load > room(rules_.capacity)) continue;
                if (!compatible(label, other, j)) continue;
                if (cheaper) best = {cost, from, other.label};
                if (cost < leastPerLoad_ * load) leastPerLoad_ = cost / load;
            }
        }
    }
}

bool RoutePricing::join(Side const &front, Side const &back, int mostRoutes,
                        Deadline const &deadline) {
    std::vector<Join> best(static_cast<std::size_t>(rules_.nodes) * bucketCount_,
                           {-1e-300, -1, -1});
    int count = 0;
    auto const at = [&](Label const &label) -> Join & {
        // Of every client and stretch of the resource one route: they should differ.
        int const b = rules_.nodes > 400 ? 0 : 8 * bucketOf(label.main) / bucketCount_;
        return best[static_cast<std::size_t>(label.node) * bucketCount_ + b];
    };
    joinLabel(front, back, 0, at(front.labels[0]));
    for (int i = 1; i < rules_.nodes; ++i)
        for (int b = 0; b < bucketCount_; ++b)
            for (Entry const &entry :
                 front.buckets[static_cast<std::size_t>(i) * bucketCount_ + b].entries) {
                if (++count % clockEvery == 0 && deadline.passed()) return false;
                joinLabel(front, back, entry.label,
                          at(front.labels[static_cast<std::size_t>(entry.label)]));
            }
    std::erase_if(best, [](Join const &join) { return join.first < 0; });
    std::sort(best.begin(), best.end(), [](Join const &a, Join const &b) {
        return std::pair(a.reducedCost, a.first) < std::pair(b.reducedCost, b.first);
    });
    if (!best.empty()) least_ = best.front().reducedCost;
    for (Join const &join : best) {
        if (static_cast<int>(routes_.size()) >= mostRoutes) break;
        routes_.push_back(routeOf(front, back, join));
    }
    return true;
}

PricedRoute RoutePricing::routeOf(Side const &front, Side const &back, Join const &join) const {
    PricedRoute route{join.reducedCost, {}};
    for (int k = join.first; k > 0; k = front.labels[static_cast<std::size_t>(k)].parent)
        route.clients.push_back(front.labels[static_cast<std::size_t>(k)].node);
    std::reverse(route.clients.begin(), route.clients.end());
    for (int k = join.last; k > 0; k = back.labels[static_cast<std::size_t>(k)].parent)
        route.clients.push_back(back.labels[static_cast<std::size_t>(k)].node);
    return route;
}

}  // namespace cosolve::vrp
