#include "tsp/space_filling.h"

#include "core/hilbert.h"

namespace cosolve::tsp {

std::vector<int> spaceFillingTour(Metric const &metric) {
    std::vector<int> tour = hilbertOrder(metric.point(0), metric.nodes(), metric.dim());
    if (metric.hasHub()) tour.push_back(metric.hub());
    return tour;
}

}  // namespace cosolve::tsp
