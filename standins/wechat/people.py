"""The simulated people and their openids, which differ from account to account."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from dataclasses import dataclass

_ID = re.compile(r"[a-z0-9-]{1,32}")
NAME_LIMIT = 32

# Invented people, so that a fresh stand-in is not empty.
FIRST_PEOPLE = (("chen", "陈秀英"), ("li", "李明"), ("zhao", "赵小雨"))


@dataclass(slots=True)
class Person:
    """One simulated WeChat user.

    Attributes:
        id: short name used in addresses.
        follows: follows the official account.
        followed_at: Unix seconds.
        scene: of the QR code the person followed by.
        snapshot: WeChat gives pages only a throw-away identity.
    """

    id: str
    name: str
    phone: str
    follows: bool = False
    followed_at: int = 0
    scene: str = ""
    snapshot: bool = False


class People:
    """Who there is. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._people: dict[str, Person] = {}

    def add(self, name: str, person_id: str | None = None) -> Person:
        """Add a person, or give back the one with that id.

        Raises:
            ValueError: for a name of no or more than 32 characters, or a malformed id.
        """
        name = name.strip()
        if not 1 <= len(name) <= NAME_LIMIT:
            raise ValueError("a name has 1 to 32 characters")
        with self._lock:
            person_id = person_id or f"p{len(self._people) + 1}"
            if not _ID.fullmatch(person_id):
                raise ValueError("an id has 1 to 32 of a-z, 0-9 and -")
            phone = f"138{int(_digest(person_id).hex(), 16) % 10**8:08d}"
            return self._people.setdefault(person_id, Person(person_id, name, phone))

    def put(self, person: Person) -> None:
        with self._lock:
            self._people[person.id] = person

    def find(self, person_id: str) -> Person | None:
        with self._lock:
            return self._people.get(person_id)

    def all(self) -> list[Person]:
        with self._lock:
            return list(self._people.values())

    def by_openid(self, appid: str, openid: object) -> Person | None:
        return next((one for one in self.all() if openid_of(appid, one.id) == openid), None)


def openid_of(appid: str, person_id: str) -> str:
    """28 characters, the same after a restart."""
    return "o" + base64.urlsafe_b64encode(_digest(f"{appid}/{person_id}")).decode()[:27]


def unionid_of(person_id: str) -> str:
    return "u" + base64.urlsafe_b64encode(_digest(f"union/{person_id}")).decode()[:27]


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
