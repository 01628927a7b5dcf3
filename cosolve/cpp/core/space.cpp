#include "core/space.h"

namespace cosolve {

namespace {

Norm normOf(MetricKind kind) {
    if (kind == MetricKind::ManNint) return Norm::Manhattan;
    if (kind == MetricKind::MaxNint) return Norm::Maximum;
    return Norm::Euclidean;
}

}  // namespace

Space spaceOf(Metric const &metric) {
    int const n = metric.nodes();
    if (metric.kind() != MetricKind::Geo) {
        auto const size = static_cast<std::size_t>(n) * static_cast<std::size_t>(metric.dim());
        double const *first = metric.point(0);
        return {normOf(metric.kind()), metric.dim(), std::vector<double>(first, first + size)};
    }
    Space sphere{Norm::Euclidean, 3, {}};
    sphere.points.reserve(3 * static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
        double const latitude = metric.point(i)[0], longitude = metric.point(i)[1];
        sphere.points.push_back(std::cos(latitude) * std::cos(longitude));
        sphere.points.push_back(std::cos(latitude) * std::sin(longitude));
        sphere.points.push_back(std::sin(latitude));
    }
    return sphere;
}

Space subspace(Space const &space, std::vector<int> const &nodes) {
    Space part{space.norm, space.dim, {}};
    part.points.reserve(nodes.size() * static_cast<std::size_t>(space.dim));
    for (int const node : nodes)
        part.points.insert(part.points.end(), space.point(node), space.point(node) + space.dim);
    return part;
}

}  // namespace cosolve
