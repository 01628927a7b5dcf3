#include "neural/tile.h"

#include <algorithm>

namespace cosolve::neural {

namespace {

constexpr std::size_t kBlockEdges = 120;  // their rows and a layer's weights stay in the L1 cache

}  // namespace

void Buffer::reserve(std::size_t size) {
    if (size <= size_) return;
    values_.reset();  // first, so that both are never held
    values_ = std::make_unique_for_overwrite<float[]>(size);
    size_ = size;
}

Tile::Tile(Network const &network, Primitives const &primitives, Graph const &graph,
           FeatureSource const &features)
    : network_(network), primitives_(primitives), graph_(graph), features_(features),
      blockNodes_(std::clamp<std::size_t>(kBlockEdges / std::max<std::size_t>(graph.neighbors, 1),
                                          1, kBlockEdges)),
      blockEdges_(blockNodes_ * graph.neighbors), local_(graph.nodes, -1) {
    std::size_t const width = network.paddedWidth;
    own_.reserve((blockNodes_ + kSlack) * 2 * width);
    turned_.reserve((std::max(blockEdges_, blockNodes_) + kSlack) * width);
    features0_.reserve(std::max((blockNodes_ + kSlack) * network.nodeFeatures,
                                (blockEdges_ + kSlack) * network.edgeFeatures));
}

void Tile::run(std::size_t first, std::size_t last, Scores &scores,
               std::atomic<bool> const &cancelled) {
    cancelled_ = &cancelled;
    gather(first, last);
    embed();
    for (std::size_t l = 0; l < network_.layers.size(); ++l) applyLayer(l);
    std::size_t const count = last - first, k = graph_.neighbors;
    if (network_.edge)
        scoreRows(*network_.edge, e_.data(), count * k, scores.edge.data() + first * k);
    if (network_.together)
        scoreRows(*network_.together, e_.data(), count * k, scores.together.data() + first * k);
    if (network_.penalty)
        scoreRows(*network_.penalty, x_.data(), count, scores.penalty.data() + first);
}

void Tile::visit(std::size_t node) {
    if (local_[node] >= 0) return;
    local_[node] = static_cast<int>(nodes_.size());
    nodes_.push_back(static_cast<int>(node));
}

void Tile::gather(std::size_t first, std::size_t last) {
    for (int const node : nodes_) local_[static_cast<std::size_t>(node)] = -1;
    nodes_.clear();
    neighbor_.clear();
    reach_.clear();
    for (std::size_t node = first; node < last; ++node) visit(node);
    reach_.push_back(nodes_.size());
    for (std::size_t begin = 0; reach_.size() <= network_.layers.size();) {
        std::size_t const end = nodes_.size();
        for (; begin < end; ++begin)
            for (int const other : graph_.row(static_cast<std::size_t>(nodes_[begin]))) {
                visit(static_cast<std::size_t>(other));
                neighbor_.push_back(local_[static_cast<std::size_t>(other)]);
            }
        reach_.push_back(nodes_.size());
    }
}

void Tile::embed() {
    std::size_t const width = network_.paddedWidth, k = graph_.neighbors;
    std::size_t const steps = network_.layers.size();
    std::size_t const all = reach(steps), updated = reach(steps > 0 ? steps - 1 : 0);
    x_.reserve((all + kSlack) * width);
    passed_.reserve((all + kSlack) * 2 * width);
    e_.reserve((updated * k + kSlack) * width);
    for (std::size_t begin = 0; begin < all && !*cancelled_; begin += blockNodes_) {
        std::span<int const> const block(nodes_.data() + begin, std::min(blockNodes_, all - begin));
        features_.nodeRows(block, features0_.data());
        primitives_.linear(network_.nodeIn, features0_.data(), network_.nodeFeatures, block.size(),
                           x_.data() + begin * width);
    }
    for (std::size_t begin = 0; begin < updated && !*cancelled_; begin += blockNodes_) {
        std::span<int const> const block(nodes_.data() + begin,
                                         std::min(blockNodes_, updated - begin));
        features_.edgeRows(block, features0_.data());
        primitives_.linear(network_.edgeIn, features0_.data(), network_.edgeFeatures,
                           block.size() * k, e_.data() + begin * k * width);
    }
}

void Tile::applyLayer(std::size_t l) {
    std::size_t const width = network_.paddedWidth, k = graph_.neighbors;
    Layer const &layer = network_.layers[l];
    std::size_t const left = network_.layers.size() - 1 - l;
    for (std::size_t begin = 0; begin < reach(left + 1) && !*cancelled_; begin += blockNodes_)
        primitives_.linear(layer.passed, x_.data() + begin * width, width,
                           std::min(blockNodes_, reach(left + 1) - begin),
                           passed_.data() + begin * 2 * width);
    // The last layer need not update what no head looks at.
    bool const updateNodes = left > 0 || network_.penalty;
    bool const updateEdges = left > 0 || network_.edge || network_.together;
    for (std::size_t begin = 0; begin < reach(left) && !*cancelled_; begin += blockNodes_) {
        std::size_t const count = std::min(blockNodes_, reach(left) - begin);
        float *const x = x_.data() + begin * width, *const e = e_.data() + begin * k * width;
        primitives_.linear(layer.own, x, width, count, own_.data());
        if (updateEdges) primitives_.linear(layer.edge, e, width, count * k, turned_.data());
        primitives_.update({count, k, width, neighbor_.data() + begin * k, own_.data(),
                            turned_.data(), passed_.data(), x, e, updateNodes, updateEdges});
    }
}

void Tile::scoreRows(Head const &head, float const *rows, std::size_t count, float *scores) {
    std::size_t const width = network_.paddedWidth, most = std::max(blockEdges_, blockNodes_);
    for (std::size_t begin = 0; begin < count && !*cancelled_; begin += most) {
        std::size_t const size = std::min(most, count - begin);
        primitives_.linear(head.hidden, rows + begin * width, width, size, turned_.data());
        primitives_.score(turned_.data(), width, size, head.weight.data(), head.bias,
                          scores + begin);
    }
}

}  // namespace cosolve::neural
