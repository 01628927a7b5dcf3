#include "tsp/eax_breeder.h"

#include <algorithm>
#include <cmath>

namespace cosolve::tsp {

namespace {

constexpr double noEntropyLoss =
    1e-10;  // epsilon of the selection, Nagata and Kobayashi 2013, eq. 4

}  // namespace

void EaxBreeder::breed(EaxTour const &a, EaxTour const &b, BreedingRule rule, Rng rng,
                       Brood &brood) {
    brood.improved = false;
    brood.changes.clear();
    brood.children = 0;
    bool const all = rule.share > 0 || rule.stage == 2;
    finder_.find(a, b, all ? -1 : rule.children, rng, cycles_);
    brood.abCycles = cycles_.size();
    if (cycles_.size() == 0) return;
    if (rule.stage == 2) {
        breedBlock2(a, rule, rng, brood);
    } else if (rule.share > 0) {
        breedShare(a, rule, brood);
    } else {
        breedSingle(a, rule, brood);
    }
}

double EaxBreeder::exchangeGain(std::span<int const> eset) const {
    Metric const &metric = problem_->metric;
    double gain = 0;
    for (int const c : eset) {
        auto const nodes = cycles_.of(c);
        for (std::size_t i = 0; i < nodes.size(); i += 2) gain += metric(nodes[i], nodes[i + 1]);
        for (std::size_t i = 2; i < nodes.size(); i += 2) gain -= metric(nodes[i - 1], nodes[i]);
        gain -= metric(nodes.back(), nodes.front());
    }
    return gain;
}

EaxBreeder::Value EaxBreeder::valueOfChild(double gain) {
    if (!child_.mergeSubtours(gain) || gain <= problem_->tolerance) return {gain, 0};
    double const loss = -child_.entropyChange(*counts_, terms_);
    return {gain, gain / (loss > noEntropyLoss ? loss : noEntropyLoss)};
}

void EaxBreeder::consider(double gain) {
    Value const value = valueOfChild(gain);
    if (value.merit <= bestValue_.merit) return;
    bestValue_ = value;
    std::swap(child_, best_);
}

void EaxBreeder::replaceBy(EaxOffspring &child, EaxTour const &a, double gain, Brood &brood) {
    if (!brood.improved) brood.tour = a;
    brood.improved = true;
    child.changes(brood.changes);
    child.apply(brood.tour);
    brood.tour.cost -= gain;
}

void EaxBreeder::breedSingle(EaxTour const &a, BreedingRule rule, Brood &brood) {
    bestValue_ = {0, 0};
    for (int c = 0; c < cycles_.size() && brood.children < rule.children; ++c) {
        ++brood.children;
        double const gain = exchangeGain({&c, 1});
        // Joining sub-tours hardly ever gains: do not build what is no better already.
        if (gain <= problem_->tolerance) continue;
        if (child_.build(a, cycles_, {&c, 1})) consider(gain);
    }
    if (bestValue_.merit > 0) replaceBy(best_, a, bestValue_.gain, brood);
}

void EaxBreeder::breedBlock2(EaxTour const &a, BreedingRule rule, Rng &rng, Brood &brood) {
    bestValue_ = {0, 0};
    centers_.resize(static_cast<std::size_t>(cycles_.size()));
    for (std::size_t i = 0; i < centers_.size(); ++i) centers_[i] = static_cast<int>(i);
    rng.shuffle(centers_);
    block2_.prepare(cycles_);
    for (int const center : centers_) {
        if (brood.children == rule.children) break;
        ++brood.children;
        auto const eset = block2_.select(a, center, rng, child_);
        if (!eset.empty()) consider(exchangeGain(eset));
    }
    if (bestValue_.merit > 0) replaceBy(best_, a, bestValue_.gain, brood);
}

// The best share of the improving AB-cycles of a pair at once, best merit first: most have no edge
// in common and stay applicable after others have been applied, so the number of generations does
// not grow with that of nodes. Taking all of them costs diversity and with it the final quality.
void EaxBreeder::breedShare(EaxTour const &a, BreedingRule rule, Brood &brood) {
    ranking_.clear();
    for (int c = 0; c < cycles_.size(); ++c) {
        ++brood.children;
        double const gain = exchangeGain({&c, 1});
        if (gain <= problem_->tolerance || !child_.build(a, cycles_, {&c, 1})) continue;
        Value const value = valueOfChild(gain);
        if (value.merit > 0) ranking_.push_back({value.merit, c});
    }
    std::sort(ranking_.begin(), ranking_.end(), [](Ranked const &x, Ranked const &y) {
        return x.merit != y.merit ? x.merit > y.merit : x.cycle < y.cycle;
    });
    ranking_.resize(
        static_cast<std::size_t>(std::ceil(rule.share * static_cast<double>(ranking_.size()))));
    for (Ranked const &ranked : ranking_) {
        if (!child_.build(brood.improved ? brood.tour : a, cycles_, {&ranked.cycle, 1})) continue;
        Value const value = valueOfChild(exchangeGain({&ranked.cycle, 1}));
        if (value.merit > 0) replaceBy(child_, a, value.gain, brood);
    }
}

}  // namespace cosolve::tsp
