"""The face process's door: bad requests get a code, failures give nothing away, bad answers are never a match."""

from __future__ import annotations

import httpx
import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import ClaimNeeded, Encoded, Match, Met, NoMatch, QualityReason, Rejected
from adapters.face.in_process import InProcessFaceEngine
from adapters.face.remote import RemoteFaceEngine
from adapters.face.server import create_face_app
from adapters.face.wire import from_answer, to_encoding, to_identification, to_movements

unit = st.floats(-1, 1)
identifications = st.one_of(
    st.builds(Match, st.text(), unit, unit),
    st.just(NoMatch()),
    st.just(ClaimNeeded()),
    st.builds(Rejected, st.sampled_from(QualityReason)),
)
encodings = st.one_of(
    st.builds(Encoded, st.binary(), st.text(), st.floats(0, 1)), st.builds(Rejected, st.sampled_from(QualityReason))
)


@pytest.fixture
def door(in_process: InProcessFaceEngine) -> FlaskClient:
    return create_face_app(in_process).test_client()


@settings(deadline=None)
@given(identifications)
def test_an_identification_survives_the_wire(answer: Match | NoMatch | ClaimNeeded | Rejected) -> None:
    assert to_identification(from_answer(answer)) == answer


@settings(deadline=None)
@given(encodings)
def test_an_encoding_survives_the_wire(answer: Encoded | Rejected) -> None:
    assert to_encoding(from_answer(answer)) == answer


@settings(deadline=None)
@given(
    st.one_of(
        st.builds(Met, st.lists(st.integers(0, 11), min_size=1, max_size=3).map(tuple)),
        st.builds(Rejected, st.sampled_from(QualityReason)),
    )
)
def test_a_movement_survives_the_wire(answer: Met | Rejected) -> None:
    assert to_movements(from_answer(answer)) == answer


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"outcome": "met"},
        {"outcome": "met", "best": []},
        {"outcome": "met", "best": [True]},
        {"outcome": "met", "best": [-1]},
        {"outcome": "met", "best": "0"},
        {"outcome": "rejected", "reason": "unheard of"},
        {"outcome": "match", "best": [0]},
    ],
)
def test_an_unreadable_answer_is_never_a_movement(body: dict[str, object]) -> None:
    with pytest.raises(ExternalSystemError) as caught:
        to_movements(body)
    assert caught.value.code == "face.unreadable"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("identify", None),
        ("identify", []),
        ("identify", {}),
        ("identify", {"estate_id": "e", "access_point_id": 7, "frames": ["eA=="]}),
        ("identify", {"estate_id": "e", "access_point_id": "p", "frames": "eA=="}),
        ("identify", {"estate_id": "e", "access_point_id": "p", "frames": ["not base64!"]}),
        ("encode", {"estate_id": "e"}),
        ("consistent", {"references": [3]}),
        ("challenge", {"frames": ["eA=="]}),
        ("holds", {"estate_id": "e"}),
    ],
)
def test_a_malformed_request_is_refused(door: FlaskClient, path: str, body: object) -> None:
    answer = door.post(f"/v1/{path}", json=body)
    assert answer.status_code == 400
    assert answer.get_json()["code"] == "face.request"
    assert answer.get_json()["permanent"] is True


@pytest.mark.parametrize(
    ("movement", "count", "code"), [("smile", 4, "face.challenge"), ("blink", 3, "face.frames")]
)
def test_an_unknown_movement_and_a_film_too_short_are_refused(
    door: FlaskClient, movement: str, count: int, code: str
) -> None:
    answer = door.post("/v1/challenge", json={"movement": movement, "frames": ["eA=="] * count})
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)


def test_an_unknown_path_is_refused(door: FlaskClient) -> None:
    assert door.post("/v1/export_everyone", json={}).status_code == 404
    assert door.get("/v1/references").status_code == 405


def test_a_body_too_large_is_refused_unread(door: FlaskClient) -> None:
    answer = door.post("/v1/encode", headers={"Content-Length": str(10**9)}, content_type="application/json")
    assert answer.status_code in (400, 413)
    assert answer.get_json()["permanent"] is True


def test_what_goes_wrong_inside_stays_inside() -> None:
    class Broken(InProcessFaceEngine):
        """An engine with a fault of its own."""

        def __init__(self) -> None:
            """Nothing is built."""

        def model(self) -> str:
            raise RuntimeError("a name that nobody outside may read")

    answer = create_face_app(Broken()).test_client().get("/v1/model")
    assert answer.status_code == 500
    assert answer.get_json() == {"code": "face.failed", "permanent": False}


def remote(status: int, content: bytes) -> RemoteFaceEngine:
    """A client of a face process that always answers the same."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    return RemoteFaceEngine(httpx.Client(transport=transport, base_url="http://face"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"<html>",
        b'{"outcome": "welcome"}',
        b'{"outcome": "match"}',
        b'{"outcome": "match", "person_id": "p", "score": true, "threshold": 0}',
        b'{"outcome": "rejected", "reason": "ugly"}',
    ],
)
def test_an_unreadable_answer_is_never_a_match(content: bytes) -> None:
    with pytest.raises(ExternalSystemError) as caught:
        remote(200, content).identify("estate", "point", [b"x"])
    assert caught.value.code == "face.unreadable"


@pytest.mark.parametrize(
    ("status", "kind"), [(400, InvalidInput), (500, ExternalSystemError), (503, ExternalSystemError)]
)
def test_an_error_keeps_its_class_and_code(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind) as caught:
        remote(status, b'{"code": "face.busy", "permanent": false}').verify("estate", "gate", "person", [b"x"])
    assert getattr(caught.value, "code", "") == "face.busy"


def test_a_truth_value_must_be_one() -> None:
    with pytest.raises(ExternalSystemError):
        remote(200, b'{"value": 1}').holds("estate", "person")
