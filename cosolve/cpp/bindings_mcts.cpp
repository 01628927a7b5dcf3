// Binding of Monte Carlo tree search.
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <tuple>

#include "bindings_tsp.h"
#include "tsp/mcts.h"
#include "tsp/mcts_published.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::tsp::Mcts;
using cosolve::tsp::MctsPublished;

namespace {

using EdgeState = std::tuple<int, double, std::int64_t>;

cosolve::tsp::MoveLimits moveLimits(int depth, std::vector<int> const &breadth) {
    if (depth < 2 || depth > cosolve::tsp::kMaxDepth)
        throw std::invalid_argument("depth must be between 2 and 16");
    if (breadth.empty()) throw std::invalid_argument("breadth must not be empty");
    cosolve::tsp::MoveLimits options;
    options.depth = depth;
    for (std::size_t i = 0; i < options.breadth.size(); ++i) {
        int const b = i < breadth.size() ? breadth[i] : breadth.back();
        if (b < 1 || b > cosolve::tsp::kMaxBreadth)
            throw std::invalid_argument("breadth must be between 1 and 32");
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
    options.moves = moveLimits(depth, breadth);
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

void constructPublished(MctsPublished *self, cosolve::Metric const &metric, IntVector indptr,
                        IntVector indices, DoubleVector weights, IntVector tour, std::uint64_t seed,
                        double alpha, double beta, int depth, int actions, int candidates,
                        bool useHeatmap) {
    int const n = metric.size();
    if (n < 5) throw std::invalid_argument("the search needs at least 5 nodes");
    if (metric.hasHub()) throw std::invalid_argument("the search needs a metric without a hub");
    if (!(alpha >= 0) || !(beta >= 0))
        throw std::invalid_argument("alpha and beta must not be negative");
    if (depth < 1 || actions < 1 || candidates < 1)
        throw std::invalid_argument("depth, actions and candidates must be positive");
    std::vector<int> start;
    if (tour.shape(0) > 0) start = toTour(n, tour.data(), tour.shape(0));
    new (self) MctsPublished(metric, toCandidates(metric, indptr, indices),
                             toWeights(weights, indices), std::move(start), seed,
                             {alpha, beta, depth, actions, candidates, useHeatmap});
}

void bindPublished(nb::module_ &m) {
    nb::class_<MctsPublished>(m, "MctsPublished", "Monte Carlo tree search as published.")
        .def("__init__", &constructPublished, "metric"_a, "indptr"_a.noconvert(),
             "indices"_a.noconvert(), "weights"_a.noconvert(), "tour"_a.noconvert(), "seed"_a,
             "alpha"_a, "beta"_a, "depth"_a, "actions"_a, "candidates"_a, "use_heatmap"_a,
             nb::keep_alive<1, 2>())
        .def("run", &MctsPublished::run, "seconds"_a, "actions"_a = -1,
             nb::call_guard<nb::gil_scoped_release>())
        .def("tour", [](MctsPublished const &self) { return toArray(self.tour()); })
        .def_prop_ro("has_tour", &MctsPublished::hasTour)
        .def_prop_ro("cost", &MctsPublished::cost)
        .def_prop_ro("actions", &MctsPublished::actions)
        .def_prop_ro("simulations", &MctsPublished::simulations,
                     "M: actions and 2-opt moves tried.")
        .def("weight", [](MctsPublished const &self, int a, int b) {
            checkNode(a, static_cast<int>(self.size()));
            checkNode(b, static_cast<int>(self.size()));
            return self.weights().weight(a, b);
        });
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
        .def_prop_ro("actions", &Mcts::actions)
        .def(
            "candidates",
            [](Mcts const &self, int node) {
                checkNode(node, self.candidates().size());
                std::vector<EdgeState> row;
                for (int e = self.candidates().begin(node); e < self.candidates().end(node); ++e) {
                    auto const i = static_cast<std::size_t>(e);
                    row.emplace_back(self.candidates().to[i], self.potential().weight(e),
                                     self.potential().chosen(e));
                }
                return row;
            },
            "node"_a, "Neighbor, weight W and count Q of every candidate edge of a node.")
        .def(
            "omega",
            [](Mcts const &self, int node) {
                checkNode(node, self.candidates().size());
                return self.potential().omega(node);
            },
            "node"_a, "Mean weight of the candidate edges of a node, as it is kept.");
    bindPublished(m);
}
