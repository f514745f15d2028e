"""A gate asks for a movement and sends its film over HTTP; everything else is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from access.domain.challenges import ASKING, ChallengeRule, Movement
from access.domain.ids import new_id
from hardware import wire
from hardware.wire_challenge import ChallengeAnswer
from tests.estate import Place, TestHouse
from tests.fakes import film, picture
from tests.hardware.server.conftest import Api
from tests.services.face_life import with_face


@pytest.fixture(autouse=True)
def asking(wired: TestHouse, place: Place) -> None:
    """The estate's gate asks for a turn or a blink."""
    with wired.house.db.transaction() as stores:
        stores.places.save_access_point(replace(place.gate, challenge=ChallengeRule.EITHER))
        stores.places.bump_policy(place.estate.id)


def ask(api: Api, place: Place) -> ChallengeAnswer:
    answer = api.post("/gate/v1/challenges", {"access_point_id": place.gate.id})
    assert answer.status_code == 201
    return wire.read(answer.data, ChallengeAnswer)


def send(api: Api, wired: TestHouse, place: Place, frames: list[bytes], challenge: str) -> Any:
    body = {"id": new_id(), "access_point_id": place.gate.id, "method": "face", "at": wired.clock.now()}
    packed = [wire.pack(frame) for frame in frames]
    return api.post("/gate/v1/presentations", {**body, "frames": packed, "challenge": challenge})


def test_asked_filmed_and_let_in_once(wired: TestHouse, place: Place, api: Api) -> None:
    with_face(wired, place, "alice")
    asked = ask(api, place)
    movement = Movement(asked.movement)
    assert (asked.words["zh"], asked.seconds) == (ASKING[movement].zh, 30)
    frames = film("alice", movement)
    first, again = (send(api, wired, place, frames, asked.id).json for _ in range(2))
    assert (first["granted"], again["granted"], again["reason"]) == (True, False, "face_late")
    assert "重新" in again["words"]["zh"] or "再看镜头" in again["words"]["zh"]


def test_a_still_picture_is_denied_with_what_to_do(wired: TestHouse, place: Place, api: Api) -> None:
    with_face(wired, place, "alice")
    answer = send(api, wired, place, [picture("alice")] * 5, ask(api, place).id).json
    assert (answer["granted"], answer["reason"]) == (False, "face_challenge")
    assert "通行码" in answer["words"]["zh"]


def test_the_lists_tell_the_gate_where_to_ask(wired: TestHouse, place: Place, api: Api) -> None:
    frame = api.get("/gate/v1/snapshot").data
    assert b'"challenge":"either"' in frame.replace(b" ", b"")


@pytest.mark.parametrize(
    ("frames", "challenge"),
    [(6, ""), (13, "a" * 16), (5, "' OR 1=1 --"), (5, "A" * 16)],
    ids=["many frames that answer nothing", "too many", "no id", "no id in capitals"],
)
def test_what_is_malformed_is_refused(
    wired: TestHouse, place: Place, api: Api, frames: int, challenge: str
) -> None:
    assert send(api, wired, place, [b"\xff\xd8"] * frames, challenge).status_code == 400


def test_who_is_not_this_gate_is_asked_nothing(wired: TestHouse, place: Place, api: Api) -> None:
    assert api.client.post("/gate/v1/challenges", data=b"{}").status_code == 401
    other = api.post("/gate/v1/challenges", {"access_point_id": new_id()})
    assert (other.status_code, other.json["code"]) == (403, "gate.access_point")
    assert api.post("/gate/v1/challenges", {"access_point_id": "no id"}).status_code == 400
