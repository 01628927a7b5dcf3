// Vectors of W floats, and the two functions of the network that are applied to single numbers.
//
// Nothing here takes or returns a vector by value: how those are passed would depend on the
// instructions a caller may use. Everything is inlined into the functions of primitives.cpp, which
// are compiled once for every instruction set.
#pragma once

#include <cstddef>

#if defined(__GNUC__) || defined(__clang__)
#define COSOLVE_INLINE inline __attribute__((always_inline))
#else
#error "the vector types of GCC and Clang are needed"
#endif

namespace cosolve::neural {

template <int W> struct Vector {
    typedef float Floats __attribute__((vector_size(W * 4)));
    typedef int Ints __attribute__((vector_size(W * 4)));
    typedef float Unaligned __attribute__((vector_size(W * 4), aligned(4), may_alias));
};

template <int W> using Floats = typename Vector<W>::Floats;

template <int W> COSOLVE_INLINE void load(float const *from, Floats<W> &to) {
    to = *reinterpret_cast<typename Vector<W>::Unaligned const *>(from);
}

template <int W> COSOLVE_INLINE void store(Floats<W> const &from, float *to) {
    *reinterpret_cast<typename Vector<W>::Unaligned *>(to) = from;
}

template <int W> COSOLVE_INLINE void relu(Floats<W> &x) {
    Floats<W> const zero{};
    x = zero > x ? zero : x;  // keeps what is not a number
}

// x := 1 / (1 + exp(-x)), to a relative error below 4e-7; beyond +-87 as there. Multiplications,
// additions, one division: results are the same on every machine.
template <int W> COSOLVE_INLINE void sigmoid(Floats<W> &x) {
    using Ints = typename Vector<W>::Ints;
    Floats<W> const zero{}, limit = zero + 87.0F;
    x = x < limit ? x : limit;
    x = x > -limit ? x : -limit;
    // exp(-x) = 2^m exp(r): adding 1.5 * 2^23 rounds to the integer m and leaves it in the low
    // bits.
    Floats<W> const shift = zero + 12582912.0F;
    Floats<W> const shifted = x * -1.44269504F + shift;
    Floats<W> const m = shifted - shift;
    // ln 2 in two parts, the first of which times m is exact.
    Floats<W> const r = (-x - m * 0.693359375F) + m * 2.12194440e-4F;
    // The polynomial of least relative error on |r| <= ln(2) / 2: 7.5e-8.
    Floats<W> p = r * 8.297583872e-3F + 4.191587685e-2F;
    p = p * r + 0.1666757836F;
    p = p * r + 0.4999889047F;
    p = p * r + 0.9999996901F;
    p = p * r + 1.000000072F;
    // Add m to the exponent of p; m is from -126 to 126, p from 0.7 to 1.42.
    // Casts between vectors keep the bits.
    Ints const bits = reinterpret_cast<Ints>(p) + (reinterpret_cast<Ints>(shifted) << 23);
    x = 1.0F / (1.0F + reinterpret_cast<Floats<W>>(bits));
}

}  // namespace cosolve::neural
