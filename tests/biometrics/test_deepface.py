"""deepface as the engine: its own `represent` over our detector and model, and its models with supplied weights."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from access.domain.faces import Rejected
from biometrics.attack import AttackPolicy
from biometrics.build import DEFAULT_MODEL, encoder, pipeline
from biometrics.models import ModelFileError, catalogue
from biometrics.pipeline import Use
from biometrics.quality import ENROLMENT
from tests.biometrics.faces import ROOT, models_dir, picture

REPRESENT = """
import sys
from pathlib import Path
import numpy as np
from biometrics import deepface_model
deepface_model.register(Path(sys.argv[1]))
from deepface import DeepFace
names = {"model_name": deepface_model.RECOGNISER, "detector_backend": deepface_model.DETECTOR}
found = DeepFace.represent(sys.argv[2], **names)
np.save(sys.argv[3], np.array(found[0]["embedding"], np.float32))
"""
DLIB = """
import os
import sys
from pathlib import Path
import numpy as np
from access.domain.faces import Rejected
from biometrics.attack import AttackPolicy, NotJudged
from biometrics.build import pipeline
from biometrics.deepface_model import OperatorWeights
from biometrics.pipeline import Use
from biometrics.quality import ENROLMENT
os.environ["DEEPFACE_BACKEND_ENGINE"] = "none that there is"
weights = OperatorWeights(Path(sys.argv[2]), sys.argv[3], "onnx")
chain = pipeline(["deepface-Dlib"], Path(sys.argv[1]), attack=NotJudged(), weights=weights)
files = [Path(name).read_bytes() for name in sys.argv[4:]]
found = chain.samples(files, [Use(ENROLMENT, AttackPolicy(least_live=0))] * len(files))
one, same, other = (item.embeddings["deepface-Dlib"].vector for item in found if not isinstance(item, Rejected))
print(float(one @ same), float(one @ other), "tensorflow" in sys.modules)
"""


def run(script: str, *arguments: object, home: Path) -> str:
    """In a process of its own with the lean engine: deepface fixes its engine at the first import."""
    environment = {
        "DEEPFACE_BACKEND_ENGINE": "onnx",
        "DEEPFACE_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def demo(name: str) -> Path:
    picture(name)
    return models_dir() / "pictures" / name


@pytest.mark.slow
def test_deepfaces_own_represent_gives_the_aligned_vector(tmp_path: Path) -> None:
    shrunk = tmp_path / "obama.png"
    image = cv2.imread(str(demo("obama.jpg")))
    assert cv2.imwrite(str(shrunk), cv2.resize(image, (640, 800)))
    run(REPRESENT, models_dir(), shrunk, tmp_path / "vector.npy", home=tmp_path)
    theirs = np.load(tmp_path / "vector.npy")
    use = Use(ENROLMENT, AttackPolicy(least_live=0))
    [ours] = pipeline([DEFAULT_MODEL], models_dir()).samples([shrunk.read_bytes()], [use])
    assert not isinstance(ours, Rejected)
    assert float(theirs @ ours.embeddings[DEFAULT_MODEL].vector) > 0.97


@pytest.mark.slow
def test_a_model_of_deepface_runs_with_weights_of_the_operator(tmp_path: Path) -> None:
    entry = catalogue()["dlib"]
    weights = tmp_path / ".deepface" / "weights" / entry.file
    weights.parent.mkdir(parents=True)
    shutil.copyfile(models_dir() / entry.file, weights)
    pictures = [demo(name) for name in ("obama.jpg", "obama2.jpg", "biden.jpg")]
    said = run(DLIB, models_dir(), weights, entry.sha256, *pictures, home=tmp_path).split()
    assert float(said[-3]) > float(said[-2]) + 0.02
    assert said[-1] == "False"


@pytest.mark.slow
def test_the_operators_weights_reach_calibration_and_evaluation(tmp_path: Path) -> None:
    entry = catalogue()["dlib"]
    weights = tmp_path / ".deepface" / "weights" / entry.file
    weights.parent.mkdir(parents=True)
    shutil.copyfile(models_dir() / entry.file, weights)
    folder = demo("obama.jpg").parent
    model = ["--model", "deepface-Dlib", "--models", str(models_dir()), "--cache", str(tmp_path / "cache")]
    own = ["--weights", str(weights), "--weights-sha256", entry.sha256, "--backend", "onnx"]
    for arguments, told in ((own, "are too few"), ([], "set the file of its weights"), (own[:2], "SHA-256 is set")):
        command = [sys.executable, "-m", "biometrics.evaluation.calibration", str(folder), *model, *arguments]
        command += ["--out", str(tmp_path), "--all-people"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert list((tmp_path / "cache" / entry.sha256).glob("*.npz"))


def test_a_model_of_deepface_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="deepface-ArcFace"):
        encoder("deepface-ArcFace", tmp_path)


def test_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such face model"):
        encoder("best-model-ever", tmp_path)
