#include "vrp/hgs/genetic.h"

#include <limits>
#include <numeric>
#include <utility>

namespace cosolve::vrp::hgs {

Genetic::Genetic(InstanceData data, std::uint64_t seed, GeneticOptions options)
    : instance_(std::move(data)), options_(options), rng_(seed),
      penalties_(instance_, options.targetFeasible), splitter_(instance_),
      fleetSplitter_(instance_), search_(makeImprover(instance_, rng_)),
      population_(instance_, options.population) {}

void Genetic::inject(Plan plan) {
    // As it is at once, so that it is never lost.
    keep(std::make_shared<Individual const>(instance_, plan));
    pending_.push_back(std::move(plan));
}

std::int64_t Genetic::run(double seconds, std::int64_t iterations) {
    Deadline const deadline(seconds);
    std::int64_t const begun = iterations_;
    if (instance_.clients() == 0) return 0;
    while (iterations < 0 || iterations_ - begun < iterations) {
        if (stage_ == Stage::idle) begin();
        if (!search_->improve(deadline)) break;
        finish();
        if (stage_ == Stage::idle && deadline.passed()) break;
    }
    return iterations_ - begun;
}

Descent Genetic::descend(Plan const &plan, std::uint64_t seed) const {
    Rng rng(seed);
    auto const search = makeImprover(instance_, rng);
    search->load(plan, penalties_.current(), {});
    Descent result;
    result.before = search->cost();
    search->improve(Deadline(std::numeric_limits<double>::infinity()));
    result.gained = search->gained();
    result.after = search->cost();
    result.plan = search->plan();
    return result;
}

Plan Genetic::split(GiantTour const &tour) const {
    if (!instance_.mixed()) return Splitter(instance_).split(tour, penalties_.current());
    auto const partial = FleetSplitter(instance_).split(tour, penalties_.current(), nullptr);
    Rng rng(0);
    auto const search = makeImprover(instance_, rng);
    search->load(partial.plan, penalties_.current(), {});
    search->insert(partial.missing);
    return search->plan();
}

PartialPlan Genetic::cut(GiantTour const &tour, Rng *taste) {
    if (instance_.mixed()) return fleetSplitter_.split(tour, penalties_.current(), taste);
    return {splitter_.split(tour, penalties_.current()), {}};
}

void Genetic::settle() {
    if (instance_.clients() == 0) return;
    if (stage_ == Stage::idle && best_ != nullptr) return;
    if (stage_ == Stage::idle) begin();
    keep(std::make_shared<Individual const>(instance_, search_->plan()));
    stage_ = Stage::idle;
}

void Genetic::begin() {
    stage_ = Stage::educate;
    if (!pending_.empty()) {
        Plan const plan = std::move(pending_.back());
        pending_.pop_back();
        search_->load(plan, penalties_.current(), {});
    } else if (made_ < options_.first || population_.size() < 2) {
        beginRandom();
    } else {
        beginOffspring();
    }
}

void Genetic::beginRandom() {
    GiantTour tour(static_cast<std::size_t>(instance_.clients()));
    std::iota(tour.begin(), tour.end(), instance_.first());
    rng_.shuffle(tour);
    auto const partial = cut(tour, &rng_);
    search_->load(partial.plan, penalties_.current(), {});
    search_->insert(partial.missing);
}

void Genetic::beginOffspring() {
    auto const a = population_.select(rng_);
    auto b = population_.select(rng_);
    for (int tries = 0; tries < 10 && a == b; ++tries) b = population_.select(rng_);
    if (rng_.uniform() < options_.routeExchange && beginRouteExchange(*a, *b)) return;
    auto const tour = orderCrossover(a->plan().visits, b->plan().visits, rng_);
    auto const partial = cut(tour, nullptr);
    search_->load(partial.plan, penalties_.current(), sharedRoutes(partial.plan, *a));
    search_->insert(partial.missing);
}

bool Genetic::beginRouteExchange(Individual const &a, Individual const &b) {
    auto const children = routeExchange(instance_, a, b, rng_);
    if (children.empty()) return false;
    Plan best;
    double least = 0.0;
    for (auto const &child : children) {
        auto const fit = fitted(instance_, child.plan, penalties_.current());
        search_->load(fit.plan, penalties_.current(), {});
        search_->insert(child.missing);
        search_->insert(fit.missing);
        double const cost = search_->cost();
        if (best.routes() > 0 && cost >= least) continue;
        best = search_->plan();
        least = cost;
    }
    search_->load(best, penalties_.current(), sharedRoutes(best, a));
    return true;
}

void Genetic::finish() {
    auto individual = std::make_shared<Individual const>(instance_, search_->plan());
    bool const repaired = stage_ == Stage::repair;
    stage_ = Stage::idle;
    if (!repaired) penalties_.note(*individual);
    bool const feasible = individual->feasible();
    if (!repaired || feasible) keep(std::move(individual));
    // While nothing feasible is known, everything is repaired.
    if (!repaired && !feasible && (!this->feasible() || rng_.uniform() < options_.repair)) {
        stage_ = Stage::repair;
        search_->reprice(penalties_.repair());
        return;
    }
    ++iterations_;
    ++made_;
    ++unimproved_;
    manage();
}

bool Genetic::better(Individual const &a, Individual const &b) const {
    if (a.feasible() != b.feasible()) return a.feasible();
    if (a.feasible()) return a.cost() < b.cost() - instance_.tolerance();
    double const va = a.violations().priced(penalties_.reference());
    double const vb = b.violations().priced(penalties_.reference());
    if (va != vb) return va < vb;
    return a.cost() < b.cost() - instance_.tolerance();
}

void Genetic::keep(std::shared_ptr<Individual const> individual) {
    if (individual->feasible() &&
        (made_ == 0 || individual->cost() < bestSinceStart_ - instance_.tolerance() ||
         population_.feasible() == 0)) {
        bestSinceStart_ = individual->cost();
        unimproved_ = 0;
    }
    if (best_ == nullptr || better(*individual, *best_)) best_ = individual;
    population_.add(std::move(individual), penalties_.current());
}

void Genetic::manage() {
    if (penalties_.adjust()) population_.reprice(penalties_.current());
    if (made_ >= options_.first && unimproved_ >= options_.noImprovement) {
        population_.clear();
        made_ = unimproved_ = 0;
        ++restarts_;
    }
}

}  // namespace cosolve::vrp::hgs
