// Slack induction by string removals.
//
// J. Christiaens, G. Vanden Berghe, "Slack induction by string removals for vehicle routing
// problems", Transportation Science 54 (2020): remove strings of neighbouring routes (section 5.1),
// put the clients back greedily with blinks (5.2), accept by simulated annealing (4). Here an
// insertion looks at the neighbours of the client instead of all routes, and an iteration costs
// what it touches: a journal undoes it, and the best solution follows by the nodes changed since.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vrp/capacitated/instance.h"

namespace cosolve::vrp {

struct RuinParameters {
    double removed = 10;  // clients removed per iteration on average
    int longest = 10;     // longest string
    double split = 0.5;   // share of strings of which a part stays
    double keep = 0.01;   // chance that the part which stays gets longer
    double blink = 0.01;  // chance that a position is overlooked
    int width = 0;        // neighbours the local search looks at; 0: none
    double hope = 10;     // it runs where the excess is below so many temperatures
};

class RuinRecreate {
public:
    virtual ~RuinRecreate() = default;

    // Iterates for some seconds, or so many iterations; the temperature falls geometrically
    // from one to the other over `iterations`, or over the seconds. Returns the iterations done.
    virtual long run(double seconds, long iterations, double from, double to) = 0;
    // Routes of the best and of the present solution, each with the clients in order, 0 between.
    virtual std::vector<int> best() const = 0;
    virtual std::vector<int> current() const = 0;
    virtual double bestCost() const = 0;
    virtual double currentCost() const = 0;
    // Begin with feasible routes, of all clients or some: then only those are searched. There may
    // be so many routes at most.
    virtual void begin(std::vector<int> const &routes, int most) = 0;
    virtual double meanLeg() const = 0;
    virtual int locations() const = 0;
    long iterations = 0, accepted = 0;
};

std::unique_ptr<RuinRecreate> makeRuinRecreate(CapacitatedInstance const &instance,
                                               RuinParameters const &parameters,
                                               std::uint64_t seed);

}  // namespace cosolve::vrp
