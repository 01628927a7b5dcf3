#include "neural/inference.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace cosolve::neural {

namespace {

constexpr double kTileBytes = 200e6;   // of all threads together, roughly
constexpr std::size_t kFewest = 1024;  // nodes; smaller tiles are mostly surroundings
constexpr double kSurroundings = 1.3;  // of a large tile of points in the plane

std::size_t tileNodes(Network const &network, Graph const &graph, InferenceOptions const &options) {
    if (options.tileNodes > 0) return options.tileNodes;
    auto const threads = static_cast<std::size_t>(options.threads);
    double const perNode =
        kSurroundings * 4.0 * static_cast<double>(network.paddedWidth * (3 + graph.neighbors));
    auto const fitting = static_cast<std::size_t>(kTileBytes / perNode) / threads;
    return std::max(kFewest, std::min(fitting, (graph.nodes + threads - 1) / threads));
}

// Where both ends of an edge are neighbors of each other, each gets the mean of their scores.
void symmetrize(Graph const &graph, std::vector<float> &scores) {
    std::size_t const k = graph.neighbors;
    for (std::size_t i = 0; i < graph.nodes && !scores.empty(); ++i)
        for (std::size_t r = 0; r < k; ++r) {
            auto const j = static_cast<std::size_t>(graph.row(i)[r]);
            if (j < i) continue;  // done from there
            auto const back = graph.row(j);
            auto const found = std::find(back.begin(), back.end(), static_cast<int>(i));
            if (found == back.end()) continue;
            float &there = scores[i * k + r];
            float &here = scores[j * k + static_cast<std::size_t>(found - back.begin())];
            there = here = (there + here) / 2.0F;
        }
}

void requireFinite(std::vector<float> const &scores) {
    if (!std::all_of(scores.begin(), scores.end(), [](float s) { return std::isfinite(s); }))
        throw std::invalid_argument("the network's scores are not finite");
}

}  // namespace

Inference::Inference(Network const &network, Graph const &graph, FeatureSource const &features,
                     InferenceOptions const &options)
    : network_(network), graph_(graph), features_(features),
      primitives_(primitives(options.instructionSet.empty() ? instructionSets().front()
                                                            : options.instructionSet)) {
    if (options.threads < 1) throw std::invalid_argument("threads must be positive");
    checkGraph(graph_);
    tileNodes_ = tileNodes(network, graph_, options);
    std::size_t const edges = graph_.nodes * graph_.neighbors;
    if (network_.edge) scores_.edge.resize(edges);
    if (network_.together) scores_.together.resize(edges);
    if (network_.penalty) scores_.penalty.resize(graph_.nodes);
    std::size_t const tiles = (graph_.nodes + tileNodes_ - 1) / tileNodes_;
    running_ = std::min(static_cast<std::size_t>(options.threads), tiles);
    threads_.reserve(running_);
    for (std::size_t t = running_; t > 0; --t) {
        try {
            threads_.emplace_back(&Inference::work, this);
        } catch (...) {
            stop();
            throw;
        }
    }
}

Inference::~Inference() {
    stop();
}

void Inference::stop() {
    cancelled_ = true;
    for (std::thread &thread : threads_)
        if (thread.joinable()) thread.join();
}

bool Inference::wait(double seconds) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, std::chrono::duration<double>(seconds),
                           [this] { return running_ == 0; });
}

Scores Inference::take() {
    stop();
    if (failure_) std::rethrow_exception(failure_);
    for (std::vector<float> *scores : {&scores_.edge, &scores_.together}) {
        if (network_.symmetric) symmetrize(graph_, *scores);
        requireFinite(*scores);
    }
    requireFinite(scores_.penalty);
    return std::move(scores_);
}

void Inference::work() {
    std::exception_ptr failure;
    try {
        Tile tile(network_, primitives_, graph_, features_);
        workOn(tile);
    } catch (...) {
        failure = std::current_exception();
        cancelled_ = true;  // the others' work is of no use
    }
    std::lock_guard const lock(mutex_);
    if (failure && !failure_) failure_ = failure;
    --running_;
    ended_.notify_all();
}

void Inference::workOn(Tile &tile) {
    while (!cancelled_) {
        std::size_t const first = next_.fetch_add(1) * tileNodes_;
        if (first >= graph_.nodes) return;
        tile.run(first, std::min(first + tileNodes_, graph_.nodes), scores_, cancelled_);
    }
}

}  // namespace cosolve::neural
