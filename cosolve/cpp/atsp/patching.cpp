#include "atsp/patching.h"

#include <cstddef>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace cosolve::atsp {

namespace {

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

class Cycles {
public:
    Cycles(ArcProblem const &problem, std::vector<int> successors)
        : problem_(problem), next_(std::move(successors)), previous_(next_.size()),
          label_(next_.size(), -1) {
        for (std::size_t i = 0; i < next_.size(); ++i)
            previous_[at(next_[i])] = static_cast<int>(i);
        for (int i = 0; i < static_cast<int>(next_.size()); ++i) {
            if (label_[at(i)] >= 0) continue;
            int const own = static_cast<int>(members_.size());
            members_.push_back(around(i));
            for (int const node : members_.back()) label_[at(node)] = own;
            bySize_.emplace(members_.back().size(), own);
        }
    }

    std::vector<int> joinAll() {
        for (std::size_t left = members_.size(); left > 1; --left) joinSmallest();
        return around(0);
    }

private:
    // Exchanges the arcs that leave two nodes.
    struct Exchange {
        double added = std::numeric_limits<double>::infinity();
        int inside = -1, outside = -1;
    };

    std::vector<int> around(int first) const {
        std::vector<int> nodes;
        int node = first;
        do {
            nodes.push_back(node);
            node = next_[at(node)];
        } while (node != first);
        return nodes;
    }

    void joinSmallest() {
        while (members_[at(bySize_.top().second)].size() != bySize_.top().first) bySize_.pop();
        int const own = bySize_.top().second;
        bySize_.pop();
        Exchange best = bestAlongCandidates(own);
        if (best.inside < 0) best = bestOfAll(own);
        std::swap(next_[at(best.inside)], next_[at(best.outside)]);
        previous_[at(next_[at(best.inside)])] = best.inside;
        previous_[at(next_[at(best.outside)])] = best.outside;

        int const into = label_[at(best.outside)];
        for (int const node : members_[at(own)]) label_[at(node)] = into;
        auto &target = members_[at(into)];
        target.insert(target.end(), members_[at(own)].begin(), members_[at(own)].end());
        members_[at(own)].clear();
        bySize_.emplace(target.size(), into);
    }

    void consider(int inside, int outside, Exchange &best) const {
        if (label_[at(inside)] == label_[at(outside)]) return;
        ReducedArcs const &arcs = problem_.arcs;
        int const a = next_[at(inside)], b = next_[at(outside)];
        double const added =
            arcs(inside, b) + arcs(outside, a) - arcs(inside, a) - arcs(outside, b);
        if (added < best.added) best = {added, inside, outside};
    }

    Exchange bestAlongCandidates(int own) const {
        Exchange best;
        for (int const node : members_[at(own)]) {
            for (int const head : problem_.leaving.of(node))
                consider(node, previous_[at(head)], best);
            for (int const tail : problem_.entering.of(node))
                consider(previous_[at(node)], tail, best);
        }
        return best;
    }

    Exchange bestOfAll(int own) const {
        Exchange best;
        for (int const node : members_[at(own)])
            for (int other = 0; other < problem_.arcs.size(); ++other) consider(node, other, best);
        return best;
    }

    ArcProblem const &problem_;
    std::vector<int> next_, previous_;
    std::vector<int> label_;  // cycle of each node
    std::vector<std::vector<int>> members_;
    // Cycles, smallest first; those that have grown since are out of date.
    using Size = std::pair<std::size_t, int>;
    std::priority_queue<Size, std::vector<Size>, std::greater<>> bySize_;
};

}  // namespace

std::vector<int> patchCycles(ArcProblem const &problem, std::vector<int> successors) {
    return Cycles(problem, std::move(successors)).joinAll();
}

}  // namespace cosolve::atsp
