"""Every runtime computes the same from the same file."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from biometrics.models import verified
from biometrics.nets import LiteRtNet, Net, OneByOne, OnnxNet, OpenVinoNet, open_net
from tests.biometrics.faces import ROOT, models_dir

SHAPES = {
    "detector": (1, 256, 256, 3),
    "mesh": (1, 192, 192, 3),
    "mobilefacenet": (2, 112, 112, 3),
    "fr_feature": (1, 3, 112, 112),
    "fr_liveness": (1, 3, 128, 128),
}


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_both_runtimes_give_the_same_outputs_in_the_same_order(name: str) -> None:
    path = verified(models_dir(), name)
    plain = LiteRtNet(path) if path.suffix == ".tflite" else OnnxNet(path)
    value = np.random.default_rng(0).random(SHAPES[name], np.float32)
    ours, theirs = OpenVinoNet(path).run(value), plain.run(value)
    assert [output.shape for output in ours] == [output.shape for output in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert np.allclose(one, other, atol=1e-4 * max(1.0, float(np.abs(other).max())))


@pytest.mark.parametrize("runtime", ["openvino", "onnx"])
def test_two_rows_at_once_are_what_each_gives_alone(runtime: str) -> None:
    path = verified(models_dir(), "fr_feature")
    net: Net = OpenVinoNet(path, rows=2) if runtime == "openvino" else OneByOne(OnnxNet(path))
    alone = OpenVinoNet(path) if runtime == "openvino" else OnnxNet(path)
    pair = np.random.default_rng(0).random((2, *SHAPES["fr_feature"][1:]), np.float32)
    each = [alone.run(pair[n : n + 1])[0][0].copy() for n in range(2)]
    assert np.allclose(net.run(pair)[0].reshape(2, -1), each, atol=1e-5)


def test_a_network_is_shared_between_threads_without_mixing_answers() -> None:
    net = open_net(verified(models_dir(), "fr_feature"))
    values = [np.random.default_rng(n).random(SHAPES["fr_feature"], np.float32) for n in range(8)]
    alone = [net.run(value)[0].copy() for value in values]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda value: net.run(value)[0], values))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


AT_ONCE = """
import sys, threading
from pathlib import Path
import numpy as np
from biometrics.nets import open_net
net, value = open_net(Path(sys.argv[1])), np.zeros((1, 192, 192, 3), np.float32)
start = threading.Barrier(8)
threads = [threading.Thread(target=lambda: (start.wait(), net.run(value))) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_eight_threads_may_be_the_first_to_use_a_network() -> None:
    """In a fresh process, killed after a minute: threads that wait for each other hold the interpreter's lock."""
    path = verified(models_dir(), "mesh")
    subprocess.run([sys.executable, "-c", AT_ONCE, str(path)], check=True, timeout=60, cwd=ROOT)


def test_an_answer_is_not_changed_by_the_next_call() -> None:
    net = open_net(verified(models_dir(), "fr_feature"))
    first = net.run(np.zeros(SHAPES["fr_feature"], np.float32))[0]
    kept = first.copy()
    net.run(np.ones(SHAPES["fr_feature"], np.float32))
    assert np.array_equal(first, kept)
