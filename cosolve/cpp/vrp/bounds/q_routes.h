// Lower bounds from q-routes without 2-cycles, by subgradient ascent.
//
// A q-route is a closed walk from the depot whose clients, counted as often as they are visited,
// fit into a vehicle; i, j, i in a row is excluded [N. Christofides, A. Mingozzi, P. Toth,
// Mathematical Programming 20 (1981)]. From penalties lambda a feasible dual solution is made as in
// R. Baldacci, N. Christofides, A. Mingozzi, Mathematical Programming 115 (2008), section 4.1: the
// share of client i in its cheapest route R is q_i (c(R) - lambda(R)) / q(R), whatever the number
// of vehicles.
#pragma once

#include <cstddef>
#include <vector>

#include "core/deadline.h"

namespace cosolve::vrp {

// Distances are symmetric, loads positive whole numbers; node 0 is the depot.
struct QRouteRules {
    int nodes = 0;
    std::vector<double> cost;  // nodes x nodes; those of the depot's arcs hold half a fixed cost
    std::vector<int> load;
    int capacity = 0;
    int fewest = 0;  // vehicles that are needed
};

// The cheapest walks to every client with every load, and from them the routes. In float it is for
// the search, in double for proofs.
template <class Real> class QRouteTable {
public:
    // The rules must outlive the table.
    explicit QRouteTable(QRouteRules const &rules);

    // Begins anew with penalties of the nodes; that of the depot is what a route earns.
    void begin(std::vector<double> const &penalties);
    // Works until it is done or time is up; returns whether it is done.
    bool run(Deadline const &deadline);

    // Once done: the bound, and how often the routes behind it visit every client; at 0, how many
    // routes they are.
    double bound() const { return bound_; }
    std::vector<double> const &visits() const { return visits_; }
    // What every client is worth; at 0, every route.
    std::vector<double> const &prices() const { return prices_; }

private:
    struct End {
        int load;
        bool second;
    };

    std::size_t at(int load, int node) const {
        return static_cast<std::size_t>(load) * stride_ + static_cast<std::size_t>(node);
    }
    void fillRow(int load);
    void close(int client);
    void count(int client, End end, double weight);

    QRouteRules const *rules_;
    std::size_t stride_;
    std::vector<Real> cost_;             // reduced; a row of infinite length for what is no node
    std::vector<Real> first_, second_;   // cheapest walks, the second from another predecessor
    std::vector<int> before_, before2_;  // their predecessors
    std::vector<double> penalties_;
    std::vector<double> visits_, prices_;
    int nextLoad_ = 0, nextClient_ = 0;
    double sum_ = 0, bound_ = 0;
};

extern template class QRouteTable<float>;
extern template class QRouteTable<double>;

class QRouteAscent {
public:
    explicit QRouteAscent(QRouteRules rules);
    QRouteAscent(QRouteAscent const &) = delete;  // the tables look at the rules
    QRouteAscent &operator=(QRouteAscent const &) = delete;

    // Does up to `iterations` evaluations until the deadline; returns how many were finished. One
    // that was cut short goes on in the next call.
    int run(int iterations, double target, Deadline const &deadline);
    // Goes on from the penalties of another ascent over the same nodes.
    void follow(QRouteAscent const &other);
    // Evaluates the best penalties exactly; returns whether that is done.
    bool prove(Deadline const &deadline);

    int nodes() const { return rules_.nodes; }
    double value() const { return best_; }  // subject to rounding
    double bound() const { return proven_; }
    double step() const { return step_; }
    // Dual values of clients, and at 0 of routes, behind the proven bound.
    std::vector<double> const &prices() const { return prices_; }

private:
    void improve(double target);

    QRouteRules rules_;
    QRouteTable<float> table_;
    QRouteTable<double> exact_;
    std::vector<double> penalties_, bestPenalties_, direction_;
    std::vector<double> prices_;
    double best_, proven_, step_ = 1.0;
    int idle_ = 0;
    bool running_ = false, proving_ = false;
};

}  // namespace cosolve::vrp
