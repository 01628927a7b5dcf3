#include "vrp/capacitated/savings.h"

#include <algorithm>
#include <numeric>

namespace cosolve::vrp {

namespace {

struct Saving {
    double value;
    int a, b;
};

std::vector<Saving> sortedSavings(CapacitatedInstance const &in) {
    Metric const &metric = *in.metric;
    std::vector<Saving> savings;
    int const n = in.locations();
    NearRows const &near = in.surroundings();
    for (int i = 1; i < n; ++i)
        for (std::size_t e = near.begin(i); e < near.end(i); ++e) {
            int const j = near.to[e];
            double const value = metric(0, i) + metric(0, j) - metric(i, j) + in.fixedCost;
            if (value > 0) savings.push_back({value, std::min(i, j), std::max(i, j)});
        }
    std::sort(savings.begin(), savings.end(), [](Saving const &x, Saving const &y) {
        if (x.value != y.value) return x.value > y.value;
        return x.a != y.a ? x.a < y.a : x.b < y.b;
    });
    return savings;
}

// Chains of clients that are merged end to end.
class Chains {
public:
    explicit Chains(CapacitatedInstance const &in)
        : in_(in), next_(in.demand.size(), {0, 0}), top_(in.demand.size()), load_(in.demand),
          length_(in.demand.size()) {
        std::iota(top_.begin(), top_.end(), 0);
        for (int i = 1; i < in.locations(); ++i)
            length_[at(i)] =
                2 * (*in.metric)(0, i) + (in.service.empty() ? 0.0 : in.service[at(i)]);
    }

    void merge(Saving const &s) {
        if (next_[at(s.a)].second || next_[at(s.b)].second) return;  // inside a chain
        int const x = find(s.a), y = find(s.b);
        if (x == y || load_[at(x)] + load_[at(y)] > in_.capacity) return;
        double const length = length_[at(x)] + length_[at(y)] - (s.value - in_.fixedCost);
        if (length > in_.maxLength) return;
        attach(s.a, s.b);
        attach(s.b, s.a);
        top_[at(y)] = x;
        load_[at(x)] += load_[at(y)];
        length_[at(x)] = length;
    }

    std::vector<int> routes() const {
        std::vector<int> result;
        std::vector<char> seen(next_.size(), 0);
        for (int i = 1; i < static_cast<int>(next_.size()); ++i) {
            if (seen[at(i)] || next_[at(i)].second) continue;  // not an end
            for (int before = 0, c = i; c;) {
                seen[at(c)] = 1;
                result.push_back(c);
                auto const [p, q] = next_[at(c)];
                int const on = p == before ? q : p;
                before = c;
                c = on;
            }
            result.push_back(0);
        }
        return result;
    }

private:
    static std::size_t at(int i) { return static_cast<std::size_t>(i); }
    int find(int i) {
        while (top_[at(i)] != i) i = top_[at(i)] = top_[at(top_[at(i)])];
        return i;
    }
    void attach(int i, int j) {
        (next_[at(i)].first ? next_[at(i)].second : next_[at(i)].first) = j;
    }

    CapacitatedInstance const &in_;
    std::vector<std::pair<int, int>> next_;  // neighbours in the chain, 0 for none
    std::vector<int> top_;
    std::vector<double> load_, length_;
};

}  // namespace

std::vector<int> savingsRoutes(CapacitatedInstance const &instance) {
    Chains chains(instance);
    for (Saving const &saving : sortedSavings(instance)) chains.merge(saving);
    return chains.routes();
}

}  // namespace cosolve::vrp
