"""The decision: granted only when every rule holds; the first that fails is the one reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.admission import Denied, Facts, Granted, decide
from access.domain.credentials import CredentialStatus
from access.domain.errors import InvalidInput
from access.domain.places import AccessPoint, Method
from access.domain.reasons import WORDS, Reason
from access.domain.schedules import Schedule, always

AT = 1_790_000_000_000
OPEN = always("a" * 16, "e" * 16)
SHUT = Schedule("b" * 16, "e" * 16, "never", ((),) * 7)
POINT = AccessPoint("p" * 16, "e" * 16, 1, "门", "Door", None, frozenset(Method) - {Method.REMOTE}, 3_000)
GOOD = Facts(
    method=Method.CARD,
    access_point=POINT,
    timezone="Asia/Shanghai",
    person_id="1" * 16,
    status=CredentialStatus.ACTIVE,
    valid_from=AT,
    valid_to=AT + 1,
    resident=True,
    schedules=(OPEN,),
    face_consent=True,
    credential_id="c" * 16,
)
facts = st.builds(
    replace,
    st.just(GOOD),
    method=st.sampled_from(Method),
    access_point=st.sampled_from([POINT, replace(POINT, methods=frozenset({Method.QR}))]),
    status=st.sampled_from(CredentialStatus),
    valid_from=st.sampled_from([AT, AT + 1]),
    valid_to=st.sampled_from([AT, AT + 1]),
    resident=st.booleans(),
    schedules=st.sampled_from([(), (OPEN,), (SHUT,), (SHUT, OPEN)]),
    face_consent=st.booleans(),
    passed_back=st.booleans(),
)


def test_all_good_is_granted() -> None:
    assert decide(GOOD, AT) == Granted(Method.CARD, "1" * 16, 3_000, None, "c" * 16)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(GOOD, access_point=replace(POINT, methods=frozenset({Method.QR}))), Reason.METHOD_OFF),
        (replace(GOOD, status=CredentialStatus.FROZEN), Reason.FROZEN),
        (replace(GOOD, status=CredentialStatus.DISABLED), Reason.REVOKED),
        (replace(GOOD, valid_from=AT + 1), Reason.TOO_EARLY),
        (replace(GOOD, valid_to=AT), Reason.EXPIRED),
        (replace(GOOD, method=Method.FACE, face_consent=False), Reason.NO_CONSENT),
        (replace(GOOD, resident=False), Reason.NO_RIGHT),
        (replace(GOOD, schedules=()), Reason.NO_RIGHT),
        (replace(GOOD, schedules=(SHUT,)), Reason.SCHEDULE),
        (replace(GOOD, passed_back=True), Reason.PASSED_BACK),
    ],
)
def test_one_fault_is_the_reason(facts: Facts, reason: Reason) -> None:
    assert decide(facts, AT) == Denied(facts.method, reason, facts.person_id, None, facts.credential_id)


@given(facts)
def test_granted_only_when_every_rule_holds(facts: Facts) -> None:
    every = (
        facts.method in facts.access_point.methods | {Method.REMOTE}
        and facts.status is CredentialStatus.ACTIVE
        and facts.valid_from <= AT < facts.valid_to
        and (facts.face_consent or facts.method is not Method.FACE)
        and facts.resident
        and OPEN in facts.schedules
        and not facts.passed_back
    )
    assert isinstance(decide(facts, AT), Granted) is every


@given(facts)
def test_a_worse_case_is_never_granted(facts: Facts) -> None:
    """Taking anything away from what is known never turns a denial into a grant."""
    if isinstance(decide(facts, AT), Denied):
        for worse in (
            replace(facts, resident=False),
            replace(facts, schedules=()),
            replace(facts, status=CredentialStatus.DISABLED),
            replace(facts, passed_back=True),
            replace(facts, face_consent=False),
        ):
            assert isinstance(decide(worse, AT), Denied)


def test_one_open_schedule_of_several_is_enough() -> None:
    assert isinstance(decide(replace(GOOD, schedules=(SHUT, OPEN)), AT), Granted)


@pytest.mark.rule("L1")
def test_a_door_that_takes_faces_alone_cannot_be_built() -> None:
    with pytest.raises(InvalidInput) as refused:
        replace(POINT, methods=frozenset({Method.FACE}))
    assert refused.value.code == "access_point.face_only"


@pytest.mark.parametrize("reason", Reason)
def test_every_denial_has_words_for_the_person_in_both_languages(reason: Reason) -> None:
    assert len(WORDS[reason].zh) > 8
    assert len(WORDS[reason].en) > 8
