"""Thresholds out of a distribution, and the decisions made with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from access.domain.faces import ClaimNeeded, Match, NoMatch
from biometrics.calibrate import Calibration, CalibrationError, Tail, fmr_for, load, save
from biometrics.encode import Embedding, fuse
from biometrics.gallery import Gallery
from biometrics.identify import DecisionRule, identify, verify

RULE = DecisionRule(fpir=1e-2, verify_fmr=1e-3, margin=0.05)
TAIL = Tail(fmr=(1e-1, 1e-2, 1e-3, 1e-4, 1e-5), score=(0.1, 0.2, 0.3, 0.4, 0.5))
KNOWN = Calibration("test-1", {}, {"1x1": TAIL})


def direction(*values: float) -> Embedding:
    """An embedding whose first components are given; the last one takes up the rest."""
    rest = max(0.0, 1 - sum(value**2 for value in values)) ** 0.5
    return Embedding(np.array([*values, rest], np.float32))


def two_people() -> Gallery:
    return Gallery([("ann", direction(1.0, 0.0)), ("bob", direction(0.0, 1.0))])


def decide(probe: Embedding, people: int = 2) -> object:
    gallery = two_people()
    return identify(gallery, gallery.mask(frozenset({"ann", "bob"})), probe, 1, people, KNOWN, RULE)


def test_the_nearest_above_the_threshold_matches() -> None:
    answer = decide(direction(0.6, 0.1))
    assert isinstance(answer, Match)
    assert answer.person_id == "ann"
    assert answer.threshold == pytest.approx(KNOWN.for_gallery(2, 1e-2))


def test_below_the_threshold_nobody_matches() -> None:
    assert decide(direction(0.2, 0.1)) == NoMatch()


def test_two_near_people_cancel_each_other() -> None:
    assert decide(direction(0.6, 0.58)) == NoMatch()


def test_a_larger_gallery_asks_for_more() -> None:
    probe = direction(0.33, 0.1)
    assert isinstance(decide(probe, people=2), Match)
    assert decide(probe, people=100) == NoMatch()


@pytest.mark.rule("L23")
def test_above_the_supported_size_a_claim_is_asked_for() -> None:
    assert decide(direction(1.0, 0.0), people=KNOWN.largest_gallery(RULE.fpir) + 1) == ClaimNeeded()


def test_nobody_allowed_is_nobody() -> None:
    gallery = two_people()
    assert identify(gallery, gallery.mask(frozenset()), direction(1, 0), 1, 1, KNOWN, RULE) == NoMatch()


def test_a_claim_is_judged_at_the_claims_own_threshold() -> None:
    gallery = two_people()
    assert isinstance(verify(gallery, "ann", direction(0.31, 0.9), 1, KNOWN, RULE), Match)
    assert verify(gallery, "ann", direction(0.29, 0.9), 1, KNOWN, RULE) == NoMatch()


@settings(deadline=None)
@given(st.integers(1, 10_000), st.floats(1e-4, 0.1))
@pytest.mark.rule("L23")
def test_the_rate_of_the_gallery_is_the_rate_asked_for(people: int, fpir: float) -> None:
    assert 1 - (1 - fmr_for(people, fpir)) ** people == pytest.approx(fpir, rel=1e-6)


@settings(deadline=None)
@given(st.floats(1e-5, 0.1), st.floats(1e-5, 0.1))
def test_a_smaller_rate_never_has_a_lower_threshold(one: float, other: float) -> None:
    low, high = KNOWN.threshold(max(one, other)), KNOWN.threshold(min(one, other))
    assert low is not None
    assert high is not None
    assert low <= high


@settings(deadline=None)
@given(st.floats(1e-4, 0.5))
def test_the_largest_gallery_is_the_last_with_a_threshold(fpir: float) -> None:
    largest = KNOWN.largest_gallery(fpir)
    assert largest == 0 or KNOWN.for_gallery(largest, fpir) is not None
    assert KNOWN.for_gallery(largest + 1, fpir) is None or largest == 0


def test_a_rate_beyond_the_data_has_no_threshold() -> None:
    assert KNOWN.threshold(9e-6) is None


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    save(KNOWN, tmp_path)
    assert load("test-1", tmp_path) == KNOWN


def test_a_model_without_calibration_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="unknown-1"):
        load("unknown-1", tmp_path)
    (tmp_path / "broken-1.json").write_text('{"tails": {}}')
    with pytest.raises(CalibrationError, match="broken-1"):
        load("broken-1", tmp_path)


def test_frames_are_fused_to_their_mean() -> None:
    fused = fuse([direction(1.0, 0.0), direction(0.0, 1.0)])
    assert fused.vector == pytest.approx(direction(0.5**0.5, 0.5**0.5).vector, abs=1e-3)
