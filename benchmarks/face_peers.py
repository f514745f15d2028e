"""One engine over a list of pairs, in a process of its own: seconds a picture, and a distance for each pair.

Run by `benchmarks/face.py`: ``python -m benchmarks.face_peers ENGINE PAIRS.csv FOLDER MODELS`` prints JSON. A
picture without a face counts at the largest distance: the engine would have let nobody in.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]
Engine = Callable[[Path], Vector | None]


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


def main() -> None:
    """Measure one engine."""
    name, pairs, folder, models = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    engine = ENGINES[name](models)
    with pairs.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    files = sorted({row[side] for row in rows for side in ("image_a", "image_b")})
    engine(folder / files[0])
    started = time.perf_counter()
    vectors = {file: engine(folder / file) for file in files}
    seconds = (time.perf_counter() - started) / len(files)
    found = [
        {
            "same": row["same_person"] == "1",
            "distance": distance(name, vectors[row["image_a"]], vectors[row["image_b"]]),
        }
        for row in rows
    ]
    missed = sum(vector is None for vector in vectors.values())
    sys.stdout.write(
        "\n" + json.dumps({"seconds": seconds, "pictures": len(files), "no_face": missed, "pairs": found})
    )


if __name__ == "__main__":
    main()
