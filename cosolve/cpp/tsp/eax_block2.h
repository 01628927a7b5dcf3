// The Block2 strategy: E-sets that replace one connected region of A by that of B.
//
// Nagata and Kobayashi 2013, section 3.5. Around a center AB-cycle a tabu search adds and removes
// neighboring AB-cycles so that few nodes remain at which an edge of A meets one of B; further
// AB-cycles are then added if they reduce the number of sub-tours.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "tsp/eax_ab_cycles.h"
#include "tsp/eax_offspring.h"

namespace cosolve::tsp {

class EaxBlock2 {
public:
    explicit EaxBlock2(int n)
        : atNode_(static_cast<std::size_t>(n)), stamp_(static_cast<std::size_t>(n), 0) {}

    // Prepares for a pair: which AB-cycles meet, and at how many nodes.
    void prepare(AbCycles const &cycles);
    // The E-set around a center; `scratch` is used to count sub-tours and holds the E-set's
    // intermediate solution on return. Empty if it cannot be built.
    std::span<int const> select(EaxTour const &a, int center, Rng &rng, EaxOffspring &scratch);

private:
    struct Meeting {
        int other;
        int nodes;
    };

    std::span<Meeting const> meetings(int c) const {
        auto const i = static_cast<std::size_t>(c);
        return {meetings_.data() + meetingStart_[i],
                static_cast<std::size_t>(meetingStart_[i + 1] - meetingStart_[i])};
    }
    void addMeeting(int c, int d);
    void toggle(int c);
    int boundaryChange(int c) const;
    void tabuSearch(int center, Rng &rng);
    int bestMove(int center, int iteration, int boundary, int bestBoundary, Rng &rng) const;
    void reduceSubtours(EaxTour const &a, int center, EaxOffspring &scratch);
    int bestReduction(EaxTour const &a, int center, int label, EaxOffspring &scratch);
    void collectTouching(int center, int label, EaxOffspring const &scratch);

    AbCycles const *cycles_ = nullptr;
    std::vector<std::pair<int, int>> atNode_;  // the AB-cycles through a node of this pair
    std::vector<unsigned> stamp_;
    unsigned round_ = 0;
    std::vector<std::pair<int, int>> pairs_;
    std::vector<int> meetingStart_;
    std::vector<Meeting> meetings_;
    std::vector<int> allMeetings_;  // nodes at which a cycle meets others
    std::vector<int> withSet_;      // those at which it meets the E-set
    std::vector<char> inSet_;
    std::vector<int> tabuUntil_;
    std::vector<int> near_;  // AB-cycles that meet the E-set or were in it
    std::vector<char> isNear_;
    std::vector<int> set_, best_, touching_;
};

}  // namespace cosolve::tsp
