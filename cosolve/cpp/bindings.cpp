// The Python face of the kernels; no other file knows Python.
#include <nanobind/nanobind.h>

#include "core/poll.h"

namespace nb = nanobind;

void bindAtsp(nb::module_ &m);
void bindEax(nb::module_ &m);
void bindFeatures(nb::module_ &m);
void bindHeldKarp(nb::module_ &m);
void bindExact(nb::module_ &m);
void bindLinKernighan(nb::module_ &m);
void bindMcts(nb::module_ &m);
void bindMetric(nb::module_ &m);
void bindMip(nb::module_ &m);
void bindNeural(nb::module_ &m);
void bindSchedulingDispatch(nb::module_ &m);
void bindTspBuild(nb::module_ &m);
void bindTspCuts(nb::module_ &m);
void bindScheduling(nb::module_ &m);
void bindVrpCapacitated(nb::module_ &m);
void bindVrpHgs(nb::module_ &m);
void bindVrpNear(nb::module_ &m);
void bindVrpRich(nb::module_ &m);
void bindVrpBounds(nb::module_ &m);
void bindVrpExact(nb::module_ &m);

NB_MODULE(_kernels, m) {
    m.doc() = "C++ kernels of cosolve; use cosolve.search, which wraps them.";
    nb::exception<cosolve::Stopped>(m, "Stopped");  // by `stop`, see bindings_poll.h
    bindMetric(m);
    bindMip(m);
    bindTspBuild(m);
    bindLinKernighan(m);
    bindEax(m);
    bindHeldKarp(m);
    bindFeatures(m);
    bindMcts(m);
    bindAtsp(m);
    bindExact(m);
    bindScheduling(m);
    bindVrpCapacitated(m);
    bindVrpHgs(m);
    bindVrpNear(m);
    bindVrpRich(m);
    bindVrpBounds(m);
    bindVrpExact(m);
    bindSchedulingDispatch(m);
    bindTspCuts(m);
    bindNeural(m);
}
