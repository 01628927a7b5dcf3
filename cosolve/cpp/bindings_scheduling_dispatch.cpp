// Binding of the dispatching of schedules.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "bindings_arrays.h"
#include "scheduling/dispatch.h"

namespace nb = nanobind;
using namespace nb::literals;
using cosolve::binding::toArray;
using namespace cosolve::scheduling;

namespace {

using Ints = nb::ndarray<int const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using IntTable = nb::ndarray<int const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using Times = nb::ndarray<Time const, nb::numpy, nb::ndim<1>, nb::c_contig>;
using TimeTable = nb::ndarray<Time const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using TimeCube = nb::ndarray<Time const, nb::numpy, nb::ndim<3>, nb::c_contig>;
using Doubles = nb::ndarray<double const, nb::numpy, nb::ndim<1>, nb::c_contig>;

template <class Array> auto toVector(Array array, std::size_t size, char const *what) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(array.data())>>;
    if (array.shape(0) != size) throw std::invalid_argument(what);
    return std::vector<T>(array.data(), array.data() + size);
}

void require(bool condition, char const *message) {
    if (!condition) throw std::invalid_argument(message);
}

void within(std::vector<int> const &numbers, int low, int high, char const *message) {
    for (int const number : numbers) require(number >= low && number < high, message);
}

// Rows (from, to) of a relation become compressed rows; the order of equal ones is kept.
void toRows(IntTable arcs, int n, std::vector<int> &first, std::vector<int> &to) {
    require(arcs.shape(1) == 2, "arcs must be pairs");
    std::size_t const count = arcs.shape(0);
    first.assign(static_cast<std::size_t>(n) + 1, 0);
    for (std::size_t k = 0; k < 2 * count; ++k)
        require(arcs.data()[k] >= 0 && arcs.data()[k] < n, "an arc names no operation");
    for (std::size_t k = 0; k < count; ++k) ++first[arcs.data()[2 * k] + 1];
    for (int i = 0; i < n; ++i) first[i + 1] += first[i];
    std::vector<int> place(first.begin(), first.end() - 1);
    to.resize(count);
    for (std::size_t k = 0; k < count; ++k)
        to[place[arcs.data()[2 * k]]++] = arcs.data()[2 * k + 1];
}

// Rows (machine, from, to), sorted and disjoint on each machine.
void toDowntimes(Shop &shop, TimeTable rows) {
    require(rows.shape(1) == 3, "downtimes must have 3 columns");
    shop.downFirst.assign(static_cast<std::size_t>(shop.machines) + 1, 0);
    Time machine = 0, end = 0;
    for (std::size_t k = 0; k < rows.shape(0); ++k) {
        Time const *row = rows.data() + 3 * k;
        require(row[0] >= machine && row[0] < shop.machines, "downtimes must be sorted");
        if (row[0] > machine) end = 0;
        require(row[1] >= end && row[2] >= row[1], "downtimes of a machine must be disjoint");
        machine = row[0];
        end = row[2];
        ++shop.downFirst[static_cast<std::size_t>(machine) + 1];
        shop.downFrom.push_back(row[1]);
        shop.downTo.push_back(row[2]);
    }
    for (int m = 0; m < shop.machines; ++m) shop.downFirst[m + 1] += shop.downFirst[m];
}

std::vector<Policy> toPolicies(Ints rules, Doubles delays, Ints loyal, bool due) {
    std::size_t const count = rules.shape(0);
    require(count > 0 && delays.shape(0) == count && loyal.shape(0) == count,
            "there must be policies");
    std::vector<Policy> policies;
    for (std::size_t k = 0; k < count; ++k) {
        int const rule = rules.data()[k];
        double const delay = delays.data()[k];
        require(rule >= 0 && rule < static_cast<int>(Rule::Count), "there is no such rule");
        require(delay >= 0 && delay <= 1, "delay must be between 0 and 1");
        auto const named = static_cast<Rule>(rule);
        bool const needs =
            named == Rule::EarliestDue || named == Rule::LeastSlack || named == Rule::TardinessCost;
        require(due || !needs, "the rule needs due dates");
        policies.push_back({named, delay, loyal.data()[k] != 0});
    }
    return policies;
}

void construct(Dispatcher *self, Ints jobs, Ints first, Ints machine, Times duration, bool ordered,
               IntTable precedence, Times release, nb::object due, Doubles weights, Times available,
               TimeTable downtime, nb::object families, nb::object setups, int objective,
               nb::object preferred, double changeCost, Ints rules, Doubles delays, Ints loyal,
               std::uint64_t seed) {
    Shop shop;
    std::size_t const n = jobs.shape(0);
    std::size_t const alternatives = machine.shape(0);
    shop.operations = static_cast<int>(n);
    shop.jobs = static_cast<int>(release.shape(0));
    shop.machines = static_cast<int>(available.shape(0));
    shop.ordered = ordered;
    shop.job = toVector(jobs, n, "");
    shop.first = toVector(first, n + 1, "first must have one entry more than jobs");
    shop.machine = toVector(machine, alternatives, "");
    shop.duration = toVector(duration, alternatives, "alternatives must have durations");
    shop.release = toVector(release, release.shape(0), "");
    shop.weight = toVector(weights, release.shape(0), "jobs must have weights");
    shop.available = toVector(available, available.shape(0), "");
    shop.changeCost = changeCost;
    within(shop.job, 0, shop.jobs, "there is no such job");
    within(shop.machine, 0, shop.machines, "there is no such machine");
    require(shop.first[0] == 0 && shop.first[n] == static_cast<int>(alternatives),
            "alternatives must be in compressed rows");
    for (std::size_t i = 0; i < n; ++i) {
        require(shop.first[i] < shop.first[i + 1], "an operation has no machine");
        require(i == 0 || shop.job[i - 1] <= shop.job[i], "jobs must not decrease");
    }
    for (Time const d : shop.duration) require(d >= 0, "a duration is negative");
    toRows(precedence, shop.operations, shop.arcFirst, shop.arcTo);
    toDowntimes(shop, downtime);
    if (!due.is_none())
        shop.due = toVector(nb::cast<Times>(due), release.shape(0), "jobs must have due dates");
    if (!families.is_none()) {
        auto const table = nb::cast<TimeCube>(setups);
        shop.family = toVector(nb::cast<Ints>(families), n, "operations must have families");
        shop.families = static_cast<int>(table.shape(1));
        require(table.shape(0) == available.shape(0) && table.shape(1) == table.shape(2),
                "setups must have shape (machines, families, families)");
        within(shop.family, 0, shop.families, "there is no such family");
        shop.setup.assign(table.data(), table.data() + table.size());
    }
    if (!preferred.is_none())
        shop.preferred = toVector(nb::cast<Ints>(preferred), n, "one machine may be preferred");
    require(objective >= 0 && objective <= 2, "there is no such objective");
    shop.objective = static_cast<Objective>(objective);
    require(shop.objective != Objective::Tardiness || !shop.due.empty(), "tardiness needs dates");
    auto policies = toPolicies(rules, delays, loyal, !shop.due.empty());
    nb::gil_scoped_release const released;
    new (self) Dispatcher(std::move(shop), std::move(policies), seed);
}

}  // namespace

void bindSchedulingDispatch(nb::module_ &m) {
    using Release = nb::call_guard<nb::gil_scoped_release>;
    nb::class_<Dispatcher>(m, "Dispatcher", "Schedules built operation by operation, by rules.")
        .def("__init__", &construct, "jobs"_a.noconvert(), "first"_a.noconvert(),
             "machine"_a.noconvert(), "duration"_a.noconvert(), "ordered"_a,
             "precedence"_a.noconvert(), "release"_a.noconvert(), "due"_a.none(),
             "weights"_a.noconvert(), "available"_a.noconvert(), "downtime"_a.noconvert(),
             "families"_a.none(), "setups"_a.none(), "objective"_a, "preferred"_a.none(),
             "change_cost"_a, "rules"_a.noconvert(), "delays"_a.noconvert(), "loyal"_a.noconvert(),
             "seed"_a)
        .def("run", &Dispatcher::run, "seconds"_a, "iterations"_a, Release(),
             "Build schedules; returns how many were finished.")
        .def("machine", [](Dispatcher const &self) { return toArray(self.machine()); })
        .def("start", [](Dispatcher const &self) { return toArray(self.start()); })
        .def(
            "policy_costs", [](Dispatcher const &self) { return toArray(self.policyCosts()); },
            "Least cost by each policy, infinite where there is none yet.")
        .def_prop_ro("found", &Dispatcher::found, "Whether there is a schedule.")
        .def_prop_ro("cost", &Dispatcher::cost, "Of the best schedule.");
}
