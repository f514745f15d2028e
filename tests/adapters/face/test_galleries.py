"""What a gallery leaves out, and that the log says so."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from adapters.face.galleries import Galleries
from biometrics.encode import Embedding, unit
from biometrics.reference import Reference, pack
from biometrics.transform import NO_TRANSFORM, transform_id
from tests.adapters.face.memory_source import MemorySource

ESTATE = "estate"


def test_references_that_are_not_compared_are_counted_by_what_they_are(caplog: pytest.LogCaptureFixture) -> None:
    source = MemorySource()
    vectors = unit(np.random.default_rng(0).standard_normal((4, 256)).astype(np.float32))
    one, two, three, four = (pack(Reference(NO_TRANSFORM, Embedding(vector))) for vector in vectors)
    source.enrol(ESTATE, "now", one, "joined-2")
    source.enrol(ESTATE, "before", two, "joined-1")
    source.enrol(ESTATE, "long before", three, "joined-1")
    source.enrol(ESTATE, "damaged", four[:-1], "joined-2")
    other = Reference(transform_id(b"a key that nobody has"), Embedding(vectors[3]))
    source.enrol(ESTATE, "turned", pack(other), "joined-2")
    with caplog.at_level(logging.WARNING):
        held = Galleries(source, ("joined-2",), lambda _estate: (), 1.0).get(ESTATE)
    assert held.people == {"now"}
    told = {record.__dict__["what"]: record.__dict__["count"] for record in caplog.records}
    assert told == {"of joined-1": 2, "damaged": 1, "under another transform": 1}
