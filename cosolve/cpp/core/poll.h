// Asked now and then within long computations whether to give up.
#pragma once

#include <functional>
#include <stdexcept>
#include <utility>

namespace cosolve {

class Stopped : public std::runtime_error {
public:
    Stopped() : std::runtime_error("stopped before it was finished") {}
};

class Poll {
public:
    Poll() = default;
    explicit Poll(std::function<bool()> over) : over_(std::move(over)) {}

    // Throws Stopped if it is time to give up.
    void operator()() const {
        if (over_ && over_()) throw Stopped();
    }

private:
    std::function<bool()> over_;
};

}  // namespace cosolve
