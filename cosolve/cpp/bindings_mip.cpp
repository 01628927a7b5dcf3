// Binding of local search for mixed-integer programs.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <stdexcept>
#include <vector>

#include "bindings_arrays.h"
#include "mip/jump_search.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::mip::JumpSearch;
using cosolve::mip::Program;

namespace {

using DoubleVector = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using LongVector = nb::ndarray<std::int64_t const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using FlagVector = nb::ndarray<bool const, nb::numpy, nb::ndim<1>, nb::c_contig>;

std::vector<double> toDoubles(DoubleVector array, std::size_t size) {
    if (array.shape(0) != size) throw std::invalid_argument("an array has the wrong length");
    return {array.data(), array.data() + size};
}

void build(Program *self, DoubleVector cost, LongVector indptr, LongVector indices,
           DoubleVector coefficients, DoubleVector rowLower, DoubleVector rowUpper,
           DoubleVector lower, DoubleVector upper, FlagVector integer) {
    std::size_t const n = cost.shape(0), m = rowLower.shape(0), z = indices.shape(0);
    if (indptr.shape(0) != m + 1 || indptr.data()[0] != 0 ||
        indptr.data()[m] != static_cast<std::int64_t>(z) || integer.shape(0) != n)
        throw std::invalid_argument("an array has the wrong length");
    Program program;
    for (std::size_t r = 0; r <= m; ++r) {
        if (r > 0 && indptr.data()[r] < indptr.data()[r - 1])
            throw std::invalid_argument("the rows must be in order");
        program.rows.begin.push_back(static_cast<std::size_t>(indptr.data()[r]));
    }
    program.rows.at.reserve(z);
    for (std::size_t k = 0; k < z; ++k) {
        std::int64_t const j = indices.data()[k];
        if (j < 0 || j >= static_cast<std::int64_t>(n))
            throw std::invalid_argument("there is no such column");
        program.rows.at.push_back(static_cast<int>(j));
    }
    program.rows.value = toDoubles(coefficients, z);
    program.rowLower = toDoubles(rowLower, m);
    program.rowUpper = toDoubles(rowUpper, m);
    program.lower = toDoubles(lower, n);
    program.upper = toDoubles(upper, n);
    for (std::size_t j = 0; j < n; ++j)
        if (!(program.lower[j] <= program.upper[j]))
            throw std::invalid_argument("the bounds of a column exclude each other");
    program.cost = toDoubles(cost, n);
    program.integer.assign(integer.data(), integer.data() + n);
    program.columns = cosolve::mip::transposed(program.rows, static_cast<int>(n));
    new (self) Program(std::move(program));
}

}  // namespace

void bindMip(nb::module_ &m) {
    nb::class_<Program>(m, "MipProgram", "A mixed-integer program, to be minimized.")
        .def("__init__", &build, "cost"_a.noconvert(), "indptr"_a.noconvert(),
             "indices"_a.noconvert(), "coefficients"_a.noconvert(), "row_lower"_a.noconvert(),
             "row_upper"_a.noconvert(), "lower"_a.noconvert(), "upper"_a.noconvert(),
             "integer"_a.noconvert());
    nb::class_<JumpSearch>(m, "JumpSearch", "Local search for mixed-integer programs.")
        .def(
            "__init__",
            [](JumpSearch *self, Program const &program, DoubleVector start, std::uint64_t seed) {
                new (self) JumpSearch(program, toDoubles(start, program.cost.size()), seed);
            },
            "program"_a, "start"_a.noconvert(), "seed"_a, nb::keep_alive<1, 2>())
        .def(
            "restart",
            [](JumpSearch &self, DoubleVector start) {
                self.restart(toDoubles(start, self.values().size()));
            },
            "start"_a.noconvert(), "Go on from these values.")
        .def("run", &JumpSearch::run, "seconds"_a, "steps"_a = -1,
             nb::call_guard<nb::gil_scoped_release>(), "Search; returns the steps done.")
        .def_prop_ro("found", &JumpSearch::found, "Whether there is a solution.")
        .def_prop_ro("over", &JumpSearch::over, "Whether nothing can be better.")
        .def_prop_ro("cost", &JumpSearch::cost, "Of the best solution.")
        .def("best", [](JumpSearch const &self) { return toArray(self.best()); });
}
