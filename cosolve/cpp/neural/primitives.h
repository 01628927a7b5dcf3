// The four inner loops of a network, for whatever vectors the machine has.
//
// Vectors run along the features of one row, and every sum is taken in the order of its terms: the
// results are bitwise the same with vectors of 4, 8 and 16 numbers.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace cosolve::neural {

// Feature rows are padded to a multiple of this many numbers, the widest vector.
constexpr std::size_t kLanes = 16;
// Arrays of rows have this many more than are used: loops finish the block they are in.
constexpr std::size_t kSlack = 16;

inline std::size_t padded(std::size_t features) {
    return (features + kLanes - 1) / kLanes * kLanes;
}

// y = x W^T + b, with W stored so that vectors run along its outputs.
struct Linear {
    std::size_t inputs = 0, outputs = 0;  // outputs padded
    std::vector<float> weight;            // inputs x outputs
    std::vector<float> bias;              // outputs
};

// Consecutive nodes of a layer, and what is known of them.
struct NodeBlock {
    std::size_t nodes, neighbors, width;  // width padded
    int const *neighbor;                  // nodes x neighbors: rows of `passed`
    float const *own;                     // nodes x (self | from)
    float const *turned;  // (nodes * neighbors) x width: the edges times their weight
    float const *passed;  // rows of (message | to)
    float *x;             // nodes x width
    float *e;             // (nodes * neighbors) x width
    bool updateNodes, updateEdges;
};

struct Primitives {
    // `inputs` numbers of each row of x, rows `stride` apart, to rows of `layer.outputs` numbers.
    void (*linear)(Linear const &layer, float const *x, std::size_t stride, std::size_t rows,
                   float *y);
    // x and e after a layer, in place.
    void (*update)(NodeBlock const &block);
    // relu(hidden) . weight + bias for each row of `width` numbers (padded).
    void (*score)(float const *hidden, std::size_t width, std::size_t rows, float const *weight,
                  float bias, float *scores);
};

// Instruction sets this machine can use, the best first; "baseline" is always among them.
std::vector<std::string> instructionSets();

// Throws std::invalid_argument unless the name is one of them.
Primitives primitives(std::string const &instructionSet);

}  // namespace cosolve::neural
