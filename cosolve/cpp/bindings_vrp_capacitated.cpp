// Bindings of ruin and recreate for capacitated routing.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/unique_ptr.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bindings_vrp.h"
#include "vrp/capacitated/ruin_recreate.h"
#include "vrp/capacitated/savings.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve;
using namespace cosolve::binding;
using namespace cosolve::vrp;

namespace {

NearRows toRows(int n, OptionalInts const &start, OptionalInts const &to) {
    NearRows rows;
    auto const lists = toNeighbors(start, to, 1, static_cast<std::size_t>(n));
    if (lists.empty()) return rows;
    rows.start.push_back(0);
    for (auto const &list : lists) {
        rows.to.insert(rows.to.end(), list.begin(), list.end());
        rows.start.push_back(static_cast<int>(rows.to.size()));
    }
    return rows;
}

CapacitatedInstance makeInstance(Metric const &metric, DoubleVector demand, DoubleVector service,
                                 NearRows near, NearRows around, double capacity, double fixedCost,
                                 double maxLength, int maxRoutes) {
    std::size_t const n = static_cast<std::size_t>(metric.size());
    if (n < 2) throw std::invalid_argument("there must be a depot and a client");
    if (demand.shape(0) != n || service.shape(0) != n)
        throw std::invalid_argument("there must be one entry for each location");
    CapacitatedInstance in;
    in.metric = &metric;
    in.demand.assign(demand.data(), demand.data() + n);
    in.service.assign(service.data(), service.data() + n);
    in.capacity = capacity;
    in.fixedCost = fixedCost;
    in.maxLength = maxLength;
    in.maxRoutes = maxRoutes;
    in.near = std::move(near);
    in.around = std::move(around);
    return in;
}

// Routes of all clients, or of some, at least one; each ends with 0.
std::vector<int> checkedRoutes(int locations, IntVector routes, bool all) {
    std::vector<int> seen(static_cast<std::size_t>(locations), 0);
    std::vector<int> result(routes.data(), routes.data() + routes.shape(0));
    int visits = 0;
    for (int const client : result) {
        checkNode(client, locations);
        if (client == 0) continue;
        ++visits;
        if (seen[static_cast<std::size_t>(client)]++)
            throw std::invalid_argument("routes must visit no client twice");
    }
    if (all && visits + 1 < locations)
        throw std::invalid_argument("routes must visit every client");
    if (visits == 0 || result.back() != 0)
        throw std::invalid_argument("routes must visit a client at least, and end with 0");
    return result;
}

}  // namespace

void bindVrpCapacitated(nb::module_ &m) {
    nb::class_<CapacitatedInstance>(m, "CapacitatedInstance",
                                    "Routes of one depot, limited in load and length only.")
        .def(
            "__init__",
            [](CapacitatedInstance *self, Metric const &metric, DoubleVector demand,
               DoubleVector service, IntVector const &nearStart, IntVector const &near,
               OptionalInts const &aroundStart, OptionalInts const &around, double capacity,
               double fixedCost, double maxLength, int maxRoutes) {
                new (self) CapacitatedInstance(
                    makeInstance(metric, demand, service, toRows(metric.size(), nearStart, near),
                                 toRows(metric.size(), aroundStart, around), capacity, fixedCost,
                                 maxLength, maxRoutes));
            },
            "metric"_a, "demand"_a.noconvert(), "service"_a.noconvert(), "near_start"_a.noconvert(),
            "near"_a.noconvert(), "around_start"_a.noconvert().none(),
            "around"_a.noconvert().none(), "capacity"_a, "fixed_cost"_a, "max_length"_a,
            "max_routes"_a, nb::keep_alive<1, 2>())
        .def(
            "savings_routes",
            [](CapacitatedInstance const &self) {
                std::vector<int> routes;
                {
                    nb::gil_scoped_release const release;
                    routes = savingsRoutes(self);
                }
                return toArray(std::move(routes));
            },
            "Routes of the savings heuristic; every route ends with 0.");

    nb::class_<RuinRecreate>(m, "CapacitatedSearch", "Slack induction by string removals.")
        .def(
            "run",
            [](RuinRecreate &self, double seconds, long iterations, double from, double to) {
                nb::gil_scoped_release const release;
                return self.run(seconds, iterations, from, to);
            },
            "seconds"_a, "iterations"_a, "hot"_a, "cold"_a,
            "Iterate; with a number of iterations the temperature falls from one to the other.")
        .def(
            "begin",
            [](RuinRecreate &self, IntVector routes, int most) {
                self.begin(checkedRoutes(self.locations(), routes, false), most);
            },
            "routes"_a.noconvert(), "most"_a,
            "Begin again with routes of all clients or some, which are searched without the "
            "others; with so many routes at most.")
        .def("best", [](RuinRecreate const &self) { return toArray(self.best()); })
        .def("current", [](RuinRecreate const &self) { return toArray(self.current()); })
        .def_prop_ro("best_cost", &RuinRecreate::bestCost)
        .def_prop_ro("current_cost", &RuinRecreate::currentCost)
        .def_prop_ro("mean_leg", &RuinRecreate::meanLeg,
                     "Mean length of the legs of the present routes.")
        .def_ro("iterations", &RuinRecreate::iterations)
        .def_ro("accepted", &RuinRecreate::accepted);
    m.def(
        "capacitated_search",
        [](CapacitatedInstance const &instance, IntVector routes, std::uint64_t seed,
           double removed, int longest, double split, double keep, double blink, int width,
           double hope) {
            RuinParameters const parameters{removed, longest, split, keep, blink, width, hope};
            auto search = makeRuinRecreate(instance, parameters, seed);
            search->begin(checkedRoutes(instance.locations(), routes, true), instance.maxRoutes);
            return search;
        },
        "instance"_a, "routes"_a.noconvert(), "seed"_a, "removed"_a, "longest"_a, "split"_a,
        "keep"_a, "blink"_a, "width"_a, "hope"_a, nb::keep_alive<0, 1>(),
        "A search from feasible routes, each ending with 0.");
}
