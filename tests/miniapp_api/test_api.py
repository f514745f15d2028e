"""The API as a phone meets it: the way in, errors in words, limits, and nobody else's data."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from access.domain.challenges import ASKING, ChallengeRule, Movement
from access.domain.consent import Channel, Purpose
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.people import KeyKind
from access.domain.times import HOUR
from access.services import challenges, draw_pass
from tests.estate import Place, TestHouse, agree
from tests.fakes import film
from tests.miniapp_api.conftest import Phone

HOSTILE = ["'; DROP TABLE person; --", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "%s%n", "../../etc/passwd"]


def selfie(size: tuple[int, int] = (400, 400)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, "JPEG")
    return out.getvalue()


def code_of(answer: Any) -> str:
    body = answer.get_json()
    assert set(body) == {"code", "zh", "en", "field"}
    assert body["zh"]
    assert body["en"]
    return str(body["code"])


def test_from_login_to_a_waiting_request(wired: TestHouse, place: Place, stranger: Phone) -> None:
    wired.wechat.login_code("code", "mini-dora")
    signed_in = stranger.ask("POST", "/session", {"code": "code"})
    assert signed_in.status_code == 201
    dora = Phone(stranger.client, signed_in.get_json()["token"])
    estate = dora.get("/estates")["estates"][0]["id"]
    assert dora.get(f"/estates/{estate}/home")["next_step"] == "read_notice"
    notice = dora.get(f"/estates/{estate}/notice")
    assert dora.ask("POST", "/notices/shown", {"hash": notice["hash"]}).status_code == 204
    yes = {"given": True, "notice_hash": notice["hash"]}
    assert dora.ask("PUT", f"/estates/{estate}/consents/access", yes).get_json()["status"] == "given"
    assert dora.get(f"/estates/{estate}/home")["next_step"] == "give_name"
    assert dora.ask("PUT", "/me/name", {"name": "朵拉"}).status_code == 204
    (household,) = dora.get(f"/estates/{estate}/households?label=1栋102")["households"]
    wish = {"household_id": household["id"], "role": "owner"}
    asked = dora.ask("POST", "/residencies", wish)
    assert (asked.status_code, asked.get_json()["household"]) == (201, "1-102")
    assert dora.get(f"/estates/{estate}/home")["next_step"] == "wait"
    assert code_of(dora.ask("POST", "/residencies", wish)) == "residency.asked"
    assert dora.ask("DELETE", "/session").status_code == 204
    assert dora.ask("GET", "/me").status_code == 401


def test_a_tenant_must_name_the_last_day(place: Place, charlie: Phone) -> None:
    wish = {"household_id": place.households["2-101"].id, "role": "tenant"}
    answer = charlie.ask("POST", "/residencies", wish)
    assert (answer.status_code, answer.get_json()["field"]) == (400, "until")


def test_the_pass_is_drawn_as_a_picture_of_this_moment(place: Place, alice: Phone) -> None:
    path = f"/estates/{place.estate.id}/pass"
    text = alice.get(path)["text"]
    png = alice.ask("GET", f"{path}/picture")
    assert png.mimetype == "image/png"
    with Image.open(io.BytesIO(png.data)) as image:
        assert [one.text for one in zxingcpp.read_barcodes(image.convert("L"))] == [text]
    svg = alice.ask("GET", f"{path}/picture?format=svg")
    assert svg.data == draw_pass.svg(text)
    assert code_of(alice.ask("GET", f"{path}/picture?format=exe")) == "request.invalid"


def test_a_visitor_from_invitation_to_cancelling(
    wired: TestHouse, place: Place, alice: Phone, stranger: Phone
) -> None:
    path, at = f"/estates/{place.estate.id}/visitors", wired.clock.now()
    made = alice.ask("POST", path, {"name": "老王", "begins_at": at, "ends_at": at + HOUR})
    assert made.status_code == 201
    secret = made.get_json()["url"].rpartition("/")[2]
    shown = stranger.get(f"/visits/{secret}")
    assert (shown["state"], shown["name"]) == ("open", "老王")
    assert shown["text"].startswith("G1:")
    assert alice.ask("DELETE", f"/visitors/{made.get_json()['id']}").status_code == 204
    assert stranger.get(f"/visits/{secret}")["state"] == "revoked"
    assert alice.get(path)["visitors"][0]["state"] == "revoked"


def online_gate(wired: TestHouse, place: Place) -> None:
    at = wired.clock.now()
    gate = Gate(new_id(), place.estate.id, "g", bytes(32), frozenset({place.gate.id}), 1, 0, 0, at, True, 0, at)
    with wired.house.db.transaction() as stores:
        stores.gates.add_gate(gate)
        stores.gates.seen(gate.id, at, streaming=True)


def test_remote_open_is_for_who_may_use_the_door(
    wired: TestHouse, place: Place, alice: Phone, bob: Phone, charlie: Phone
) -> None:
    wish = {"asked_at": wired.clock.now()}
    assert code_of(alice.ask("POST", f"/doors/{place.gate.id}/open", wish)) == "gate.offline"
    online_gate(wired, place)
    opened = alice.ask("POST", f"/doors/{place.gate.id}/open", wish).get_json()
    assert opened["granted"]
    assert alice.get(f"/commands/{opened['command_id']}")["state"] == "pending"
    assert code_of(bob.ask("GET", f"/commands/{opened['command_id']}")) == "command.unknown"
    refused = charlie.ask("POST", f"/doors/{place.gate.id}/open", wish).get_json()
    assert (refused["granted"], refused["command_id"], refused["reason"]) == (False, None, "no_right")
    old = {"asked_at": wired.clock.now() - HOUR}
    assert code_of(alice.ask("POST", f"/doors/{place.gate.id}/open", old)) == "remote.stale"


def test_a_selfie_waits_for_the_face_work_and_withdrawing_erases(
    wired: TestHouse, place: Place, alice: Phone
) -> None:
    face = f"/estates/{place.estate.id}/face"
    samples = f"/estates/{place.estate.id}/enrolments"
    sent = {"picture": (io.BytesIO(selfie()), "me.jpg")}
    assert code_of(alice.ask("POST", samples, data=sent)) == "face.consent"
    assert code_of(alice.ask("DELETE", face)) == "consent.status"
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    sent = {"picture": (io.BytesIO(selfie()), "me.jpg")}
    assert alice.ask("POST", samples, data=sent).status_code == 202
    assert alice.get(face)["latest"] == "pending"
    begun = alice.ask("DELETE", face)
    assert begun.status_code == 202
    followed = alice.get(f"/erasures/{begun.get_json()['id']}")
    assert followed["completed_at"] is None
    assert {holder["kind"] for holder in followed["holders"]} == {"database", "face_process", "key_list"}
    assert alice.get(face)["agreed"] is False
    assert alice.get(f"/estates/{place.estate.id}/pass")["text"].startswith("G2:")


def test_a_movement_is_asked_for_filmed_and_taken_once(wired: TestHouse, place: Place, alice: Phone) -> None:
    here = f"/estates/{place.estate.id}"
    assert (alice.get(f"{here}/face")["asks"], code_of(alice.ask("POST", f"{here}/challenges"))) == (
        False,
        "challenge.off",
    )
    challenges.set_rule(wired.house, place.operations.staff, Channel.MINI_PROGRAM, ChallengeRule.EITHER)
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    assert alice.get(f"{here}/face")["asks"] is True
    asked = alice.ask("POST", f"{here}/challenges").get_json()
    assert asked["zh"] == ASKING[Movement(asked["movement"])].zh
    frames = [base64.b64encode(frame).decode() for frame in film("alice", Movement(asked["movement"]))]
    body = {"challenge": asked["id"], "frames": frames}
    assert alice.ask("POST", f"{here}/films", body).status_code == 202
    assert code_of(alice.ask("POST", f"{here}/films", body)) == "challenge.spent"
    with wired.house.db.reading() as stores:
        (made,) = stores.faces.enrolments_of(alice.person_id, place.estate.id)
    assert (made.movement, made.in_person) == (asked["movement"], False)


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["aGVsbG8="] * 3, "request.invalid"),
        (["aGVsbG8="] * 13, "request.invalid"),
        (["not base64!"] * 4, "sample.picture"),
        (["aGVsbG8="] * 4, "sample.picture"),
        ([""] * 4, "request.invalid"),
    ],
)
def test_what_is_no_film(wired: TestHouse, place: Place, alice: Phone, frames: list[str], code: str) -> None:
    challenges.set_rule(wired.house, place.operations.staff, Channel.MINI_PROGRAM, ChallengeRule.TURN)
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    asked = alice.ask("POST", f"/estates/{place.estate.id}/challenges").get_json()
    body = {"challenge": asked["id"], "frames": frames}
    assert code_of(alice.ask("POST", f"/estates/{place.estate.id}/films", body)) == code


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([b"not a picture"], "sample.picture"),
        ([b""], "sample.picture"),
        ([selfie()] * 4, "request.invalid"),
        ([], "request.invalid"),
    ],
)
def test_what_is_no_selfie(place: Place, alice: Phone, files: list[bytes], code: str) -> None:
    data = {"picture": [(io.BytesIO(one), "me.jpg") for one in files]}
    answer = alice.ask("POST", f"/estates/{place.estate.id}/enrolments", data=data)
    assert answer.status_code == 400
    assert code_of(answer) == code


def test_limits_on_how_often(wired: TestHouse, place: Place, alice: Phone, stranger: Phone) -> None:
    wired.limiter.full = True
    assert stranger.ask("POST", "/session", {"code": "x"}).status_code == 429
    sent = {"picture": (io.BytesIO(selfie()), "me.jpg")}
    assert alice.ask("POST", f"/estates/{place.estate.id}/enrolments", data=sent).status_code == 429
    wish = {"begins_at": wired.clock.now(), "ends_at": wired.clock.now() + HOUR}
    assert alice.ask("POST", f"/estates/{place.estate.id}/visitors", wish).status_code == 429


def test_a_body_that_is_too_large(place: Place, alice: Phone) -> None:
    answer = alice.ask("PUT", "/me/name", {"name": "x" * 20_000})
    assert (answer.status_code, code_of(answer)) == (413, "request.size")
    huge = {"picture": (io.BytesIO(bytes(26 * 1024 * 1024)), "me.jpg")}
    answer = alice.ask("POST", f"/estates/{place.estate.id}/enrolments", data=huge)
    assert (answer.status_code, code_of(answer)) == (413, "request.size")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"name": 1}',
        b'{"name":"a","more":1}',
        b'{"name":"\\ud800"}',
        b'{"name":"\\u0000"}',
    ],
)
def test_a_body_that_is_not_what_was_asked(alice: Phone, raw: bytes) -> None:
    answer = alice.ask("PUT", "/me/name", data=raw, content_type="application/json")
    assert (answer.status_code, code_of(answer)) == (400, "request.invalid")


@pytest.mark.parametrize("text", HOSTILE)
def test_sql_and_template_text_stays_text(wired: TestHouse, place: Place, alice: Phone, text: str) -> None:
    estate = place.estate.id
    refused = bool(set("<>{}") & set(text))
    assert alice.ask("PUT", "/me/name", {"name": text}).status_code == (400 if refused else 204)
    assert alice.get("/me")["name"] == ("Alice" if refused else text)
    at = wired.clock.now()
    made = alice.ask("POST", f"/estates/{estate}/visitors", {"name": text, "begins_at": at, "ends_at": at + HOUR})
    assert made.get_json()["name"] == text
    found = alice.ask("GET", f"/estates/{estate}/households", query_string={"label": text[:20]})
    assert found.get_json() == {"households": []}
    assert alice.ask("POST", "/session", {"code": text}).status_code == 400
    assert alice.ask("POST", "/binding", {"token": text}).status_code == 400
    for path in (f"/estates/{text}", f"/visits/{text}", f"/commands/{text}", f"/erasures/{text}"):
        assert alice.ask("GET", path).status_code in {400, 404}
    assert alice.get("/me")["residencies"][0]["household"] == "1-101"


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "' OR 1=1", "{{7*7}}"])
def test_a_token_that_is_none(stranger: Phone, token: str) -> None:
    answer = Phone(stranger.client, token).ask("GET", "/me")
    assert (answer.status_code, code_of(answer)) == (401, "session.none")


def test_nobody_sees_anybody_elses_things(
    wired: TestHouse, place: Place, alice: Phone, bob: Phone, charlie: Phone
) -> None:
    estate, at = place.estate.id, wired.clock.now()
    visit = {"name": "Victor", "begins_at": at, "ends_at": at + HOUR}
    made = alice.ask("POST", f"/estates/{estate}/visitors", visit).get_json()
    agree(wired.house, place, alice.person_id, Purpose.FACE_USE, Purpose.FACE_SERVER)
    erasure = alice.ask("DELETE", f"/estates/{estate}/face").get_json()["id"]
    for other in (bob, charlie):
        assert other.ask("DELETE", f"/visitors/{made['id']}").status_code == 404
        assert other.ask("GET", f"/erasures/{erasure}").status_code == 404
        own = [
            "/me",
            "/data",
            "/entries",
            "/look-ups",
            f"/estates/{estate}/home",
            f"/estates/{estate}/visitors",
            f"/estates/{estate}/consents",
            f"/estates/{estate}/face",
        ]
        seen = "".join(json.dumps(other.get(path), ensure_ascii=False) for path in own)
        assert not [word for word in ("Alice", "Victor", alice.person_id, made["id"]) if word in seen]
    assert charlie.get(f"/estates/{estate}/doors") == {"doors": []}
    assert code_of(charlie.ask("GET", f"/estates/{estate}/pass")) == "pass.no_right"
    assert charlie.ask("GET", f"/estates/{estate}/pass/picture").status_code == 403


def test_a_signed_receipt_of_my_own_answer(place: Place, alice: Phone, charlie: Phone) -> None:
    (consent,) = alice.get(f"/estates/{place.estate.id}/consents")["consents"]
    receipt = json.loads(alice.get(f"/consents/{consent['id']}/receipt")["receipt"])
    assert receipt["body"]["record_id"] == consent["id"]
    assert code_of(charlie.ask("GET", f"/consents/{consent['id']}/receipt")) == "consent.unknown"


def test_joining_the_mini_program_by_a_bind_token(wired: TestHouse, alice: Phone, stranger: Phone) -> None:
    token = alice.ask("POST", "/bind-tokens").get_json()["token"]
    wired.wechat.login_code("code", "mini-alice")
    mini = Phone(stranger.client, stranger.ask("POST", "/session", {"code": "code"}).get_json()["token"])
    assert mini.get("/me")["name"] == ""
    assert mini.ask("POST", "/binding", {"token": token}).get_json() == {"person_id": alice.person_id}
    assert mini.get("/me")["name"] == "Alice"
    assert code_of(mini.ask("POST", "/binding", {"token": token})) == "bind.unknown"


def test_closing_the_account_ends_every_session(alice: Phone, phone_of: Callable[[str], Phone]) -> None:
    second = phone_of("Alice")
    assert code_of(alice.ask("POST", "/closing", {"sure": False})) == "request.invalid"
    assert alice.ask("POST", "/closing", {"sure": True}).status_code == 202
    assert second.ask("GET", "/me").status_code == 401


def test_a_fault_of_ours_shows_no_trace(wired: TestHouse, alice: Phone) -> None:
    wired.clock.at = "a clock that fails"  # type: ignore[assignment]
    answer = alice.ask("GET", "/me")
    assert (answer.status_code, code_of(answer)) == (500, "fault")
    assert not [word for word in ("Traceback", "TypeError", "a clock that fails") if word in answer.text]


def test_a_key_that_does_not_open_is_told_without_detail(wired: TestHouse, alice: Phone) -> None:
    with wired.house.db.transaction() as stores:
        stores.people.save_key(alice.person_id, KeyKind.IDENTITY, b"broken")
    answer = alice.ask("GET", "/me")
    assert (answer.status_code, code_of(answer)) == (503, "keys.unreadable")
    assert "broken" not in answer.text


def test_answers_are_not_kept_by_anybody_on_the_way(alice: Phone) -> None:
    headers = alice.ask("GET", "/me").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("PATCH", "/me"), ("POST", "/a/b/c")])
def test_an_address_that_is_none(alice: Phone, method: str, path: str) -> None:
    answer = alice.ask(method, path)
    assert (answer.status_code, code_of(answer)) == (404, "request.unknown")
