"""Who comes to the gate in the chaos run: residents with cards and passes, their visitors, and who was cut off."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field

from access.domain.consent import Channel, Purpose
from access.domain.errors import KaimenError
from access.domain.people import App
from access.domain.places import AccessPoint, Estate
from access.domain.residency import Role
from access.domain.staff import Staff
from access.domain.times import HOUR
from access.services import (
    approve_residency,
    consents,
    invite_visitor,
    issue_pass,
    manage_cards,
    register,
    remote_open,
)
from access.services.house import House

RESIDENTS = 12


@dataclass(frozen=True, slots=True)
class Token:
    """Something to hold up.

    Attributes:
        method: ``card`` or ``qr``.
        credential: id of the card or the pass.
    """

    method: str
    text: str
    credential: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """A credential that was cut off.

    Attributes:
        at: when the transaction was committed, Unix seconds.
        version: of the estate's lists that say so.
    """

    token: Token
    at: float
    version: int


@dataclass
class Cast:
    """Uses the services as the doors of the product do, on the database that its processes use."""

    house: House
    estate: Estate
    points: tuple[AccessPoint, ...]
    staff: Staff
    chance: random.Random
    people: list[str] = field(default_factory=list)
    cards: list[Token] = field(default_factory=list)
    visits: list[tuple[str, Token]] = field(default_factory=list)
    revoked: list[Revoked] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: int = 0

    def move_in(self) -> None:
        """Residents of the first building, each with a card."""
        with self.house.db.reading() as stores:
            building = stores.places.buildings(self.estate.id)[0]
            homes = stores.places.households(self.estate.id, building.id)
        for number in range(RESIDENTS):
            person = register.ensure_person(self.house, App.OFFICIAL_ACCOUNT, f"chaos-{number}")
            register.set_name(self.house, person, f"住户{number}")
            notice = consents.current_notice(self.house, self.estate.id)
            consents.record_shown(self.house, person, notice.hash)
            consents.answer(self.house, person, self.estate.id, Purpose.ACCESS, True, notice.hash, Channel.CHAT)
            home = homes[number % len(homes)]
            asked = register.request_residency(self.house, person, home.id, Role.OWNER, None)
            approve_residency.approve(self.house, self.staff, asked.id)
            self.people.append(person)
            self.add_card(person)

    def add_card(self, person: str) -> None:
        with self.lock:
            self._numbers += 1
            number = f"0C{self._numbers:06X}"
        card = manage_cards.add_card(self.house, self.staff, person, number)
        with self.lock:
            self.cards.append(Token("card", number, card.id))

    def invite(self) -> None:
        """A visitor with a one-time pass."""
        person, now = self.chance.choice(self.people), self.house.clock.now()
        try:
            wish = invite_visitor.Wish(self.estate.id, "", now, now + HOUR)
            visit = invite_visitor.invite(self.house, person, wish)
            text = invite_visitor.visitor_pass(self.house, visit.secret).text
        except KaimenError:  # more than an hour's share: enough were invited
            return
        with self.lock:
            self.visits.append((person, Token("qr", text, visit.id)))

    def rolling(self) -> Token:
        """A resident's pass as the phone shows it now."""
        shown = issue_pass.door_pass(self.house, self.chance.choice(self.people), self.estate.id)
        return Token("qr", shown.text(self.house.clock.now()), shown.pass_id)

    def press(self) -> None:
        """A resident opens a door from the phone."""
        now, point = self.house.clock.now(), self.chance.choice(self.points)
        try:
            remote_open.open_remotely(self.house, self.chance.choice(self.people), point.id, now)
        except KaimenError:  # offline, or too often: nothing is sent then
            return

    def revoke_something(self) -> None:
        """Cut off a card (its holder gets another one) or call a visit off."""
        with self.lock:
            card = self.chance.random() < 0.7 or not self.visits
            person, token = ("", self.cards.pop(0)) if card else self.visits.pop(0)
        if card:
            manage_cards.disable_card(self.house, self.staff, token.credential)
            self._cut_off(token)
            self.add_card(self.chance.choice(self.people))
            return
        try:
            invite_visitor.revoke(self.house, person, token.credential)
        except KaimenError:
            return
        self._cut_off(token)

    def version(self) -> int:
        with self.house.db.reading() as stores:
            return stores.places.policy_version(self.estate.id)

    def _cut_off(self, token: Token) -> None:
        done = Revoked(token, time.time(), self.version())
        with self.lock:
            self.revoked.append(done)
