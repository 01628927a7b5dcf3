// Binding of the exact solution of tiny problems.
#include "bindings_tsp.h"
#include "tsp/dynamic_program.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;

namespace {

using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;

IntResult solveExactly(DoubleMatrix distance, IntMatrix fixed, bool path, int first, int last) {
    std::size_t const n = distance.shape(0);
    if (distance.shape(1) != n) throw std::invalid_argument("the matrix must be square");
    if (n < 1 || n > static_cast<std::size_t>(cosolve::tsp::kMaxExact))
        throw std::invalid_argument("1 to 20 nodes can be solved");
    int const nodes = static_cast<int>(n);
    for (int const end : {first, last})
        if (end < -1 || end >= nodes || (end >= 0 && !path))
            throw std::invalid_argument("the ends must be nodes, and belong to a path");
    if (first >= 0 && first == last && nodes > 1)
        throw std::invalid_argument("the ends of a path must differ");
    cosolve::tsp::ExactProblem const problem{nodes, distance.data(), toEdges(nodes, fixed),
                                             path,  first,           last};
    auto order = [&] {
        nb::gil_scoped_release const released;
        return cosolve::tsp::solveExactly(problem);
    }();
    return toArray(std::move(order));
}

}  // namespace

void bindExact(nb::module_ &m) {
    m.def("solve_exactly", &solveExactly, "distance"_a.noconvert(), "fixed_edges"_a.noconvert(),
          "path"_a, "first"_a = -1, "last"_a = -1,
          "Shortest tour or path among those that use most fixed edges, by dynamic programming.");
}
