// What the searches need to know about an asymmetric instance.
#pragma once

#include "atsp/reduced_arcs.h"
#include "core/candidates.h"

namespace cosolve::atsp {

struct ArcProblem {
    ReducedArcs arcs;
    Candidates leaving;   // heads of the candidate arcs from every node
    Candidates entering;  // tails of those into every node
};

}  // namespace cosolve::atsp
