// A point in time at which a kernel returns.
#pragma once

#include <chrono>

namespace cosolve {

class Deadline {
public:
    explicit Deadline(double seconds) : end_(now() + seconds) {}
    bool passed() const { return now() >= end_; }
    double left() const { return end_ - now(); }

private:
    static double now() {
        using namespace std::chrono;
        return duration<double>(steady_clock::now().time_since_epoch()).count();
    }

    double end_;
};

}  // namespace cosolve
