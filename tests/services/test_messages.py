"""How a message reaches a person: the chat, the template after 48 hours, the mini-program for who asked there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from access.domain.errors import ExternalSystemError
from access.domain.outbox import Task
from access.domain.people import App
from access.services import messages, my_home, outbox, register
from access.services.house import House
from adapters.wechat.fake import Sent
from tests.estate import Place, TestHouse, newcomer

TEMPLATE = "T-notice"


def told(wired: TestHouse, house: House, person_id: str) -> list[Sent]:
    """What WeChat was given to send when the person is told of a card."""
    with house.db.transaction() as stores:
        messages.notify(house, stores, person_id, "card_added", wired.clock.now(), last4="1234")
    outbox.run_once(house)
    return wired.wechat.sent


def with_templates(house: House, **templates: str) -> House:
    return replace(house, policy=replace(house.policy, **templates))


def buried(house: House) -> dict[Task, int]:
    with house.db.reading() as stores:
        return dict(stores.outbox.buried())


@pytest.fixture
def mina(wired: TestHouse) -> str:
    """Somebody of the mini-program alone."""
    return register.ensure_person(wired.house, App.MINI_PROGRAM, "mini-of-mina")


def test_who_tapped_in_the_mini_program_is_told_there_once(wired: TestHouse, mina: str) -> None:
    house = with_templates(wired.house, mini_notice_template=TEMPLATE)
    wired.wechat.grant("mini-of-mina", TEMPLATE)
    said = Sent(
        "subscribe",
        "mini-of-mina",
        template_id=TEMPLATE,
        page=messages.HOME_PAGE,
        data={"thing1": "card_added"},
    )
    assert told(wired, house, mina) == [said]
    assert told(wired, house, mina) == [said]
    assert buried(house) == {}


def test_without_a_template_nobody_is_written_to_in_the_mini_program(wired: TestHouse, mina: str) -> None:
    wired.wechat.grant("mini-of-mina", TEMPLATE)
    assert told(wired, wired.house, mina) == []


def test_another_refusal_of_a_subscription_message_is_told_to_the_operator(wired: TestHouse, mina: str) -> None:
    house = with_templates(wired.house, mini_notice_template=TEMPLATE)
    wired.wechat.fail("wechat.field", permanent=True)
    assert told(wired, house, mina) == []
    assert buried(house) == {Task.MESSAGE: 1}


def test_the_chat_comes_first_and_the_tap_is_kept(wired: TestHouse, place: Place) -> None:
    house = with_templates(wired.house, mini_notice_template=TEMPLATE)
    both = both_accounts(wired, place)
    wired.wechat.grant("mini-of-both", TEMPLATE)
    wired.wechat.wrote("openid-of-both")
    assert [sent.kind for sent in told(wired, house, both)] == ["text"]


@pytest.mark.parametrize(
    ("templates", "kinds"),
    [
        ({"notice_template": "T-old"}, ["template"]),
        ({"notice_template": "T-old", "mini_notice_template": TEMPLATE}, ["template"]),
        ({"mini_notice_template": TEMPLATE}, ["subscribe"]),
        ({}, []),
    ],
)
def test_after_the_48_hours_the_brief_message_that_is_set_up(
    wired: TestHouse, place: Place, templates: dict[str, str], kinds: list[str]
) -> None:
    house = with_templates(wired.house, **templates)
    both = both_accounts(wired, place)
    wired.wechat.grant("mini-of-both", TEMPLATE)
    wired.wechat.followed("openid-of-both")
    spend_quota(wired, "openid-of-both")
    wired.wechat.sent.clear()
    sent = told(wired, house, both)
    assert [one.kind for one in sent] == kinds
    assert all(one.data == {"thing1": "card_added"} for one in sent)
    assert buried(house) == ({} if kinds else {Task.MESSAGE: 1})


def test_the_phone_offers_it_to_who_has_no_chat(wired: TestHouse, place: Place, mina: str) -> None:
    house = with_templates(wired.house, mini_notice_template=TEMPLATE)
    assert my_home.told_by(house, mina) == TEMPLATE
    assert my_home.told_by(house, both_accounts(wired, place)) == ""
    assert my_home.told_by(wired.house, mina) == ""


def both_accounts(wired: TestHouse, place: Place) -> str:
    person_id = newcomer(wired.house, place, "both")
    with wired.house.db.transaction() as stores:
        sealed = wired.house.keyring.seal_identity(stores, person_id, "mini-of-both")
        account = wired.house.keyring.account(App.MINI_PROGRAM, "mini-of-both")
        stores.people.link_account(person_id, App.MINI_PROGRAM, account, sealed)
    return person_id


def spend_quota(wired: TestHouse, openid: str) -> None:
    """Send until WeChat takes no more: three follow-up messages after an event."""
    for _ in range(3):
        wired.wechat.send_text(openid, "words")
    with pytest.raises(ExternalSystemError, match="45047"):
        wired.wechat.send_text(openid, "words")
