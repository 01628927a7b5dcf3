#include "atsp/assignment.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace cosolve::atsp {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Row reductions per node at most: with rounding, two rows may otherwise take a column from each
// other for ever. Shortest paths do the rest.
constexpr int kReductionsPerNode = 8;

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

}  // namespace

Assignment::Assignment(ArcMatrix arcs)
    : arcs_(arcs), head_(at(arcs.size()), -1), tail_(at(arcs.size()), -1),
      v_(at(arcs.size()), kInfinity), assigned_(at(arcs.size()), 0), distance_(at(arcs.size())),
      predecessor_(at(arcs.size())), columns_(at(arcs.size())) {
    reduceColumns();
}

bool Assignment::run(double seconds) {
    Deadline const deadline(seconds);
    while (phase_ != Phase::Done) {
        switch (phase_) {
        case Phase::Columns: transferReduction(); break;
        case Phase::Transfer: reduceRows(); break;
        default:
            if (free_.empty()) {
                phase_ = Phase::Done;
            } else {
                int const row = free_.back();
                free_.pop_back();
                augment(row);
            }
        }
        if (deadline.passed()) break;
    }
    return optimal();
}

std::vector<double> Assignment::tailPotentials() const {
    std::vector<double> u(at(arcs_.size()), kInfinity);
    for (int i = 0; i < arcs_.size(); ++i) {
        double least = kInfinity;
        arcs_.leaving(i, [&](int j, double c) { least = std::min(least, c - v_[at(j)]); });
        u[at(i)] = least;
    }
    return u;
}

std::vector<int> Assignment::successors() const {
    std::vector<int> heads = head_;
    int next = 0;  // heads below are taken
    for (int i = 0; i < arcs_.size(); ++i) {
        if (heads[at(i)] >= 0) continue;
        while (tail_[at(next)] >= 0) ++next;
        heads[at(i)] = next++;
    }
    // A node that follows itself changes places with any other.
    for (int i = 0; i < arcs_.size(); ++i)
        if (heads[at(i)] == i) std::swap(heads[at(i)], heads[at(i == 0 ? 1 : i - 1)]);
    return heads;
}

// v(j) becomes the shortest arc into j; its tail gets it unless it has one already.
void Assignment::reduceColumns() {
    int const n = arcs_.size();
    std::vector<int> nearest(at(n), -1);
    for (int i = 0; i < n; ++i)
        arcs_.leaving(i, [&](int j, double c) {
            if (c < v_[at(j)]) {
                v_[at(j)] = c;
                nearest[at(j)] = i;
            }
        });
    for (int j = n - 1; j >= 0; --j) {
        int const i = nearest[at(j)];
        if (assigned_[at(i)]++ == 0) {
            head_[at(i)] = j;
            tail_[at(j)] = i;
        }
    }
}

// A row with one arc lowers the potential of its column as far as the second best column allows.
void Assignment::transferReduction() {
    for (int i = 0; i < arcs_.size(); ++i) {
        if (assigned_[at(i)] == 0) free_.push_back(i);
        if (assigned_[at(i)] != 1) continue;
        int const own = head_[at(i)];
        double slack = kInfinity;
        arcs_.leaving(i, [&](int j, double c) {
            if (j != own) slack = std::min(slack, c - v_[at(j)]);
        });
        v_[at(own)] -= slack - (arcs_(i, own) - v_[at(own)]);
    }
    phase_ = Phase::Transfer;
}

// Every free row takes its best column, from another row if need be, which is then free.
void Assignment::reduceRows() {
    phase_ = Phase::Paths;
    long long left = static_cast<long long>(kReductionsPerNode) * arcs_.size();
    for (int pass = 0; pass < 2; ++pass) {
        std::vector<int> const waiting = std::exchange(free_, {});
        for (int first : waiting) {
            for (int i = first; i >= 0;) {
                if (--left < 0) {
                    free_.push_back(i);
                    break;
                }
                double least = kInfinity, second = kInfinity;
                int best = -1, other = -1;
                arcs_.leaving(i, [&](int j, double c) {
                    double const reduced = c - v_[at(j)];
                    if (reduced >= second) return;
                    if (reduced < least) {
                        second = std::exchange(least, reduced);
                        other = std::exchange(best, j);
                    } else {
                        second = reduced;
                        other = j;
                    }
                });
                double const before = v_[at(best)];
                v_[at(best)] -= second - least;
                bool const lowered = v_[at(best)] < before;
                if (!lowered && tail_[at(best)] >= 0) best = other;
                int const displaced = std::exchange(tail_[at(best)], i);
                head_[at(i)] = best;
                if (displaced >= 0) head_[at(displaced)] = -1;
                // What lost its column takes another at once if that lowered a potential.
                if (displaced >= 0 && !lowered) free_.push_back(displaced);
                i = lowered ? displaced : -1;
            }
        }
    }
}

// Moves the columns at the smallest label in front of the others; true if one of them is free.
bool Assignment::collect(double &minimum, int low, int &up, int &sink) {
    int const n = arcs_.size();
    minimum = distance_[at(columns_[at(up++)])];
    for (int k = up; k < n; ++k) {
        int const j = columns_[at(k)];
        double const label = distance_[at(j)];
        if (label > minimum) continue;
        if (label < minimum) {
            up = low;
            minimum = label;
        }
        std::swap(columns_[at(k)], columns_[at(up++)]);
    }
    for (int k = low; k < up; ++k) {
        sink = columns_[at(k)];
        if (tail_[at(sink)] < 0) return true;
    }
    return false;
}

// Relaxes the arcs of the row that holds a column; true if that reaches a free column.
bool Assignment::scan(int head, double minimum, int &up, int &sink) {
    int const n = arcs_.size();
    int const row = tail_[at(head)];
    double const *const length = arcs_.row(row);
    double const offset = length[head] - v_[at(head)] - minimum;
    for (int k = up; k < n; ++k) {
        int const j = columns_[at(k)];
        if (j == row) continue;
        double const label = length[j] - v_[at(j)] - offset;
        if (label >= distance_[at(j)]) continue;
        distance_[at(j)] = label;
        predecessor_[at(j)] = row;
        if (label > minimum) continue;
        if (tail_[at(j)] < 0) {
            sink = j;
            return true;
        }
        std::swap(columns_[at(k)], columns_[at(up++)]);
    }
    return false;
}

void Assignment::augment(int freeRow) {
    std::iota(columns_.begin(), columns_.end(), 0);
    distance_[at(freeRow)] = kInfinity;
    arcs_.leaving(freeRow, [&](int j, double c) { distance_[at(j)] = c - v_[at(j)]; });
    std::fill(predecessor_.begin(), predecessor_.end(), freeRow);
    int low = 0, up = 0, ready = 0, sink = -1;
    double minimum = 0;
    for (bool found = false; !found;) {
        if (low == up) {
            ready = low;
            found = collect(minimum, low, up, sink);
        } else {
            found = scan(columns_[at(low++)], minimum, up, sink);
        }
    }
    for (int k = 0; k < ready; ++k) {
        int const j = columns_[at(k)];
        v_[at(j)] += distance_[at(j)] - minimum;
    }
    for (int row = -1; row != freeRow;) {
        row = predecessor_[at(sink)];
        tail_[at(sink)] = row;
        std::swap(sink, head_[at(row)]);
    }
}

}  // namespace cosolve::atsp
