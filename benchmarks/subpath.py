"""Gap and CPU time of the neural conqueror on stretches of tours, beside the kernels.

python benchmarks/subpath.py [--paths 64] [--nodes 100] [--model subpath]

Stretches of near-optimal and of greedy tours of uniform points, held out from training. The
reference is the best path found by a large population; gaps are means in per cent, with standard
errors, times are CPU milliseconds per path of one thread.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch

from cosolve.core import Run, Stop
from cosolve.neural.subpath import Subpath
from cosolve.neural.subpath_data import Paths, best_path, held_out_paths
from cosolve.neural.subpath_decode import CERTAINTY, SHARE, complete
from cosolve.neural.subpath_model import load_subpath_net
from cosolve.neural.subpath_net import SubpathNet
from cosolve.neural.subpath_state import Fragments, IntArray, lengths
from cosolve.neural.subpath_train import nearest_neighbor_paths
from cosolve.problems import TSP, Tour
from cosolve.search.construct import greedy_tour
from cosolve.solvers import registry

Method = Callable[[Paths], IntArray]


def problems(paths: Paths) -> list[TSP]:
    last = paths.orders.shape[1] - 1
    return [TSP(coords=coords, path=True, ends=(0, last)) for coords in paths.coords]


def network(net: SubpathNet, share: float, certainty: float = CERTAINTY) -> Method:
    def method(paths: Paths) -> IntArray:
        fragments = Fragments.paths(paths.coords)
        complete(net, fragments, share, certainty)
        return fragments.orders()

    return method


def solver(**parameters: object) -> Method:
    def method(paths: Paths) -> IntArray:
        own = problems(paths)
        starts = [Tour(order) for order in nearest_neighbor_paths(paths.coords)]
        found = Subpath(**parameters).solve_batch(own, Run(Stop()), starts=starts)
        return np.stack([tour.nodes for tour in found])

    return method


def greedy(paths: Paths) -> IntArray:
    return np.stack([greedy_tour(problem).nodes for problem in problems(paths)])


def local_search(kicks: int) -> Method:
    lk = registry.get("lk")

    def method(paths: Paths) -> IntArray:
        outcomes = [lk.run(problem, Run(Stop(iterations=kicks))) for problem in problems(paths)]
        return np.stack([outcome.solution.nodes for outcome in outcomes])

    return method


def genetic(paths: Paths) -> IntArray:
    return np.stack([best_path(coords, 1, 20) for coords in paths.coords])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=64)
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--model", default="subpath")
    options = parser.parse_args()
    torch.set_num_threads(1)
    net = load_subpath_net(options.model)
    torch.manual_seed(0)
    untrained = SubpathNet(net.width, net.layers).eval()
    methods: dict[str, Method] = {
        "nearest neighbor": lambda paths: nearest_neighbor_paths(paths.coords),
        "greedy edge": greedy,
        "network, untrained": network(untrained, SHARE),
        "network, scores once": network(net, 1.0, 0.0),
        "network, 0.3 of the edges at a time": network(net, 0.3, 0.0),
        "network, greedy": network(net, SHARE),
        "network, one edge at a time": network(net, 0.0),
        "network, best of 4 frames": solver(model=options.model, frames=4, tries=0),
        "network, 2 frames, 20 tries": solver(model=options.model),
        "lk, local optimum": local_search(0),
        "lk, 100 kicks": local_search(100),
        "eax, 20 tours": genetic,
    }
    sets = {
        kind: held_out_paths(options.paths, options.nodes, greedy=kind == "greedy", seed=1)
        for kind in ("good", "greedy")
    }
    solver(model=options.model, tries=1)(Paths(*(a[:2] for a in sets["good"])))
    print("| method | gap, stretches of good tours | of greedy tours | ms CPU per path |")
    print("|---|---|---|---|")
    for name, method in methods.items():
        cells, spent = [], 0.0
        for paths in sets.values():
            began = time.process_time()
            found = method(paths)
            spent += time.process_time() - began
            ratio = lengths(paths.coords, found) / lengths(paths.coords, paths.orders) - 1
            error = ratio.std() / np.sqrt(ratio.size)
            cells.append(f"{100 * ratio.mean():.2f} ± {100 * error:.2f}")
        print(f"| {name} | {' | '.join(cells)} | {1e3 * spent / (2 * options.paths):.1f} |")


if __name__ == "__main__":
    main()
