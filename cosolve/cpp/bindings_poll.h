// Lets Python stop a computation that has let go of the interpreter.
#pragma once

#include <nanobind/nanobind.h>

#include "core/deadline.h"
#include "core/poll.h"

namespace cosolve::binding {

constexpr double kPollS = 0.05;

// Asks `stop`, a callable or None, some twenty times a second; signals are heard then, too. The
// object must outlive the poll.
inline Poll pollOf(nanobind::object const &stop) {
    return Poll([&stop, next = Deadline(kPollS)]() mutable {
        if (!next.passed()) return false;
        next = Deadline(kPollS);
        nanobind::gil_scoped_acquire const held;
        if (PyErr_CheckSignals() != 0) throw nanobind::python_error();
        return !stop.is_none() && nanobind::cast<bool>(stop());
    });
}

}  // namespace cosolve::binding
