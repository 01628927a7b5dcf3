#include "tsp/greedy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "core/radix.h"
#include "core/rng.h"
#include "core/space.h"
#include "tsp/neighbors.h"

namespace cosolve::tsp {

namespace {

constexpr int kJoinNeighbors = 6;      // fragment ends looked at around each end in one round
constexpr double kLeastChance = 1e-6;  // of an edge, and of its opposite

// Disjoint paths over the nodes, at first one per node. Each end knows the other end of its path,
// which is all it takes to refuse a cycle.
class Fragments {
public:
    using Links = std::array<int, 2>;

    explicit Fragments(int size)
        : next_(static_cast<std::size_t>(size), {-1, -1}), other_(next_.size()), count_(size) {
        for (int i = 0; i < size; ++i) other_[static_cast<std::size_t>(i)] = i;
    }

    int size() const { return static_cast<int>(next_.size()); }
    int count() const { return count_; }
    int otherEnd(int end) const { return other_[static_cast<std::size_t>(end)]; }
    bool isFree(int node) const { return links(node)[1] < 0; }
    bool isSingle(int node) const { return links(node)[0] < 0; }

    bool canJoin(int a, int b) const {
        return isFree(a) && isFree(b) && otherEnd(a) != b && a != b;
    }
    void join(int a, int b) {
        link(a, b);
        link(b, a);
        int const endA = otherEnd(a), endB = otherEnd(b);
        other_[static_cast<std::size_t>(endA)] = endB;
        other_[static_cast<std::size_t>(endB)] = endA;
        --count_;
    }
    // The nodes of the fragment that ends at `end`, from there on.
    std::vector<int> walk(int end) const {
        std::vector<int> path;
        path.reserve(next_.size());
        for (int previous = -1, node = end; node >= 0;) {
            path.push_back(node);
            Links const &both = links(node);
            int const following = both[0] == previous ? both[1] : both[0];
            previous = node;
            node = following;
        }
        return path;
    }

private:
    Links const &links(int node) const { return next_[static_cast<std::size_t>(node)]; }
    void link(int from, int to) {
        Links &both = next_[static_cast<std::size_t>(from)];
        both[both[0] < 0 ? 0 : 1] = to;
    }

    std::vector<Links> next_;
    std::vector<int> other_;
    int count_;
};

class Greedy {
public:
    // Both are for lengths and weights, see greedy.h.
    Greedy(Metric const &metric, std::uint64_t seed, double randomization, double noise)
        : metric_(metric), fragments_(metric.size()), rng_(seed), randomization_(randomization),
          noise_(noise) {
        if (metric.hasPoints()) space_ = spaceOf(metric);
    }

    bool fix(std::span<std::pair<int, int> const> edges) {
        for (auto const &[a, b] : edges) {
            if (fragments_.canJoin(a, b)) {
                fragments_.join(a, b);
            } else {
                // The edge that closes the whole tour comes by itself.
                bool const closes = fragments_.count() == 1 && fragments_.isFree(a) &&
                                    fragments_.isFree(b) && fragments_.otherEnd(a) == b;
                if (!closes) return false;
            }
        }
        return true;
    }

    void addCandidates(std::span<int const> start, std::span<int const> to,
                       std::span<double const> weights) {
        std::vector<Keyed> edges;
        edges.reserve(to.size() / 2 + to.size() / 8);
        auto const begin = [&](int i) { return start[static_cast<std::size_t>(i)]; };
        auto const find = [&](int i, int j) {  // the entry of edge (i, j), or -1
            for (int e = begin(i); e < begin(i + 1); ++e)
                if (to[static_cast<std::size_t>(e)] == j) return e;
            return -1;
        };
        for (int i = 0; i < metric_.nodes(); ++i)
            for (int e = begin(i); e < begin(i + 1); ++e) {
                int const j = to[static_cast<std::size_t>(e)];
                if (j >= metric_.nodes()) continue;  // the hub
                int const back = find(j, i);
                if (i > j && back >= 0) continue;  // it was met before
                if (weights.empty()) {
                    add(edges, i, j);
                } else {
                    double const other = back < 0 ? 0.0 : weights[static_cast<std::size_t>(back)];
                    addWeighted(edges, i, j, (weights[static_cast<std::size_t>(e)] + other) / 2);
                }
            }
        take(edges);
    }

    // Joins near fragment ends in rounds, as Boruvka's algorithm does for trees. Of the ends that
    // have a given end as their nearest only a few can exist in the plane, so every round leaves at
    // most a fixed share of the fragments.
    void joinFragments() {
        while (open() > 1) {
            int const before = open();
            std::vector<int> const ends = freeEnds();
            std::vector<Keyed> edges;
            if (space_)
                addNear(edges, ends);
            else
                addNearExplicit(edges, ends);
            take(edges);
            if (!space_ && open() > 1 && open() > before - before / 8) return chain();
        }
    }

    std::vector<int> tour() const {
        int end = 0;  // a real node: they precede the hub, and it is never the only free one
        while (!fragments_.isFree(end)) ++end;
        std::vector<int> tour = fragments_.walk(end);
        if (hubWaits()) tour.push_back(metric_.hub());
        return tour;
    }

private:
    // A hub without fixed edges goes between the ends of the finished path.
    bool hubWaits() const { return metric_.hasHub() && fragments_.isSingle(metric_.hub()); }
    // Fragments still to be joined into one path.
    int open() const { return fragments_.count() - (hubWaits() ? 1 : 0); }

    void add(std::vector<Keyed> &edges, int a, int b) {
        if (!fragments_.canJoin(a, b)) return;
        double length = metric_(a, b);
        if (randomization_ > 0) length *= 1.0 + randomization_ * rng_.uniform();
        edges.push_back({orderedKey(length),
                         static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b)});
    }
    // The key has the weight, falling, in its upper half and the length in its lower half: floats
    // that are not negative are in the order of their bits.
    void addWeighted(std::vector<Keyed> &edges, int a, int b, double weight) {
        if (!fragments_.canJoin(a, b)) return;
        if (noise_ > 0) weight = disturbed(weight);
        auto const bits = [](double x) {
            return std::bit_cast<std::uint32_t>(static_cast<float>(x) + 0.0F);
        };
        std::uint64_t const key = std::uint64_t{~bits(std::max(weight, 0.0))} << 32;
        edges.push_back({key | bits(std::max(metric_(a, b), 0.0)),
                         static_cast<std::uint64_t>(a) << 32 | static_cast<std::uint64_t>(b)});
    }
    // Returns the root of the disturbed odds, whose range a float has.
    double disturbed(double probability) {
        auto const logOdds = [](double p) {
            p = std::clamp(p, kLeastChance, 1.0 - kLeastChance);
            return std::log(p / (1.0 - p));
        };
        return std::exp((logOdds(probability) + noise_ * logOdds(rng_.uniform())) / 2.0);
    }
    void take(std::vector<Keyed> &edges) {
        radixSort(edges);
        for (Keyed const &edge : edges) {
            auto const a = static_cast<int>(edge.value >> 32);
            auto const b = static_cast<int>(edge.value & 0xffffffffU);
            if (fragments_.canJoin(a, b)) fragments_.join(a, b);
        }
    }

    std::vector<int> freeEnds() const {
        std::vector<int> ends;
        for (int i = 0; i < metric_.nodes(); ++i)
            if (fragments_.isFree(i)) ends.push_back(i);
        return ends;
    }

    void addNear(std::vector<Keyed> &edges, std::vector<int> const &ends) {
        int const k = std::min(kJoinNeighbors, static_cast<int>(ends.size()) - 1);
        std::vector<int> const near = kNearest(subspace(*space_, ends), k);
        auto neighbor = near.begin();
        for (int const end : ends)
            for (int rank = 0; rank < k; ++rank)
                add(edges, end, ends[static_cast<std::size_t>(*neighbor++)]);
    }

    void addNearExplicit(std::vector<Keyed> &edges, std::vector<int> const &ends) {
        std::vector<std::pair<double, int>> row;
        for (int const end : ends) {
            row.clear();
            for (int const other : ends)
                if (fragments_.canJoin(end, other)) row.emplace_back(metric_(end, other), other);
            auto const k = std::min<std::ptrdiff_t>(kJoinNeighbors, std::ssize(row));
            std::partial_sort(row.begin(), row.begin() + k, row.end());
            for (std::ptrdiff_t r = 0; r < k; ++r)
                add(edges, end, row[static_cast<std::size_t>(r)].second);
        }
    }

    // A matrix may name the same few nodes as everyone's nearest, and rounds then join little.
    // Going from the end of one growing path to the nearest other end is quadratic whatever the
    // matrix.
    void chain() {
        std::vector<int> ends = freeEnds();
        int tail = ends.front();
        while (open() > 1) {
            std::erase_if(ends, [&](int end) { return !fragments_.isFree(end); });
            int best = -1;
            double least = std::numeric_limits<double>::infinity();
            for (int const end : ends)
                if (fragments_.canJoin(tail, end) && metric_(tail, end) < least) {
                    least = metric_(tail, end);
                    best = end;
                }
            int const onward = fragments_.otherEnd(best);
            fragments_.join(tail, best);
            // A fixed edge has made the hub the end of a fragment: go on from the other side.
            bool const atHub = metric_.hasHub() && onward == metric_.hub();
            tail = atHub ? fragments_.otherEnd(onward) : onward;
        }
    }

    Metric const &metric_;
    Fragments fragments_;
    Rng rng_;
    double randomization_, noise_;
    std::optional<Space> space_;
};

}  // namespace

std::vector<int> greedyTour(Metric const &metric, std::span<int const> start,
                            std::span<int const> to, std::span<std::pair<int, int> const> fixed,
                            std::uint64_t seed, double randomization,
                            std::span<double const> weights) {
    bool const weighted = !weights.empty();
    Greedy greedy(metric, seed, weighted ? 0.0 : randomization, weighted ? randomization : 0.0);
    if (!greedy.fix(fixed)) return {};
    greedy.addCandidates(start, to, weights);
    greedy.joinFragments();
    return greedy.tour();
}

}  // namespace cosolve::tsp
