"""Cards: given to those who live here, kept as a keyed hash, frozen when lost, imported line by line."""

from __future__ import annotations

from datetime import date

import pytest

from access.domain.credentials import Credential, CredentialKind, CredentialStatus
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from access.domain.residency import Role
from access.domain.times import DAY, FOREVER, end_of_day
from access.services import approve_residency, manage_cards, move_out
from access.services.import_cards import MAX_ROWS, decoded, import_cards
from tests.console.scene import ask, residencies, settle
from tests.estate import Place, TestHouse, newcomer, resident, seed_estate

NUMBER = "0A1B2C3D"


def add(wired: TestHouse, place: Place, person_id: str, number: str = NUMBER) -> Credential:
    return manage_cards.add_card(wired.house, place.operations.staff, person_id, number)


def status(wired: TestHouse, card: Credential) -> CredentialStatus:
    with wired.house.db.reading() as stores:
        found = stores.credentials.get(card.id)
    assert found is not None
    return found.status


def cards_of(wired: TestHouse, place: Place, person_id: str) -> list[Credential]:
    with wired.house.db.reading() as stores:
        return list(stores.credentials.of_person(person_id, place.estate.id))


def policy(wired: TestHouse, place: Place) -> int:
    with wired.house.db.reading() as stores:
        return stores.places.policy_version(place.estate.id)


def test_a_card_is_found_again_by_its_number_which_is_not_kept(wired: TestHouse, place: Place) -> None:
    person_id = resident(wired.house, place, "王芳")
    before = policy(wired, place)
    card = add(wired, place, person_id, " 0a:1b-2c 3d ")
    assert (card.label, card.valid_to, card.status) == ("2C3D", FOREVER, CredentialStatus.ACTIVE)
    assert NUMBER not in repr(card)
    with wired.house.db.reading() as stores:
        token = wired.house.keyring.card_token(stores, place.estate.id, NUMBER)
        assert stores.credentials.by_token(place.estate.id, CredentialKind.CARD, token) == card
    assert policy(wired, place) == before + 1
    wired.wechat.wrote("openid-of-王芳")
    settle(wired)
    assert "card_added last_four=2C3D" in str(wired.wechat.sent)


@pytest.mark.parametrize("number", ["", "12", "G123", "1" * 21, "1234'; --", "{{1}}", "１２３４"])
def test_a_number_that_is_none_is_refused(wired: TestHouse, place: Place, number: str) -> None:
    with pytest.raises(InvalidInput):
        add(wired, place, resident(wired.house, place, "王芳"), number)


def test_a_card_ends_with_the_stay_at_the_latest(wired: TestHouse, place: Place) -> None:
    person_id, pending = ask(wired, place, "李雷", "1-102", Role.TENANT, date(2026, 12, 31))
    approve_residency.approve(wired.house, place.operations.staff, pending.id)
    end = end_of_day(date(2026, 12, 31), place.estate.timezone)
    assert add(wired, place, person_id).valid_to == end
    later = manage_cards.add_card(wired.house, place.operations.staff, person_id, "BEEF01", end + DAY)
    assert later.valid_to == end
    with pytest.raises(InvalidInput):
        manage_cards.add_card(wired.house, place.operations.staff, person_id, "BEEF02", wired.clock.now())


def test_only_those_who_live_here_get_a_card(wired: TestHouse, place: Place) -> None:
    stranger, _ = ask(wired, place, "李雷", "1-102", Role.OWNER)
    with pytest.raises(NotPermitted):
        add(wired, place, stranger)
    other = seed_estate(wired.house, 2)
    with pytest.raises(NotPermitted):
        add(wired, other, resident(wired.house, place, "王芳"))


def test_a_card_in_use_is_nobody_elses(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "王芳"), resident(wired.house, place, "陈强", "2-101")
    card = add(wired, place, alice)
    with pytest.raises(Conflict) as own:
        add(wired, place, alice)
    assert own.value.code == "card.held"
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            add(wired, place, bob)
        assert caught.value.code == "card.taken"
        if status(wired, card) is CredentialStatus.ACTIVE:
            manage_cards.freeze_card(wired.house, place.operations.staff, card.id)
    manage_cards.disable_card(wired.house, place.operations.staff, card.id)
    assert add(wired, place, bob).person_id == bob
    with pytest.raises(Conflict):
        manage_cards.release_card(wired.house, place.operations.staff, card.id)


def test_five_cards_are_enough(wired: TestHouse, place: Place) -> None:
    person_id = resident(wired.house, place, "王芳")
    for n in range(manage_cards.MAX_CARDS):
        add(wired, place, person_id, f"ABC{n}")
    with pytest.raises(Conflict) as caught:
        add(wired, place, person_id, "ABCF")
    assert caught.value.code == "card.many"


def test_lost_found_and_out_of_use(wired: TestHouse, place: Place) -> None:
    staff, card = place.operations.staff, add(wired, place, resident(wired.house, place, "王芳"))
    before = policy(wired, place)
    manage_cards.freeze_card(wired.house, staff, card.id)
    assert status(wired, card) is CredentialStatus.FROZEN
    with pytest.raises(Conflict):
        manage_cards.freeze_card(wired.house, staff, card.id)
    wired.wechat.wrote("openid-of-王芳")
    manage_cards.release_card(wired.house, staff, card.id)
    assert status(wired, card) is CredentialStatus.ACTIVE
    settle(wired)
    assert wired.wechat.texts("openid-of-王芳")[-1] == "card_released last_four=2C3D"
    manage_cards.disable_card(wired.house, staff, card.id)
    assert status(wired, card) is CredentialStatus.DISABLED
    for change in (manage_cards.freeze_card, manage_cards.release_card, manage_cards.disable_card):
        with pytest.raises(Conflict):
            change(wired.house, staff, card.id)
    assert policy(wired, place) == before + 3


def test_another_estates_card_does_not_exist(wired: TestHouse, place: Place) -> None:
    card = add(wired, place, resident(wired.house, place, "王芳"))
    other = seed_estate(wired.house, 2).operations.staff
    for change in (manage_cards.freeze_card, manage_cards.release_card, manage_cards.disable_card):
        with pytest.raises(NotFound):
            change(wired.house, other, card.id)
    assert status(wired, card) is CredentialStatus.ACTIVE


def test_moving_out_stops_the_card(wired: TestHouse, place: Place) -> None:
    person_id = resident(wired.house, place, "王芳")
    card = add(wired, place, person_id)
    move_out.end_residency(wired.house, residencies(wired, person_id)[0].id, "staff:x", "moved")
    assert status(wired, card) is CredentialStatus.DISABLED


def test_import_takes_the_good_lines_and_returns_the_others(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "王芳", "1-101")
    bob = resident(wired.house, place, "陈强", "1-101", Role.FAMILY)
    lone = resident(wired.house, place, "周明", "2-101")
    text = "\n".join(
        [
            "房号,姓名,卡号",
            "1-101,王芳,AA01",
            "1-101,陈强,AA02",
            "2-101,,AA03",
            "1-101,,AA04",
            "9-999,王芳,AA05",
            "1-101,不在,AA06",
            "1-101,王芳,AA02",
            "1-101,王芳,nope",
            "1-101;王芳;AA07",
            "1-101,'; DROP TABLE credential; --,AA08",
        ]
    )
    imported = import_cards(wired.house, place.operations.staff, text)
    assert imported.added == 3
    assert [(row.number, row.code) for row in imported.bad] == [
        (5, "import.several"),
        (6, "import.household"),
        (7, "import.name"),
        (8, "card.taken"),
        (9, "card.number"),
        (10, "import.columns"),
        (11, "import.name"),
    ]
    assert imported.bad[0].text == "1-101,,AA04"
    assert [c.label for p in (alice, bob, lone) for c in cards_of(wired, place, p)] == ["AA01", "AA02", "AA03"]


@pytest.mark.parametrize("text", ["", "\n\n", "1-101,,A001\n" * (MAX_ROWS + 1), "x" * 70_000, '"1-101'])
def test_an_import_beyond_its_limits_is_refused(wired: TestHouse, place: Place, text: str) -> None:
    with pytest.raises(InvalidInput):
        import_cards(wired.house, place.operations.staff, text)


@pytest.mark.parametrize(
    "raw",
    [
        "\ufeff房号,姓名,卡号\r\n\r\n1-101,王芳,0A01\r\n,,\r\n".encode(),
        "房号,姓名,卡号\r\n1-101,王芳,0A01\r\n".encode("gb18030"),
        "房号\t姓名\t卡号\r\n1-101\t王芳\t0A01\r\n".encode("utf-16"),
        "1-101\t王芳\t0A01".encode(),
        "1-101；王芳；0A01".encode(),
        "1-101，王芳，0A01".encode("gb18030"),
        b"1-101;;0A01\r1-101;;0A01",
    ],
)
def test_a_file_is_taken_as_spreadsheets_save_it(wired: TestHouse, place: Place, raw: bytes) -> None:
    person_id = resident(wired.house, place, "王芳", "1-101")
    imported = import_cards(wired.house, place.operations.staff, decoded(raw))
    assert imported.added == 1, imported.bad
    assert [row.code for row in imported.bad] in ([], ["card.held"])
    assert [card.label for card in cards_of(wired, place, person_id)] == ["0A01"]


@pytest.mark.parametrize("raw", [b"PK\x03\x04\0\0workbook", b"\xff\xfe\x00", b"\xff\xff\xff", b"x" * 140_000])
def test_a_file_that_is_no_text_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        decoded(raw)


def test_a_number_that_lost_its_zeros_is_returned_and_taken_by_itself(wired: TestHouse, place: Place) -> None:
    resident(wired.house, place, "王芳", "1-101")
    lines = ["1-101,王芳,00A1B2C3", "1-101,王芳,01A1B2C3", "1-101,王芳,1234567"]
    imported = import_cards(wired.house, place.operations.staff, "\n".join(lines))
    assert [(row.number, row.code) for row in imported.bad] == [(3, "import.width")]
    assert import_cards(wired.house, place.operations.staff, imported.bad[0].text).added == 1


@pytest.mark.rule("L14")
def test_an_import_makes_no_people(wired: TestHouse, place: Place) -> None:
    newcomer(wired.house, place, "李雷")
    assert import_cards(wired.house, place.operations.staff, "1-101,李雷,AA01").added == 0


def test_an_import_reads_only_its_own_estate(wired: TestHouse, place: Place) -> None:
    resident(wired.house, place, "王芳", "1-101")
    other = seed_estate(wired.house, 2)
    imported = import_cards(wired.house, other.operations.staff, "1-101,王芳,AA01")
    assert [row.code for row in imported.bad] == ["import.name"]
