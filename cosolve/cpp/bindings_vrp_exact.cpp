// Bindings of what proofs for vehicle routing are made from: pools of routes and cuts of them.
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/vector.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "vrp/cuts/route_pool.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::vrp::ClientSet;
using cosolve::vrp::PricedSet;
using cosolve::vrp::RoutePool;

namespace {

using DoubleResult = nb::ndarray<nb::numpy, double>;
using Sets = std::vector<std::vector<int>>;

int constexpr mostNodes = 128;

ClientSet toSet(std::vector<int> const &clients) {
    for (int i : clients) checkNode(i, mostNodes);
    return cosolve::vrp::clientSet(clients);
}

// Where routes begin, and their clients.
std::pair<std::vector<int>, std::vector<int>> toRoutes(IntVector first, IntVector visits,
                                                       int nodes) {
    std::vector<int> begin(first.data(), first.data() + first.shape(0));
    std::vector<int> clients(visits.data(), visits.data() + visits.shape(0));
    if (nodes > mostNodes) throw std::invalid_argument("there are too many nodes");
    if (begin.empty() || begin.front() != 0 || begin.back() != static_cast<int>(clients.size()))
        throw std::invalid_argument("first must run from 0 to the number of visits");
    for (std::size_t r = 0; r + 1 < begin.size(); ++r)
        if (begin[r] > begin[r + 1]) throw std::invalid_argument("first must not decrease");
    for (int i : clients) checkNode(i, nodes);
    return {std::move(begin), std::move(clients)};
}

std::vector<double> toDoubles(DoubleVector values, std::size_t size) {
    if (values.shape(0) != size) throw std::invalid_argument("an array has the wrong length");
    return {values.data(), values.data() + size};
}

class Pool {
public:
    Pool(IntVector first, IntVector visits, int nodes)
        : Pool(toRoutes(first, visits, nodes), nodes) {}

    DoubleResult reduced(DoubleVector cost, DoubleVector clients, Sets const &touched,
                         DoubleVector touchedPrices, Sets const &subsets,
                         DoubleVector subsetPrices) const {
        auto const costs = toDoubles(cost, pool_.size());
        auto const prices = toDoubles(clients, static_cast<std::size_t>(nodes_));
        auto const some = toPriced(touched, touchedPrices), pairs = toPriced(subsets, subsetPrices);
        auto *owned = new std::vector<double>;
        nb::capsule owner(owned,
                          [](void *p) noexcept { delete static_cast<std::vector<double> *>(p); });
        {
            nb::gil_scoped_release release;
            *owned = pool_.reduced(costs, prices, some, pairs);
        }
        return DoubleResult(owned->data(), {owned->size()}, owner);
    }
    IntResult visits(std::vector<int> const &members) const {
        return toArray(pool_.visits(toSet(members)));
    }

private:
    Pool(std::pair<std::vector<int>, std::vector<int>> const &routes, int nodes)
        : nodes_(nodes), pool_(routes.first, routes.second) {}

    static std::vector<PricedSet> toPriced(Sets const &sets, DoubleVector prices) {
        auto const values = toDoubles(prices, sets.size());
        std::vector<PricedSet> result;
        for (std::size_t k = 0; k < sets.size(); ++k)
            if (values[k] != 0) result.push_back({toSet(sets[k]), values[k]});
        return result;
    }

    int nodes_;
    RoutePool pool_;
};

auto findRows(int nodes, IntVector first, IntVector visits, DoubleVector values, double least,
              int most, int mostEach) {
    auto const routes = toRoutes(first, visits, nodes);
    auto const weights = toDoubles(values, routes.first.size() - 1);
    std::vector<std::pair<std::array<int, 3>, double>> result;
    for (auto const &row : cosolve::vrp::findSubsetRows(nodes, routes.first, routes.second, weights,
                                                        least, most, mostEach))
        result.emplace_back(row.members, row.violation);
    return result;
}

IntResult countRows(IntVector first, IntVector visits, int nodes, std::vector<int> const &members,
                    std::vector<int> const &memory) {
    auto const routes = toRoutes(first, visits, nodes);
    ClientSet const inside = toSet(members), remembered = toSet(memory);
    std::vector<int> counts;
    int const *clients = routes.second.data();
    for (std::size_t r = 0; r + 1 < routes.first.size(); ++r)
        counts.push_back(cosolve::vrp::subsetRowCount(
            clients + routes.first[r], clients + routes.first[r + 1], inside, remembered));
    return toArray(std::move(counts));
}

}  // namespace

void bindVrpExact(nb::module_ &m) {
    nb::class_<Pool>(m, "RoutePool", "Routes as sets of at most 127 clients.")
        .def(nb::init<IntVector, IntVector, int>(), "first"_a.noconvert(), "visits"_a.noconvert(),
             "nodes"_a)
        .def("reduced", &Pool::reduced, "cost"_a.noconvert(), "clients"_a.noconvert(), "touched"_a,
             "touched_prices"_a.noconvert(), "subsets"_a, "subset_prices"_a.noconvert(),
             "Costs less prices of clients, of sets that are visited, and of every second visit.")
        .def("visits", &Pool::visits, "members"_a, "How many of some clients every route visits.");
    m.def("find_subset_rows", &findRows, "nodes"_a, "first"_a.noconvert(), "visits"_a.noconvert(),
          "values"_a.noconvert(), "least"_a, "most"_a, "most_each"_a,
          "Violated subset-row cuts of three clients, and by how much.");
    m.def("count_subset_row", &countRows, "first"_a.noconvert(), "visits"_a.noconvert(), "nodes"_a,
          "members"_a, "memory"_a, "Coefficients of routes in a subset-row cut with a memory.");
}
