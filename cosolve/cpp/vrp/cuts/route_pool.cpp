#include "vrp/cuts/route_pool.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <utility>

namespace cosolve::vrp {

namespace {

bool contains(ClientSet const &set, int i) {
    return (set[static_cast<std::size_t>(i) / 64] >> (i % 64) & 1) != 0;
}

int common(ClientSet const &a, ClientSet const &b) {
    return std::popcount(a[0] & b[0]) + std::popcount(a[1] & b[1]);
}

}  // namespace

ClientSet clientSet(std::vector<int> const &clients) {
    ClientSet set{};
    for (int i : clients) set[static_cast<std::size_t>(i) / 64] |= std::uint64_t{1} << (i % 64);
    return set;
}

RoutePool::RoutePool(std::vector<int> const &first, std::vector<int> const &visits)
    : first_(first), visits_(visits), sets_(first.size() - 1) {
    for (std::size_t r = 0; r < sets_.size(); ++r)
        for (int k = first_[r]; k < first_[r + 1]; ++k) {
            int const i = visits_[static_cast<std::size_t>(k)];
            sets_[r][static_cast<std::size_t>(i) / 64] |= std::uint64_t{1} << (i % 64);
        }
}

std::vector<double> RoutePool::reduced(std::vector<double> const &cost,
                                       std::vector<double> const &clients,
                                       std::vector<PricedSet> const &touched,
                                       std::vector<PricedSet> const &subsets) const {
    std::vector<double> result(sets_.size());
    for (std::size_t r = 0; r < sets_.size(); ++r) {
        double value = cost[r];
        for (int k = first_[r]; k < first_[r + 1]; ++k)
            value -= clients[static_cast<std::size_t>(visits_[static_cast<std::size_t>(k)])];
        for (PricedSet const &set : touched)
            if (common(set.members, sets_[r]) > 0) value -= set.price;
        for (PricedSet const &set : subsets)
            value -= set.price * (common(set.members, sets_[r]) / 2);
        result[r] = value;
    }
    return result;
}

std::vector<int> RoutePool::visits(ClientSet const &members) const {
    std::vector<int> result(sets_.size());
    for (std::size_t r = 0; r < sets_.size(); ++r) result[r] = common(members, sets_[r]);
    return result;
}

std::vector<SubsetRow> findSubsetRows(int nodes, std::vector<int> const &first,
                                      std::vector<int> const &visits,
                                      std::vector<double> const &values, double least, int most,
                                      int mostEach) {
    // What routes that visit both, or all three, are worth together: a triple's violation is
    // w(ij) + w(jk) + w(ik) - 2 w(ijk) - 1.
    auto const n = static_cast<std::size_t>(nodes);
    std::vector<double> both(n * n, 0.0);
    std::vector<ClientSet> sets;
    for (std::size_t r = 0; r < values.size(); ++r) {
        std::vector<int> clients(visits.begin() + first[r], visits.begin() + first[r + 1]);
        std::sort(clients.begin(), clients.end());
        clients.erase(std::unique(clients.begin(), clients.end()), clients.end());
        sets.push_back(clientSet(clients));
        for (std::size_t a = 0; a < clients.size(); ++a)
            for (std::size_t b = a + 1; b < clients.size(); ++b)
                both[static_cast<std::size_t>(clients[a]) * n +
                     static_cast<std::size_t>(clients[b])] += values[r];
    }
    std::vector<SubsetRow> rows;
    for (int i = 1; i < nodes; ++i)
        for (int j = i + 1; j < nodes; ++j)
            for (int k = j + 1; k < nodes; ++k) {
                auto const a = static_cast<std::size_t>(i), b = static_cast<std::size_t>(j);
                auto const c = static_cast<std::size_t>(k);
                double violation = both[a * n + b] + both[a * n + c] + both[b * n + c] - 1;
                if (violation < least) continue;
                for (std::size_t r = 0; r < sets.size(); ++r)
                    if (contains(sets[r], i) && contains(sets[r], j) && contains(sets[r], k))
                        violation -= 2 * values[r];
                if (violation >= least) rows.push_back({{i, j, k}, violation});
            }
    std::sort(rows.begin(), rows.end(), [](SubsetRow const &a, SubsetRow const &b) {
        return std::pair(-a.violation, a.members) < std::pair(-b.violation, b.members);
    });
    std::vector<int> used(n, 0);
    std::vector<SubsetRow> kept;
    for (SubsetRow const &row : rows) {
        if (static_cast<int>(kept.size()) >= most) break;
        bool const often = std::any_of(row.members.begin(), row.members.end(), [&](int i) {
            return used[static_cast<std::size_t>(i)] >= mostEach;
        });
        if (often) continue;
        for (int i : row.members) ++used[static_cast<std::size_t>(i)];
        kept.push_back(row);
    }
    return kept;
}

int subsetRowCount(int const *begin, int const *end, ClientSet const &members,
                   ClientSet const &memory) {
    int count = 0;
    bool pending = false;
    for (int const *at = begin; at != end; ++at) {
        if (contains(members, *at)) {
            if (pending) ++count;
            pending = !pending;
        } else if (!contains(memory, *at)) {
            pending = false;
        }
    }
    return count;
}

}  // namespace cosolve::vrp
