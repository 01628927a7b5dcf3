// A trained graph network over the edges between near nodes: its weights and what it consists of.
//
// The anisotropic gated graph network of X. Bresson and T. Laurent, "Residual gated graph
// ConvNets", arXiv 1711.07553, as used for tours by C. K. Joshi, T. Laurent and X. Bresson, "An
// efficient graph convolutional network technique for the travelling salesman problem", arXiv
// 1906.01227. Batch normalization is part of the weights by now.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "neural/primitives.h"

namespace cosolve::neural {

struct Tensor {
    std::vector<std::size_t> shape;
    float const *values;
};

using Tensors = std::map<std::string, Tensor>;

// One layer: x' = x + relu(self(x) + mean of sigmoid(e) * message(x of the neighbor)),
//            e' = e + relu(edge(e) + from(x) + to(x of the neighbor)).
struct Layer {
    Linear own;     // self | from, with both biases
    Linear passed;  // message | to
    Linear edge;
};

// relu(hidden(row)) . weight + bias
struct Head {
    Linear hidden;
    std::vector<float> weight;
    float bias;
};

struct Network {
    // Throws std::invalid_argument where a tensor is missing, superfluous, of the wrong shape or
    // not finite.
    Network(Tensors const &tensors, int layerCount, bool symmetric);

    std::size_t width, paddedWidth, nodeFeatures, edgeFeatures;
    bool symmetric;  // the scores of an edge and of its reverse are averaged
    Linear nodeIn, edgeIn;
    std::vector<Layer> layers;
    std::optional<Head> edge, together, penalty;
};

}  // namespace cosolve::neural
