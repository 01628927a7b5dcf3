#include "vrp/capacitated/ruin_recreate.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/deadline.h"
#include "core/rng.h"
#include "vrp/capacitated/distance.h"
#include "vrp/capacitated/local_search.h"
#include "vrp/capacitated/routes.h"

namespace cosolve::vrp {

namespace {

constexpr int kBlock = 16;
// Share of the legs that are short enough to be looked at from a neighbour of theirs that is half
// as far away: the few longer ones cost more time than they are worth.
constexpr double kUsual = 0.95;
constexpr int kStretch = 1000, kPerClient = 10;

template <class Distance> class Search final : public RuinRecreate {
public:
    Search(CapacitatedInstance const &instance, Distance distance, RuinParameters parameters,
           std::uint64_t seed)
        : in_(instance), par_(parameters), rng_(seed), s_(instance, distance),
          near_(nearOf(instance, s_)), local_(s_, near_, instance.near, parameters.width) {
        nextBlink_ = drawBlink();
    }

    long run(double seconds, long iterations, double from, double to) override {
        Deadline const deadline(seconds);
        long done = 0;
        double const ratio = iterations > 0 && from > 0
                                 ? std::pow(to / from, 1.0 / static_cast<double>(iterations))
                                 : 1.0;
        double temperature = from;
        updateLongestLeg();
        while (iterations <= 0 || done < iterations) {
            if ((done & 63) == 63 && deadline.passed()) break;
            iterate(temperature);
            temperature *= ratio;
            ++done;
        }
        this->iterations += done;
        return done;
    }

    std::vector<int> best() const override { return s_.best(); }
    std::vector<int> current() const override { return s_.current(); }
    double bestCost() const override { return s_.bestCost(); }
    double currentCost() const override { return s_.cost(); }
    void begin(std::vector<int> const &routes, int most) override {
        s_.set(routes);
        most_ = most;
        leftInStretch_ = 0;
    }

    int locations() const override { return in_.locations(); }
    double meanLeg() const override { return s_.cost() / (members() + s_.used()); }

private:
    struct Place {
        int prev = 0, route = kAbsent;
        double delta = kInfinity;
    };

    int members() const { return static_cast<int>(s_.members().size()); }

    static std::vector<Near> nearOf(CapacitatedInstance const &in, RouteSet<Distance> const &s) {
        std::vector<Near> near(in.near.to.size());
        for (int i = 1; i <= s.clients(); ++i)
            for (std::size_t e = in.near.begin(i); e < in.near.end(i); ++e)
                near[e] = {in.near.to[e], static_cast<float>(s.leg(i, in.near.to[e]))};
        return near;
    }

    void remove(int client) {
        s_.unlink(client);
        absent_.push_back(client);
    }

    // Section 5.1: strings of the routes around a seed client.
    void ruin() {
        absent_.clear();
        ruined_.clear();
        double const average = static_cast<double>(members()) / std::max(1, s_.used());
        double const longest = std::min<double>(par_.longest, average);
        double const most = 4.0 * par_.removed / (1.0 + longest) - 1.0;
        int const strings = static_cast<int>(rng_.uniform() * most + 1.0);
        int const seed = drawSeed();
        ruinAt(seed, longest);
        NearRows const &around = in_.surroundings();
        for (std::size_t e = around.begin(seed);
             e < around.end(seed) && static_cast<int>(ruined_.size()) < strings; ++e)
            if (s_.routeOf(around.to[e]) != kAbsent) ruinAt(around.to[e], longest);
    }

    // Among many clients the seeds stay for a while in one stretch of the numbering, which follows
    // a curve through the plane: what an iteration looks at is then still in the cache.
    int drawSeed() {
        int const n = members();
        if (n <= kStretch) return member(rng_.below(n));
        if (leftInStretch_-- <= 0) {
            leftInStretch_ = kStretch * kPerClient;
            stretch_ = rng_.below(n);
        }
        return member((stretch_ + rng_.below(kStretch)) % n);
    }

    int member(int k) const { return s_.members()[static_cast<std::size_t>(k)]; }

    void ruinAt(int client, double longest) {
        int const route = s_.routeOf(client);
        if (std::find(ruined_.begin(), ruined_.end(), route) != ruined_.end()) return;
        ruined_.push_back(route);
        int const size = s_.path(route).size;
        double const limit = std::min<double>(size, longest);
        int const length = std::min(static_cast<int>(rng_.uniform() * limit + 1.0), size);
        int kept = 0;
        if (length < size && length > 1 && rng_.uniform() < par_.split) {
            kept = 1;
            while (length + kept < size && rng_.uniform() < par_.keep) ++kept;
        }
        removeString(client, length, kept);
    }

    // Removes `length` of `length + kept` consecutive clients around one; those kept are together.
    void removeString(int client, int length, int kept) {
        int const whole = length + kept;
        int before = 0, after = 0;
        for (int i = client; before < whole - 1 && s_.prev(i); ++before) i = s_.prev(i);
        for (int i = client; after < whole - 1 && s_.next(i); ++after) i = s_.next(i);
        int const least = std::max(0, whole - 1 - after);
        int at = client;
        for (int back = least + rng_.below(before - least + 1); back > 0; --back) at = s_.prev(at);
        int const from = kept ? 1 + rng_.below(length - 1) : whole;
        for (int k = 0; k < whole && at; ++k) {
            int const next = s_.next(at);
            if (k < from || k >= from + kept) remove(at);
            at = next;
        }
    }

    // Section 5.2: the orders in which clients are put back, with weights 4 : 4 : 2 : 1.
    void sortAbsent() {
        rng_.shuffle(absent_);
        int const draw = rng_.below(11);
        if (draw < 4) return;
        auto by = [&](auto key) {
            std::sort(absent_.begin(), absent_.end(),
                      [&](int a, int b) { return key(a) < key(b); });
        };
        if (draw < 8)
            by([&](int i) { return -s_.node(i).demand; });
        else if (draw < 10)
            by([&](int i) { return -s_.node(i).depot; });
        else
            by([&](int i) { return s_.node(i).depot; });
    }

    void updateLongestLeg() {
        std::vector<double> legs;
        for (int const i : s_.members())
            if (s_.next(i)) legs.push_back(s_.legNext(i));
        if (legs.empty()) return;
        std::size_t const k =
            static_cast<std::size_t>(static_cast<double>(legs.size() - 1) * kUsual);
        std::nth_element(legs.begin(), legs.begin() + static_cast<long>(k), legs.end());
        longestLeg_ = legs[k] + 1.0;
    }

    int drawBlink() {
        if (par_.blink <= 0) return std::numeric_limits<int>::max();
        double const u = 1.0 - rng_.uniform();
        return static_cast<int>(std::min(1e9, std::log(u) / std::log1p(-par_.blink)));
    }
    bool blinks() {
        if (nextBlink_-- > 0) return false;
        nextBlink_ = drawBlink();
        return true;
    }

    Place cheapestPlace(int client) {
        double const demand = s_.node(client).demand;
        Place place;
        Near const *near = near_.data() + in_.near.begin(client);
        int const count = in_.near.count(client);
        // In blocks: first, without a branch, the neighbours whose routes have room.
        for (int from = 0; from < count; from += kBlock) {
            if (2 * near[from].distance - longestLeg_ > place.delta) break;
            int const to = std::min(from + kBlock, count);
            int fitting[kBlock], fit = 0;
            for (int k = from; k < to; ++k) {
                fitting[fit] = k;
                fit += s_.room(s_.routeOf(near[k].node)) >= demand;
            }
            for (int i = 0; i < fit; ++i) {
                int const v = near[fitting[i]].node;
                int const route = s_.routeOf(v);
                Links const links = s_.node(v).links;
                double const direct = near[fitting[i]].distance;
                consider(place, client, v, links.next, links.legNext, direct, route, v);
                consider(place, client, v, links.prev, links.legPrev, direct, route, links.prev);
            }
        }
        return place;
    }

    // The leg between v and w, if the detour over the client can be the shortest so far.
    void consider(Place &place, int client, int v, int w, double length, double direct, int route,
                  int prev) {
        // w is no nearer to the client than v, or the leg was seen from w.
        if (w && 2 * direct - length > place.delta + 1.0) return;
        double const detour = s_.leg(v, client) + s_.legOrDepot(w, client) - length;
        if (detour >= place.delta || blinks()) return;
        if (in_.maxLength < kInfinity && !s_.lengthAllows(route, detour + s_.service(client)))
            return;
        place = {prev, route, detour};
    }

    Place anyPlace(int client) {
        double const demand = s_.node(client).demand;
        Place place;
        for (int r = 1; r <= s_.highestRoute(); ++r) {
            if (s_.path(r).size == 0 || s_.room(r) < demand) continue;
            int prev = 0;
            while (true) {
                double const delta = s_.detour(client, prev, r);
                if (delta < place.delta && !blinks() &&
                    s_.lengthAllows(r, delta + s_.service(client)))
                    place = {prev, r, delta};
                prev = prev ? s_.next(prev) : s_.path(r).first;
                if (!prev) break;
            }
        }
        return place;
    }

    bool recreate() {
        sortAbsent();
        for (int const client : absent_) {
            Place place = cheapestPlace(client);
            if (place.route == kAbsent) place = anyPlace(client);
            if (place.route == kAbsent || 2 * s_.node(client).depot + in_.fixedCost < place.delta) {
                if (s_.used() < most_)
                    place = {0, s_.emptyRoute(), 0};
                else if (place.route == kAbsent)
                    return false;
            }
            s_.link(client, place.prev, place.route);
        }
        return true;
    }

    void iterate(double temperature) {
        double const before = s_.cost();
        s_.begin();
        ruin();
        if (!recreate()) {
            s_.rollBack();
            return;
        }
        double const threshold = before - temperature * std::log(1.0 - rng_.uniform());
        if (par_.width > 0 && s_.cost() < threshold + par_.hope * temperature &&
            std::fabs(s_.cost() - before) > 1e-9) {
            for (std::size_t k = 0; k < s_.saved().size(); ++k) {
                auto const &saved = s_.saved()[k];
                if (s_.prev(saved.client) != saved.links.prev ||
                    s_.next(saved.client) != saved.links.next)
                    local_.add(saved.client);
            }
            local_.run();
        }
        if (s_.cost() >= threshold || !s_.touchedAreShort()) {
            s_.rollBack();
            return;
        }
        ++accepted;
        s_.commit();
    }

    CapacitatedInstance const &in_;
    RuinParameters par_;
    Rng rng_;
    RouteSet<Distance> s_;
    std::vector<Near> near_;
    LocalSearch<Distance> local_;
    std::vector<int> absent_, ruined_;
    int most_ = 0;  // routes
    int nextBlink_ = 0;
    int stretch_ = 0, leftInStretch_ = 0;
    double longestLeg_ = kInfinity;
};

}  // namespace

std::unique_ptr<RuinRecreate> makeRuinRecreate(CapacitatedInstance const &instance,
                                               RuinParameters const &parameters,
                                               std::uint64_t seed) {
    Metric const &metric = *instance.metric;
    if (metric.kind() == MetricKind::EucNint && metric.dim() == 2)
        return std::make_unique<Search<PlaneDistance<true>>>(instance, PlaneDistance<true>{},
                                                             parameters, seed);
    if (metric.kind() == MetricKind::Euclidean && metric.dim() == 2)
        return std::make_unique<Search<PlaneDistance<false>>>(instance, PlaneDistance<false>{},
                                                              parameters, seed);
    return std::make_unique<Search<AnyDistance>>(instance, AnyDistance{&metric}, parameters, seed);
}

}  // namespace cosolve::vrp
