// Bindings of the tabu search for flexible job shops.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "bindings_tsp.h"
#include "scheduling/tabu_bound.h"
#include "scheduling/tabu_search.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve;
using namespace cosolve::binding;
using namespace cosolve::scheduling;

namespace {

using TimeVector = nb::ndarray<Time const, nb::numpy, nb::ndim<1>, nb::c_contig>;

template <class Array> auto toVector(Array const &array) {
    using Value = std::remove_const_t<typename Array::Scalar>;
    return std::vector<Value>(array.data(), array.data() + array.shape(0));
}

void checkInstance(TabuInstance const &in) {
    std::size_t const n = in.job.size();
    if (in.first.size() != n + 1 || in.first[0] != 0 ||
        in.first[n] != static_cast<int>(in.machine.size()) ||
        in.machine.size() != in.duration.size())
        throw std::invalid_argument("the alternatives must be one range for each operation");
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (in.first[i + 1] <= in.first[i])
            throw std::invalid_argument("every operation must have an alternative");
        if (in.job[i] < (i ? in.job[i - 1] : 0) || in.job[i] >= in.jobs)
            throw std::invalid_argument("the operations of a job must be adjacent");
        Time most = 0;
        for (int a = in.first[i]; a < in.first[i + 1]; ++a) {
            if (in.machineOf(a) < 0 || in.machineOf(a) >= in.machines || in.durationOf(a) < 0)
                throw std::invalid_argument("an alternative has no such machine or duration");
            most = std::max(most, in.durationOf(a));
        }
        longest += most;
    }
    for (auto const *times : {&in.release, &in.available}) {
        Time most = 0;
        for (Time const time : *times) {
            if (time < 0) throw std::invalid_argument("times must not be negative");
            most = std::max(most, time);
        }
        longest += most;
    }
    if (longest >= Time{1} << 29) throw std::invalid_argument("the times are too large");
}

TabuSolution toSolution(TabuInstance const &in, IntVector alternative, IntVector order) {
    std::size_t const n = in.job.size();
    TabuSolution solution{0, toVector(alternative), toVector(order)};
    std::vector<int> place(n, -1);
    if (solution.order.size() != n || solution.alternative.size() != n)
        throw std::invalid_argument("there must be one entry for each operation");
    for (std::size_t i = 0; i < n; ++i) {
        int const v = solution.order[i];
        if (v < 0 || v >= in.operations() || place[static_cast<std::size_t>(v)] >= 0)
            throw std::invalid_argument("order must hold every operation once");
        place[static_cast<std::size_t>(v)] = static_cast<int>(i);
        int const a = solution.alternative[i];
        if (a < in.first[i] || a >= in.first[i + 1])
            throw std::invalid_argument("an operation has no such alternative");
    }
    for (std::size_t i = 1; i < n; ++i)
        if (in.job[i] == in.job[i - 1] && place[i] < place[i - 1])
            throw std::invalid_argument("order must keep the order of jobs");
    return solution;
}

}  // namespace

void bindScheduling(nb::module_ &m) {
    nb::class_<TabuInstance>(m, "TabuInstance", "A flexible job shop.")
        .def(
            "__init__",
            [](TabuInstance *self, IntVector job, IntVector first, IntVector machine,
               TimeVector duration, TimeVector release, TimeVector available) {
                TabuInstance in;
                in.job = toVector(job);
                in.first = toVector(first);
                in.machine = toVector(machine);
                in.duration = toVector(duration);
                in.release = toVector(release);
                in.available = toVector(available);
                in.jobs = static_cast<int>(in.release.size());
                in.machines = static_cast<int>(in.available.size());
                checkInstance(in);
                in.bound = simpleBound(in);
                new (self) TabuInstance(std::move(in));
            },
            "job"_a.noconvert(), "first"_a.noconvert(), "machine"_a.noconvert(),
            "duration"_a.noconvert(), "release"_a.noconvert(), "available"_a.noconvert())
        .def_prop_ro("operations", &TabuInstance::operations)
        .def_ro("bound", &TabuInstance::bound, "No schedule is shorter.")
        .def(
            "raise_bound",
            [](TabuInstance &self, Time bound) { self.bound = std::max(self.bound, bound); },
            "bound"_a, "Tell of another lower bound; not while a search runs.");

    nb::class_<TabuPool>(m, "TabuPool", "Good schedules that several searches share.")
        .def(nb::init<TabuInstance const &, int>(), "instance"_a, "capacity"_a,
             nb::keep_alive<1, 2>())
        .def_prop_ro("makespan", &TabuPool::makespan, "Of the best one.")
        .def(
            "best",
            [](TabuPool const &self, TabuInstance const &instance) {
                TabuSolution const best = self.best();
                if (best.order.size() != instance.job.size())
                    throw std::invalid_argument("there is no schedule yet");
                TabuGraph graph(instance);
                graph.set(best);
                std::vector<Time> head(instance.job.size());
                for (int v = 0; v < instance.operations(); ++v)
                    head[static_cast<std::size_t>(v)] = graph.node(v).head;
                std::vector<int> alternative = best.alternative;
                return std::make_pair(toArray(std::move(alternative)), toArray(std::move(head)));
            },
            "instance"_a, "Alternatives and begins of the operations in the best one.");

    nb::class_<TabuSearch>(m, "TabuSearch", "Tabu search with path relinking.")
        .def(
            "__init__",
            [](TabuSearch *self, TabuInstance const &instance, TabuPool &pool, std::uint64_t seed,
               int tenure, long depth, int window, int reach, int reliefs, int outside) {
                TabuOptions const options{tenure, window, reach, reliefs, outside};
                new (self) TabuSearch(instance, pool, options, depth, seed);
            },
            "instance"_a, "pool"_a, "seed"_a, "tenure"_a, "depth"_a, "window"_a, "reach"_a,
            "reliefs"_a, "outside"_a, nb::keep_alive<1, 2>(), nb::keep_alive<1, 3>())
        .def(
            "start",
            [](TabuSearch &self, TabuInstance const &instance, IntVector alternative,
               IntVector order) { self.start(toSolution(instance, alternative, order)); },
            "instance"_a, "alternative"_a.noconvert(), "order"_a.noconvert(),
            "Begin the next walk with this schedule.")
        .def(
            "run",
            [](TabuSearch &self, double seconds, long iterations) {
                nb::gil_scoped_release const release;
                return self.run(seconds, iterations);
            },
            "seconds"_a, "iterations"_a, "Search; returns the iterations done.")
        .def_prop_ro("optimal", &TabuSearch::optimal,
                     "Whether the best schedule is as short as the bound.");
}
