"""Put a trained model into the package: its files, its card and its checksums.

    python benchmarks/release_model.py /tmp/training tsp --notes notes.md

The first argument is the folder of `cosolve train`. The card holds the settings and the
measurements of the training; `--notes` adds what only people know: where the model fails, on what
machine it was trained, what searches gain from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
from pathlib import Path

from cosolve.guidance.model_config import read_config
from cosolve.guidance.models import CARD, CONFIG, SHIPPED, WEIGHTS, sha256_of
from cosolve.neural.loop import read_metrics
from cosolve.neural.tasks import CONFIG as TRAINING

_MOST_BYTES = 4_000_000
_REGISTRY = "registry.json"


def table(rows: list[dict[str, float]]) -> str:
    """Return the first, some and the last measurements."""
    names = list(dict.fromkeys(name for row in rows for name in row if name != "step"))
    chosen = [row for row in rows if "score" in row]
    chosen = chosen[:: max(1, len(chosen) // 8)][:8] + chosen[-1:]
    first = rows[0]
    fixed = [name for name in names if name in first and name not in chosen[-1]]
    moving = [name for name in names if name not in fixed]
    lines = [f"- {name}, which needs no training: {first[name]:.4f}" for name in fixed]
    lines += ["", f"| step | {' | '.join(moving)} |", "|---" * (len(moving) + 1) + "|"]
    for row in {row["step"]: row for row in chosen}.values():
        cells = [f"{row[name]:.4f}" if name in row else "" for name in moving]
        lines.append(f"| {row['step']:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def card(folder: Path, name: str, notes: str) -> str:
    training = json.loads((folder / TRAINING).read_text())
    config = read_config(folder / "model" / CONFIG)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    settings = "\n".join(f"- `{key}`: {value}" for key, value in training["settings"].items())
    return f"""# Model `{name}`

Guidance for problems of kind `{config.problem}`: {config.layers} layers of {config.width},
{config.neighbors} neighbors, features `{config.features}`, heads {", ".join(config.heads)}.
License: that of cosolve.

## Training

`cosolve train {training["task"]}` at commit {commit}, with these settings and the defaults of
all others:

{settings}

Instances and labels are made while it trains and never repeat; `cosolve/neural` says how. Held-out
instances have seeds no training uses and labels of a longer search.

## Measurements on held-out instances

{table(read_metrics(folder))}

{notes.strip()}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("training", type=Path)
    parser.add_argument("name")
    parser.add_argument("--notes", type=Path)
    args = parser.parse_args()
    target = SHIPPED / args.name
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(args.training / "model" / WEIGHTS, target / WEIGHTS)
    config = json.loads((args.training / "model" / CONFIG).read_text())
    (target / CONFIG).write_text(json.dumps({**config, "name": args.name}, indent=1) + "\n")
    size = (target / WEIGHTS).stat().st_size
    if size > _MOST_BYTES:
        raise SystemExit(f"{target / WEIGHTS} has {size} bytes: too many to ship")
    notes = args.notes.read_text() if args.notes else ""
    (target / CARD).write_text(card(args.training, args.name, notes))
    registry = json.loads((SHIPPED / _REGISTRY).read_text())
    registry["models"][args.name] = {name: sha256_of(target / name) for name in (CONFIG, WEIGHTS)}
    (SHIPPED / _REGISTRY).write_text(json.dumps(registry, indent=2) + "\n")
    print(f"{target}: {size} bytes of weights")


if __name__ == "__main__":
    main()
