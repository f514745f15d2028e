"""Passes: what is signed is read again; changed, cut, early, late or elsewhere is refused with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from access.domain import passes
from access.domain.errors import InvalidInput
from access.domain.passes import PassBody, VerifiedPass
from access.domain.reasons import Reason
from access.domain.times import MINUTE, SECOND

SEED = bytes(range(32))
DAY_SECRET = b"d" * 32
START = 1_790_000_010_000


@dataclass(frozen=True)
class Keys:
    """Keys of one estate: signing key 7, a day key for every day."""

    key_id: int = 7
    days: bool = True

    def verify_key(self, key_id: int) -> bytes | None:
        return bytes(SigningKey(SEED).verify_key) if key_id == self.key_id else None

    def day_key(self, day: int) -> bytes | None:
        return DAY_SECRET if self.days else None


KEYS = Keys()
BODY = PassBody(7, "0123456789abcdef", 3, 9, START, 60, 1)
RESIDENT = replace(BODY, uses=0, minutes=1440)

bodies = st.builds(
    PassBody,
    key_id=st.integers(0, 255),
    pass_id=st.from_regex(r"[0-9a-f]{16}", fullmatch=True),
    estate=st.integers(0, 65_535),
    access_point_set=st.integers(0, 2**32 - 1),
    not_before=st.integers(0, 2**32 - 1).map(lambda seconds: seconds * SECOND),
    minutes=st.integers(1, passes.MAX_MINUTES),
    uses=st.integers(0, passes.MAX_USES),
)


def verify(text: str, at: int, *, estate: int = 3, keys: Keys = KEYS, opens: bool = True) -> VerifiedPass | Reason:
    return passes.verify(text, estate=estate, keys=keys, opens=lambda number: opens and number == 9, at=at)


def rolled(at: int, body: PassBody = RESIDENT) -> str:
    return passes.roll(passes.signed_bytes(body, SEED), passes.proof_key(DAY_SECRET, body.pass_id), at)


@given(bodies)
def test_a_body_comes_back_as_it_was(body: PassBody) -> None:
    read = passes.read(passes.sign(body, SEED))
    assert isinstance(read, passes.PresentedPass)
    assert (read.body, read.step) == (body, None)


@given(bodies, st.integers(0, 2**32 - 1))
def test_a_rolling_pass_comes_back_with_its_step(body: PassBody, step: int) -> None:
    at = step * passes.STEP_SECONDS * SECOND
    read = passes.read(passes.roll(passes.signed_bytes(body, SEED), bytes(32), at))
    assert isinstance(read, passes.PresentedPass)
    assert (read.body, read.step) == (body, step)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for prefix in ("", "G1:", "G2:"):
        assert isinstance(verify(prefix + text, START), VerifiedPass | Reason)


@given(st.binary(min_size=85, max_size=100))
def test_any_bytes_of_about_the_right_size_are_refused(raw: bytes) -> None:
    encoded = base45.b45encode(raw)
    text = encoded.decode() if isinstance(encoded, bytes) else encoded
    for prefix in ("G1:", "G2:"):
        assert isinstance(verify(prefix + text, START), Reason)


@given(st.integers(0, 86), st.integers(1, 255))
def test_a_changed_byte_is_never_accepted(place: int, flip: int) -> None:
    raw = bytearray(passes.signed_bytes(BODY, SEED))
    raw[place] ^= flip
    encoded = base45.b45encode(bytes(raw))
    text = encoded.decode() if isinstance(encoded, bytes) else encoded
    assert isinstance(verify("G1:" + text, START), Reason)


def test_the_window_is_half_open() -> None:
    text = passes.sign(BODY, SEED)
    assert verify(text, START - 1) is Reason.TOO_EARLY
    assert isinstance(verify(text, START), VerifiedPass)
    assert isinstance(verify(text, START + 60 * MINUTE - 1), VerifiedPass)
    assert verify(text, START + 60 * MINUTE) is Reason.EXPIRED


@given(st.integers(0, 1440 * MINUTE - 1), st.integers(-10 * MINUTE, 10 * MINUTE))
def test_a_rolling_code_lives_at_most_45_seconds(offset: int, drift: int) -> None:
    made = START + offset
    seen = min(max(made + drift, START), START + 1440 * MINUTE - 1)
    fresh = abs(passes.step_at(seen) - passes.step_at(made)) <= passes.STEP_TOLERANCE
    answer = verify(rolled(made), seen)
    assert isinstance(answer, VerifiedPass) if fresh else answer is Reason.STALE
    if abs(seen - made) >= 45 * SECOND:
        assert answer is Reason.STALE


def test_a_proof_of_another_pass_or_day_is_stale() -> None:
    foreign = passes.roll(passes.signed_bytes(RESIDENT, SEED), passes.proof_key(DAY_SECRET, "f" * 16), START)
    assert verify(foreign, START) is Reason.STALE
    assert verify(rolled(START), START, keys=Keys(days=False)) is Reason.STALE


def test_the_fixed_half_of_a_rolling_pass_is_forged() -> None:
    assert isinstance(verify(rolled(START), START), VerifiedPass)
    assert verify(passes.sign(RESIDENT, SEED), START) is Reason.FORGED


def test_the_order_of_reasons_is_fixed() -> None:
    """Each check is reached only when those before it held."""
    late = START + 2 * 60 * MINUTE
    text = passes.sign(BODY, SEED)
    forged = passes.sign(BODY, bytes(32))
    assert verify("G1:" + "A" * 300, late, estate=4) is Reason.UNREADABLE
    assert verify(forged, late, estate=4) is Reason.OTHER_ESTATE
    assert verify(text, late, keys=Keys(key_id=8)) is Reason.FORGED
    assert verify(forged, late) is Reason.FORGED
    assert verify(text, late, opens=False) is Reason.EXPIRED
    assert verify(text, START, opens=False) is Reason.WRONG_ACCESS_POINT


@pytest.mark.parametrize(
    "body",
    [
        replace(BODY, minutes=0),
        replace(BODY, minutes=passes.MAX_MINUTES + 1),
        replace(BODY, uses=-1),
        replace(BODY, uses=256),
        replace(BODY, estate=65_536),
        replace(BODY, key_id=256),
        replace(BODY, pass_id="not hexadecimal!"),
        replace(BODY, not_before=-1_000),
        replace(BODY, access_point_set=2**32),
    ],
)
def test_what_does_not_fit_is_not_signed(body: PassBody) -> None:
    with pytest.raises(InvalidInput) as refused:
        passes.sign(body, SEED)
    assert refused.value.code == "pass.body"


def test_lengths_fit_a_small_code() -> None:
    assert (len(passes.sign(BODY, SEED)), len(rolled(START))) == (134, 152)
