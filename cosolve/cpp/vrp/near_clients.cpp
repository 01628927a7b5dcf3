#include "vrp/near_clients.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <tuple>

#include "tsp/neighbors.h"

namespace cosolve::vrp {

namespace {

constexpr int kAll = 4000;        // so many clients are all looked at for each
constexpr int kPool = 100;        // else so many near ones,
constexpr int kPoolPerPlace = 8;  // or so many times as many as are asked for

std::size_t at(int i) {
    return static_cast<std::size_t>(i);
}

class Ranking {
public:
    explicit Ranking(NearClientsInput const &input)
        : in_(input), away_(at(input.distance->size()), 0.0) {
        if (in_.outward == 0.0) return;
        for (int i = in_.depots; i < in_.distance->size(); ++i) {
            double least = std::numeric_limits<double>::infinity();
            for (int d = 0; d < in_.depots; ++d)
                least = std::min(least, std::min(distance(d, i), distance(i, d)));
            away_[at(i)] = least;
        }
    }

    double of(int i, int j) const {
        double const near = std::min(proximityOf(i, j), proximityOf(j, i));
        return near - in_.outward * std::max(away_[at(j)] - away_[at(i)], 0.0);
    }

private:
    double distance(int i, int j) const { return (*in_.distance)(i, j); }
    double proximityOf(int i, int j) const {
        if (in_.timing.empty()) return distance(i, j);
        double const travel = in_.duration == nullptr ? distance(i, j) : (*in_.duration)(i, j);
        return proximity(distance(i, j), travel, in_.timing[at(i)], in_.timing[at(j)]);
    }

    NearClientsInput const &in_;
    std::vector<double> away_;  // from the nearest depot
};

}  // namespace

std::vector<int> nearClients(NearClientsInput const &input, int k) {
    int const n = input.distance->size();
    int const clients = n - input.depots;
    k = std::min(k, clients - 1);
    if (k <= 0) return {};
    Ranking const ranking(input);
    int const wanted = std::max(kPool, kPoolPerPlace * k) + input.depots;
    std::vector<int> pool;
    if (clients > kAll) pool = tsp::kNearest(*input.distance, wanted);
    std::size_t const width = at(std::min(wanted, n - 1));
    std::vector<int> result;
    result.reserve(at(clients) * at(k));
    std::vector<std::tuple<double, int, int>> order;
    for (int i = input.depots; i < n; ++i) {
        order.clear();
        auto const rank = [&](int j) {
            if (j != i && j >= input.depots)
                order.emplace_back(ranking.of(i, j), std::abs(i - j), j);
        };
        if (pool.empty())
            for (int j = input.depots; j < n; ++j) rank(j);
        else
            for (std::size_t e = at(i) * width; e < (at(i) + 1) * width; ++e) rank(pool[e]);
        std::partial_sort(order.begin(), order.begin() + k, order.end());
        for (int e = 0; e < k; ++e) result.push_back(std::get<2>(order[at(e)]));
    }
    return result;
}

}  // namespace cosolve::vrp
