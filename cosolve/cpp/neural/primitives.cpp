#include "neural/primitives.h"

#include <algorithm>
#include <stdexcept>

#include "neural/vectors.h"

namespace cosolve::neural {

namespace {

// R rows by C vectors of outputs, held in registers.
template <int W, int R, int C>
COSOLVE_INLINE void linearBlock(Linear const &layer, std::size_t column, float const *x,
                                std::size_t stride, float *y) {
    Floats<W> sum[R][C];
    for (int c = 0; c < C; ++c) {
        Floats<W> bias;
        load<W>(layer.bias.data() + column + c * W, bias);
        for (int r = 0; r < R; ++r) sum[r][c] = bias;
    }
    float const *w = layer.weight.data() + column;
    for (std::size_t j = 0; j < layer.inputs; ++j, w += layer.outputs) {
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) {
            Floats<W> weight;
            load<W>(w + c * W, weight);
#pragma GCC unroll 16
            for (int r = 0; r < R; ++r)
                sum[r][c] += weight * x[static_cast<std::size_t>(r) * stride + j];
        }
    }
    for (int r = 0; r < R; ++r)
        for (int c = 0; c < C; ++c)
            store<W>(sum[r][c], y + static_cast<std::size_t>(r) * layer.outputs + column + c * W);
}

template <int W, int R, int C>
COSOLVE_INLINE void linearBlocks(Linear const &layer, float const *x, std::size_t stride,
                                 std::size_t rows, float *y) {
    for (std::size_t row = 0; row < rows; row += R)
        for (std::size_t column = 0; column < layer.outputs; column += C * W)
            linearBlock<W, R, C>(layer, column, x + row * stride, stride, y + row * layer.outputs);
}

// The shapes keep as many sums as registers allow: 32 of them with 16 lanes, else 16.
template <int W>
COSOLVE_INLINE void linear(Linear const &layer, float const *x, std::size_t stride,
                           std::size_t rows, float *y) {
    if constexpr (W == 16) {
        std::size_t const vectors = layer.outputs / W;
        if (vectors % 4 == 0)
            linearBlocks<W, 6, 4>(layer, x, stride, rows, y);
        else if (vectors % 3 == 0)
            linearBlocks<W, 8, 3>(layer, x, stride, rows, y);
        else if (vectors % 2 == 0)
            linearBlocks<W, 10, 2>(layer, x, stride, rows, y);
        else
            linearBlocks<W, 16, 1>(layer, x, stride, rows, y);
    } else {
        linearBlocks<W, 5, 2>(layer, x, stride, rows, y);
    }
}

template <int W> COSOLVE_INLINE void updateNode(NodeBlock const &block, std::size_t i) {
    std::size_t const width = block.width, k = block.neighbors;
    float const *own = block.own + i * 2 * width;
    float const *turned = block.turned + i * k * width;
    int const *neighbor = block.neighbor + i * k;
    float *e = block.e + i * k * width;
    Floats<W> const count = Floats<W>{} + static_cast<float>(k);
    for (std::size_t c = 0; c < width; c += W) {
        Floats<W> sum{}, from;
        load<W>(own + width + c, from);
        for (std::size_t r = 0; r < k; ++r) {
            float const *passed =
                block.passed + static_cast<std::size_t>(neighbor[r]) * 2 * width + c;
            Floats<W> edge, gate, message, to, change;
            load<W>(e + r * width + c, edge);
            if (block.updateNodes) {
                gate = edge;
                sigmoid<W>(gate);
                load<W>(passed, message);
                sum += gate * message;
            }
            if (block.updateEdges) {
                load<W>(turned + r * width + c, change);
                load<W>(passed + width, to);
                change = (change + from) + to;
                relu<W>(change);
                edge += change;
                store<W>(edge, e + r * width + c);
            }
        }
        if (block.updateNodes) {
            Floats<W> x, change;
            load<W>(own + c, change);
            load<W>(block.x + i * width + c, x);
            if (k > 0) change += sum / count;
            relu<W>(change);
            x += change;
            store<W>(x, block.x + i * width + c);
        }
    }
}

template <int W> COSOLVE_INLINE void update(NodeBlock const &block) {
    for (std::size_t i = 0; i < block.nodes; ++i) updateNode<W>(block, i);
}

// Sums of every kLanes-th product, then a tree over those: one order for vectors of any width.
template <int W>
COSOLVE_INLINE float scoreRow(float const *hidden, std::size_t width, float const *weight) {
    float lanes[kLanes];
    for (std::size_t lane = 0; lane < kLanes; lane += W) {
        Floats<W> sum{};
        for (std::size_t c = lane; c < width; c += kLanes) {
            Floats<W> value, factor;
            load<W>(hidden + c, value);
            load<W>(weight + c, factor);
            relu<W>(value);
            sum += value * factor;
        }
        store<W>(sum, lanes + lane);
    }
    for (std::size_t half = kLanes / 2; half > 0; half /= 2)
        for (std::size_t lane = 0; lane < half; ++lane) lanes[lane] += lanes[lane + half];
    return lanes[0];
}

template <int W>
COSOLVE_INLINE void score(float const *hidden, std::size_t width, std::size_t rows,
                          float const *weight, float bias, float *scores) {
    for (std::size_t row = 0; row < rows; ++row)
        scores[row] = scoreRow<W>(hidden + row * width, width, weight) + bias;
}

// The three functions for one instruction set; a template could not carry the attribute.
#define COSOLVE_PRIMITIVES(NAME, W, TARGET)                                                        \
    TARGET void linear##NAME(Linear const &layer, float const *x, std::size_t stride,              \
                             std::size_t rows, float *y) {                                         \
        linear<W>(layer, x, stride, rows, y);                                                      \
    }                                                                                              \
    TARGET void update##NAME(NodeBlock const &block) {                                             \
        update<W>(block);                                                                          \
    }                                                                                              \
    TARGET void score##NAME(float const *hidden, std::size_t width, std::size_t rows,              \
                            float const *weight, float bias, float *scores) {                      \
        score<W>(hidden, width, rows, weight, bias, scores);                                       \
    }                                                                                              \
    constexpr Primitives k##NAME{&linear##NAME, &update##NAME, &score##NAME};

COSOLVE_PRIMITIVES(Baseline, 4, )
#if defined(__x86_64__)
COSOLVE_PRIMITIVES(Avx2, 8, __attribute__((target("avx2"))))
COSOLVE_PRIMITIVES(Avx512, 16, __attribute__((target("avx512f"))))
#endif

}  // namespace

std::vector<std::string> instructionSets() {
    std::vector<std::string> names;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f")) names.emplace_back("avx512f");
    if (__builtin_cpu_supports("avx2")) names.emplace_back("avx2");
#endif
    names.emplace_back("baseline");
    return names;
}

Primitives primitives(std::string const &instructionSet) {
    auto const known = instructionSets();
    if (std::find(known.begin(), known.end(), instructionSet) == known.end())
        throw std::invalid_argument("this machine has no instruction set " + instructionSet);
#if defined(__x86_64__)
    if (instructionSet == "avx512f") return kAvx512;
    if (instructionSet == "avx2") return kAvx2;
#endif
    return kBaseline;
}

}  // namespace cosolve::neural
