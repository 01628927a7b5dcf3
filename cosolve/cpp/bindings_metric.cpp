// Binding of the metric.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <vector>

#include "core/metric.h"

namespace nb = nanobind;
using namespace nb::literals;

using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using DoubleVector = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;

namespace {

void fromCoords(cosolve::Metric *self, int kind, DoubleMatrix coords, bool hub) {
    auto const dim = coords.shape(1);
    if (dim != 2 && dim != 3) throw std::invalid_argument("coords must have 2 or 3 columns");
    if (kind < 0 || kind >= static_cast<int>(cosolve::MetricKind::Explicit))
        throw std::invalid_argument("unknown metric kind");
    new (self) cosolve::Metric(static_cast<cosolve::MetricKind>(kind), coords.data(),
                               static_cast<int>(coords.shape(0)), static_cast<int>(dim), hub);
}

void fromMatrix(cosolve::Metric *self, DoubleMatrix matrix, bool hub) {
    if (matrix.shape(0) != matrix.shape(1)) throw std::invalid_argument("matrix must be square");
    new (self) cosolve::Metric(matrix.data(), static_cast<int>(matrix.shape(0)), hub);
}

cosolve::Metric fromAsymmetric(DoubleMatrix matrix, DoubleVector potentials) {
    if (matrix.shape(0) != matrix.shape(1) || matrix.shape(0) == 0)
        throw std::invalid_argument("matrix must be square and not empty");
    if (potentials.shape(0) != 2 * matrix.shape(0))
        throw std::invalid_argument("there must be two potentials per node");
    return cosolve::Metric::twoCopies(
        matrix.data(), static_cast<int>(matrix.shape(0)),
        std::vector<double>(potentials.data(), potentials.data() + potentials.shape(0)));
}

double distance(cosolve::Metric const &metric, int i, int j) {
    if (i < 0 || j < 0 || i >= metric.size() || j >= metric.size())
        throw std::invalid_argument("node out of range");
    return metric(i, j);
}

}  // namespace

void bindMetric(nb::module_ &m) {
    nb::class_<cosolve::Metric>(m, "Metric", "Distances between nodes, evaluated on the fly.")
        .def("__init__", &fromCoords, "kind"_a, "coords"_a.noconvert(), "hub"_a = false)
        // The matrix is not copied: keep it alive as long as the metric.
        .def("__init__", &fromMatrix, "matrix"_a.noconvert(), "hub"_a = false,
             nb::keep_alive<1, 2>())
        .def_static("two_copies", &fromAsymmetric, "matrix"_a.noconvert(),
                    "potentials"_a.noconvert(), nb::keep_alive<0, 1>())
        .def("__call__", &distance, "i"_a, "j"_a)
        .def_prop_ro("size", &cosolve::Metric::size);
}
