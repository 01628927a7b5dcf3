#include "vrp/hgs/split.h"

#include <algorithm>
#include <deque>
#include <limits>

namespace cosolve::vrp::hgs {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();
// Routes with more load than this many capacities are not considered.
constexpr double kOverload = 1.5;

}  // namespace

void Splitter::prepare(std::vector<int> const &tour) {
    n_ = static_cast<int>(tour.size());
    auto const size = index(n_ + 1);
    tour_.assign(size, 0);
    length_.assign(size, 0.0);
    load_.assign(size, 0.0);
    outward_.assign(size, 0.0);
    homeward_.assign(size, 0.0);
    for (int k = 1; k <= n_; ++k) {
        int const i = tour[index(k - 1)];
        tour_[index(k)] = i;
        load_[index(k)] = load_[index(k - 1)] + instance_.demand(i);
        if (k > 1)
            length_[index(k)] = length_[index(k - 1)] + instance_.distance(tour_[index(k - 1)], i);
        outward_[index(k)] = instance_.distance(start_, i);
        homeward_[index(k)] = instance_.distance(i, end_);
    }
    double const share = load_[index(n_)] / instance_.fleet();
    loadLimit_ = kOverload * std::max({instance_.capacity(), share, instance_.maxDemand()});
    segments_.clear();
    if (!instance_.timed()) return;
    // Far too late is out of the question, unless there are few vehicles.
    auto const &leave = instance_.visit(start_), &back = instance_.visit(end_);
    double const tooLate = 0.5 * (back.latest - leave.earliest);
    segments_.resize(index(n_));
    for (int i = 0; i < n_; ++i) {
        TimeSegment time = leave;
        for (int j = i + 1; j <= n_; ++j) {
            int const last = j == i + 1 ? start_ : tour_[index(j - 1)], here = tour_[index(j)];
            if (j > i + 1 && load_[index(j)] - load_[index(i)] > loadLimit_) break;
            time = join(time, instance_.travel(last, here), instance_.visit(here));
            if (j > i + 1 && time.warp > tooLate) break;
            auto const whole = join(time, instance_.travel(here, end_), back);
            double const over = whole.duration - whole.warp - instance_.maxDuration();
            if (j > i + 1 && over > 0.5 * instance_.maxDuration()) break;
            segments_[index(i)].push_back(routeCost(i, j) + penalties_.warp * whole.warp +
                                          penalties_.duration * std::max(over, 0.0));
        }
    }
}

// Of the route with positions i + 1 .. j, without violations of time.
double Splitter::routeCost(int i, int j) const {
    double const over = load_[index(j)] - load_[index(i)] - instance_.capacity();
    return outward_[index(i + 1)] + length_[index(j)] - length_[index(i + 1)] +
           homeward_[index(j)] + penalties_.load * std::max(over, 0.0);
}

// to[j] = min over i < j of from[i] + cost of the route i + 1 .. j; from[i] may change while to[i]
// does (they may be the same).
void Splitter::relaxLinear(std::vector<double> const &from, std::vector<double> &to,
                           std::vector<int> &cut) {
    // The cost of reaching j from i, without what depends on j alone and without penalties.
    auto reach = [&](int i) {
        return from[index(i)] + outward_[index(i + 1)] - length_[index(i + 1)];
    };
    // Cutting before i < j is never worse than cutting before j, whatever comes.
    auto dominates = [&](int i, int j) {
        double const extra = penalties_.load * (load_[index(j)] - load_[index(i)]);
        return reach(i) + extra <= reach(j);
    };
    std::deque<int> queue;
    if (from[0] < kNever) queue.push_back(0);
    for (int j = 1; j <= n_; ++j) {
        while (queue.size() > 1 && (load_[index(j)] - load_[index(queue[0])] > loadLimit_ ||
                                    from[index(queue[1])] + routeCost(queue[1], j) <=
                                        from[index(queue[0])] + routeCost(queue[0], j)))
            queue.pop_front();
        to[index(j)] = kNever;
        if (!queue.empty()) {
            to[index(j)] = from[index(queue.front())] + routeCost(queue.front(), j);
            cut[index(j)] = queue.front();
        }
        if (j == n_ || from[index(j)] == kNever) continue;
        if (!queue.empty() && dominates(queue.back(), j)) continue;
        while (!queue.empty() && reach(j) <= reach(queue.back())) queue.pop_back();
        queue.push_back(j);
    }
}

void Splitter::relaxTimed(std::vector<double> const &from, std::vector<double> &to,
                          std::vector<int> &cut) {
    std::vector<double> const before = from;
    bool const chain = &from == &to;
    for (int j = 1; j <= n_; ++j) to[index(j)] = kNever;
    for (int i = 0; i < n_; ++i) {
        double const cost = chain ? to[index(i)] : before[index(i)];
        if (cost == kNever) continue;
        for (std::size_t k = 0; k < segments_[index(i)].size(); ++k) {
            std::size_t const j = index(i) + k + 1;
            if (cost + segments_[index(i)][k] < to[j]) {
                to[j] = cost + segments_[index(i)][k];
                cut[j] = i;
            }
        }
    }
}

bool Splitter::unlimited(std::vector<int> &cuts) {
    std::vector<double> potential(index(n_ + 1), kNever);
    std::vector<int> cut(index(n_ + 1), 0);
    potential[0] = 0.0;
    if (instance_.timed())
        relaxTimed(potential, potential, cut);
    else
        relaxLinear(potential, potential, cut);
    cuts.clear();
    for (int j = n_; j > 0; j = cut[index(j)]) cuts.push_back(j);
    std::reverse(cuts.begin(), cuts.end());
    return static_cast<int>(cuts.size()) <= instance_.fleet();
}

bool Splitter::limited(std::vector<int> &cuts) {
    int const fleet = instance_.fleet();
    std::vector<std::vector<int>> cut(index(fleet + 1), std::vector<int>(index(n_ + 1), 0));
    std::vector<double> from(index(n_ + 1), kNever), to(index(n_ + 1), kNever);
    from[0] = 0.0;
    double best = kNever;
    int used = 0;
    for (int k = 1; k <= fleet; ++k) {
        if (instance_.timed())
            relaxTimed(from, to, cut[index(k)]);
        else
            relaxLinear(from, to, cut[index(k)]);
        to[0] = kNever;
        if (to[index(n_)] < best) {
            best = to[index(n_)];
            used = k;
        }
        std::swap(from, to);
    }
    if (used == 0) return false;
    cuts.clear();
    int j = n_;
    for (int k = used; k > 0; --k) {
        cuts.push_back(j);
        j = cut[index(k)][index(j)];
    }
    std::reverse(cuts.begin(), cuts.end());
    return true;
}

// As many routes as there are vehicles, of about the same number of clients.
std::vector<int> Splitter::evenly() const {
    std::vector<int> cuts;
    int const fleet = instance_.fleet();
    for (int k = 1; k <= fleet; ++k)
        cuts.push_back(static_cast<int>(static_cast<std::int64_t>(n_) * k / fleet));
    return cuts;
}

Plan Splitter::split(std::vector<int> const &tour, Penalties const &penalties) {
    penalties_ = penalties;
    prepare(tour);
    std::vector<int> cuts;
    if (!unlimited(cuts) && !limited(cuts)) cuts = evenly();
    Plan plan;
    int i = 0;
    for (int end : cuts) {
        for (; i < end; ++i) plan.visits.push_back(tour_[index(i + 1)]);
        plan.close(0);
    }
    return plan;
}

}  // namespace cosolve::vrp::hgs
