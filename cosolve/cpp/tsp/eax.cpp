#include "tsp/eax.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/deadline.h"

namespace cosolve::tsp {

namespace {

// Pairs that are bred from the same edge counts; a constant, so that the number of threads does not
// change the search.
constexpr int batch = 8;

std::vector<double> entropyTerms(std::size_t tours) {
    std::vector<double> terms(tours + 2, 0.0);
    for (std::size_t f = 1; f < terms.size(); ++f) {
        double const share = static_cast<double>(f) / static_cast<double>(tours);
        terms[f] = -share * std::log(share);
    }
    return terms;
}

// An independent stream for every pair of every generation.
Rng pairRng(std::uint64_t seed, int generation, int pair) {
    return Rng(seed ^ (static_cast<std::uint64_t>(generation + 1) << 32 |
                       static_cast<std::uint64_t>(pair)) *
                          0xd1342543de82ef95ULL);
}

}  // namespace

Eax::Eax(EaxProblem problem, std::span<int const> population, EaxOptions options)
    : problem_(std::move(problem)), options_(options), rng_(options.seed),
      counts_(problem_.candidates.size()) {
    int const n = problem_.candidates.size();
    population_.resize(population.size() / static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < population_.size(); ++i) {
        EaxTour &tour = population_[i];
        tour.assign(population.data() + i * static_cast<std::size_t>(n), n);
        tour.cost = tour.length(problem_.metric);
        if (tour.cost < population_[best_].cost) best_ = i;
        for (int p = 0; p < n; ++p) counts_.add(tour.nodeAt(p), tour.nodeAt(tour.after(p)));
        mates_.push_back(static_cast<int>(i));
    }
    terms_ = entropyTerms(population_.size());
    problem_.tolerance = 1e-9 * (cost() + problem_.metric.offset()) / n;
    bestAtLastGain_ = cost();
    if (population_.size() < 2) stage_ = 3;
    for (int t = 0; t < std::max(1, options.threads); ++t)
        breeders_.push_back(std::make_unique<EaxBreeder>(problem_, counts_, terms_));
    broods_.resize(batch);
}

int Eax::run(double seconds, int generations) {
    Deadline const deadline(seconds);
    int const pairs = static_cast<int>(population_.size());
    int done = 0;
    while (!finished() && done != generations && !deadline.passed()) {
        if (nextPair_ == 0) beginGeneration();
        int const to = std::min(nextPair_ + batch, pairs);
        breedBatch(nextPair_, to);
        replace(nextPair_, to);
        nextPair_ = to;
        if (nextPair_ < pairs) continue;
        endGeneration();
        ++done;
    }
    return done;
}

void Eax::beginGeneration() {
    rng_.shuffle(mates_);
    differences_ = false;
}

void Eax::breedBatch(int from, int to) {
    BreedingRule const rule{stage_, options_.children, options_.share};
    std::atomic<int> next{from};
    auto const work = [&](EaxBreeder &breeder) {
        for (int i = next++; i < to; i = next++) {
            auto const mate = [this](int k) -> EaxTour const & {
                auto const index = static_cast<std::size_t>(k) % mates_.size();
                return population_[static_cast<std::size_t>(mates_[index])];
            };
            breeder.breed(mate(i), mate(i + 1), rule, pairRng(options_.seed, generation_, i),
                          broods_[static_cast<std::size_t>(i - from)]);
        }
    };
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < breeders_.size(); ++t)
        helpers.emplace_back([&work, &breeder = *breeders_[t]] { work(breeder); });
    work(*breeders_[0]);
}

void Eax::replace(int from, int to) {
    for (int i = from; i < to; ++i) {
        Brood &brood = broods_[static_cast<std::size_t>(i - from)];
        ++statistics_.pairs;
        statistics_.abCycles += brood.abCycles;
        statistics_.children += brood.children;
        if (brood.abCycles > 0) differences_ = true;
        if (!brood.improved) continue;
        ++statistics_.replacements;
        for (EdgeChange const &change : brood.changes)
            change.added ? counts_.add(change.a, change.b) : counts_.remove(change.a, change.b);
        auto const index = static_cast<std::size_t>(mates_[static_cast<std::size_t>(i)]);
        std::swap(population_[index], brood.tour);
        if (population_[index].cost < population_[best_].cost) best_ = index;
    }
}

// Termination of a stage (Nagata and Kobayashi 2013, section 3.6): once the best tour has not
// improved for 1500 / children generations, at generation G, go on until it has not improved for
// G / 10 generations.
void Eax::endGeneration() {
    nextPair_ = 0;
    ++generation_;
    EaxTour &best = population_[best_];
    best.cost = best.length(problem_.metric);  // without the rounding of many small changes
    if (best.cost < bestAtLastGain_ - problem_.tolerance) {
        bestAtLastGain_ = best.cost;
        stagnation_ = 0;
    } else {
        ++stagnation_;
    }
    if (patience_ == 0 && stagnation_ >= std::max(1, 1500 / options_.children))
        patience_ = std::max(1, generation_ / 10);
    if (!differences_) {
        stage_ = 3;
    } else if (patience_ > 0 && stagnation_ >= patience_) {
        endStage();
    }
}

void Eax::endStage() {
    ++stage_;
    stagnation_ = 0;
    patience_ = 0;
}

double Eax::averageCost() const {
    double sum = 0;
    for (EaxTour const &tour : population_) sum += tour.cost;
    return sum / static_cast<double>(population_.size());
}

double Eax::entropy() const {
    double sum = 0;
    counts_.forEach([&](int f) { sum += terms_[static_cast<std::size_t>(f)]; });
    return sum;
}

}  // namespace cosolve::tsp
