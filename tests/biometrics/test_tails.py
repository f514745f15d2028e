"""The counted and fitted tail of an impostor distribution, and all comparisons in bounded memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from biometrics.encode import unit
from biometrics.evaluation import pairs as pairs_module
from biometrics.evaluation.pairs import all_pairs, genuine_rows, impostors
from biometrics.evaluation.protocol import FaceSet
from biometrics.evaluation.tails import shifted, tail_of

PEOPLE = 300


def crowd(seed: int = 0, people: int = PEOPLE, pictures: int = 2, size: int = 24) -> FaceSet:
    """People at random directions of a space small enough for some to come near each other."""
    generator = np.random.default_rng(seed)
    centres = unit(generator.standard_normal((people, size)).astype(np.float32))
    labels = np.repeat(np.arange(people), pictures)
    noise = generator.standard_normal((len(labels), size)).astype(np.float32) * 0.02
    return FaceSet(unit(centres[labels] + noise), np.zeros(len(labels), np.float32), labels)


def plainly(faces: FaceSet) -> np.ndarray:
    """Impostor scores, each pair once, the simple way."""
    first, second = np.triu_indices(len(faces.labels), 1)
    different = faces.labels[first] != faces.labels[second]
    return np.asarray(faces.against(faces)[first, second][different])


@pytest.mark.parametrize("block", [7, 10_000])
def test_the_histogram_counts_every_comparison_once(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(pairs_module, "BLOCK", block)
    faces = crowd(people=40)
    found, scores = impostors(faces), plainly(faces)
    assert found.total == len(scores)
    for fmr in (0.3, 0.05, 1e-2):
        assert (scores >= found.threshold(fmr)).mean() == pytest.approx(fmr, abs=2 / len(scores))
    threshold = float(np.quantile(scores, 0.995))
    assert found.share(threshold) == pytest.approx(0.005, abs=2 / len(scores))
    assert (found.near >= threshold).sum() == (scores >= threshold).sum()


def test_templates_and_probes_of_one_person_are_no_impostors() -> None:
    faces = crowd(people=20)
    found = impostors(faces.rows(np.arange(0, 40, 2)), faces.rows(np.arange(1, 40, 2)))
    assert found.total == 20 * 19


def test_genuine_rows_are_all_pairs_of_a_person() -> None:
    labels = np.array([3, 1, 3, 2, 3, 1])
    assert sorted(map(tuple, genuine_rows(labels))) == [(0, 2), (0, 4), (1, 5), (2, 4)]
    assert genuine_rows(np.array([1, 2, 3])).shape == (0, 2)


def test_a_false_match_rate_has_an_interval_from_its_people() -> None:
    found = all_pairs(crowd()).impostor
    measured = found.fmr(found.threshold(1e-3))
    assert measured.low < measured.value < measured.high
    none = found.fmr(1.2)
    assert (none.value, none.low) == (0.0, 0.0)
    assert 0 < none.high < 1e-3


def test_the_fitted_tail_foretells_what_a_larger_crowd_shows() -> None:
    tail = tail_of(impostors(crowd(1)))
    larger = np.sort(plainly(crowd(2, people=2500, pictures=1)))[::-1]
    for fmr in (1e-3, 1e-4, 1e-5):
        threshold = tail.at(fmr)
        assert threshold is not None
        assert (larger >= threshold).mean() <= 1.5 * fmr
        assert (larger >= threshold - 0.1).mean() >= fmr


def test_a_tail_rises_and_ends_with_one_false_match_in_all_comparisons() -> None:
    found = impostors(crowd())
    tail = tail_of(found)
    assert tail.fmr[-1] == pytest.approx(1 / found.total)
    assert list(tail.score) == sorted(tail.score)
    assert tail.at(0.5 / found.total) is None


def test_a_picture_under_a_wrong_name_does_not_carry_the_tail_away() -> None:
    faces = crowd()
    clean = tail_of(impostors(faces)).at(1e-5)
    vectors = faces.vectors.copy()
    vectors[0] = vectors[100]  # a picture under a wrong name
    wrong = tail_of(impostors(FaceSet(vectors, faces.biases, faces.labels))).at(1e-5)
    assert clean is not None
    assert wrong is not None
    assert clean - 0.02 <= wrong < clean + 0.1


def test_few_comparisons_give_a_short_counted_tail() -> None:
    tail = tail_of(impostors(crowd(people=15)))
    assert tail.at(1e-1) is not None
    assert tail.at(1e-4) is None


def test_a_condition_measured_on_less_moves_the_whole_tail_up_and_never_down() -> None:
    found = impostors(crowd())
    tail = tail_of(found)
    higher = replace(found, counts=np.roll(found.counts, 10_000))
    lower = replace(found, counts=np.roll(found.counts, -10_000))
    assert np.allclose(np.array(shifted(tail, higher).score) - np.array(tail.score), 0.5, atol=0.03)
    assert shifted(tail, lower) == tail
