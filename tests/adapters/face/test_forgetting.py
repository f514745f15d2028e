"""What is left of decrypted references in memory once a gallery is built."""

from __future__ import annotations

import numpy as np
import pytest

from adapters.face import galleries as module
from adapters.face.galleries import Galleries
from biometrics.encode import Embedding, unit
from biometrics.reference import Reference, pack, unpack
from biometrics.transform import NO_TRANSFORM
from tests.adapters.face.memory_source import MemorySource

ESTATE, MODEL = "estate", "joined-2"


def test_single_references_are_overwritten_and_the_templates_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    source, read = MemorySource(), list[Reference]()
    vectors = unit(np.random.default_rng(0).standard_normal((4, 256)).astype(np.float32))
    for number, vector in enumerate(vectors):
        source.enrol(ESTATE, f"p{number // 2}", pack(Reference(NO_TRANSFORM, Embedding(vector))), MODEL)

    def remembered(data: bytes) -> Reference:
        read.append(unpack(data))
        return read[-1]

    monkeypatch.setattr(module, "unpack", remembered)
    held = Galleries(source, (MODEL,), lambda _estate: (), 1.0).get(ESTATE)
    [gallery] = held.generations.values()
    assert len(read) == 4
    assert not any(reference.embedding.vector.any() for reference in read)
    assert np.allclose(np.linalg.norm(gallery.templates, axis=1), 1.0, atol=1e-5)
