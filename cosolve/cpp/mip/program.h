// A mixed-integer program, by rows and by columns; its objective is minimized.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cosolve::mip {

// Entries of a sparse matrix along one direction: those of line i are begin[i] to begin[i + 1].
struct Lines {
    std::vector<std::size_t> begin;
    std::vector<int> at;
    std::vector<double> value;
};

struct Program {
    Lines rows, columns;
    std::vector<double> rowLower, rowUpper;
    std::vector<double> lower, upper;
    std::vector<double> cost;
    std::vector<char> integer;

    int columnCount() const { return static_cast<int>(cost.size()); }
    int rowCount() const { return static_cast<int>(rowLower.size()); }
};

// The same entries along the other direction, of `count` lines.
Lines transposed(Lines const &lines, int count);

}  // namespace cosolve::mip
