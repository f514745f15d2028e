"""The gates' API over HTTP: the story of one gate, and everything that must be refused."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec
import pytest
from cryptography import x509
from flask.testing import FlaskClient
from nacl.signing import SigningKey

from access.domain.events import Opening
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.times import DAY
from access.services import estate_setup, gate_claims, invite_visitor, issue_pass, manage_cards
from hardware import wire
from tests.estate import Place, TestHouse, resident
from tests.fakes import picture
from tests.gates import claim_device
from tests.hardware.server.conftest import Api
from tests.services.face_life import with_face


def claim_message(wired: TestHouse, code: str, key: SigningKey) -> bytes:
    public, nonce, at = wire.pack(bytes(key.verify_key)), secrets.token_urlsafe(18), wired.clock.now()
    unsigned = wire.ClaimRequest(code, public, nonce, at, "")
    return wire.write(wire.ClaimRequest(code, public, nonce, at, wire.sign(bytes(key), unsigned.message())))


def shown(wired: TestHouse, point_id: str, method: str, **more: Any) -> dict[str, Any]:
    at = wired.clock.now()
    return {"id": new_id(), "access_point_id": point_id, "method": method, "at": at, **more}


def test_a_claim_answers_what_a_gate_needs(wired: TestHouse, place: Place, client: FlaskClient) -> None:
    code = gate_claims.offer_claim(wired.house, "operator", place.estate.id, "South", [place.gate.id]).code
    key = SigningKey.generate()
    answer = client.post("/gate/v1/claim", data=claim_message(wired, code, key))
    assert answer.status_code == 201
    claimed = wire.read(answer.data, wire.ClaimAnswer)
    assert claimed.estate_number == place.estate.number
    assert [point.id for point in claimed.access_points] == [place.gate.id]
    root = wire.unpack(claimed.root_key, wire.KEY_BYTES)
    assert len(wire.certified_key(claimed.command_key, root)) == wire.KEY_BYTES
    again = client.post("/gate/v1/claim", data=claim_message(wired, code, key))
    assert (again.status_code, again.json["code"]) == (403, "gate.code")  # type: ignore[index]


def test_a_card_from_the_reader_to_the_door_contact(wired: TestHouse, place: Place, api: Api) -> None:
    alice = resident(wired.house, place, "alice")
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    answer = api.post("/gate/v1/presentations", shown(wired, place.gate.id, "card", payload="04A1B2C3"))
    assert answer.status_code == 202
    told = wire.read(answer.data, wire.PresentationAnswer)
    assert (told.granted, told.reason) == (True, None)
    assert set(told.words) == {"zh", "en"}
    with wired.house.db.reading() as stores:
        (command,) = stores.gates.open_commands(api.device.gate.id, wired.clock.now())
    ack = {"id": command.id, "epoch": command.epoch, "seq": command.seq, "at": wired.clock.now()}
    assert (
        api.post("/gate/v1/acks", {"acks": [ack | {"state": "received"}, ack | {"state": "done"}]}).status_code
        == 204
    )
    with wired.house.db.reading() as stores:
        event = stores.events.get(told.event)
    assert event is not None
    assert event.opening is Opening.OPENED


def test_a_qr_and_its_words(wired: TestHouse, place: Place, api: Api) -> None:
    alice = resident(wired.house, place, "alice")
    code = issue_pass.door_pass(wired.house, alice, place.estate.id).text(wired.clock.now())
    message = shown(wired, place.gate.id, "qr", payload=code)
    first = api.post("/gate/v1/presentations", message)
    assert first.json["granted"] is True  # type: ignore[index]
    assert api.post("/gate/v1/presentations", message).json == first.json
    again = api.post("/gate/v1/presentations", message | {"id": new_id()})
    assert again.json["reason"] == "repeated"  # type: ignore[index]
    assert "通行码" in again.json["words"]["zh"]  # type: ignore[index]


def upload(
    api: Api, epoch: int, first: int, *kinds: tuple[str, dict[str, Any]], previous: str = wire.GENESIS
) -> Any:
    events, at = [], api.device.house.clock.now()
    for seq, (kind, body) in enumerate(kinds, first):
        unsigned = wire.convert({"seq": seq, "at": at, "kind": kind, "body": body, "hash": "0" * 64}, wire.LogEvent)
        previous_hash = events[-1]["hash"] if events else previous
        events.append({"seq": seq, "at": at, "kind": kind, "body": body})
        events[-1]["hash"] = wire.event_hash(previous_hash, epoch, unsigned)
    return {"epoch": epoch, "previous": previous, "events": events}


def test_a_log_is_taken_once_and_acknowledged_without_gaps(wired: TestHouse, place: Place, api: Api) -> None:
    run = upload(api, 7, 1, ("started", {"version": "1"}), ("exit", {"ap": place.gate.id}))
    assert api.post("/gate/v1/events", run).json == {"acked": 2}
    assert api.post("/gate/v1/events", run).json == {"acked": 2}
    gap = upload(api, 7, 4, ("exit", {"ap": place.gate.id}), previous="1" * 64)
    assert api.post("/gate/v1/events", gap).json == {"acked": 2}


def test_a_changed_log_is_refused_whole(wired: TestHouse, place: Place, api: Api) -> None:
    run = upload(api, 7, 1, ("fire", {"active": True}), ("fire", {"active": False}))
    run["events"][0]["body"]["active"] = False
    answer = api.post("/gate/v1/events", run)
    assert (answer.status_code, answer.json["code"]) == (400, "wire.chain")  # type: ignore[index]


def test_an_offline_decision_is_recorded_once_and_spends_the_pass(wired: TestHouse, place: Place, api: Api) -> None:
    alice, now = resident(wired.house, place, "alice"), wired.clock.now()
    wish = invite_visitor.Wish(place.estate.id, "", now, now + 3_600_000, frozenset({place.gate.id}))
    invitation = invite_visitor.invite(wired.house, alice, wish)
    text = invite_visitor.visitor_pass(wired.house, invitation.secret).text
    event_id = new_id()
    decision = {
        "id": event_id, "ap": place.gate.id, "method": "qr", "granted": True, "reason": None,
        "person": "f" * 16, "pass": invitation.id, "credential": None, "step": None,
    }  # fmt: skip
    door = {"ap": place.gate.id, "open": True, "event": event_id}
    run = upload(api, 7, 1, ("decision", decision), ("door", door))
    assert api.post("/gate/v1/events", run).json == {"acked": 2}
    assert api.post("/gate/v1/events", run).json == {"acked": 2}
    with wired.house.db.reading() as stores:
        event = stores.events.get(event_id)
        issued = stores.passes.get(invitation.id)
    assert event is not None
    assert issued is not None
    assert (event.person_id, event.opening, issued.uses_taken) == (alice, Opening.OPENED, 1)
    assert api.device.present(place.gate.id, Method.QR, text).reason == "used"


@pytest.mark.parametrize(
    "body",
    [
        {"id": "x"},
        {"id": "0" * 16, "ap": "f" * 16, "method": "qr", "granted": True, "reason": None},
        {"id": "0" * 16, "method": "qr", "granted": True, "reason": None},
        {"id": "0" * 16, "method": "spell", "granted": True, "reason": None},
        {"id": "0" * 16, "method": "qr", "granted": True, "reason": "used"},
    ],
)
def test_a_decision_that_makes_no_sense_is_kept_and_stops_nothing(
    wired: TestHouse, place: Place, api: Api, body: dict[str, Any]
) -> None:
    run = upload(api, 7, 1, ("decision", body), ("exit", {"ap": place.gate.id}))
    assert api.post("/gate/v1/events", run).json == {"acked": 2}
    with wired.house.db.reading() as stores:
        assert stores.events.of_estate(place.estate.id, 0, 10) == []


def test_lists_come_whole_then_as_deltas(wired: TestHouse, place: Place, api: Api) -> None:
    alice = resident(wired.house, place, "alice", "1-101")
    keys = live_keys(wired, place)
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    whole = wire.open_lists(api.get("/gate/v1/snapshot").data, keys)
    assert isinstance(whole, wire.Snapshot)
    assert set(whole.lists.access_points) == {place.gate.id, place.doors[0].id}
    assert len(whole.lists.cards) == 1
    card = manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C4")
    held = {"from": str(whole.version), "issued": str(whole.issued)}
    delta = wire.open_lists(api.get("/gate/v1/snapshot", **held).data, keys)
    assert isinstance(delta, wire.Delta)
    (change,) = delta.lists
    assert (change.name, list(change.adds), change.dels) == ("cards", [card.token], [])
    assert change.hash == wire.list_hash(builtins_of(whole.lists.cards) | change.adds)
    renewed = wire.open_lists(
        api.get("/gate/v1/snapshot", **{"from": str(delta.version), "issued": str(delta.issued)}).data, keys
    )
    assert isinstance(renewed, wire.Delta)
    assert renewed.lists == []
    with wired.house.db.reading() as stores:
        gate = stores.gates.gate(api.device.gate.id)
    assert gate is not None
    assert gate.policy_version == delta.version


def test_a_frozen_card_leaves_the_lists(wired: TestHouse, place: Place, api: Api) -> None:
    alice = resident(wired.house, place, "alice")
    card = manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    keys = live_keys(wired, place)
    whole = wire.open_lists(api.get("/gate/v1/snapshot").data, keys)
    manage_cards.freeze_card(wired.house, place.operations.staff, card.id)
    delta = wire.open_lists(
        api.get("/gate/v1/snapshot", **{"from": str(whole.version), "issued": str(whole.issued)}).data, keys
    )
    assert isinstance(delta, wire.Delta)
    assert [(change.name, change.dels) for change in delta.lists] == [("cards", [card.token])]


def test_a_doors_gate_holds_the_cards_of_its_building_alone(
    wired: TestHouse, place: Place, client: FlaskClient
) -> None:
    for name, household, number in (("alice", "1-101", "04A1B2C3"), ("dora", "2-101", "04A1B2C4")):
        person = resident(wired.house, place, name, household)
        manage_cards.add_card(wired.house, place.operations.staff, person, number)
    door = Api(client, claim_device(wired.house, place.estate.id, place.doors[1].id))
    door.sign_in()
    lists = wire.open_lists(door.get("/gate/v1/snapshot").data, live_keys(wired, place))
    assert isinstance(lists, wire.Snapshot)
    (row,) = lists.lists.cards.values()
    assert [building for building, _, _ in row.places] == [place.buildings[1].id]


def next_lists(api: Api, keys: dict[str, bytes], held: wire.Snapshot | wire.Delta) -> wire.Snapshot | wire.Delta:
    query = {"from": str(held.version), "issued": str(held.issued)}
    return wire.open_lists(api.get("/gate/v1/snapshot", **query).data, keys)


def test_a_new_rule_changes_which_cards_a_gate_holds(wired: TestHouse, place: Place, client: FlaskClient) -> None:
    for name, household, number in (("alice", "1-101", "04A1B2C3"), ("dora", "2-101", "04A1B2C4")):
        person = resident(wired.house, place, name, household)
        manage_cards.add_card(wired.house, place.operations.staff, person, number)
    door = Api(client, claim_device(wired.house, place.estate.id, place.doors[1].id))
    door.sign_in()
    keys = live_keys(wired, place)
    whole = wire.open_lists(door.get("/gate/v1/snapshot").data, keys)
    assert isinstance(whole, wire.Snapshot)
    staff = place.operations.staff
    estate_setup.add_rule(wired.house, staff, place.doors[1].id, place.schedule.id, None)
    delta = next_lists(door, keys, whole)
    assert isinstance(delta, wire.Delta)
    cards = next(change for change in delta.lists if change.name == "cards")
    assert (len(cards.adds), cards.dels) == (1, [])
    assert cards.hash == wire.list_hash(builtins_of(whole.lists.cards) | cards.adds)


def test_a_new_day_brings_new_day_keys_though_nothing_else_changed(
    wired: TestHouse, place: Place, api: Api
) -> None:
    keys = live_keys(wired, place)
    whole = wire.open_lists(api.get("/gate/v1/snapshot").data, keys)
    assert isinstance(whole, wire.Snapshot)
    wired.clock.advance(DAY)
    api.sign_in()
    delta = next_lists(api, keys, whole)
    assert isinstance(delta, wire.Delta)
    (change,) = delta.lists
    assert change.name == "day_keys"
    after = {key: value for key, value in whole.lists.day_keys.items() if key not in change.dels} | change.adds
    assert change.hash == wire.list_hash(after)
    assert str(wired.clock.now() // DAY + 3) in after
    assert delta.fresh_until == whole.fresh_until + DAY


def test_an_edition_that_is_no_longer_known_is_answered_with_the_whole(
    wired: TestHouse, place: Place, api: Api
) -> None:
    keys = live_keys(wired, place)
    answer = api.get("/gate/v1/snapshot", **{"from": "999999", "issued": str(wired.clock.now())})
    assert isinstance(wire.open_lists(answer.data, keys), wire.Snapshot)


def test_who_is_not_let_in(wired: TestHouse, place: Place, api: Api, client: FlaskClient) -> None:
    message = shown(wired, place.gate.id, "card", payload="04A1B2C3")
    path = "/gate/v1/presentations"
    assert client.post(path, json=message).status_code == 401
    assert api.post(path, message, {"Authorization": "Bearer " + "x" * 43}).status_code == 401
    assert api.post(path, message, {"Kaimen-Signature": "A" * 86}).status_code == 401
    assert api.post(path, message, {"Kaimen-Signature": "short"}).status_code == 400
    assert api.post(path, message, {"Kaimen-Time": "1e9"}).status_code == 400
    assert api.post(path, message, {"Kaimen-Nonce": "short"}).status_code == 400
    other = claim_device(wired.house, place.estate.id, place.gate.id)
    assert api.post(path, message, {"Kaimen-Gate": other.gate.id}).status_code == 401
    foreign = shown(wired, place.doors[1].id, "card", payload="04A1B2C3")
    answer = api.post(path, foreign)
    assert (answer.status_code, answer.json["code"]) == (403, "gate.access_point")  # type: ignore[index]
    with wired.house.db.reading() as stores:
        assert stores.gates.last_command_row() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 5_000,
        b'{"id": "' + b"a" * 300_000 + b'"}',
        b'{"id": 1e400}',
    ],
)
@pytest.mark.parametrize("path", ["presentations", "acks", "events", "receipts", "claim"])
def test_garbage_is_a_clear_refusal(api: Api, path: str, body: bytes) -> None:
    answer = api.post(f"/gate/v1/{path}", body)
    assert answer.status_code in {400, 413}
    assert set(answer.json) <= {"code", "message", "field"}  # type: ignore[arg-type]
    assert "Traceback" not in answer.text


def test_sizes(wired: TestHouse, place: Place, api: Api) -> None:
    large = shown(wired, place.gate.id, "face", frames=[wire.pack(bytes(800_000))] * 3)
    assert api.post("/gate/v1/presentations", large).status_code == 413
    small = shown(wired, place.gate.id, "face", frames=[wire.pack(bytes(200_000))] * 3)
    assert api.post("/gate/v1/presentations", small).status_code == 202
    padded = shown(wired, place.gate.id, "card", payload="04A1B2C3", more="x" * 300_000)
    assert api.post("/gate/v1/presentations", padded).status_code == 413


def test_a_bad_question_for_lists_is_refused(api: Api) -> None:
    assert api.get("/gate/v1/snapshot", **{"from": "x"}).status_code == 400


def live_keys(wired: TestHouse, place: Place) -> dict[str, bytes]:
    keys = gate_claims.signing_keys(wired.house, place.estate.id)
    return {key_id: bytes(SigningKey(seed).verify_key) for key_id, seed in keys.live.items()}


def builtins_of(rows: dict[str, wire.CardRow]) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(rows)
    return built


def test_a_certificate_binds_the_gate_to_its_device_key(wired: TestHouse, api: Api) -> None:
    answer = wire.read(api.post("/gate/v1/certificate", {}).data, wire.CertificateAnswer)
    authority = x509.load_pem_x509_certificate(answer.authority.encode())
    issued = x509.load_pem_x509_certificate(answer.certificate.encode())
    issued.verify_directly_issued_by(authority)
    assert issued.subject.rfc4514_string() == f"CN={api.device.gate.id}"
    assert issued.public_key().public_bytes_raw() == api.device.gate.public_key  # type: ignore[union-attr]
    assert api.client.post("/gate/v1/certificate", data=b"{}").status_code == 401


def test_incidents_stand_in_the_audit_chain_once(wired: TestHouse, place: Place, api: Api) -> None:
    held = ("held", {"ap": place.gate.id, "seconds": 42})
    run = upload(api, 7, 1, held, ("fire", {"active": True}), ("exit", {"ap": place.gate.id}))
    for _ in range(2):
        assert api.post("/gate/v1/events", run).json == {"acked": 3}
    with wired.house.db.reading() as stores:
        rows = stores.audit.page(stores.audit.last_seq() - 2, 10)
    assert [(row.tag, row.subject, row.details) for row in rows] == [
        ("gate:held", place.gate.id, {"seconds": 42}),
        ("gate:fire", api.device.gate.id, {"active": True}),
    ]


def test_a_face_that_comes_with_the_card_shown_before_is_compared_with_its_holder(
    wired: TestHouse, place: Place, api: Api
) -> None:
    wired.faces.most = 0
    alice = with_face(wired, place, "alice")
    manage_cards.add_card(wired.house, place.operations.staff, alice, "04A1B2C3")
    frames = [wire.pack(picture("alice"))]
    alone = api.post("/gate/v1/presentations", shown(wired, place.gate.id, "face", frames=frames))
    claimed = shown(wired, place.gate.id, "face", frames=frames, payload="04A1B2C3")
    both = api.post("/gate/v1/presentations", claimed)
    answers = [wire.read(one.data, wire.PresentationAnswer) for one in (alone, both)]
    assert [(one.granted, one.reason) for one in answers] == [(False, "face_claim"), (True, None)]
