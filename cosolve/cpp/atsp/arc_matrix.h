// The arc lengths of an asymmetric problem: a dense matrix without its diagonal.
#pragma once

#include <cstddef>

namespace cosolve::atsp {

// A view: the array is not copied and must outlive it. The diagonal is never read.
class ArcMatrix {
public:
    ArcMatrix(double const *lengths, int n) : lengths_(lengths), n_(n) {}

    int size() const { return n_; }
    double operator()(int tail, int head) const { return row(tail)[head]; }
    double const *row(int tail) const {
        return lengths_ + static_cast<std::size_t>(tail) * static_cast<std::size_t>(n_);
    }

    // Calls visit(head, length) for every arc that leaves a node, in order of the heads. Two loops,
    // so that leaving out the diagonal costs nothing inside.
    template <class Visitor> void leaving(int tail, Visitor visit) const {
        double const *const from = row(tail);
        for (int head = 0; head < tail; ++head) visit(head, from[head]);
        for (int head = tail + 1; head < n_; ++head) visit(head, from[head]);
    }

private:
    double const *lengths_;
    int n_;
};

}  // namespace cosolve::atsp
