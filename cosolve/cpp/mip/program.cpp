#include "mip/program.h"

namespace cosolve::mip {

Lines transposed(Lines const &lines, int count) {
    Lines other;
    other.begin.assign(static_cast<std::size_t>(count) + 1, 0);
    for (int const j : lines.at) ++other.begin[static_cast<std::size_t>(j) + 1];
    for (std::size_t j = 1; j < other.begin.size(); ++j) other.begin[j] += other.begin[j - 1];
    other.at.resize(lines.at.size());
    other.value.resize(lines.at.size());
    std::vector<std::size_t> next(other.begin.begin(), other.begin.end() - 1);
    for (std::size_t i = 0; i + 1 < lines.begin.size(); ++i) {
        for (std::size_t k = lines.begin[i]; k < lines.begin[i + 1]; ++k) {
            std::size_t const place = next[static_cast<std::size_t>(lines.at[k])]++;
            other.at[place] = static_cast<int>(i);
            other.value[place] = lines.value[k];
        }
    }
    return other;
}

}  // namespace cosolve::mip
