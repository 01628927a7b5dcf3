// Tours along a space-filling curve.
#pragma once

#include <vector>

#include "core/metric.h"

namespace cosolve::tsp {

// The nodes along a Hilbert curve (L. K. Platzman and J. J. Bartholdi, "Spacefilling curves and the
// planar travelling salesman problem", JACM 36, 1989), about 25 % (uniform points) above the
// optimum; the hub comes last. GEO nodes are taken in the plane of latitude and longitude. The
// metric must not be explicit.
std::vector<int> spaceFillingTour(Metric const &metric);

}  // namespace cosolve::tsp
