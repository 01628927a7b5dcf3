// The routes of a solution while they are changed, with the data that make an insertion cheap.
//
// Every client knows what lies before and after it on its route: the earliest end and the latest
// start of its service, the spans of the parts of the route up to it and from it on [T. Vidal,
// T. Crainic, M. Gendreau, C. Prins, Computers & Operations Research 40 (2013), section 4.2], and
// their loads. Routes always keep every limit; tasks without a place are in the bank.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "vrp/rich/instance.h"

namespace cosolve::vrp::rich {

// A part of a route: how long it takes, between which times it can begin so that it takes no
// longer, and the largest release time.
struct Span {
    double early = -kInfinity, late = kInfinity, duration = 0, release = -kInfinity;
};

// The loads of the parts of a route up to and from a client. A part is loaded with `d` at the depot
// for its own clients, holds `p` at its end, and at most `m`.
struct PartLoads {
    double beforeP = 0, beforeM = 0, afterD = 0, afterM = 0;
};

struct Node {
    int route = -1;
    int position = 0;
    int previous = -1, next = -1;                 // -1: the depot
    double arc = 0;                               // distance from the stop before
    double ready = 0;                             // earliest end of service
    double late = kInfinity;                      // latest start of service
    bool gaveBefore = false, takesAfter = false;  // backhauls, including the client
};

struct RouteInfo {
    int kind = -1;  // -1: not in use
    int length = 0;
    double distance = 0;
    double lastArc = 0;  // distance from the last client to the end
    double duration = 0;
    double release = -kInfinity;
    double leave = 0;
    double cost = 0;
};

// Where a client may go.
struct Place {
    double cost = kInfinity;
    int client = -1;
    int route = -1;  // -1 with a kind: a new route
    int before = -1, after = -1;
    int kind = -1;  // of a new route, or that the route changes to; -1: no change
};

class State {
public:
    explicit State(Instance const &instance);

    // Without routes, and with some of the tasks and of the vehicles of each kind: the other tasks
    // are neither served nor in the bank, and cost nothing.
    void restrict(std::span<int const> tasks, std::span<int const> numbers);
    std::vector<int> const &members() const { return members_; }  // the tasks
    std::vector<int> const &clients() const { return clients_; }  // that may be served, ascending
    std::vector<int> const &numbers() const { return numbers_; }  // of vehicles, by kind

    Instance const &instance() const { return in_; }
    Node const &node(int c) const { return nodes_[static_cast<std::size_t>(c)]; }
    RouteInfo const &route(int r) const { return routes_[static_cast<std::size_t>(r)]; }
    std::vector<int> const &visits(int r) const { return visits_[static_cast<std::size_t>(r)]; }
    int slots() const { return static_cast<int>(routes_.size()); }
    int used() const { return used_; }
    int served() const { return served_; }
    bool available(int kind) const {
        auto const k = static_cast<std::size_t>(kind);
        return usedOfKind_[k] < numbers_[k] && (mostUsed_ < 0 || used_ < mostUsed_);
    }
    // No more routes than that are open at a time; negative: no limit.
    void limitVehicles(int most) { mostUsed_ = most; }
    double cost() const { return cost_; }                   // of the routes and of prizes forgone
    std::vector<int> const &bank() const { return bank_; }  // tasks without a place
    int unserved() const { return unserved_; }              // required ones among them
    bool inBank(int task) const { return bankPosition_[static_cast<std::size_t>(task)] >= 0; }

    // Looks whether a client may go between two stops of a route and updates the best place if
    // that is cheaper. `farther` is what it adds to the distance.
    void tryPlace(int client, int route, int before, int after, double farther, Place &best) const;
    void tryNewRoute(int client, int kind, Place &best) const;
    // Puts a client where a place says; returns the route. Its task is not yet out of the bank.
    int insert(Place const &place);
    // Puts clients into one new route of a kind, which need not be feasible; returns it.
    int open(int kind);
    void insertAt(int route, int client, int position);
    // A new route with visits, feasible or not.
    int load(int kind, std::span<int const> visits);
    void outOfBank(int task);
    // Takes the clients of tasks out of their routes and puts the tasks into the bank.
    void remove(std::span<int const> tasks);
    // Cost of a route with vehicles of another kind; infinite if it cannot be.
    double costAs(int route, int kind) const;
    void changeKind(int route, int kind);

    // The journal: changes since begin() are kept or undone.
    void begin();
    void undo();
    std::span<int const> touched() const { return touched_; }
    void resum();  // free of rounding errors

    // Whether all data agree with what follows from the visits alone, for tests.
    bool consistent() const;
    // Whether a route keeps all limits, from the visits alone.
    bool feasible(int route) const;
    Span const &prefix(int c) const { return prefix_[static_cast<std::size_t>(c)]; }
    Span const &suffix(int c) const { return suffix_[static_cast<std::size_t>(c)]; }
    PartLoads const &loads(int c, int k) const {
        return loads_[static_cast<std::size_t>(c) * dimensions() + static_cast<std::size_t>(k)];
    }
    std::size_t dimensions() const { return static_cast<std::size_t>(in_.dimensions); }
    bool fitsTime(int client, RouteInfo const &info, int before, int after, double &longer) const;
    bool fitsLoad(int client, int route, int before, int after, int kind) const;
    Span startSpan(Kind const &kind) const { return {kind.leaveEarly, kind.leaveLate, 0.0}; }
    Span endSpan(Kind const &kind) const { return {kind.backEarly, kind.backLate, 0.0}; }
    Span clientSpan(int c) const {
        auto const i = static_cast<std::size_t>(c);
        return {in_.early[i], in_.late[i], in_.service[i], in_.release[i]};
    }

private:
    bool sameRoute(State const &other, int mine, int theirs) const;

    struct Saved {
        int route, kind;
        std::vector<int> visits;
    };

    void touch(int route);
    void close(int route);
    void refresh(int route);
    // Data of the visits from one on (up to one); where they are right but for what follows from
    // that one, it ends when nothing changes any more.
    void forward(int route, int from, bool restRight);
    void backward(int route, int from, bool restRight);
    void forwardRest(int route, int from);
    void backwardRest(int route, int from);
    void finish(int route);  // cost of a route after its data are right
    bool fitsSpan(int client, RouteInfo const &info, int before, int after, double &longer) const;
    void intoBank(int task);
    void bankAdd(int task);
    void bankRemove(int task);
    void noteTask(int task);

    bool keepsLimits(int route) const;
    void dissolve(int route);

    Instance const &in_;
    std::vector<Node> nodes_;
    std::vector<Span> prefix_, suffix_;
    std::vector<PartLoads> loads_;
    std::vector<RouteInfo> routes_;
    std::vector<std::vector<int>> visits_;
    std::vector<double> routeLoad_;  // slots x dimensions: loaded at the depot
    std::vector<int> freeSlots_;     // may name routes that are in use again
    std::vector<std::uint8_t> inFree_;
    std::vector<int> members_, clients_, numbers_;
    std::vector<int> usedOfKind_;
    int mostUsed_ = -1;
    int used_ = 0, served_ = 0, unserved_ = 0;
    double cost_ = 0;
    std::vector<int> bank_, bankPosition_;

    std::vector<Saved> journal_;
    std::size_t saved_ = 0;
    std::vector<std::uint32_t> routeStamp_, taskStamp_;
    std::uint32_t stamp_ = 0;
    std::vector<int> touched_;
    std::vector<std::pair<int, bool>> tasks_;  // noted tasks and whether they were in the bank
    double savedCost_ = 0;
    std::vector<int> scratch_;
};

// a, then b after `travel`; false if b would be reached too late.
inline bool join(Span const &a, double travel, Span const &b, Span &out) {
    double const delta = a.duration + travel;
    if (a.early + delta > b.late) return false;
    double const wait = std::max(b.early - delta - a.late, 0.0);
    out = {std::max(b.early - delta, a.early) - wait, std::min(b.late - delta, a.late),
           delta + b.duration + wait, std::max(a.release, b.release)};
    return true;
}

}  // namespace cosolve::vrp::rich
