// Bindings of trained networks.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings_poll.h"
#include "bindings_tsp.h"
#include "neural/choose.h"
#include "neural/graph.h"
#include "neural/inference.h"
#include "neural/network.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace cosolve::binding;
using namespace cosolve::neural;

namespace {

using AnyFloats = nb::ndarray<float const, nb::numpy, nb::c_contig>;
using FloatMatrix = nb::ndarray<float const, nb::numpy, nb::ndim<2>, nb::c_contig>;
using FloatCube = nb::ndarray<float const, nb::numpy, nb::ndim<3>, nb::c_contig>;
using TensorDict = nb::typed<nb::dict, nb::str, AnyFloats>;

void construct(Network *self, TensorDict const &tensors, int layers, bool symmetric) {
    Tensors named;
    std::vector<AnyFloats> kept;  // while they are read
    for (auto [key, value] : tensors) {
        auto const name = nb::cast<std::string>(key);
        AnyFloats array;
        if (!nb::try_cast(value, array, false))
            throw std::invalid_argument("tensor " + name + " is not a C-contiguous float32 array");
        std::vector<std::size_t> shape;
        for (std::size_t d = 0; d < array.ndim(); ++d) shape.push_back(array.shape(d));
        named[name] = {std::move(shape), array.data()};
        kept.push_back(std::move(array));
    }
    new (self) Network(named, layers, symmetric);
}

// Features that are there as a whole.
class ArrayFeatures final : public FeatureSource {
public:
    ArrayFeatures(FloatMatrix const &nodes, FloatCube const &edges)
        : nodes_(nodes.data()), edges_(edges.data()), nodeSize_(nodes.shape(1)),
          edgeSize_(edges.shape(1) * edges.shape(2)) {}

    void nodeRows(std::span<int const> nodes, float *rows) const override {
        for (int const node : nodes)
            rows =
                std::copy_n(nodes_ + static_cast<std::size_t>(node) * nodeSize_, nodeSize_, rows);
    }

    void edgeRows(std::span<int const> nodes, float *rows) const override {
        for (int const node : nodes)
            rows =
                std::copy_n(edges_ + static_cast<std::size_t>(node) * edgeSize_, edgeSize_, rows);
    }

private:
    float const *nodes_, *edges_;
    std::size_t nodeSize_, edgeSize_;
};

void requireFinite(float const *values, std::size_t size) {
    if (!std::all_of(values, values + size, [](float value) { return std::isfinite(value); }))
        throw std::invalid_argument("the features are not finite");
}

Scores finish(Inference &inference, cosolve::Poll const &poll) {
    nb::gil_scoped_release const released;
    while (!inference.wait(kPollS)) poll();
    return inference.take();
}

nb::typed<nb::dict, nb::str, FloatResult> run(Network const &network, IntMatrix neighbors,
                                              FloatMatrix nodeFeatures, FloatCube edgeFeatures,
                                              int threads, nb::object const &stop, std::size_t tile,
                                              std::string const &instructions) {
    std::size_t const n = neighbors.shape(0), k = neighbors.shape(1);
    if (nodeFeatures.shape(0) != n || nodeFeatures.shape(1) != network.nodeFeatures)
        throw std::invalid_argument("node_features must have shape (n, " +
                                    std::to_string(network.nodeFeatures) + ")");
    if (edgeFeatures.shape(0) != n || edgeFeatures.shape(1) != k ||
        edgeFeatures.shape(2) != network.edgeFeatures)
        throw std::invalid_argument("edge_features must have shape (n, k, " +
                                    std::to_string(network.edgeFeatures) + ")");
    ArrayFeatures const features(nodeFeatures, edgeFeatures);
    Scores scores = [&] {
        requireFinite(nodeFeatures.data(), nodeFeatures.size());
        requireFinite(edgeFeatures.data(), edgeFeatures.size());
        Inference inference(network, {n, k, neighbors.data()}, features,
                            {threads, tile, instructions});
        return finish(inference, pollOf(stop));
    }();
    nb::typed<nb::dict, nb::str, FloatResult> heads;
    if (network.edge) heads["edge"] = shaped(std::move(scores.edge), {n, k});
    if (network.together) heads["together"] = shaped(std::move(scores.together), {n, k});
    if (network.penalty) heads["penalty"] = toArray(std::move(scores.penalty));
    return heads;
}

std::tuple<IntResult, IntResult, FloatResult> choose(IntMatrix neighbors, FloatMatrix scores,
                                                     int fewest, int most, double probability,
                                                     IntMatrix fixedEdges) {
    Graph const graph{neighbors.shape(0), neighbors.shape(1), neighbors.data()};
    if (scores.shape(0) != graph.nodes || scores.shape(1) != graph.neighbors)
        throw std::invalid_argument("there must be a score for every neighbor");
    if (fewest < 1 || most < fewest)
        throw std::invalid_argument("fewest and most must be positive and rise");
    if (!(probability >= 0 && probability < 1))
        throw std::invalid_argument("the probability must be at least 0 and below 1");
    Choice const choice{fewest, most,
                        static_cast<float>(std::log(probability / (1 - probability)))};
    auto const fixed = toFixedEdges(static_cast<int>(graph.nodes), fixedEdges);
    auto rows = [&] {
        nb::gil_scoped_release const released;
        checkGraph(graph);
        return chooseEdges(graph, {scores.data(), scores.size()}, choice, fixed);
    }();
    return {toArray(std::move(rows.start)), toArray(std::move(rows.to)),
            toArray(std::move(rows.probability))};
}

std::vector<std::string> heads(Network const &network) {
    std::vector<std::string> names;
    if (network.edge) names.emplace_back("edge");
    if (network.together) names.emplace_back("together");
    if (network.penalty) names.emplace_back("penalty");
    return names;
}

}  // namespace

void bindNeural(nb::module_ &m) {
    m.def("instruction_sets", &instructionSets,
          "Instruction sets networks can use on this machine, the best first.");
    m.def("choose_edges", &choose, "neighbors"_a.noconvert(), "scores"_a.noconvert(), "fewest"_a,
          "most"_a, "probability"_a, "fixed_edges"_a.noconvert(),
          "Rows (indptr, indices, probability) of the edges of at least this probability, between "
          "fewest and most per node, made symmetric.");
    nb::class_<Network>(m, "EdgeNetwork", "A trained graph network over edges between near nodes.")
        .def("__init__", &construct, "tensors"_a, "layers"_a, "symmetric"_a)
        .def_ro("width", &Network::width, "Features of a node or edge between layers.")
        .def_ro("node_features", &Network::nodeFeatures, "Features of a node it takes.")
        .def_ro("edge_features", &Network::edgeFeatures, "Features of an edge it takes.")
        .def_prop_ro("heads", &heads, "What it predicts: edge, together, penalty.")
        .def("run", &run, "neighbors"_a.noconvert(), "node_features"_a.noconvert(),
             "edge_features"_a.noconvert(), nb::kw_only(), "threads"_a = 1,
             "stop"_a.none() = nb::none(), "tile"_a = 0, "instructions"_a = "",
             "Scores by head: (n, k) of edges, (n,) of nodes. Tiles of so many nodes (0: chosen) "
             "and instructions change no bit of them. If stop is given and returns true, it ends "
             "with Stopped.");
}
