// Binding of the neighbors of clients.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <stdexcept>

#include "bindings_tsp.h"
#include "vrp/near_clients.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using cosolve::vrp::NearClientsInput;

namespace {

using TimingMatrix = nb::ndarray<double const, nb::numpy, nb::ndim<2>, nb::c_contig>;

IntResult nearClients(cosolve::Metric const &distance, cosolve::Metric const *duration, int depots,
                      std::optional<TimingMatrix> timing, int k, double outward) {
    int const n = distance.size();
    if (depots < 1 || depots >= n)
        throw std::invalid_argument("there must be a depot and a client");
    if (k < 1) throw std::invalid_argument("k must be positive");
    if (!(outward >= 0 && outward < 1))
        throw std::invalid_argument("outward must be at least 0 and below 1");
    if (duration != nullptr && duration->size() != n)
        throw std::invalid_argument("there must be as many durations as distances");
    NearClientsInput input{&distance, duration, depots, {}, outward};
    if (timing) {
        if (timing->shape(0) != static_cast<std::size_t>(n) || timing->shape(1) != 3)
            throw std::invalid_argument("timing must have three columns and a row per location");
        for (double const *row = timing->data(); row != timing->data() + timing->size(); row += 3)
            input.timing.push_back({row[0], row[1], row[2]});
    }
    std::vector<int> rows;
    {
        nb::gil_scoped_release const release;
        rows = cosolve::vrp::nearClients(input, k);
    }
    return toMatrix(std::move(rows), static_cast<std::size_t>(n - depots));
}

}  // namespace

void bindVrpNear(nb::module_ &m) {
    m.def("near_clients", &nearClients, "distance"_a, "duration"_a.none(), "depots"_a,
          "timing"_a.noconvert().none(), "k"_a, "outward"_a,
          "Rows of the min(k, clients - 1) clients nearest to every client by proximity, those "
          "farther out preferred; timing has the service time and the window of every location.");
}
