// Binding of the genetic algorithm with edge assembly crossover.
#include "bindings_tsp.h"
#include "tsp/eax.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::tsp::Eax;
using cosolve::tsp::EdgeCounts;

namespace {

std::vector<int> toPopulation(int n, IntMatrix tours) {
    if (tours.shape(0) < 1 || tours.shape(0) > EdgeCounts::maxTours)
        throw std::invalid_argument("the population must have 1 to 65535 tours");
    std::vector<int> nodes;
    nodes.reserve(tours.size());
    for (std::size_t i = 0; i < tours.shape(0); ++i) {
        auto const tour = toTour(n, tours.data() + i * tours.shape(1), tours.shape(1));
        nodes.insert(nodes.end(), tour.begin(), tour.end());
    }
    return nodes;
}

void construct(Eax *self, cosolve::Metric const &metric, IntVector indptr, IntVector indices,
               IntMatrix fixed, IntMatrix population, int children, std::uint64_t seed, int threads,
               double share) {
    int const n = metric.size();
    if (n < 5) throw std::invalid_argument("the search needs at least 5 nodes");
    if (n >= EdgeCounts::maxNodes) throw std::invalid_argument("too many nodes: at most 2^24 - 1");
    if (children < 1) throw std::invalid_argument("children must be positive");
    if (threads < 1) throw std::invalid_argument("threads must be positive");
    if (!(share >= 0 && share <= 1)) throw std::invalid_argument("share must be 0 to 1");
    cosolve::tsp::EaxProblem problem{metric, toCandidates(metric, indptr, indices),
                                     toFixedEdges(n, fixed), 0.0};
    new (self)
        Eax(std::move(problem), toPopulation(n, population), {children, seed, threads, share});
}

IntResult populationOf(Eax const &eax) {
    std::vector<int> nodes;
    for (auto const &tour : eax.population())
        nodes.insert(nodes.end(), tour.order.begin(), tour.order.end());
    return toMatrix(std::move(nodes), eax.population().size());
}

nb::dict statisticsOf(Eax const &eax) {
    nb::dict out;
    out["generation"] = eax.generation();
    out["stage"] = eax.stage();
    out["cost"] = eax.cost();
    out["average_cost"] = eax.averageCost();
    out["entropy"] = eax.entropy();
    out["pairs"] = eax.statistics().pairs;
    out["ab_cycles"] = eax.statistics().abCycles;
    out["children"] = eax.statistics().children;
    out["replacements"] = eax.statistics().replacements;
    return out;
}

}  // namespace

void bindEax(nb::module_ &m) {
    nb::class_<Eax>(m, "Eax", "Genetic algorithm with edge assembly crossover.")
        .def("__init__", &construct, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
             "fixed_edges"_a.noconvert(), "population"_a.noconvert(), "children"_a, "seed"_a,
             "threads"_a = 1, "share"_a = 0.0, nb::keep_alive<1, 2>())
        .def("run", &Eax::run, "seconds"_a, "generations"_a = -1,
             nb::call_guard<nb::gil_scoped_release>(),
             "Search for the given time and number of generations (negative: unlimited); returns "
             "the number of generations completed.")
        .def_prop_ro("finished", &Eax::finished)
        .def_prop_ro("stage", &Eax::stage)
        .def_prop_ro("cost", &Eax::cost, "Length of the best tour.")
        .def(
            "best", [](Eax const &self) { return toArray(self.best().order); }, "The best tour.")
        .def("population", &populationOf, "All tours, one per row.")
        .def("statistics", &statisticsOf, nb::sig("def statistics(self) -> dict[str, float]"));
}
