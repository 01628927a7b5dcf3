// Ruin and recreate for any vehicle routing problem.
//
// J. Christiaens, G. Vanden Berghe, "Slack Induction by String Removals for Vehicle Routing
// Problems", Transportation Science 54 (2020): strings of clients are taken from adjacent routes
// and put back greedily, with blinks; simulated annealing decides; the number of unserved clients
// falls by the sum of their absences. Here places are looked for beside near neighbors only, what
// is moved may be a pickup with its delivery or one of a group, and vehicles have kinds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/rng.h"
#include "vrp/rich/instance.h"
#include "vrp/rich/pairs.h"
#include "vrp/rich/state.h"

namespace cosolve::vrp::rich {

// Names and values of the paper, section 6.
struct Options {
    double meanRemoved = 10;   // c
    int longestString = 10;    // L max
    double splitRate = 0.5;    // alpha
    double splitDepth = 0.01;  // beta
    double blinkRate = 0.01;   // gamma
};

// Routes one after the other: route r visits visits[begins[r], begins[r + 1]).
struct RouteSpans {
    std::span<int const> kinds, begins, visits;
};

class RuinRecreate {
public:
    RuinRecreate(Arrays arrays, Options const &options, std::uint64_t seed);
    RuinRecreate(RuinRecreate const &) = delete;
    RuinRecreate &operator=(RuinRecreate const &) = delete;

    // Serves what it can from nothing, in an order in which neighbors follow each other.
    void construct();
    // Begins again with routes; those that break a limit are dissolved.
    void start(RouteSpans const &routes);
    // Likewise with a part of the tasks, among them all that the routes serve, and of the vehicles
    // of each kind: the other tasks are left alone. What was best before is forgotten.
    void startPart(RouteSpans const &routes, std::span<int const> tasks,
                   std::span<int const> numbers);
    // Anneals for some time at one temperature; negative iterations: no limit. Returns how many it
    // did. While clients are unserved, they may change but not become more.
    long anneal(double seconds, long iterations, double temperature);
    // Looks for places for unserved clients until none is left, whatever it costs.
    long repair(double seconds, long iterations, double temperature);
    // Dissolves a route of the best solution for good and serves its clients by others, again and
    // again while there are more than `fewest` vehicles. The best solution is what counts.
    long reduceFleet(double seconds, long iterations, double temperature, int fewest);
    // Ends the reduction: back to the best solution, with vehicles as many as there are.
    void toBest();

    double cost() const { return bestCost_; }
    int unserved() const { return bestUnserved_; }
    int vehicles() const { return bestVehicles_; }
    double currentCost() const { return state_.cost(); }
    double meanArc() const;  // cost of the arcs of the current routes, their mean
    std::vector<int> const &bestKinds() const { return bestKinds_; }
    std::vector<std::vector<int>> const &bestVisits() const { return bestVisits_; }
    State const &current() const { return state_; }
    Instance const &instance() const { return in_; }
    bool consistent() const { return state_.consistent(); }

private:
    long loop(double seconds, long iterations, double temperature, bool repairing);
    void step(double temperature, bool repairing);
    bool accepts(double temperature, bool repairing);
    void ruin();
    int pickSeed();
    void takeString(int client, int most);
    void take(int task);
    void recreate();
    void addBanked();
    void order(std::vector<int> &tasks);
    bool place(int task);
    bool placeClients(int task);
    bool placePair(int task);
    void scanNear(int client, Place &best);
    void scanAll(int client, Place &best);
    void scanPairs(int task, int client, PairPlace &best);
    void improveKinds();
    void improveKind(int route);
    void swapKinds(int a, int b);
    bool blink();
    double absences() const;
    void countAbsences();
    void keepBest();
    void forgetBest();
    void markDirty();
    bool better() const;
    void dropRoute();
    std::vector<int> chain() const;
    bool mayScanAll();
    bool worthIt(int task, double cost);

    Instance const in_;
    Options const options_;
    State state_;
    PairPlacer pairs_;
    Rng rng_;
    long blinkIn_ = 0;
    bool blinks_ = true;
    bool eager_ = false;

    std::vector<int> removed_;
    std::vector<std::uint32_t> taskStamp_, routeStamp_;
    std::uint32_t stamp_ = 0;
    int seed_ = -1;

    std::vector<long> absences_;  // of tasks
    double currentCost_ = 0;
    int currentUnserved_ = 0;
    double currentAbsences_ = 0;

    double bestCost_ = kInfinity;
    int bestUnserved_ = 0, bestVehicles_ = 0;
    std::vector<int> bestKinds_;
    std::vector<std::vector<int>> bestVisits_;
    std::vector<int> dirty_;
    std::vector<std::uint8_t> isDirty_;
};

}  // namespace cosolve::vrp::rich
