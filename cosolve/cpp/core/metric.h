// Distances between nodes, evaluated on the fly.
//
// One class for every metric: the switch is perfectly predicted inside a run, and no n x n matrix
// is built for coordinates (except GEO below a few thousand nodes, whose four trigonometric calls
// would otherwise dominate). All distances are double; the integer metrics of TSPLIB95 give exact
// integers in it.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace cosolve {

// Values are part of the binding: cosolve/problems/kernel.py names them by these numbers.
enum class MetricKind : int {
    Euclidean = 0,  // exact float
    EucNint = 1,    // TSPLIB EUC_2D, EUC_3D
    Ceil = 2,       // TSPLIB CEIL_2D
    ManNint = 3,    // TSPLIB MAN_2D, MAN_3D
    MaxNint = 4,    // TSPLIB MAX_2D, MAX_3D
    Att = 5,        // TSPLIB ATT
    Geo = 6,        // TSPLIB GEO
    Trunc1 = 7,     // Euclidean, cut to one decimal
    Explicit = 8,   // full matrix
    TwoCopies = 9,  // asymmetric matrix, every node split in two
};

class Metric {
public:
    // coords: n x dim, row-major, dim 2 or 3. With `hub`, node n is an extra node at distance 0
    // from every other: a closed tour through it is an open path over the others.
    Metric(MetricKind kind, double const *coords, int n, int dim, bool hub);
    // matrix: n x n, row-major. The array is not copied and must outlive the metric.
    Metric(double const *matrix, int n, bool hub);
    // The symmetric form of an asymmetric matrix [R. Jonker, T. Volgenant, Operations Research
    // Letters 2 (1983)]: node i < n is where a tour leaves i, node n + i where it arrives. The
    // distance between them is 0 and the edge must be fixed; two nodes of the same sort are farther
    // apart than any tour is long. Distances are less the potentials of both nodes, one for each of
    // the 2 n: that shortens all tours alike, by offset().
    static Metric twoCopies(double const *matrix, int n, std::vector<double> potentials);

    int size() const { return n_ + (hub_ ? 1 : 0); }
    int nodes() const { return n_; }  // without the hub
    bool hasHub() const { return hub_; }
    int hub() const { return n_; }
    MetricKind kind() const { return kind_; }
    int dim() const { return dim_; }
    double offset() const { return offset_; }  // what potentials take from the length of a tour
    bool hasPoints() const { return !xyz_.empty(); }
    // Coordinates of node i of the n real ones; nullptr for a matrix.
    double const *point(int i) const {
        return xyz_.empty() ? nullptr : xyz_.data() + static_cast<std::size_t>(i) * dim_;
    }

    double operator()(int i, int j) const {
        if (hub_ && (i == n_ || j == n_)) return 0.0;
        switch (kind_) {
        case MetricKind::Euclidean: return std::sqrt(squared(i, j));
        case MetricKind::EucNint: return nint(std::sqrt(squared(i, j)));
        case MetricKind::Ceil: return ceiling(std::sqrt(squared(i, j)));
        case MetricKind::ManNint: return nint(manhattan(i, j));
        case MetricKind::MaxNint: return maximum(i, j);
        case MetricKind::Att: return att(i, j);
        case MetricKind::Geo:
            return geo_.empty() ? geo(i, j)
                                : static_cast<double>(geo_[static_cast<std::size_t>(i) * n_ + j]);
        case MetricKind::Trunc1: return truncated(10.0 * std::sqrt(squared(i, j))) / 10.0;
        case MetricKind::TwoCopies: return split(i, j);
        case MetricKind::Explicit: break;
        }
        return matrix_[static_cast<std::size_t>(i) * n_ + j];
    }

private:
    // TSPLIB95 rounds by adding one half and truncating; all arguments are non-negative.
    static double nint(double x) { return truncated(x + 0.5); }
    // A conversion is one instruction on any x86-64; std::floor is a call without SSE4.1.
    static double truncated(double x) { return static_cast<double>(static_cast<std::int64_t>(x)); }

    static double ceiling(double x) {
        double const t = truncated(x);
        return t < x ? t + 1.0 : t;
    }

    double squared(int i, int j) const {
        if (dim_ == 2) {
            double const dx =
                xyz_[2 * static_cast<std::size_t>(i)] - xyz_[2 * static_cast<std::size_t>(j)];
            double const dy = xyz_[2 * static_cast<std::size_t>(i) + 1] -
                              xyz_[2 * static_cast<std::size_t>(j) + 1];
            return dx * dx + dy * dy;
        }
        double sum = 0;
        double const *a = point(i), *b = point(j);
        for (int d = 0; d < dim_; ++d) sum += (a[d] - b[d]) * (a[d] - b[d]);
        return sum;
    }
    double manhattan(int i, int j) const {
        double sum = 0;
        double const *a = point(i), *b = point(j);
        for (int d = 0; d < dim_; ++d) sum += std::fabs(a[d] - b[d]);
        return sum;
    }
    double maximum(int i, int j) const {
        double best = 0;
        double const *a = point(i), *b = point(j);
        for (int d = 0; d < dim_; ++d) best = std::fmax(best, nint(std::fabs(a[d] - b[d])));
        return best;
    }
    double att(int i, int j) const {
        double const r = std::sqrt(squared(i, j) / 10.0);
        double const t = nint(r);
        return t < r ? t + 1.0 : t;
    }
    double geo(int i, int j) const;
    double split(int i, int j) const {
        int const n = n_ / 2;
        if ((i < n) == (j < n)) return forbidden_;
        if (i > j) std::swap(i, j);  // a tour leaves i and arrives at j - n
        if (j - i == n) return 0.0;
        return matrix_[static_cast<std::size_t>(i) * n + (j - n)] -
               potentials_[static_cast<std::size_t>(i)] - potentials_[static_cast<std::size_t>(j)];
    }

    MetricKind kind_;
    int n_;
    int dim_;
    bool hub_;
    std::vector<double> xyz_;  // GEO: latitude and longitude in radians
    std::vector<float> geo_;   // GEO distance matrix of small instances; below 2^24, so exact
    double const *matrix_ = nullptr;
    std::vector<double> potentials_;
    double forbidden_ = 0, offset_ = 0;
};

}  // namespace cosolve
