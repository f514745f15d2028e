"""One engine in a process of its own: a distance for each pair of a list, and what a decision at a gate costs.

A decision is one frame of 480 × 640 against one enrolled person, each engine used as its documentation says:
deepface by `DeepFace.verify` and by `DeepFace.find` with its default detector and aligner, face_recognition by
comparing with a known encoding, ours with the quality check that the product makes, and once more with its attack
check, which no peer makes. Time is processor time, so that others on the machine do not count.

Run by `benchmarks/face_sides.py` as ``python -m benchmarks.face_peers ENGINE PAIRS.csv FOLDER MODELS FRAMES``. A
picture without a face counts at the largest distance: the engine would have let nobody in.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Engine = Callable[[Path], Vector | None]
Decider = Callable[[Path], bool]


def kaimen(models: Path) -> Engine:
    """The shipped pipeline; the length bias is appended so that the plain distance below includes it."""
    from access.domain.faces import Rejected  # noqa: PLC0415
    from biometrics.attack import AttackPolicy, NotJudged  # noqa: PLC0415
    from biometrics.build import DEFAULT_MODEL, pipeline  # noqa: PLC0415
    from biometrics.evaluation.embed import ANYTHING  # noqa: PLC0415
    from biometrics.pipeline import Use  # noqa: PLC0415

    chain = pipeline([DEFAULT_MODEL], models, attack=NotJudged())
    chain.warm()

    def vector(path: Path) -> Vector | None:
        [sample] = chain.samples([path.read_bytes()], [Use(ANYTHING, AttackPolicy(least_live=0))])
        if isinstance(sample, Rejected):
            return None
        embedding = sample.embeddings[DEFAULT_MODEL]
        return np.append(embedding.vector.astype(np.float64), embedding.bias)

    return vector


def deepface(models: Path) -> Engine:
    """deepface's default detector and aligner with the same weights."""
    from biometrics import deepface_model  # noqa: PLC0415

    deepface_model.register(models)
    from deepface import DeepFace  # noqa: PLC0415

    def vector(path: Path) -> Vector | None:
        try:
            found = DeepFace.represent(str(path), model_name=deepface_model.RECOGNISER, detector_backend="opencv")
        except ValueError:
            return None
        return np.asarray(found[0]["embedding"], np.float64)

    return vector


def face_recognition(_models: Path) -> Engine:
    """The face_recognition package as its documentation uses it."""
    import face_recognition as package  # noqa: PLC0415

    def vector(path: Path) -> Vector | None:
        found = package.face_encodings(package.load_image_file(str(path)))
        return np.asarray(found[0], np.float64) if found else None

    return vector


def kaimen_decider(models: Path, enrolled: Path, attacks: bool = True) -> Decider:
    """The shipped pipeline against a stored reference; with the attack check, which no peer makes, or without."""
    from access.domain.faces import Rejected  # noqa: PLC0415
    from biometrics.attack import AttackPolicy  # noqa: PLC0415
    from biometrics.build import DEFAULT_MODEL, pipeline  # noqa: PLC0415
    from biometrics.calibrate import load  # noqa: PLC0415
    from biometrics.encode import Embedding, score  # noqa: PLC0415
    from biometrics.pipeline import Use  # noqa: PLC0415
    from biometrics.quality import PROBE  # noqa: PLC0415

    chain, threshold = pipeline([DEFAULT_MODEL], models), load(DEFAULT_MODEL).threshold(1e-4) or 1.0
    use = Use(PROBE, AttackPolicy() if attacks else AttackPolicy(least_live=0))

    def embedding(path: Path) -> Embedding | None:
        [sample] = chain.samples([path.read_bytes()], [use])
        return None if isinstance(sample, Rejected) else sample.embeddings[DEFAULT_MODEL]

    reference = embedding(enrolled)

    def decide(path: Path) -> bool:
        probe = embedding(path)
        return probe is not None and reference is not None and score(probe, reference) >= threshold

    return decide


def deepface_decider(models: Path, enrolled: Path) -> Decider:
    """`DeepFace.verify` with the same weights."""
    from biometrics import deepface_model  # noqa: PLC0415

    deepface_model.register(models)
    from deepface import DeepFace  # noqa: PLC0415

    def decide(path: Path) -> bool:
        try:
            return bool(DeepFace.verify(str(path), str(enrolled), model_name=deepface_model.RECOGNISER)["verified"])
        except ValueError:
            return False

    return decide


def deepface_find_decider(models: Path, enrolled: Path) -> Decider:
    """`DeepFace.find` in a folder of the one enrolled picture; its index is made before anything is timed."""
    from biometrics import deepface_model  # noqa: PLC0415

    deepface_model.register(models)
    from deepface import DeepFace  # noqa: PLC0415

    gallery = enrolled.parent / "gallery"
    gallery.mkdir(exist_ok=True)
    (gallery / enrolled.name).write_bytes(enrolled.read_bytes())

    def decide(path: Path) -> bool:
        try:
            found = DeepFace.find(
                str(path), db_path=str(gallery), model_name=deepface_model.RECOGNISER, silent=True
            )
        except ValueError:
            return False
        return any(len(table) for table in found)

    return decide


def face_recognition_decider(_models: Path, enrolled: Path) -> Decider:
    """A known encoding compared with the frame's."""
    import face_recognition as package  # noqa: PLC0415

    [known] = package.face_encodings(package.load_image_file(str(enrolled)))

    def decide(path: Path) -> bool:
        found = package.face_encodings(package.load_image_file(str(path)))
        return any(package.compare_faces([known], one)[0] for one in found)

    return decide


DECIDERS: dict[str, Callable[[Path, Path], Decider]] = {
    "kaimen": kaimen_decider,
    "kaimen_like_for_like": partial(kaimen_decider, attacks=False),
    "deepface": deepface_decider,
    "deepface_find": deepface_find_decider,
    "face_recognition": face_recognition_decider,
}
ENGINES = {"kaimen": kaimen, "deepface": deepface, "face_recognition": face_recognition}


def distance(engine: str, one: Vector | None, other: Vector | None) -> float:
    """What the engine itself compares: smaller is nearer."""
    if one is None or other is None:
        return 9.0
    if engine == "face_recognition":
        return float(np.linalg.norm(one - other))
    if engine == "deepface":
        return 1.0 - float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
    return 1.0 - float(one[:-1] @ other[:-1]) - float(one[-1]) - float(other[-1])


def compared(name: str, pairs: Path, folder: Path, models: Path) -> list[dict[str, object]]:
    """Each pair of the list with whether it shows one person, and the engine's distance."""
    engine = ENGINES[name](models)
    with pairs.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    files = sorted({row[side] for row in rows for side in ("image_a", "image_b")})
    vectors = {file: engine(folder / file) for file in files}
    return [
        {
            "same": row["same_person"] == "1",
            "distance": distance(name, vectors[row["image_a"]], vectors[row["image_b"]]),
        }
        for row in rows
    ]


def answer(value: object) -> None:
    """One line, told apart from what the engines print themselves."""
    sys.stdout.write(f"\nANSWER {json.dumps(value)}\n")
    sys.stdout.flush()


def main() -> None:
    """Answer requests, a line each: warm, round (processor seconds of one decision), pairs."""
    name, pairs, folder, models, frames = sys.argv[1], *map(Path, sys.argv[2:6])
    files = sorted(frames.glob("probe-*.jpg"))
    decide = DECIDERS[name](models, frames / "enrolled.jpg")
    for line in sys.stdin:
        if line.strip() == "pairs":
            answer(compared(name, pairs, folder, models))
            continue
        began = time.process_time()
        accepted = [decide(path) for path in files]
        answer((time.process_time() - began) / len(accepted))


if __name__ == "__main__":
    main()
