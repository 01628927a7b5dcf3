// Bindings of the kernels for asymmetric problems.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include "atsp/arc_candidates.h"
#include "atsp/arc_problem.h"
#include "atsp/ascent.h"
#include "atsp/assignment.h"
#include "atsp/directed_lin_kernighan.h"
#include "atsp/patching.h"
#include "atsp/perturbed_assignment.h"
#include "bindings_tsp.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::atsp;
using namespace cosolve::binding;
using cosolve::Candidates;

namespace {

using DoubleMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using DoubleVector = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;

template <class Work> auto unlocked(Work &&work) {
    nb::gil_scoped_release const released;
    return work();
}

ArcMatrix toArcs(DoubleMatrix const &matrix) {
    if (matrix.shape(0) != matrix.shape(1)) throw std::invalid_argument("matrix must be square");
    if (matrix.shape(0) < 3) throw std::invalid_argument("at least 3 nodes are needed");
    return {matrix.data(), static_cast<int>(matrix.shape(0))};
}

std::vector<double> toPotentials(ArcMatrix const &arcs, DoubleVector const &values) {
    if (values.shape(0) != static_cast<std::size_t>(arcs.size()))
        throw std::invalid_argument("there must be one potential per node");
    return {values.data(), values.data() + values.shape(0)};
}

ReducedArcs toReduced(DoubleMatrix const &matrix, DoubleVector const &tails,
                      DoubleVector const &heads) {
    ArcMatrix const arcs = toArcs(matrix);
    return {arcs, toPotentials(arcs, tails), toPotentials(arcs, heads)};
}

// Candidates of one sort of copies, from the rows of both: row first + i, whose entries are copies
// of the other sort, numbered from `other`.
template <class Length>
Candidates toRows(int n, IntVector const &indptr, IntVector const &indices, int first, int other,
                  Length length) {
    std::vector<int> start{0}, to;
    int const size = static_cast<int>(indices.shape(0));
    for (int i = 0; i < n; ++i) {
        int const begin = indptr.data()[first + i], end = indptr.data()[first + i + 1];
        if (begin < 0 || end < begin || end > size)
            throw std::invalid_argument("indptr must not decrease, nor exceed the indices");
        for (int e = begin; e < end; ++e) {
            int const node = indices.data()[e] - other;
            checkNode(node, n);
            if (node == i) throw std::invalid_argument("a node is its own candidate");
            to.push_back(node);
        }
        start.push_back(static_cast<int>(to.size()));
    }
    return cosolve::makeCandidates(length, std::move(start), std::move(to));
}

void constructProblem(ArcProblem *self, DoubleMatrix matrix, DoubleVector tails, DoubleVector heads,
                      IntVector indptr, IntVector indices) {
    ReducedArcs arcs = toReduced(matrix, tails, heads);
    int const n = arcs.size();
    if (indptr.shape(0) != 2 * static_cast<std::size_t>(n) + 1)
        throw std::invalid_argument("there must be two rows of candidates per node");
    auto leaving = toRows(n, indptr, indices, 0, n, arcs);
    auto entering =
        toRows(n, indptr, indices, n, 0, [&](int head, int tail) { return arcs(tail, head); });
    new (self) ArcProblem{std::move(arcs), std::move(leaving), std::move(entering)};
}

std::vector<int> toSuccessors(ArcProblem const &problem, IntVector const &successors) {
    auto result = toTour(problem.arcs.size(), successors.data(), successors.shape(0));
    for (std::size_t i = 0; i < result.size(); ++i)
        if (result[i] == static_cast<int>(i))
            throw std::invalid_argument("a node is its own successor");
    return result;
}

IntResult patchedTour(ArcProblem const &self, IntVector successors) {
    auto const cycles = toSuccessors(self, successors);
    return toArray(unlocked([&] { return patchCycles(self, cycles); }));
}

IntResult perturbedTour(ArcProblem const &self, IntVector successors, double perturbation,
                        std::uint64_t seed) {
    if (!(perturbation >= 0)) throw std::invalid_argument("perturbation must not be negative");
    auto const cycles = toSuccessors(self, successors);
    return toArray(unlocked(
        [&] { return patchCycles(self, perturbedAssignment(self, cycles, perturbation, seed)); }));
}

void constructSearch(DirectedLinKernighan *self, ArcProblem const &problem, IntVector tour,
                     std::uint64_t seed, int depth, std::vector<int> const &breadth,
                     int kickSegment) {
    int const n = problem.arcs.size();
    if (n < 5) throw std::invalid_argument("the search needs at least 5 nodes");
    if (depth < 2 || depth > kMaxArcs)
        throw std::invalid_argument("depth must be between 2 and 16");
    if (kickSegment < 1) throw std::invalid_argument("kick_segment must be positive");
    if (breadth.empty()) throw std::invalid_argument("breadth must not be empty");
    DirectedOptions options;
    options.depth = depth;
    options.kickSegment = kickSegment;
    for (std::size_t i = 0; i < options.breadth.size(); ++i) {
        int const b = i < breadth.size() ? breadth[i] : breadth.back();
        if (b < 1 || b > 32) throw std::invalid_argument("breadth must be between 1 and 32");
        options.breadth[i] = b;
    }
    new (self) DirectedLinKernighan(problem, toTour(n, tour.data(), tour.shape(0)), seed, options);
}

void constructAscent(Ascent *self, DoubleMatrix matrix, DoubleVector tails, IntMatrix candidates,
                     IntVector tour, double upper, double enough) {
    ArcMatrix const arcs = toArcs(matrix);
    int const n = arcs.size();
    if (candidates.shape(0) != static_cast<std::size_t>(n))
        throw std::invalid_argument("there must be one row of candidates per node");
    std::vector<int> const nodes(candidates.data(), candidates.data() + candidates.size());
    for (int const node : nodes) checkNode(node, n);
    auto const potentials = toPotentials(arcs, tails);
    auto const order = toTour(n, tour.data(), tour.shape(0));
    nb::gil_scoped_release const released;
    new (self) Ascent(arcs, potentials, nodes, order, upper, enough);
}

void bindBounds(nb::module_ &m) {
    // The matrices are not copied: keep them alive as long as the objects.
    nb::class_<Assignment>(m, "Assignment", "Shortest arcs that leave and enter every node once.")
        .def(
            "__init__",
            [](Assignment *self, DoubleMatrix matrix) { new (self) Assignment(toArcs(matrix)); },
            "matrix"_a.noconvert(), nb::keep_alive<1, 2>())
        .def("run", &Assignment::run, "seconds"_a, nb::call_guard<nb::gil_scoped_release>(),
             "Works until it is optimal or the time is up; returns whether it is.")
        .def(
            "successors", [](Assignment const &self) { return toArray(self.successors()); },
            "Heads of the arcs from every node, completed by any arcs if it is not optimal yet.")
        .def(
            "potentials",
            [](Assignment const &self) {
                return std::pair(toArray(self.tailPotentials()), toArray(self.headPotentials()));
            },
            "Potentials of tails and heads, dual feasible but for rounding, optimal or not.");
    nb::class_<Ascent>(m, "ArborescenceAscent", "Ascent on the 1-arborescence bound.")
        .def("__init__", &constructAscent, "matrix"_a.noconvert(), "tail_potentials"_a.noconvert(),
             "tails"_a.noconvert(), "tour"_a.noconvert(), "upper"_a, "enough"_a,
             nb::keep_alive<1, 2>())
        .def("run", &Ascent::run, "seconds"_a, "iterations"_a = -1,
             nb::call_guard<nb::gil_scoped_release>(), "Returns the iterations done.")
        .def("bound", &Ascent::bound, nb::call_guard<nb::gil_scoped_release>(),
             "The bound proven by the best multipliers so far.")
        .def_prop_ro("finished", &Ascent::finished);
}

}  // namespace

void bindAtsp(nb::module_ &m) {
    bindBounds(m);
    m.def(
        "nearest_arcs",
        [](DoubleMatrix matrix, DoubleVector tails, DoubleVector heads, int k) {
            auto const arcs = toReduced(matrix, tails, heads);
            if (k < 1 || k >= arcs.size())
                throw std::invalid_argument("k must be at least 1 and below the number of nodes");
            auto found = unlocked([&] { return nearestArcs(arcs, k); });
            std::size_t const rows = matrix.shape(0);
            return std::pair(toMatrix(std::move(found.heads), rows),
                             toMatrix(std::move(found.tails), rows));
        },
        "matrix"_a.noconvert(), "tail_potentials"_a.noconvert(), "head_potentials"_a.noconvert(),
        "k"_a,
        "Rows of the heads of the k shortest arcs from, and of the tails of those into, all.");
    nb::class_<ArcProblem>(m, "ArcProblem", "Reduced arc lengths and candidate arcs.")
        .def("__init__", &constructProblem, "matrix"_a.noconvert(), "tail_potentials"_a.noconvert(),
             "head_potentials"_a.noconvert(), "indptr"_a.noconvert(), "indices"_a.noconvert(),
             nb::keep_alive<1, 2>())
        .def("patched_tour", &patchedTour, "successors"_a.noconvert(),
             "Joins the cycles of an assignment to a tour.")
        .def("perturbed_tour", &perturbedTour, "successors"_a.noconvert(), "perturbation"_a,
             "seed"_a, "Patched assignment of perturbed lengths, over candidates and successors.");
    nb::class_<DirectedLinKernighan>(m, "DirectedLinKernighan",
                                     "Iterated Lin-Kernighan search without reversals.")
        .def("__init__", &constructSearch, "problem"_a, "tour"_a.noconvert(), "seed"_a,
             "depth"_a = 9, "breadth"_a = std::vector<int>{5, 3, 3, 2, 1}, "kick_segment"_a = 50,
             nb::keep_alive<1, 2>())
        .def("run", &DirectedLinKernighan::run, "seconds"_a, "kicks"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("tour", [](DirectedLinKernighan const &self) { return toArray(self.tour()); })
        .def_prop_ro("cost", &DirectedLinKernighan::cost, "Length of the tour, reduced.")
        .def_prop_ro("settled", &DirectedLinKernighan::settled,
                     "Whether the tour is a local optimum, which comes before the first kick.")
        .def_prop_ro("kicks", &DirectedLinKernighan::kicks)
        .def_prop_ro("improving_moves", &DirectedLinKernighan::improvingMoves);
}
