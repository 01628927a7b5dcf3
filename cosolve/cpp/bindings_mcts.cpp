// Binding of Monte Carlo tree search.
#include <nanobind/stl/vector.h>

#include "bindings_tsp.h"
#include "tsp/mcts.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::tsp::Mcts;

namespace {

using DoubleVector = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;

cosolve::tsp::PathSearchOptions searchOptions(int depth, std::vector<int> const &breadth) {
    if (depth < 2 || depth > cosolve::tsp::kMaxDepth)
        throw std::invalid_argument("depth must be between 2 and 16");
    if (breadth.empty()) throw std::invalid_argument("breadth must not be empty");
    cosolve::tsp::PathSearchOptions options;
    options.depth = depth;
    for (std::size_t i = 0; i < options.breadth.size(); ++i) {
        int const b = i < breadth.size() ? breadth[i] : breadth.back();
        if (b < 1 || b > cosolve::tsp::kMaxBreadth)
            throw std::invalid_argument("breadth must be between 1 and 16");
        options.breadth[i] = b;
    }
    return options;
}

std::vector<double> toWeights(DoubleVector weights, IntVector indices) {
    if (weights.shape(0) != indices.shape(0))
        throw std::invalid_argument("there must be one weight per candidate edge");
    return {weights.data(), weights.data() + weights.shape(0)};
}

void construct(Mcts *self, cosolve::Metric const &metric, IntVector indptr, IntVector indices,
               DoubleVector weights, IntMatrix fixed, IntVector tour, std::uint64_t seed,
               double alpha, double beta, int depth, std::vector<int> const &breadth, int walk,
               double temperature) {
    int const n = metric.size();
    if (n < 5) throw std::invalid_argument("the search needs at least 5 nodes");
    cosolve::tsp::MctsOptions options;
    options.search = searchOptions(depth, breadth);
    if (!(alpha >= 0) || !(beta >= 0) || !(temperature >= 0))
        throw std::invalid_argument("alpha, beta and temperature must not be negative");
    if (walk < 1) throw std::invalid_argument("walk must be positive");
    options.alpha = alpha;
    options.beta = beta;
    options.walk = walk;
    options.temperature = temperature;
    new (self) Mcts(metric, toCandidates(metric, indptr, indices), toWeights(weights, indices),
                    toFixedEdges(n, fixed), toTour(n, tour.data(), tour.shape(0)), seed, options);
}

}  // namespace

void bindMcts(nb::module_ &m) {
    nb::class_<Mcts>(m, "Mcts", "Monte Carlo tree search guided by weights of edges.")
        .def("__init__", &construct, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
             "weights"_a.noconvert(), "fixed_edges"_a.noconvert(), "tour"_a.noconvert(), "seed"_a,
             "alpha"_a, "beta"_a, "depth"_a, "breadth"_a, "walk"_a, "temperature"_a,
             nb::keep_alive<1, 2>())
        .def("plan", &Mcts::plan, "actions"_a, "progress"_a,
             "Tell how much of the run is over: a number of actions, or (0) a share of it.")
        .def("run", &Mcts::run, "seconds"_a, "actions"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("tour", [](Mcts const &self) { return toArray(self.tour()); })
        .def_prop_ro("cost", &Mcts::cost)
        .def_prop_ro("settled", &Mcts::settled,
                     "Whether the tour was brought to a local optimum, before the first action.")
        .def_prop_ro("actions", &Mcts::actions);
}
