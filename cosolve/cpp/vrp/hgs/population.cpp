#include "vrp/hgs/population.h"

#include <algorithm>

namespace cosolve::vrp::hgs {

namespace {

constexpr double kSame = 1e-12;  // broken pairs distance of clones

}  // namespace

void Population::add(std::shared_ptr<Individual const> individual, Penalties const &penalties) {
    Members &members = individual->feasible() ? feasible_ : infeasible_;
    double const cost = individual->cost(penalties);
    insert(members, std::move(individual), cost);
    if (static_cast<int>(members.size()) > options_.minimum + options_.generation)
        selectSurvivors(members);
    rated_ = false;
}

void Population::insert(Members &members, std::shared_ptr<Individual const> individual,
                        double cost) {
    Member added{std::move(individual), cost, {}, 0.0};
    for (auto &member : members) {
        double const d = brokenPairs(instance_, *added.individual, *member.individual);
        std::pair<double, Individual const *> const entry(d, added.individual.get());
        auto const byDistance = [](auto const &a, auto const &b) { return a.first < b.first; };
        member.distances.insert(
            std::upper_bound(member.distances.begin(), member.distances.end(), entry, byDistance),
            entry);
        added.distances.emplace_back(d, member.individual.get());
    }
    std::stable_sort(added.distances.begin(), added.distances.end(),
                     [](auto const &a, auto const &b) { return a.first < b.first; });
    auto const at = std::upper_bound(members.begin(), members.end(), cost,
                                     [](double c, Member const &m) { return c < m.cost; });
    members.insert(at, std::move(added));
}

void Population::remove(Members &members, std::size_t k) {
    auto const *gone = members[k].individual.get();
    for (auto &member : members)
        std::erase_if(member.distances, [gone](auto const &d) { return d.second == gone; });
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(k));
}

void Population::selectSurvivors(Members &members) {
    while (static_cast<int>(members.size()) > options_.minimum) {
        rate(members);
        std::size_t worst = 0;
        bool worstIsClone = false;
        for (std::size_t k = 1; k < members.size(); ++k) {
            bool const clone =
                !members[k].distances.empty() && members[k].distances.front().first < kSame;
            bool const worse = members[k].fitness > members[worst].fitness;
            if ((clone && !worstIsClone) || (clone == worstIsClone && worse) || worst == 0) {
                worst = k;
                worstIsClone = clone;
            }
        }
        remove(members, worst);
    }
}

double Population::diversity(Member const &member) const {
    auto const count = std::min(member.distances.size(), static_cast<std::size_t>(options_.close));
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) sum += member.distances[k].first;
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
}

void Population::rate(Members &members) const {
    std::size_t const size = members.size();
    if (size < 2) return;
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t k = 0; k < size; ++k) order.emplace_back(-diversity(members[k]), k);
    std::sort(order.begin(), order.end());
    double const last = static_cast<double>(size - 1);
    double const weight =
        static_cast<int>(size) <= options_.elite
            ? 0.0
            : 1.0 - static_cast<double>(options_.elite) / static_cast<double>(size);
    for (std::size_t rank = 0; rank < size; ++rank) {
        std::size_t const k = order[rank].second;
        members[k].fitness =
            static_cast<double>(k) / last + weight * static_cast<double>(rank) / last;
    }
}

void Population::reprice(Penalties const &penalties) {
    for (auto &member : infeasible_) member.cost = member.individual->cost(penalties);
    std::stable_sort(infeasible_.begin(), infeasible_.end(),
                     [](Member const &a, Member const &b) { return a.cost < b.cost; });
    rated_ = false;
}

void Population::clear() {
    feasible_.clear();
    infeasible_.clear();
    rated_ = false;
}

std::shared_ptr<Individual const> Population::select(Rng &rng) {
    if (!rated_) {
        rate(feasible_);
        rate(infeasible_);
        rated_ = true;
    }
    auto draw = [&]() -> Member const & {
        auto const k = static_cast<std::size_t>(rng.below(static_cast<int>(size())));
        return k < feasible_.size() ? feasible_[k] : infeasible_[k - feasible_.size()];
    };
    Member const &a = draw(), &b = draw();
    return b.fitness < a.fitness ? b.individual : a.individual;
}

}  // namespace cosolve::vrp::hgs
