"""Telling a person something that their own act, or a decision about them, brought about. Never marketing.

A message is queued in the transaction of the act itself; what it says is sealed under the person's identity
key, so it dies with the key.
"""

from __future__ import annotations

import json

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

_THING = 20
"""A ``thing`` field of a template holds at most 20 characters."""


def notify(house: House, stores: Stores, person_id: str, text_name: str, at: int, **values: str) -> None:
    """Queue the text `text_name` (see templates/messages) for a person, inside the caller's transaction."""
    sealed = house.keyring.seal_identity(stores, person_id, json.dumps(values, ensure_ascii=False))
    payload = {"person": person_id, "text": text_name, "sealed": sealed.hex()}
    stores.outbox.add(Task.MESSAGE, f"message/{new_id()}", payload, at)


def deliver(house: House, job: Job) -> None:
    """Send one queued message by the official account.

    A person without an account there, or erased meanwhile, has nothing to be sent to: the job ends quietly.

    Raises:
        ExternalSystemError: WeChat refused or did not answer.
    """
    person_id = job.payload["person"]
    now = house.clock.now()
    reader = Reader("job", ReadPurpose.SEND_SERVICE_MESSAGE, now)
    try:
        with house.db.transaction() as stores:
            receiver = _receiver(stores, person_id, now)
            openid = read_openid(stores, house.keyring, receiver, App.OFFICIAL_ACCOUNT, reader)
            if openid is not None and not follows(stores, house.keyring.account(App.OFFICIAL_ACCOUNT, openid)):
                return  # who has left the chat is not written to
            plain = read_message(stores, house.keyring, person_id, bytes.fromhex(job.payload["sealed"]))
    except NotFound:
        return
    if openid is None:
        return
    words = house.texts.say(job.payload["text"], **json.loads(plain))
    _send(house, openid, words if receiver == person_id else house.texts.say("about_child", words=words))


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


def _send(house: House, openid: str, text: str) -> None:
    """A customer-service message; once WeChat's 48 hours are over, the template message where one is set."""
    try:
        house.wechat.send_text(openid, text)
    except ExternalSystemError as exc:
        if exc.code != "wechat.quota" or not house.policy.notice_template:
            raise
        brief = {"thing1": text[:_THING]}
        house.wechat.send_template(openid, house.policy.notice_template, f"{house.policy.public_url}/m/", brief)
