// Arc lengths less the potentials of their ends.
//
// Every tour leaves and enters each node once, so potentials change the lengths of all tours alike,
// by the offset. Those of the assignment problem leave what an arc costs beyond the bound: short
// arcs that force long ones elsewhere no longer look short.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "atsp/arc_matrix.h"
#include "core/exact_sum.h"

namespace cosolve::atsp {

class ReducedArcs {
public:
    // One potential per tail and per head. The matrix must outlive the object.
    ReducedArcs(ArcMatrix arcs, std::vector<double> tails, std::vector<double> heads)
        : arcs_(arcs), u_(std::move(tails)), v_(std::move(heads)) {
        ExactSum sum;
        for (double const x : u_) sum.add(x);
        for (double const x : v_) sum.add(x);
        offset_ = sum.value();
    }

    int size() const { return arcs_.size(); }
    double offset() const { return offset_; }
    double operator()(int tail, int head) const {
        return arcs_(tail, head) - u_[static_cast<std::size_t>(tail)] -
               v_[static_cast<std::size_t>(head)];
    }
    template <class Visitor> void leaving(int tail, Visitor visit) const {
        double const own = u_[static_cast<std::size_t>(tail)];
        arcs_.leaving(tail, [&](int head, double length) {
            visit(head, length - own - v_[static_cast<std::size_t>(head)]);
        });
    }

private:
    ArcMatrix arcs_;
    std::vector<double> u_, v_;
    double offset_;
};

}  // namespace cosolve::atsp
