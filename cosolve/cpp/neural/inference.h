// A network applied to a graph, tile by tile, in several threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "neural/graph.h"
#include "neural/network.h"
#include "neural/tile.h"

namespace cosolve::neural {

struct InferenceOptions {
    int threads = 1;
    std::size_t tileNodes = 0;   // 0: what keeps the memory of all threads within some 200 MB
    std::string instructionSet;  // "": the best of the machine; results do not depend on it
};

// Begins when it is made; ends early when it is destroyed. Throws std::invalid_argument where a
// node is its own neighbor, is out of range, or is named twice.
class Inference {
public:
    Inference(Network const &network, Graph const &graph, FeatureSource const &features,
              InferenceOptions const &options);
    ~Inference();
    Inference(Inference const &) = delete;
    Inference &operator=(Inference const &) = delete;

    // Whether all is done, after at most so many seconds.
    bool wait(double seconds);

    // The scores, once; to be called when all is done. Throws what a thread has thrown, and
    // std::invalid_argument if a score is not finite.
    Scores take();

private:
    void work();
    void workOn(Tile &tile);
    void stop();

    Network const &network_;
    Graph const graph_;
    FeatureSource const &features_;
    Primitives const primitives_;
    std::size_t tileNodes_;
    Scores scores_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> cancelled_ = false;
    std::mutex mutex_;  // guards the two below
    std::condition_variable ended_;
    std::size_t running_;
    std::exception_ptr failure_;
    std::vector<std::thread> threads_;
};

}  // namespace cosolve::neural
