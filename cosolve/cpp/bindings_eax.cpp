// Binding of the genetic algorithm with edge assembly crossover.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/candidates.h"
#include "core/metric.h"
#include "tsp/eax.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using Ints = nb::ndarray<int32_t const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using IntTable = nb::ndarray<int32_t const, nb::numpy, nb::ndim<2>, nb::c_contig>;

int checkedNode(int node, int n) {
    if (node < 0 || node >= n) throw std::invalid_argument("node out of range");
    return node;
}

cosolve::Candidates candidatesFrom(cosolve::Metric const &metric, Ints start, Ints to) {
    int const n = metric.size();
    if (start.size() != static_cast<std::size_t>(n) + 1 || start(0) != 0 ||
        static_cast<std::size_t>(start(start.size() - 1)) != to.size())
        throw std::invalid_argument("indptr does not fit the nodes and indices");
    std::vector<int> rows(start.data(), start.data() + start.size());
    if (!std::is_sorted(rows.begin(), rows.end()))
        throw std::invalid_argument("indptr must not decrease");
    std::vector<int> nodes(to.data(), to.data() + to.size());
    for (int const node : nodes) checkedNode(node, n);
    return cosolve::makeCandidates(metric, std::move(rows), std::move(nodes));
}

cosolve::FixedEdges fixedFrom(int n, IntTable edges) {
    if (edges.shape(1) != 2) throw std::invalid_argument("fixed_edges must have 2 columns");
    cosolve::FixedEdges fixed(n);
    for (std::size_t i = 0; i < edges.shape(0); ++i) {
        int const a = checkedNode(edges(i, 0), n), b = checkedNode(edges(i, 1), n);
        if (!fixed.add(a, b)) throw std::invalid_argument("a node has more than two fixed edges");
    }
    return fixed;
}

void checkPopulation(IntTable population, int n) {
    if (population.shape(1) != static_cast<std::size_t>(n))
        throw std::invalid_argument("population must have one column per node");
    if (population.shape(0) < 1 || population.shape(0) > cosolve::EdgeCounts::maxTours)
        throw std::invalid_argument("population must have 1 to 65535 tours");
    std::vector<std::size_t> seen(static_cast<std::size_t>(n), 0);
    for (std::size_t i = 0; i < population.shape(0); ++i)
        for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
            auto &mark = seen[static_cast<std::size_t>(checkedNode(population(i, j), n))];
            if (mark == i + 1) throw std::invalid_argument("population: not a permutation");
            mark = i + 1;
        }
}

void construct(cosolve::Eax *self, cosolve::Metric const &metric, Ints indptr, Ints indices,
               IntTable fixedEdges, IntTable population, int children, std::uint64_t seed,
               int threads, bool multi) {
    int const n = metric.size();
    if (n < 5 || n >= cosolve::EdgeCounts::maxNodes)
        throw std::invalid_argument("the number of nodes must be from 5 to 2^24 - 1");
    if (children < 1) throw std::invalid_argument("children must be positive");
    if (threads < 1) throw std::invalid_argument("threads must be positive");
    checkPopulation(population, n);
    cosolve::EaxProblem problem{metric, candidatesFrom(metric, indptr, indices),
                                fixedFrom(n, fixedEdges), 0.0};
    new (self) cosolve::Eax(std::move(problem), {population.data(), population.size()},
                            {children, seed, threads, multi});
}

template <std::size_t Dimensions>
auto toNumpy(std::vector<int> nodes, std::size_t const (&shape)[Dimensions]) {
    auto *data = new std::vector<int>(std::move(nodes));
    nb::capsule owner(data, [](void *p) noexcept { delete static_cast<std::vector<int> *>(p); });
    return nb::ndarray<nb::numpy, int32_t>(data->data(), Dimensions, shape, owner);
}

auto bestTour(cosolve::Eax const &eax) {
    std::size_t const shape[] = {eax.best().order.size()};
    return toNumpy(eax.best().order, shape);
}

auto populationOf(cosolve::Eax const &eax) {
    std::vector<int> nodes;
    for (auto const &tour : eax.population())
        nodes.insert(nodes.end(), tour.order.begin(), tour.order.end());
    std::size_t const shape[] = {eax.population().size(), eax.best().order.size()};
    return toNumpy(std::move(nodes), shape);
}

nb::dict statisticsOf(cosolve::Eax const &eax) {
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
    nb::class_<cosolve::Eax>(m, "Eax", "Genetic algorithm with edge assembly crossover.")
        .def("__init__", &construct, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
             "fixed_edges"_a.noconvert(), "population"_a.noconvert(), "children"_a, "seed"_a,
             "threads"_a = 1, "multi"_a = false, nb::keep_alive<1, 2>())
        .def("run", &cosolve::Eax::run, "seconds"_a, "generations"_a,
             nb::call_guard<nb::gil_scoped_release>(),
             "Search for the given time and number of generations (negative: unlimited); returns "
             "the number of generations completed.")
        .def_prop_ro("finished", &cosolve::Eax::finished)
        .def_prop_ro("stage", &cosolve::Eax::stage)
        .def_prop_ro("cost", &cosolve::Eax::cost, "Length of the best tour.")
        .def("best", &bestTour, "The best tour.")
        .def("population", &populationOf, "All tours, one per row.")
        .def("statistics", &statisticsOf);
}
