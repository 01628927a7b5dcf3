// What every part of the EAX needs to know about the instance.
#pragma once

#include "core/candidates.h"
#include "core/metric.h"
#include "tsp/fixed_edges.h"

namespace cosolve::tsp {

struct EaxProblem {
    Metric const &metric;
    Candidates candidates;  // for joining sub-tours
    FixedEdges fixed;
    double tolerance;  // a gain must exceed it, so that rounding cannot cause endless loops
};

}  // namespace cosolve::tsp
