// Bindings of the cutting plane kernel of the traveling salesman.
#include <nanobind/stl/tuple.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "core/metric.h"
#include "tsp/cuts/cutter.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::Metric;
using cosolve::tsp::cuts::Cutter;
using cosolve::tsp::cuts::DualBound;
using cosolve::tsp::cuts::Duals;
using cosolve::tsp::cuts::Incidence;
using cosolve::tsp::cuts::State;

namespace {

using StateVector = nb::ndarray<signed char const, nb::numpy, nb::ndim<1>, nb::c_contig>;

using StateResult = nb::ndarray<nb::numpy, signed char>;

template <class Array> auto spanOf(Array const &array) {
    return std::span(array.data(), array.shape(0));
}

IntResult pairs(std::vector<std::pair<int, int>> const &edges) {
    std::vector<int> flat;
    for (auto const &[a, b] : edges) {
        flat.push_back(a);
        flat.push_back(b);
    }
    return shaped(std::move(flat), {edges.size(), 2});
}

void checkIds(Cutter const &cutter, IntVector ids) {
    for (int const id : spanOf(ids))
        if (id < 0 || id >= cutter.pool().size()) throw std::invalid_argument("no such cut");
}

void addColumns(Cutter &cutter, IntMatrix edges) {
    int const n = cutter.pool().nodes();
    for (auto const &[a, b] : toEdges(n, edges))
        if (a == b) throw std::invalid_argument("an edge joins two nodes");
    for (auto const &[a, b] : toEdges(n, edges)) cutter.columns().add(a, b);
}

std::tuple<IntResult, DoubleResult> separate(Cutter &cutter, DoubleVector x, int family,
                                             int attempts, int most) {
    if (static_cast<int>(x.shape(0)) != cutter.columns().size())
        throw std::invalid_argument("every column has one value");
    if (family < 0 || family > static_cast<int>(Cutter::Family::Pool))
        throw std::invalid_argument("no such family");
    auto const found = [&] {
        nb::gil_scoped_release const released;
        return cutter.separate(spanOf(x), static_cast<Cutter::Family>(family), attempts, most);
    }();
    std::vector<int> ids;
    std::vector<double> violation;
    for (auto const &one : found) {
        ids.push_back(one.id);
        violation.push_back(one.violation);
    }
    return {toArray(std::move(ids)), toArray(std::move(violation))};
}

// Rows for a linear program: (least, start, column, coefficient).
std::tuple<DoubleResult, IntResult, IntResult, DoubleResult> rows(Cutter &cutter, IntVector ids) {
    checkIds(cutter, ids);
    std::vector<double> least, coefficient;
    std::vector<int> start{0}, column;
    for (int const id : spanOf(ids)) {
        auto const &cut = cutter.pool()[id];
        least.push_back(cut.least);
        cutter.columns().row(cut, [&](int k, int value) {
            column.push_back(k);
            coefficient.push_back(value);
        });
        start.push_back(static_cast<int>(column.size()));
    }
    return {toArray(std::move(least)), toArray(std::move(start)), toArray(std::move(column)),
            toArray(std::move(coefficient))};
}

// Columns for a linear program whose rows are cuts: (start, row, coefficient).
std::tuple<IntResult, IntResult, DoubleResult> entries(Cutter const &cutter, IntMatrix edges,
                                                       IntVector ids) {
    checkIds(cutter, ids);
    Incidence const incidence(cutter.pool(), spanOf(ids));
    std::vector<int> start{0}, row, sets;
    std::vector<double> coefficient;
    for (auto const &[a, b] : toEdges(cutter.pool().nodes(), edges)) {
        auto const x = incidence.of(a), y = incidence.of(b);
        sets.clear();
        std::set_symmetric_difference(x.begin(), x.end(), y.begin(), y.end(),
                                      std::back_inserter(sets));
        for (int const set : sets) {
            int const cut = incidence.cutOf(set);
            // Sets of one cut follow each other.
            if (static_cast<int>(row.size()) > start.back() && row.back() == cut) {
                ++coefficient.back();
                continue;
            }
            row.push_back(cut);
            coefficient.push_back(1.0);
        }
        start.push_back(static_cast<int>(row.size()));
    }
    return {toArray(std::move(start)), toArray(std::move(row)), toArray(std::move(coefficient))};
}

nb::typed<nb::list, IntResult> setsOf(Cutter const &cutter, int id) {
    if (id < 0 || id >= cutter.pool().size()) throw std::invalid_argument("no such cut");
    nb::typed<nb::list, IntResult> sets;
    for (auto const &set : cutter.pool()[id].sets) sets.append(toArray(set));
    return sets;
}

DualBound price(Cutter &cutter, DoubleVector nodes, IntVector ids, DoubleVector cuts,
                StateVector known, double goal, bool keep) {
    checkIds(cutter, ids);
    if (static_cast<int>(nodes.shape(0)) != cutter.pool().nodes() ||
        cuts.shape(0) != ids.shape(0) ||
        static_cast<int>(known.shape(0)) != cutter.columns().size())
        throw std::invalid_argument("every node, cut and column has one value");
    Duals const duals{spanOf(nodes), spanOf(ids), spanOf(cuts)};
    nb::gil_scoped_release const released;
    return cutter.price(duals, spanOf(known), goal, keep);
}

void bindPricing(nb::module_ &m) {
    nb::class_<DualBound>(m, "TspDualBound", "What dual values prove about all tours.")
        .def_prop_ro("bound", &DualBound::bound, "A lower bound, exactly computed.")
        .def_prop_ro("hopeless", &DualBound::hopeless,
                     "Whether no tour in question costs no more than the goal.")
        .def_prop_ro("complete", &DualBound::complete,
                     "Whether the edges that are worth keeping are known.")
        .def_prop_ro(
            "negative",
            [](DualBound const &bound) {
                std::vector<std::pair<int, int>> edges;
                for (auto const &priced : bound.negative()) edges.emplace_back(priced.a, priced.b);
                return pairs(edges);
            },
            nb::rv_policy::move, "Edges of negative reduced cost that are no columns, (m, 2).")
        .def_prop_ro(
            "reduced",
            [](DualBound const &bound) {
                std::vector<double> values;
                for (auto const &priced : bound.negative()) values.push_back(priced.reduced);
                return toArray(std::move(values));
            },
            nb::rv_policy::move, "Their reduced costs.")
        .def_prop_ro(
            "states", [](DualBound const &bound) { return toArray(bound.states()); },
            nb::rv_policy::move,
            "Of every column: 0 in no tour worth finding, 2 in all of them, 1 else.");
}

}  // namespace

void bindTspCuts(nb::module_ &m) {
    bindPricing(m);
    nb::class_<Cutter>(m, "TspCutter", "Cutting planes for tours.")
        .def(
            "__init__",
            [](Cutter *self, Metric const &metric, std::uint64_t seed) {
                if (metric.size() < 5) throw std::invalid_argument("five nodes at least");
                new (self) Cutter(metric, seed);
            },
            "metric"_a, "seed"_a = 0, nb::keep_alive<1, 2>())
        .def("add_columns", &addColumns, "edges"_a.noconvert(), "Add edges, (m, 2).")
        .def(
            "lengths",
            [](Cutter const &cutter, IntMatrix edges) {
                std::vector<double> lengths;
                for (auto const &[a, b] : toEdges(cutter.pool().nodes(), edges))
                    lengths.push_back(cutter.metric()(a, b));
                return toArray(std::move(lengths));
            },
            "edges"_a.noconvert(), "Lengths of edges, (m, 2).")
        .def("separate", &separate, "x"_a.noconvert(), "family"_a, "attempts"_a = 1,
             "most"_a = 1'000'000,
             "Cuts a solution violates, most violated first: (ids, violations).")
        .def("rows", &rows, "ids"_a.noconvert(),
             "Rows of cuts for all columns: (least, start, column, coefficient).")
        .def("entries", &entries, "edges"_a.noconvert(), "ids"_a.noconvert(),
             "Entries of edges in the rows of cuts: (start, row, coefficient).")
        .def("sets", &setsOf, "id"_a, "The node sets of a cut.")
        .def("price", &price, "nodes"_a.noconvert(), "ids"_a.noconvert(), "cuts"_a.noconvert(),
             "known"_a.noconvert(), "goal"_a, "keep"_a,
             "What dual values prove; if `keep`, edges excluded stay excluded.")
        .def_prop_ro(
            "universe",
            [](Cutter const &cutter) {
                return cutter.universe() ? pairs(*cutter.universe()) : pairs({});
            },
            nb::rv_policy::move,
            "Edges that are no columns and not excluded, once few are, (m, 2).")
        .def_prop_ro(
            "listed", [](Cutter const &cutter) { return cutter.universe().has_value(); },
            "Whether edges were excluded, so that those left are listed.")
        .def_prop_ro(
            "cuts", [](Cutter const &cutter) { return cutter.pool().size(); },
            "Number of cuts known.");
}
