#include "atsp/perturbed_assignment.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

#include "core/rng.h"

namespace cosolve::atsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

// Arcs by their tails, in compressed rows.
struct LeavingArcs {
    std::vector<int> start, head;
    std::vector<double> length;
};

LeavingArcs perturbed(ArcProblem const &problem, std::vector<int> const &successors,
                      double perturbation, Rng &rng) {
    int const n = problem.arcs.size();
    std::vector<std::vector<int>> rows(at(n));
    for (int node = 0; node < n; ++node) {
        rows[at(node)].push_back(successors[at(node)]);
        for (int const head : problem.leaving.of(node)) rows[at(node)].push_back(head);
        for (int const tail : problem.entering.of(node)) rows[at(tail)].push_back(node);
    }
    LeavingArcs result;
    for (int tail = 0; tail < n; ++tail) {
        auto &row = rows[at(tail)];
        std::sort(row.begin(), row.end());
        row.erase(std::unique(row.begin(), row.end()), row.end());
        result.start.push_back(static_cast<int>(result.head.size()));
        for (int const head : row) {
            result.head.push_back(head);
            result.length.push_back(problem.arcs(tail, head) + perturbation * rng.uniform());
        }
    }
    result.start.push_back(static_cast<int>(result.head.size()));
    return result;
}

class SparseAssignment {
public:
    SparseAssignment(LeavingArcs arcs, int n)
        : arcs_(std::move(arcs)), v_(at(n), kInfinity), distance_(at(n), kInfinity),
          predecessor_(at(n)), head_(at(n), -1), tail_(at(n), -1), done_(at(n), 0) {}

    std::vector<int> solve() {
        reduceColumns();
        for (int row = 0; row < static_cast<int>(head_.size()); ++row)
            if (head_[at(row)] < 0) augment(row);
        return head_;
    }

private:
    using Label = std::pair<double, int>;

    template <class Visitor> void leaving(int tail, Visitor visit) const {
        for (int e = arcs_.start[at(tail)]; e < arcs_.start[at(tail) + 1]; ++e)
            visit(arcs_.head[at(e)], arcs_.length[at(e)]);
    }

    void reduceColumns() {
        int const n = static_cast<int>(head_.size());
        std::vector<int> nearest(at(n), -1);
        for (int i = 0; i < n; ++i)
            leaving(i, [&](int j, double c) {
                if (c < v_[at(j)]) {
                    v_[at(j)] = c;
                    nearest[at(j)] = i;
                }
            });
        for (int j = 0; j < n; ++j) {
            int const i = nearest[at(j)];
            if (head_[at(i)] >= 0) continue;
            head_[at(i)] = j;
            tail_[at(j)] = i;
        }
    }

    void relax(int row, double offset) {
        leaving(row, [&](int j, double c) {
            double const label = c - v_[at(j)] + offset;
            if (done_[at(j)] || label >= distance_[at(j)]) return;
            if (distance_[at(j)] == kInfinity) touched_.push_back(j);
            distance_[at(j)] = label;
            predecessor_[at(j)] = row;
            queue_.push({label, j});
        });
    }

    // A shortest path from a free row to a free column, along which arcs change places.
    void augment(int freeRow) {
        relax(freeRow, 0.0);
        int sink = -1;
        while (true) {
            assert(!queue_.empty());  // the given permutation is in the digraph
            auto const [label, j] = queue_.top();
            queue_.pop();
            if (done_[at(j)] || label > distance_[at(j)]) continue;
            sink = j;
            if (tail_[at(j)] < 0) break;
            done_[at(j)] = 1;
            int const row = tail_[at(j)];
            relax(row, label - (lengthOf(row, j) - v_[at(j)]));
        }
        double const minimum = distance_[at(sink)];
        for (int const j : touched_) {
            if (done_[at(j)]) v_[at(j)] += distance_[at(j)] - minimum;
            distance_[at(j)] = kInfinity;
            done_[at(j)] = 0;
        }
        touched_.clear();
        queue_ = {};
        for (int row = -1; row != freeRow;) {
            row = predecessor_[at(sink)];
            tail_[at(sink)] = row;
            std::swap(sink, head_[at(row)]);
        }
    }

    double lengthOf(int row, int j) const {
        auto const begin = arcs_.head.begin() + arcs_.start[at(row)];
        auto const end = arcs_.head.begin() + arcs_.start[at(row) + 1];
        auto const found = std::lower_bound(begin, end, j);
        return arcs_.length[static_cast<std::size_t>(found - arcs_.head.begin())];
    }

    LeavingArcs arcs_;
    std::vector<double> v_, distance_;
    std::vector<int> predecessor_, head_, tail_, touched_;
    std::vector<char> done_;
    std::priority_queue<Label, std::vector<Label>, std::greater<>> queue_;
};

}  // namespace

std::vector<int> perturbedAssignment(ArcProblem const &problem, std::vector<int> const &successors,
                                     double perturbation, std::uint64_t seed) {
    Rng rng(seed);
    return SparseAssignment(perturbed(problem, successors, perturbation, rng), problem.arcs.size())
        .solve();
}

}  // namespace cosolve::atsp
