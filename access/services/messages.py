"""Telling a person something that their own act, or a decision about them, brought about. Never marketing.

A message is queued in the transaction of the act itself; what it says is sealed under the person's identity
key, so it dies with the key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from access.domain.errors import ExternalSystemError, NotFound
from access.domain.ids import new_id
from access.domain.outbox import Job, Task
from access.domain.people import App
from access.domain.reading import ReadPurpose
from access.services.chat import follows
from access.services.home_adults import adults_with
from access.services.house import House
from access.services.personal_data import Reader, read_message, read_openid
from access.stores import Stores

HOME_PAGE = "pages/home/home"
"""Where a subscription message leads: the mini-program's first page says what is to be done."""


def notify(house: House, stores: Stores, person_id: str, text_name: str, at: int, **values: str) -> None:
    """Queue the text `text_name` (see templates/messages) for a person, inside the caller's transaction."""
    sealed = house.keyring.seal_identity(stores, person_id, json.dumps(values, ensure_ascii=False))
    payload = {"person": person_id, "text": text_name, "sealed": sealed.hex()}
    stores.outbox.add(Task.MESSAGE, f"message/{new_id()}", payload, at)


@dataclass(frozen=True, slots=True)
class _Letter:
    """What to say to whom.

    Attributes:
        official: openid of the chat; None without an account there, or where the person has left the chat.
        mini: openid of the mini-program, where there is an account and a template to write to it by.
    """

    official: str | None
    mini: str | None
    words: str
    brief: str


def deliver(house: House, job: Job) -> None:
    """Send one queued message by the official account, or to who has none there by the mini-program.

    A person without any account, or erased meanwhile, has nothing to be sent to: the job ends quietly.

    Raises:
        ExternalSystemError: WeChat refused or did not answer.
    """
    try:
        letter = _open(house, job)
    except NotFound:
        return
    if letter.official is None:
        _send_subscribed(house, letter)
    else:
        _send(house, letter, letter.official)


def _open(house: House, job: Job) -> _Letter:
    """Raises NotFound for who was erased."""
    person_id, text_name = job.payload["person"], job.payload["text"]
    now = house.clock.now()
    reader = Reader("job", ReadPurpose.SEND_SERVICE_MESSAGE, now)
    with house.db.transaction() as stores:
        receiver = _receiver(stores, person_id, now)
        official = read_openid(stores, house.keyring, receiver, App.OFFICIAL_ACCOUNT, reader)
        if official is not None and not follows(stores, house.keyring.account(App.OFFICIAL_ACCOUNT, official)):
            official = None  # who has left the chat is not written to there
        mini = None
        if house.policy.mini_notice_template:
            mini = read_openid(stores, house.keyring, receiver, App.MINI_PROGRAM, reader)
        plain = read_message(stores, house.keyring, person_id, bytes.fromhex(job.payload["sealed"]))
    words = house.texts.say(text_name, **json.loads(plain))
    if receiver != person_id:
        return _Letter(
            official, mini, house.texts.say("about_child", words=words), house.texts.brief("about_child")
        )
    return _Letter(official, mini, words, house.texts.brief(text_name))


def _receiver(stores: Stores, person_id: str, now: int) -> str:
    """The person; for a child without any account the guardian who answered last, of those who still live there.

    Where none of those does, an adult who lives with the child; where nobody does any more, who answered last.
    """
    if stores.people.accounts_of(person_id):
        return person_id
    answered = stores.consents.of_person(person_id)
    guardians = [answer.guardian_id for answer in answered if answer.guardian_id is not None]
    if not guardians:
        return person_id
    estate = stores.places.estate(answered[-1].estate_id)
    there = adults_with(stores, person_id, estate, now) if estate is not None else ()
    near = [who for who in guardians if who in there]
    return next(iter([*near[-1:], *there[:1]]), guardians[-1])


def _send(house: House, letter: _Letter, openid: str) -> None:
    """A customer-service message; once WeChat's 48 hours are over, whichever brief message is set up."""
    try:
        house.wechat.send_text(openid, letter.words)
    except ExternalSystemError as exc:
        if exc.code != "wechat.quota":
            raise
        if house.policy.notice_template:
            page = f"{house.policy.public_url}/m/"
            house.wechat.send_template(openid, house.policy.notice_template, page, {"thing1": letter.brief})
        elif letter.mini is not None:
            _send_subscribed(house, letter)
        else:
            raise


def _send_subscribed(house: House, letter: _Letter) -> None:
    """One tap in the mini-program is one message: who has not tapped since the last is not written to."""
    if letter.mini is None:
        return
    try:
        template = house.policy.mini_notice_template
        house.wechat.send_subscribe(letter.mini, template, HOME_PAGE, {"thing1": letter.brief})
    except ExternalSystemError as exc:
        if exc.code != "wechat.not_subscribed":
            raise
