"""Who may call at all: an allow-list of serial numbers, each bound to an address or to a secret in its path."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.errors import Conflict, InvalidInput
from access.services.gate_claims import revoke_gate
from access.services.terminals import Registration, register
from tests.estate import Place, TestHouse, seed_estate
from tests.hardware.server.adms.conftest import SERIAL, SOURCE, Box, registered

ROUTES = [
    ("GET", "cdata"), ("POST", "cdata"), ("POST", "registry"), ("POST", "push"), ("GET", "rtdata"), ("GET", "ping"),
    ("GET", "getrequest"), ("POST", "devicecmd"),
]  # fmt: skip


def call(box: Box, method: str, name: str) -> tuple[int, str]:
    answer = box.get(name) if method == "GET" else box.post(name)
    return answer.status_code, answer.text


@pytest.mark.parametrize(("method", "name"), ROUTES)
def test_a_known_terminal_is_answered_and_an_unknown_one_denied_everywhere(
    box: Box, method: str, name: str
) -> None:
    assert call(box, method, name)[0] == 200
    for serial in ("CJDE193560304", "", "' OR 1=1 --", SERIAL + "x" * 40):
        box.serial = serial
        assert call(box, method, name) == (403, "DENIED")


def test_a_terminal_that_calls_from_elsewhere_is_denied(box: Box) -> None:
    for source in ("10.9.0.7", "127.0.0.1", "", "not-an-address", "::1"):
        box.source = source
        assert call(box, "GET", "getrequest") == (403, "DENIED")
    box.source = SOURCE
    assert call(box, "GET", "getrequest") == (200, "OK")


def test_a_secret_in_the_path_is_asked_for_where_it_was_given(wired: TestHouse, place: Place, box: Box) -> None:
    wanted = Registration("North", "BXYZ0001", [place.doors[0].id], secret_path=True)
    made = register(wired.house, "cli", place.estate.id, wanted)
    north = replace(box, terminal=made.terminal, serial="BXYZ0001", source="203.0.113.9")
    assert call(north, "GET", "getrequest") == (403, "DENIED")
    north.prefix = f"/t/{made.secret[:-1]}/iclock/"
    assert call(north, "GET", "getrequest") == (403, "DENIED")
    north.prefix = f"/t/{made.secret}/iclock/"
    assert call(north, "GET", "getrequest") == (200, "OK")
    assert north.get("getrequest.aspx").text == "OK"
    with wired.house.db.reading() as stores:
        kept = stores.terminals.by_serial("BXYZ0001")
    assert kept is not None
    assert made.secret not in repr(kept)


def test_a_terminal_that_was_cut_off_is_denied_and_may_be_registered_anew(
    wired: TestHouse, place: Place, box: Box
) -> None:
    with pytest.raises(Conflict) as taken:
        registered(wired, place)
    assert taken.value.code == "terminal.taken"
    revoke_gate(wired.house, "cli", box.terminal.id)
    assert call(box, "GET", "getrequest") == (403, "DENIED")
    assert box.ask("0012345678") == "DENIED"
    again = registered(wired, place).terminal
    assert again.id != box.terminal.id
    assert call(box, "GET", "getrequest") == (200, "OK")


def test_refusals_and_calls_are_limited(wired: TestHouse, box: Box) -> None:
    assert call(box, "GET", "ping")[0] == 200
    assert wired.limiter.counted[-1] == f"terminal/{box.terminal.id}"
    wired.limiter.full = True
    assert call(box, "GET", "ping") == (429, "DENIED")
    box.serial = "NOBODY01"
    assert call(box, "GET", "ping") == (429, "DENIED")
    assert wired.limiter.counted[-1] == f"terminal-refused/{SOURCE}"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source": ""}, "terminal.binding"),
        ({"source": "10.8.0.7/8"}, "terminal.source"),
        ({"source": "somewhere"}, "terminal.source"),
        ({"serial": "abc"}, "terminal.serial"),
        ({"serial": "a b c d"}, "terminal.serial"),
        ({"name": " "}, "gate.name"),
        ({"name": "x" * 61}, "gate.name"),
        ({"access_point_ids": []}, "gate.access_points"),
        ({"access_point_ids": ["0" * 16]}, "gate.access_points"),
    ],
)
def test_a_registration_that_makes_no_sense_is_refused(
    wired: TestHouse, place: Place, changes: dict[str, object], code: str
) -> None:
    wanted = Registration("South", SERIAL, [place.gate.id], source="10.8.0.0/24")
    with pytest.raises(InvalidInput) as refused:
        register(wired.house, "cli", place.estate.id, replace(wanted, **changes))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_doors_of_another_estate_twice_or_too_many_are_refused(wired: TestHouse, place: Place) -> None:
    other = seed_estate(wired.house, number=2, prefix="other-")
    own = [place.gate.id, place.doors[0].id]
    for doors in ([other.gate.id], [place.gate.id, place.gate.id], own * 3):
        wanted = Registration("South", SERIAL, doors, source="10.8.0.0/24")
        with pytest.raises(InvalidInput) as refused:
            register(wired.house, "cli", place.estate.id, wanted)
        assert refused.value.code == "gate.access_points"


def test_a_body_beyond_the_limit_is_refused_unread(box: Box) -> None:
    assert box.post("cdata", b"1" * (512 * 1024 + 1), table="ATTLOG").status_code == 413
    assert box.post("devicecmd", b"1" * (64 * 1024 + 1)).status_code == 413
    assert box.post("cdata", b"1" * (4 * 1024 + 1), AuthType="device").status_code == 413


def test_registration_and_cutting_off_stand_in_the_chain(wired: TestHouse, box: Box) -> None:
    revoke_gate(wired.house, "cli", box.terminal.id)
    with wired.house.db.reading() as stores:
        tags = [entry.tag for entry in stores.audit.page(0, 1_000) if entry.subject == box.terminal.id]
    assert tags == ["terminal:register", "gate:revoke"]


def test_the_dialect_is_taken_from_the_greeting_alone(wired: TestHouse, box: Box) -> None:
    answer = box.get("cdata", options="all", pushver="2.4.1").text
    assert answer.startswith(f"GET OPTION FROM: {SERIAL}\n")
    assert {"TransFlag=TransData AttLog", "TimeZone=8", "Delay=2", "Realtime=1"} <= set(answer.splitlines())
    assert "TransFlag=TransData AttLog\n" in box.post("push").text
    assert box.post("registry").text.startswith("RegistryCode=")
    assert box.get("rtdata", type="time").text == "DateTime=858867200,ServerTZ=+0800"
    assert "TransFlag=1000000000\n" in box.get("cdata", options="all").text
