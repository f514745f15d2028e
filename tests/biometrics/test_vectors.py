"""Alignment, the secret transform, the reference's bytes, the gallery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.align import SIDE, TEMPLATE, chip, similarity
from biometrics.encode import Embedding, fuse, score, unit
from biometrics.gallery import Gallery
from biometrics.reference import MalformedReferenceError, Reference, pack, unpack
from biometrics.transform import NO_TRANSFORM, orthonormal, transform_id, turn

KEY, OTHER = b"a key of this estate", b"a key of that estate"
seeds = st.integers(0, 2**32 - 1)


def vectors(seed: int, count: int, size: int = 32) -> np.ndarray:
    return unit(np.random.default_rng(seed).standard_normal((count, size)).astype(np.float32))


def embeddings(seed: int, count: int, size: int = 32) -> list[Embedding]:
    biases = np.random.default_rng(seed).uniform(-0.06, 0.06, count)
    return [Embedding(v, float(b)) for v, b in zip(vectors(seed, count, size), biases, strict=True)]


@settings(deadline=None)
@given(st.floats(0.2, 8), st.floats(-3.1, 3.1), st.floats(-300, 300), st.floats(-300, 300))
def test_alignment_undoes_any_turn_scale_and_shift(scale: float, angle: float, x: float, y: float) -> None:
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    points = (TEMPLATE @ turned.T + np.array([x, y])).astype(np.float32)
    matrix = similarity(points)
    assert np.allclose(points @ matrix[:, :2].T + matrix[:, 2], TEMPLATE, atol=0.05)


def test_a_chip_shows_the_face_where_the_networks_expect_it() -> None:
    image = np.zeros((600, 600, 3), np.uint8)
    points = (TEMPLATE * 4 + 60).astype(np.float32)
    x, y = points[2]
    image[int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8] = (250, 10, 20)
    aligned = chip(image, points)
    assert aligned.shape == (SIDE, SIDE, 3)
    row, column = np.unravel_index(aligned[:, :, 0].argmax(), (SIDE, SIDE))
    assert abs(column - TEMPLATE[2, 0]) < 3
    assert abs(row - TEMPLATE[2, 1]) < 3


@settings(deadline=None)
@given(seeds)
@pytest.mark.rule("L24")
def test_a_transform_keeps_every_score(seed: int) -> None:
    first, second = embeddings(seed, 2)
    assert score(turn(first, KEY), turn(second, KEY)) == pytest.approx(score(first, second), abs=1e-5)


@pytest.mark.rule("L24")
def test_vectors_of_two_keys_look_unrelated() -> None:
    plain = [Embedding(vector) for vector in vectors(1, 200, 256)]
    across = np.array([score(turn(one, KEY), turn(one, OTHER)) for one in plain])
    assert abs(across).max() < 0.35
    assert abs(across.mean()) < 0.05


@pytest.mark.rule("L24")
def test_the_key_alone_determines_the_transform() -> None:
    first = orthonormal(KEY, 32).copy()
    orthonormal.cache_clear()
    assert np.array_equal(first, orthonormal(KEY, 32))
    assert transform_id(KEY) != transform_id(OTHER) != NO_TRANSFORM == transform_id(b"")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        orthonormal(b"short", 32)


@settings(deadline=None)
@given(seeds, st.binary(min_size=8, max_size=8))
def test_a_reference_survives_its_bytes(seed: int, transform: bytes) -> None:
    [embedding] = embeddings(seed, 1, 256)
    again = unpack(pack(Reference(transform, embedding)))
    assert again.transform == transform
    assert np.array_equal(again.embedding.vector, embedding.vector)
    assert again.embedding.bias == pytest.approx(embedding.bias, abs=1e-6)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_other_bytes_are_no_reference(data: bytes) -> None:
    with pytest.raises(MalformedReferenceError):
        unpack(data)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 9.0])
def test_a_reference_is_finite_and_of_unit_length(bad: float) -> None:
    vector = vectors(3, 1)[0]
    vector[0] = bad
    with pytest.raises(MalformedReferenceError):
        unpack(pack(Reference(NO_TRANSFORM, Embedding(vector))))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -0.5])
def test_a_bias_that_no_model_gives_is_refused(bad: float) -> None:
    with pytest.raises(MalformedReferenceError):
        unpack(pack(Reference(NO_TRANSFORM, Embedding(vectors(3, 1)[0], bad))))


@settings(deadline=None)
@given(seeds, st.integers(1, 40), st.data())
def test_the_search_is_exact(seed: int, people: int, data: st.DataObject) -> None:
    known = embeddings(seed, people)
    [probe] = embeddings(seed + 1, 1)
    gallery = Gallery((f"p{row}", one) for row, one in enumerate(known))
    allowed = data.draw(st.sets(st.integers(0, people - 1)))
    found = gallery.nearest(probe, gallery.mask(frozenset(f"p{row}" for row in allowed)))
    ranked = sorted(((score(known[row], probe), row) for row in allowed), reverse=True)
    if not ranked:
        assert found is None
        return
    assert found is not None
    assert found.score == pytest.approx(ranked[0][0], abs=1e-5)
    assert found.runner_up == pytest.approx(ranked[1][0] if len(ranked) > 1 else -1.0, abs=1e-5)


def test_several_references_of_a_person_are_one_template() -> None:
    first, second, other = embeddings(5, 3)
    gallery = Gallery([("a", first), ("b", other), ("a", second)])
    assert len(gallery) == 2
    middle = fuse([first, second])
    assert gallery.score("a", middle) == (pytest.approx(1.0 + 2 * middle.bias, abs=1e-5), 2)


def test_an_empty_gallery_finds_nobody() -> None:
    gallery = Gallery([])
    [probe] = embeddings(0, 1)
    assert gallery.nearest(probe, gallery.mask(frozenset({"a"}))) is None
    assert gallery.above(probe, -1.0) == []
    assert gallery.score("a", probe) is None


def test_vectors_are_overwritten_when_a_gallery_is_let_go() -> None:
    gallery = Gallery([("a", embeddings(0, 1)[0])])
    templates = gallery.templates
    del gallery
    assert not templates.any()
