// Bindings of the Held-Karp ascent and of the pricing that makes a bound of it.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "core/deadline.h"
#include "core/metric.h"
#include "tsp/alpha.h"
#include "tsp/held_karp.h"
#include "tsp/pricing.h"
#include "tsp/sparse_graph.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::Deadline;
using cosolve::Metric;
using cosolve::tsp::HeldKarp;
using cosolve::tsp::Pricing;
using cosolve::tsp::SparseGraph;

namespace {

using FloatVector = nb::ndarray<float const, nb::numpy, nb::ndim<1>, nb::c_contig>;

// The ascent, the pricing in progress, and the best bound proven.
class Engine {
public:
    Engine(Metric const &metric, SparseGraph graph)
        : metric_(metric), ascent_(metric, std::move(graph)) {}

    HeldKarp &ascent() { return ascent_; }
    HeldKarp const &ascent() const { return ascent_; }
    std::optional<double> bound() const { return bound_; }
    int added() const { return added_; }

    void plan(int iterations, double first, double last) {
        pricing_.reset();
        ascent_.plan(iterations, first, last);
    }

    bool price(double seconds) {
        Deadline const deadline(seconds);
        if (!pricing_)
            pricing_ = cosolve::tsp::makePricing(metric_, ascent_.graph(), ascent_.multipliers());
        if (!pricing_->run(deadline)) return false;
        double const bound = pricing_->bound();
        if (!bound_ || bound > *bound_) {
            bound_ = bound;
            proven_ = ascent_.multipliers();
        }
        auto edges = pricing_->edges();
        pricing_.reset();
        added_ = ascent_.add(std::move(edges), proven_);
        return true;
    }

    int add(std::vector<std::pair<int, int>> edges) {
        pricing_.reset();
        return ascent_.add(std::move(edges));
    }

    cosolve::tsp::AlphaRows alphaNearest(int k) const {
        return cosolve::tsp::alphaNearest(metric_, ascent_.graph(), ascent_.multipliers(), k);
    }

private:
    Metric const &metric_;
    HeldKarp ascent_;
    std::unique_ptr<Pricing> pricing_;
    std::optional<double> bound_;
    std::vector<float> proven_;  // the multipliers that prove it
    int added_ = 0;
};

void construct(Engine *self, Metric const &metric, IntVector indptr, IntVector indices,
               IntMatrix fixed) {
    if (metric.size() < 3) throw std::invalid_argument("a bound needs at least three nodes");
    auto const candidates = toCandidates(metric, indptr, indices);
    (void)toFixedEdges(metric.size(), fixed);  // validates
    auto edges = toEdges(metric.size(), fixed);
    if (static_cast<int>(edges.size()) > metric.size() - 2)
        throw std::invalid_argument("the fixed edges leave only one tour");
    nb::gil_scoped_release const released;
    new (self)
        Engine(metric, SparseGraph(metric, candidates.start, candidates.to, std::move(edges)));
}

bool offer(Engine &engine, FloatVector multipliers) {
    std::vector<float> given(multipliers.data(), multipliers.data() + multipliers.shape(0));
    if (given.size() != static_cast<std::size_t>(engine.ascent().graph().size()))
        throw std::invalid_argument("there must be a multiplier for every node");
    if (!std::all_of(given.begin(), given.end(), [](float x) { return std::isfinite(x); }))
        throw std::invalid_argument("multipliers must be finite");
    nb::gil_scoped_release const released;
    return engine.ascent().offer(given);
}

void plan(Engine &engine, int iterations, double first, double last) {
    if (iterations < 0) throw std::invalid_argument("iterations must not be negative");
    if (!(first > 0 && last > 0 && first < 1e6 && last < 1e6))
        throw std::invalid_argument("steps must be positive");
    engine.plan(iterations, first, last);
}

std::tuple<IntResult, IntResult, FloatResult> alpha(Engine const &engine, int k) {
    if (k < 1) throw std::invalid_argument("k must be positive");
    auto rows = [&] {
        nb::gil_scoped_release const released;
        return engine.alphaNearest(k);
    }();
    return {toArray(std::move(rows.start)), toArray(std::move(rows.to)),
            toArray(std::move(rows.alpha))};
}

}  // namespace

void bindHeldKarp(nb::module_ &m) {
    nb::class_<Engine>(m, "HeldKarp", "Subgradient ascent to the Held-Karp bound.")
        .def("__init__", &construct, "metric"_a, "indptr"_a.noconvert(), "indices"_a.noconvert(),
             "fixed_edges"_a.noconvert(), nb::keep_alive<1, 2>())
        .def("plan", &plan, "iterations"_a, "first_step"_a, "last_step"_a,
             "Plan steps of geometrically falling length from the best multipliers on.")
        .def("offer", &offer, "multipliers"_a.noconvert(),
             "Begin from these multipliers if they are better than the best so far; return whether "
             "they are.")
        .def(
            "run",
            [](Engine &engine, double seconds) {
                nb::gil_scoped_release const released;
                return engine.ascent().run(Deadline(seconds));
            },
            "seconds"_a, "Do what is planned until time is up; return the iterations done.")
        .def(
            "price",
            [](Engine &engine, double seconds) {
                nb::gil_scoped_release const released;
                return engine.price(seconds);
            },
            "seconds"_a,
            "Price the best multipliers in the complete graph, in as many calls as it takes; "
            "return whether it is done.")
        .def(
            "add",
            [](Engine &engine, IntMatrix edges) {
                return engine.add(toEdges(engine.ascent().graph().size(), edges));
            },
            "edges"_a.noconvert(), "Add edges to the sparse graph; return how many were new.")
        .def_prop_ro(
            "finished", [](Engine const &engine) { return engine.ascent().finished(); },
            "Whether nothing is left of the plan, or the tree is a tour.")
        .def_prop_ro(
            "found_tour", [](Engine const &engine) { return engine.ascent().foundTour(); },
            "Whether the last tree and its extra edge are a tour.")
        .def_prop_ro(
            "value", [](Engine const &engine) { return engine.ascent().value(); },
            "Best value within the sparse graph; proves nothing.")
        .def_prop_ro("bound", &Engine::bound, "Best proven bound, None before a pricing.")
        .def_prop_ro("added", &Engine::added, "Edges the last pricing added to the sparse graph.")
        .def_prop_ro(
            "edges", [](Engine const &engine) { return engine.ascent().graph().edges().size(); },
            "Number of edges of the sparse graph.")
        .def(
            "multipliers",
            [](Engine const &engine) { return toArray(engine.ascent().multipliers()); },
            "The best multipliers, of every node.")
        .def("alpha", &alpha, "k"_a,
             "Rows (indptr, indices, alpha) of the k edges of smallest alpha, made symmetric.");
}
