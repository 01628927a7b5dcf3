#include "tsp/eax_block2.h"

#include <algorithm>
#include <limits>

namespace cosolve::tsp {

namespace {

constexpr int maxStagnation = 20;  // tabu iterations without improvement
constexpr int maxTenure = 10;

}  // namespace

void EaxBlock2::prepare(AbCycles const &cycles) {
    cycles_ = &cycles;
    auto const m = static_cast<std::size_t>(cycles.size());
    ++round_;
    pairs_.clear();
    for (int c = 0; c < cycles.size(); ++c) {
        for (int const v : cycles.of(c)) {
            auto const i = static_cast<std::size_t>(v);
            if (stamp_[i] != round_) {
                stamp_[i] = round_;
                atNode_[i] = {c, -1};
            } else if (atNode_[i].first != c) {
                atNode_[i].second = c;
                pairs_.emplace_back(atNode_[i].first, c);
                pairs_.emplace_back(c, atNode_[i].first);
            }
        }
    }
    std::sort(pairs_.begin(), pairs_.end());
    meetings_.clear();
    meetingStart_.assign(1, 0);
    allMeetings_.assign(m, 0);
    std::size_t i = 0;
    for (std::size_t c = 0; c < m; ++c) {
        for (; i < pairs_.size() && pairs_[i].first == static_cast<int>(c); ++i) {
            bool const same = static_cast<int>(meetings_.size()) > meetingStart_.back() &&
                              meetings_.back().other == pairs_[i].second;
            if (!same) meetings_.push_back({pairs_[i].second, 0});
            ++meetings_.back().nodes;
            ++allMeetings_[c];
        }
        meetingStart_.push_back(static_cast<int>(meetings_.size()));
    }
    withSet_.assign(m, 0);
    inSet_.assign(m, 0);
    isNear_.assign(m, 0);
    tabuUntil_.assign(m, 0);
    near_.clear();
    set_.clear();
}

std::span<int const> EaxBlock2::select(EaxTour const &a, int center, Rng &rng,
                                       EaxOffspring &scratch) {
    tabuSearch(center, rng);
    bool const built = scratch.build(a, *cycles_, set_);
    if (built && scratch.subtours() > 1) reduceSubtours(a, center, scratch);
    best_ = set_;  // returned; the state below is reset for the next center
    for (int const c : best_) toggle(c);
    for (int const c : near_) {
        isNear_[static_cast<std::size_t>(c)] = 0;
        tabuUntil_[static_cast<std::size_t>(c)] = 0;
    }
    near_.clear();
    return built ? std::span<int const>(best_) : std::span<int const>();
}

// Puts an AB-cycle into the E-set or takes it out.
void EaxBlock2::toggle(int c) {
    auto const i = static_cast<std::size_t>(c);
    inSet_[i] ^= 1;
    int const sign = inSet_[i] != 0 ? 1 : -1;
    if (inSet_[i] != 0) {
        set_.push_back(c);
    } else {
        set_.erase(std::find(set_.begin(), set_.end(), c));
    }
    for (Meeting const &meeting : meetings(c)) {
        auto const d = static_cast<std::size_t>(meeting.other);
        withSet_[d] += sign * meeting.nodes;
        if (isNear_[d] == 0) {
            isNear_[d] = 1;
            near_.push_back(meeting.other);
        }
    }
}

// Change of the number of boundary nodes (one edge of A, one of B) by toggling an AB-cycle.
int EaxBlock2::boundaryChange(int c) const {
    auto const i = static_cast<std::size_t>(c);
    int const change = allMeetings_[i] - 2 * withSet_[i];
    return inSet_[i] != 0 ? -change : change;
}

// The best allowed toggle; -1 if there is none. Ties are broken at random.
int EaxBlock2::bestMove(int center, int iteration, int boundary, int bestBoundary, Rng &rng) const {
    int best = -1, bestChange = std::numeric_limits<int>::max(), ties = 0;
    for (int const c : near_) {
        auto const i = static_cast<std::size_t>(c);
        // Only AB-cycles smaller than the center: it stays the heart of the block.
        if (c == center || cycles_->length(c) >= cycles_->length(center)) continue;
        if (inSet_[i] == 0 && withSet_[i] == 0) continue;
        int const change = boundaryChange(c);
        if (tabuUntil_[i] > iteration && boundary + change >= bestBoundary) continue;
        if (change > bestChange) continue;
        ties = change < bestChange ? 1 : ties + 1;
        bestChange = change;
        if (ties == 1 || rng.below(ties) == 0) best = c;
    }
    return best;
}

void EaxBlock2::tabuSearch(int center, Rng &rng) {
    toggle(center);
    int boundary = allMeetings_[static_cast<std::size_t>(center)];
    int bestBoundary = boundary;
    best_ = set_;
    for (int iteration = 1, stagnation = 0; stagnation < maxStagnation; ++iteration) {
        int const c = bestMove(center, iteration, boundary, bestBoundary, rng);
        if (c < 0) break;
        boundary += boundaryChange(c);
        toggle(c);
        tabuUntil_[static_cast<std::size_t>(c)] = iteration + 1 + rng.below(maxTenure);
        ++stagnation;
        if (boundary < bestBoundary) {
            bestBoundary = boundary;
            best_ = set_;
            stagnation = 0;
        }
    }
    // Back to the best E-set met.
    touching_ = set_;
    for (int const c : touching_)
        if (std::find(best_.begin(), best_.end(), c) == best_.end()) toggle(c);
    for (int const c : best_)
        if (inSet_[static_cast<std::size_t>(c)] == 0) toggle(c);
}

// AB-cycles with a node inside and a node outside the sub-tour: only they can join it to others.
void EaxBlock2::collectTouching(int center, int label, EaxOffspring const &scratch) {
    touching_.clear();
    for (int const c : near_) {
        auto const i = static_cast<std::size_t>(c);
        if (inSet_[i] != 0 || cycles_->length(c) >= cycles_->length(center)) continue;
        bool inside = false, outside = false;
        for (int const v : cycles_->of(c))
            (scratch.subtourOf(v) == label ? inside : outside) = true;
        if (inside && outside) touching_.push_back(c);
    }
}

// The AB-cycle whose addition leaves the fewest sub-tours; -1 if none reduces their number.
int EaxBlock2::bestReduction(EaxTour const &a, int center, int label, EaxOffspring &scratch) {
    collectTouching(center, label, scratch);
    int best = -1, bestSubtours = scratch.subtours();
    for (int const c : touching_) {
        set_.push_back(c);
        if (scratch.build(a, *cycles_, set_) && scratch.subtours() < bestSubtours) {
            best = c;
            bestSubtours = scratch.subtours();
        }
        set_.pop_back();
    }
    scratch.build(a, *cycles_, set_);
    return best;
}

void EaxBlock2::reduceSubtours(EaxTour const &a, int center, EaxOffspring &scratch) {
    std::size_t skip = 0;  // smallest sub-tours that no AB-cycle joins
    while (static_cast<std::size_t>(scratch.subtours()) > skip + 1) {
        std::vector<int> labels(scratch.labels().begin(), scratch.labels().end());
        std::sort(labels.begin(), labels.end(), [&scratch](int x, int y) {
            int const sx = scratch.subtourSize(x), sy = scratch.subtourSize(y);
            return sx != sy ? sx < sy : x < y;
        });
        int const c = bestReduction(a, center, labels[skip], scratch);
        if (c < 0) {
            ++skip;
            continue;
        }
        toggle(c);
        scratch.build(a, *cycles_, set_);
        skip = 0;
    }
}

}  // namespace cosolve::tsp
