#include "neural/choose.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <numeric>

#include "neural/vectors.h"

namespace cosolve::neural {

namespace {

constexpr float kFixed = std::numeric_limits<float>::infinity();

struct Scored {
    float score;
    int to;

    friend bool operator<(Scored const &x, Scored const &y) {
        return x.score != y.score ? x.score > y.score : x.to < y.to;
    }
};

bool saturated(tsp::FixedEdges const &fixed, int node) {
    return fixed.of(node)[1] >= 0;
}

// What a node chooses; all that are fixed, even if there are more.
void best(Graph const &graph, std::span<float const> scores, Choice const &choice,
          tsp::FixedEdges const &fixed, int node, std::vector<Scored> &row) {
    row.clear();
    for (int const mate : fixed.of(node))
        if (mate >= 0) row.push_back({kFixed, mate});
    std::size_t const most = std::max(row.size(), static_cast<std::size_t>(choice.most));
    auto const i = static_cast<std::size_t>(node);
    for (std::size_t r = 0; r < graph.neighbors; ++r) {
        int const j = graph.row(i)[r];
        if (!fixed.contains(node, j) && !saturated(fixed, node) && !saturated(fixed, j))
            row.push_back({scores[i * graph.neighbors + r], j});
    }
    std::sort(row.begin(), row.end());
    if (row.size() > most) row.resize(most);
    auto const fewest = static_cast<std::size_t>(choice.fewest);
    while (row.size() > fewest && row.back().score < choice.score) row.pop_back();
}

// What every node chooses, in rows.
class Choices {
public:
    Choices(Graph const &graph, std::span<float const> scores, Choice const &choice,
            tsp::FixedEdges const &fixed)
        : first_(graph.nodes + 1, 0) {
        edges_.reserve(graph.nodes *
                       std::min(static_cast<std::size_t>(choice.most), graph.neighbors));
        std::vector<Scored> row;
        for (std::size_t i = 0; i < graph.nodes; ++i) {
            best(graph, scores, choice, fixed, static_cast<int>(i), row);
            edges_.insert(edges_.end(), row.begin(), row.end());
            first_[i + 1] = edges_.size();
        }
    }

    std::size_t nodes() const { return first_.size() - 1; }

    // Calls use(i, edge) for every edge at i, chosen there or only at its other end.
    template <class F> void forAll(F const &use) const {
        for (std::size_t i = 0; i < nodes(); ++i)
            for (Scored const &edge : of(i)) {
                use(i, edge);
                auto const there = of(static_cast<std::size_t>(edge.to));
                if (std::ranges::find(there, static_cast<int>(i), &Scored::to) == there.end())
                    use(static_cast<std::size_t>(edge.to), Scored{edge.score, static_cast<int>(i)});
            }
    }

private:
    std::span<Scored const> of(std::size_t i) const {
        return std::span(edges_).subspan(first_[i], first_[i + 1] - first_[i]);
    }

    std::vector<std::size_t> first_;
    std::vector<Scored> edges_;
};

// The same function as in the network, so that results are the same on every machine.
void toProbabilities(std::vector<float> &scores) {
    constexpr float below1 = 1.0F - std::numeric_limits<float>::epsilon() / 2;
    for (std::size_t e = 0; e < scores.size(); e += 4) {
        Floats<4> four{};
        std::size_t const count = std::min<std::size_t>(4, scores.size() - e);
        for (std::size_t lane = 0; lane < count; ++lane) four[lane] = scores[e + lane];
        sigmoid<4>(four);
        for (std::size_t lane = 0; lane < count; ++lane)
            scores[e + lane] = scores[e + lane] == kFixed ? 1.0F : std::min(four[lane], below1);
    }
}

}  // namespace

ChosenRows chooseEdges(Graph const &graph, std::span<float const> scores, Choice const &choice,
                       tsp::FixedEdges const &fixed) {
    Choices const choices(graph, scores, choice, fixed);
    ChosenRows rows;
    rows.start.assign(graph.nodes + 1, 0);
    choices.forAll([&](std::size_t i, Scored const &) { ++rows.start[i + 1]; });
    std::partial_sum(rows.start.begin(), rows.start.end(), rows.start.begin());
    std::vector<Scored> all(static_cast<std::size_t>(rows.start.back()));
    std::vector<int> end(rows.start.begin(), rows.start.end() - 1);
    choices.forAll(
        [&](std::size_t i, Scored const &edge) { all[static_cast<std::size_t>(end[i]++)] = edge; });
    for (std::size_t i = 0; i < graph.nodes; ++i)
        std::sort(all.begin() + rows.start[i], all.begin() + rows.start[i + 1]);
    rows.to.reserve(all.size());
    rows.probability.reserve(all.size());
    for (auto const &[score, to] : all) {
        rows.to.push_back(to);
        rows.probability.push_back(score);
    }
    toProbabilities(rows.probability);
    return rows;
}

}  // namespace cosolve::neural
