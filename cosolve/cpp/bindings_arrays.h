// Arrays that Python gets: each owns its values.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace cosolve::binding {

namespace nb = nanobind;

template <class T> using Result = nb::ndarray<nb::numpy, T>;
using IntResult = Result<int>;
using FloatResult = Result<float>;
using DoubleResult = Result<double>;

template <class T> Result<T> shaped(std::vector<T> values, std::vector<std::size_t> const &shape) {
    auto *owned = new std::vector<T>(std::move(values));
    nb::capsule owner(owned, [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    return Result<T>(owned->data(), shape.size(), shape.data(), owner);
}

template <class T> Result<T> toArray(std::vector<T> values) {
    std::size_t const size = values.size();
    return shaped(std::move(values), {size});
}

// A row for every `values.size() / rows` of them.
template <class T> Result<T> toMatrix(std::vector<T> values, std::size_t rows) {
    std::size_t const columns = rows == 0 ? 0 : values.size() / rows;
    return shaped(std::move(values), {rows, columns});
}

}  // namespace cosolve::binding
