"""Our pipeline beside deepface and the face_recognition package: the same pairs, the same frames, turn about.

Every engine waits in a process of its own on one core. Round by round each decides the same frames once, one engine
after the other, and the ratio is taken within the round: what else the machine does then weighs on both. The figure
is the median of the rounds; the slowest and fastest round are printed beside it.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.report import Figure, at_least, plain

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / "var" / "face-peers"
PAIRS = 150
ROUNDS = 15
OURS, ALIKE = "kaimen", "kaimen_like_for_like"
THEIRS = ("deepface", "deepface_find", "face_recognition")
WITH_PAIRS = (OURS, "deepface", "face_recognition")


class Peer:
    """One engine in its process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str) -> Any:
        """The answer to one of `face_peers.main`'s requests."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("ANSWER "):
                return json.loads(line.removeprefix("ANSWER "))
        raise SystemExit(f"{self._process.args}: ended with {self._process.wait()}")


@contextmanager
def peer(name: str, pairs: Path, data: Path, frames: Path, models: Path) -> Iterator[Peer]:
    """Start one engine; it is stopped at the end."""
    path = f"{ROOT}:{PEERS}" if name == "face_recognition" else str(ROOT)
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "DEEPFACE_BACKEND_ENGINE": "onnx"}
    pinned = ["taskset", "-c", "0", sys.executable, "-m", "benchmarks.face_peers"]
    process = subprocess.Popen(
        [*pinned, name, str(pairs), str(data), str(models), str(frames)],
        env=environment,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Peer(process)
    finally:
        process.kill()
        process.wait()


def side_by_side(data: Path, frames: Path, models: Path) -> list[Figure]:
    """deepface's default aligner with the same weights, and the face_recognition package.

    Args:
        data: folder of labelled pictures, with its list of pairs beside it, ``<folder>-pairs.csv``.
        frames: ``enrolled.jpg`` and the probes, ``probe-*.jpg``.
        models: our network files.
    """
    chosen = _some_pairs(data)
    with ExitStack() as stack:
        peers = {
            name: stack.enter_context(peer(name, chosen, data, frames, models)) for name in (OURS, ALIKE, *THEIRS)
        }
        for one in peers.values():
            one.ask("warm")
        rounds = [{name: float(one.ask("round")) for name, one in peers.items()} for _ in range(ROUNDS)]
        errors = {name: 100 * _error(peers[name].ask("pairs")) for name in WITH_PAIRS}
    return _speeds(rounds) + _errors(errors)


def _speeds(rounds: Sequence[dict[str, float]]) -> list[Figure]:
    rate = {name: 1 / median(one[name] for one in rounds) for name in rounds[0]}
    rows = [
        plain("kaimen, decisions a processor second, frame of 480 x 640", rate[OURS], "1/s", len(rounds)),
        plain("the same without the attack check, as the peers", rate[ALIKE], "1/s", len(rounds)),
    ]
    for name in THEIRS:
        alike, whole = (sorted(one[name] / one[ours] for one in rounds) for ours in (ALIKE, OURS))
        title = f"kaimen's throughput over {name}'s"
        rows += [
            plain(f"{name}, decisions a processor second, frame of 480 x 640", rate[name], "1/s", len(rounds)),
            at_least(f"{title}, like for like", median(alike), "times", len(rounds), 5),
            plain(f"{title}, like for like, least of the rounds", alike[0], "times", len(rounds)),
            plain(f"{title}, like for like, most of the rounds", alike[-1], "times", len(rounds)),
            plain(f"{title}, with our attack check", median(whole), "times", len(rounds)),
        ]
    return rows


def _errors(errors: dict[str, float]) -> list[Figure]:
    ours, count = errors[OURS], 2 * PAIRS
    return [plain("kaimen, error on the pairs", ours, "%", count)] + [
        at_least(f"{name}, error on the pairs (goal: ours no higher)", wrong, "%", count, ours)
        for name, wrong in errors.items()
        if name != OURS
    ]


def _some_pairs(data: Path) -> Path:
    with data.with_name(f"{data.name}-pairs.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    same = [row for row in rows if row["same_person"] == "1"][:PAIRS]
    other = [row for row in rows if row["same_person"] != "1"][:PAIRS]
    path = ROOT / "var" / "face-pairs.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows(same + other)
    return path


def _error(found: Sequence[dict[str, Any]]) -> float:
    """Share of wrong decisions at the engine's own best threshold on these pairs."""
    distances = np.array([pair["distance"] for pair in found])
    same = np.array([pair["same"] for pair in found])
    return float(min(((distances <= choice) != same).mean() for choice in distances))
