// Binding of the iterated Lin-Kernighan search.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <utility>

#include "bindings_tsp.h"
#include "tsp/lin_kernighan.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::tsp::LinKernighan;

namespace {

using FloatVector = nb::ndarray<float const, nb::numpy, nb::ndim<1>, nb::c_contig>;

void construct(LinKernighan *self, cosolve::Metric const &metric, IntVector indptr,
               IntVector indices, IntMatrix fixed, IntVector tour, std::uint64_t seed, int depth,
               std::vector<int> const &breadth, int kickSegment,
               std::optional<FloatVector> kickChances) {
    int const n = metric.size();
    if (n < 5) throw std::invalid_argument("the search needs at least 5 nodes");
    if (depth < 2 || depth > cosolve::tsp::kMaxDepth)
        throw std::invalid_argument("depth must be between 2 and 16");
    cosolve::tsp::LinKernighanOptions options;
    if (kickSegment < 1) throw std::invalid_argument("kick_segment must be positive");
    options.moves.depth = depth;
    options.kickSegment = kickSegment;
    if (kickChances) {
        if (kickChances->shape(0) != indices.shape(0))
            throw std::invalid_argument("there must be one chance per candidate edge");
        options.kickChances.assign(kickChances->data(),
                                   kickChances->data() + kickChances->shape(0));
        for (float const chance : options.kickChances)
            if (!(chance >= 0 && chance <= 1))
                throw std::invalid_argument("chances must be between 0 and 1");
    }
    if (breadth.empty()) throw std::invalid_argument("breadth must not be empty");
    for (std::size_t i = 0; i < options.moves.breadth.size(); ++i) {
        int const b = i < breadth.size() ? breadth[i] : breadth.back();
        if (b < 1 || b > cosolve::tsp::kMaxBreadth)
            throw std::invalid_argument("breadth must be between 1 and 32");
        options.moves.breadth[i] = b;
    }
    new (self) LinKernighan(metric, toCandidates(metric, indptr, indices), toFixedEdges(n, fixed),
                            toTour(n, tour.data(), tour.shape(0)), seed, std::move(options));
}

}  // namespace

void bindLinKernighan(nb::module_ &m) {
    nb::class_<LinKernighan>(m, "LinKernighan", "Iterated Lin-Kernighan search.")
        .def("__init__", &construct, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
             "fixed_edges"_a.noconvert(), "tour"_a.noconvert(), "seed"_a, "depth"_a = 10,
             "breadth"_a = std::vector<int>{5, 3, 1}, "kick_segment"_a = 50,
             "kick_chances"_a.noconvert().none() = nb::none(), nb::keep_alive<1, 2>())
        .def("run", &LinKernighan::run, "seconds"_a, "kicks"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("tour", [](LinKernighan const &self) { return toArray(self.tour()); })
        .def_prop_ro("cost", &LinKernighan::cost)
        .def_prop_ro("settled", &LinKernighan::settled,
                     "Whether the tour is a local optimum, which comes before the first kick.")
        .def_prop_ro("kicks", &LinKernighan::kicks)
        .def_prop_ro("improving_moves", &LinKernighan::improvingMoves);
}
