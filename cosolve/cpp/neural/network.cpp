#include "neural/network.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <utility>

namespace cosolve::neural {

namespace {

std::string text(std::vector<std::size_t> const &shape) {
    std::string result = "(";
    for (std::size_t d = 0; d < shape.size(); ++d)
        result += (d ? ", " : "") + std::to_string(shape[d]);
    return result + ")";
}

// Takes tensors by name, each of a known shape.
class Reader {
public:
    explicit Reader(Tensors const &tensors) : tensors_(tensors) {}

    bool has(std::string const &name) const { return tensors_.count(name) > 0; }

    Tensor const &find(std::string const &name) {
        auto const found = tensors_.find(name);
        if (found == tensors_.end()) throw std::invalid_argument("there is no tensor " + name);
        taken_.insert(name);
        return found->second;
    }

    float const *take(std::string const &name, std::vector<std::size_t> const &shape) {
        Tensor const &tensor = find(name);
        if (tensor.shape != shape)
            throw std::invalid_argument("tensor " + name + " has shape " + text(tensor.shape) +
                                        ", expected " + text(shape));
        std::size_t size = 1;
        for (std::size_t const extent : shape) size *= extent;
        if (!std::all_of(tensor.values, tensor.values + size,
                         [](float value) { return std::isfinite(value); }))
            throw std::invalid_argument("tensor " + name + " has values that are not finite");
        return tensor.values;
    }

    // Features that a matrix is applied to: its columns.
    std::size_t columns(std::string const &name) {
        Tensor const &tensor = find(name);
        if (tensor.shape.size() != 2)
            throw std::invalid_argument("tensor " + name + " has shape " + text(tensor.shape) +
                                        ", expected a matrix");
        return tensor.shape[1];
    }

    void refuseOthers() const {
        for (auto const &[name, tensor] : tensors_)
            if (!taken_.count(name)) throw std::invalid_argument("unknown tensor " + name);
    }

private:
    Tensors const &tensors_;
    std::set<std::string> taken_;
};

// The two names are of the weight and of the bias, "" where there is none.
using Part = std::pair<std::string, std::string>;

// Layers of equal inputs side by side, the outputs of each padded to the same width.
Linear linearOf(Reader &reader, std::size_t inputs, std::size_t width,
                std::initializer_list<Part> parts) {
    std::size_t const wide = padded(width);
    Linear result;
    result.inputs = inputs;
    result.outputs = parts.size() * wide;
    result.weight.assign(inputs * result.outputs, 0.0F);
    result.bias.assign(result.outputs, 0.0F);
    std::size_t column = 0;
    for (auto const &[weight, bias] : parts) {
        float const *w = reader.take(weight, {width, inputs});
        for (std::size_t o = 0; o < width; ++o)
            for (std::size_t j = 0; j < inputs; ++j)
                result.weight[j * result.outputs + column + o] = w[o * inputs + j];
        if (!bias.empty()) std::copy_n(reader.take(bias, {width}), width, &result.bias[column]);
        column += wide;
    }
    return result;
}

std::optional<Head> headOf(Reader &reader, std::string const &name, std::size_t width) {
    std::string const prefix = "head." + name + ".";
    if (!reader.has(prefix + "out.weight")) return std::nullopt;
    Head head{linearOf(reader, width, width, {{prefix + "hidden.weight", prefix + "hidden.bias"}}),
              std::vector<float>(padded(width), 0.0F), 0.0F};
    std::copy_n(reader.take(prefix + "out.weight", {width}), width, head.weight.data());
    head.bias = *reader.take(prefix + "out.bias", {1});
    return head;
}

}  // namespace

Network::Network(Tensors const &tensors, int layerCount, bool symmetricEdges)
    : symmetric(symmetricEdges) {
    if (layerCount < 0) throw std::invalid_argument("the number of layers is negative");
    Reader reader(tensors);
    nodeFeatures = reader.columns("node_in.weight");
    edgeFeatures = reader.columns("edge_in.weight");
    width = reader.find("node_in.weight").shape[0];
    if (width == 0) throw std::invalid_argument("tensor node_in.weight has no rows");
    paddedWidth = padded(width);
    nodeIn = linearOf(reader, nodeFeatures, width, {{"node_in.weight", "node_in.bias"}});
    edgeIn = linearOf(reader, edgeFeatures, width, {{"edge_in.weight", "edge_in.bias"}});
    for (int l = 0; l < layerCount; ++l) {
        std::string const name = "layer." + std::to_string(l) + ".";
        layers.push_back({linearOf(reader, width, width,
                                   {{name + "self.weight", name + "self.bias"},
                                    {name + "from.weight", name + "edge.bias"}}),
                          linearOf(reader, width, width,
                                   {{name + "message.weight", ""}, {name + "to.weight", ""}}),
                          linearOf(reader, width, width, {{name + "edge.weight", ""}})});
    }
    edge = headOf(reader, "edge", width);
    together = headOf(reader, "together", width);
    penalty = headOf(reader, "penalty", width);
    if (!edge && !together && !penalty) throw std::invalid_argument("the network has no head");
    reader.refuseOthers();
}

}  // namespace cosolve::neural
