#include "vrp/bounds/q_routes.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cosolve::vrp {

namespace {

template <class Real> Real constexpr far = static_cast<Real>(1e30);
int constexpr lanes = 8;
// The step shrinks after so many iterations without a better bound.
int constexpr patience = 12;
double constexpr shrink = 0.7;
double constexpr inertia = 0.6;  // share of the old direction in the new one
double constexpr shortest = 1e-3;
double constexpr followingStep = 0.1;

template <class Real> struct Two {
    Real first, second;
    int before, before2;
};

// The two least of walk(i) + cost(i), where walk(i) does not come from `avoid`. Rows are padded to
// whole lanes; the loops over lanes become vector instructions.
template <class Real>
Two<Real> twoLeast(Real const *first, Real const *second, int const *before, Real const *cost,
                   std::size_t size, int avoid) {
    Real best[lanes], next[lanes];
    int bestAt[lanes], nextAt[lanes];
    for (int k = 0; k < lanes; ++k) {
        best[k] = next[k] = far<Real>;
        bestAt[k] = nextAt[k] = -1;
    }
    for (std::size_t i = 0; i < size; i += lanes) {
        for (int k = 0; k < lanes; ++k) {
            std::size_t const at = i + static_cast<std::size_t>(k);
            Real const walk = before[at] == avoid ? second[at] : first[at];
            Real const value = walk + cost[at];
            bool const leads = value < best[k];
            bool const follows = value < next[k];
            int const here = static_cast<int>(at);
            nextAt[k] = leads ? bestAt[k] : (follows ? here : nextAt[k]);
            next[k] = leads ? best[k] : (follows ? value : next[k]);
            bestAt[k] = leads ? here : bestAt[k];
            best[k] = leads ? value : best[k];
        }
    }
    Two<Real> result{far<Real>, far<Real>, -1, -1};
    auto const take = [&result](Real value, int at) {
        if (value < result.first) {
            result.second = result.first;
            result.before2 = result.before;
            result.first = value;
            result.before = at;
        } else if (value < result.second) {
            result.second = value;
            result.before2 = at;
        }
    };
    for (int k = 0; k < lanes; ++k) {
        take(best[k], bestAt[k]);
        take(next[k], nextAt[k]);
    }
    return result;
}

}  // namespace

template <class Real>
QRouteTable<Real>::QRouteTable(QRouteRules const &rules)
    : rules_(&rules), stride_((static_cast<std::size_t>(rules.nodes) + lanes - 1) / lanes * lanes) {
    auto const rows = static_cast<std::size_t>(rules.capacity) + 1;
    cost_.assign(static_cast<std::size_t>(rules.nodes) * stride_, far<Real>);
    first_.assign(rows * stride_, far<Real>);
    second_.assign(rows * stride_, far<Real>);
    before_.assign(rows * stride_, -1);
    before2_.assign(rows * stride_, -1);
}

template <class Real> void QRouteTable<Real>::begin(std::vector<double> const &penalties) {
    int const n = rules_->nodes;
    penalties_ = penalties;
    for (int i = 0; i < n; ++i)
        for (int j = 0; j < n; ++j) {
            auto const a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
            double const cost = rules_->cost[a * static_cast<std::size_t>(n) + b];
            cost_[a * stride_ + b] =
                i == j || !(cost < far<float> / 4)
                    ? far<Real>
                    : static_cast<Real>(cost - (penalties[a] + penalties[b]) / 2);
        }
    visits_.assign(static_cast<std::size_t>(n), 0);
    prices_ = penalties;
    first_[0] = 0;  // at the depot, with no load; it has no predecessor
    nextLoad_ = 1;
    nextClient_ = 1;
    sum_ = 0;
    for (double penalty : penalties) sum_ += penalty;
    sum_ += (rules_->fewest - 1) * penalties[0];
}

template <class Real> bool QRouteTable<Real>::run(Deadline const &deadline) {
    for (; nextLoad_ <= rules_->capacity; ++nextLoad_) {
        if (deadline.passed()) return false;
        fillRow(nextLoad_);
    }
    for (; nextClient_ < rules_->nodes; ++nextClient_) {
        if (deadline.passed()) return false;
        close(nextClient_);
    }
    bound_ = sum_;
    return true;
}

template <class Real> void QRouteTable<Real>::fillRow(int load) {
    for (int j = 1; j < rules_->nodes; ++j) {
        int const rest = load - rules_->load[static_cast<std::size_t>(j)];
        if (rest < 0) continue;
        std::size_t const from = at(rest, 0), to = at(load, j);
        Two<Real> const two = twoLeast(&first_[from], &second_[from], &before_[from],
                                       &cost_[static_cast<std::size_t>(j) * stride_], stride_, j);
        first_[to] = two.first;
        second_[to] = two.second;
        before_[to] = two.before;
        before2_[to] = two.before2;
    }
}

// The route through a client that is cheapest for its load, from two walks to it.
template <class Real> void QRouteTable<Real>::close(int client) {
    int const own = rules_->load[static_cast<std::size_t>(client)], most = rules_->capacity;
    // There and back; of any other route the two walks come from different nodes.
    double best = 2.0 * first_[at(own, client)] / own;
    End one{own, false}, other{own, false};
    for (int a = own; 2 * a - own <= most; ++a) {
        std::size_t const p = at(a, client);
        if (!(first_[p] < far<Real> / 2)) continue;
        for (int b = a + (a == own ? 1 : 0); a + b - own <= most; ++b) {
            std::size_t const q = at(b, client);
            Real const straight = first_[p] + first_[q];
            double const load = a + b - own;
            if (!(straight < best * load)) continue;
            if (before_[p] != before_[q]) {
                best = straight / load;
                one = {a, false};
                other = {b, false};
                continue;
            }
            for (bool second : {false, true}) {
                Real const cost = second ? first_[p] + second_[q] : second_[p] + first_[q];
                if (!(cost < best * load)) continue;
                best = cost / load;
                one = {a, !second};
                other = {b, second};
            }
        }
    }
    sum_ += own * best;
    prices_[static_cast<std::size_t>(client)] += own * best;
    double const load = one.load + other.load - own;
    count(client, one, own / load);
    count(client, other, own / load);
    visits_[static_cast<std::size_t>(client)] -= own / load;  // both walks end in it
    visits_[0] += own / load;
}

template <class Real> void QRouteTable<Real>::count(int client, End end, double weight) {
    int node = client, load = end.load;
    for (bool second = end.second; node != 0;) {
        visits_[static_cast<std::size_t>(node)] += weight;
        int const before = second ? before2_[at(load, node)] : before_[at(load, node)];
        load -= rules_->load[static_cast<std::size_t>(node)];
        second = before != 0 && before_[at(load, before)] == node;
        node = before;
    }
}

template class QRouteTable<float>;
template class QRouteTable<double>;

QRouteAscent::QRouteAscent(QRouteRules rules)
    : rules_(std::move(rules)), table_(rules_), exact_(rules_),
      penalties_(static_cast<std::size_t>(rules_.nodes), 0.0), bestPenalties_(penalties_),
      direction_(penalties_), best_(-std::numeric_limits<double>::infinity()), proven_(best_) {}

int QRouteAscent::run(int iterations, double target, Deadline const &deadline) {
    int done = 0;
    while (done < iterations && step_ > shortest) {
        if (!running_) table_.begin(penalties_);
        running_ = true;
        if (!table_.run(deadline)) break;
        running_ = false;
        improve(target);
        ++done;
    }
    return done;
}

void QRouteAscent::follow(QRouteAscent const &other) {
    penalties_ = bestPenalties_ = other.bestPenalties_;
    step_ = std::max(other.step_, followingStep);
    running_ = proving_ = false;
}

void QRouteAscent::improve(double target) {
    double const value = table_.bound();
    if (value > best_ + 1e-5 * std::fabs(best_) || std::isinf(best_)) idle_ = 0;
    if (value > best_) {
        best_ = value;
        bestPenalties_ = penalties_;
    }
    if (++idle_ > patience) {
        idle_ = 0;
        step_ *= shrink;
        penalties_ = bestPenalties_;
        std::fill(direction_.begin(), direction_.end(), 0.0);
    }
    auto const &visits = table_.visits();
    double square = 0;
    for (std::size_t i = 0; i < direction_.size(); ++i) {
        double const wanted = i == 0 ? rules_.fewest : 1.0;
        direction_[i] = inertia * direction_[i] + (1 - inertia) * (wanted - visits[i]);
        square += direction_[i] * direction_[i];
    }
    if (square <= 0) return;
    double const length = step_ * std::max(target - value, 1e-3 * std::fabs(target)) / square;
    for (std::size_t i = 0; i < direction_.size(); ++i) penalties_[i] += length * direction_[i];
    // What a route earns: at least so many vehicles are needed, more are allowed.
    penalties_[0] = std::max(0.0, penalties_[0]);
}

bool QRouteAscent::prove(Deadline const &deadline) {
    if (!proving_) exact_.begin(bestPenalties_);
    proving_ = true;
    if (!exact_.run(deadline)) return false;
    proving_ = false;
    // A sum of a few hundred terms of at most this size, in double.
    double magnitude = std::fabs(exact_.bound());
    for (double penalty : bestPenalties_) magnitude += std::fabs(penalty);
    double const bound = exact_.bound() - 1e-10 * magnitude;
    if (bound > proven_) {
        proven_ = bound;
        prices_ = exact_.prices();
    }
    return true;
}

}  // namespace cosolve::vrp
