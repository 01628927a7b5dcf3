// First in, first out, every node at most once at a time.
#pragma once

#include <cstddef>
#include <vector>

namespace cosolve {

class NodeQueue {
public:
    explicit NodeQueue(int n)
        : ring_(static_cast<std::size_t>(n)), queued_(static_cast<std::size_t>(n), 0) {}

    bool empty() const { return waiting_ == 0; }

    void push(int node) {
        if (queued_[static_cast<std::size_t>(node)]) return;
        queued_[static_cast<std::size_t>(node)] = 1;
        std::size_t tail = head_ + waiting_++;
        if (tail >= ring_.size()) tail -= ring_.size();
        ring_[tail] = node;
    }

    int pop() {
        int const node = ring_[head_];
        if (++head_ == ring_.size()) head_ = 0;
        --waiting_;
        queued_[static_cast<std::size_t>(node)] = 0;
        return node;
    }

private:
    std::vector<int> ring_;
    std::vector<char> queued_;
    std::size_t head_ = 0, waiting_ = 0;
};

}  // namespace cosolve
