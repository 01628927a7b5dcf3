// Routes as sets of clients: their reduced costs under cuts of sets, and cuts they violate.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace cosolve::vrp {

using ClientSet = std::array<std::uint64_t, 2>;  // clients 1 to 127

ClientSet clientSet(std::vector<int> const &clients);

// A set of clients and what a route that visits some of them gets for it.
struct PricedSet {
    ClientSet members;
    double price;
};

// Three clients of which routes that visit two or more count more than 1.
struct SubsetRow {
    std::array<int, 3> members;
    double violation;
};

class RoutePool {
public:
    // visits: of all routes in a row; first: where each begins, and the end.
    RoutePool(std::vector<int> const &first, std::vector<int> const &visits);

    std::size_t size() const { return sets_.size(); }
    // cost less the prices of clients, of `touched` sets a route visits at all and of `subsets` it
    // visits, for every second visit.
    std::vector<double> reduced(std::vector<double> const &cost, std::vector<double> const &clients,
                                std::vector<PricedSet> const &touched,
                                std::vector<PricedSet> const &subsets) const;
    // How many of `members` every route visits.
    std::vector<int> visits(ClientSet const &members) const;

private:
    std::vector<int> first_, visits_;
    std::vector<ClientSet> sets_;
};

// The subset-row cuts of three clients that are violated most, by `least` or more; not more than
// `mostEach` of any client [M. Jepsen, B. Petersen, S. Spoorendonk, D. Pisinger, Operations
// Research 56 (2008)].
std::vector<SubsetRow> findSubsetRows(int nodes, std::vector<int> const &first,
                                      std::vector<int> const &visits,
                                      std::vector<double> const &values, double least, int most,
                                      int mostEach);

// How often a route pays for a cut: every second visit of `members` without leaving `memory`.
int subsetRowCount(int const *begin, int const *end, ClientSet const &members,
                   ClientSet const &memory);

}  // namespace cosolve::vrp
