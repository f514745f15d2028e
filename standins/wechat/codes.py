"""Single-use codes that expire: mini-program login, phone number, OAuth."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass

from standins.wechat.refusals import RefusedError

LIFE_SECONDS = 300


@dataclass(slots=True)
class _Code:
    purpose: str
    person_id: str
    until: float
    spent: bool = False


class Codes:
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._codes: dict[str, _Code] = {}

    def issue(self, purpose: str, person_id: str) -> str:
        """A code for ``login``, ``phone`` or ``oauth``."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = _Code(purpose, person_id, self._now() + LIFE_SECONDS)
        return code

    def spend(self, purpose: str, code: object) -> str:
        """The person's id, once. Raises RefusedError 40029 (unknown, expired) or 40163 (spent)."""
        with self._lock:
            found = self._codes.get(code) if isinstance(code, str) else None
            if found is None or found.purpose != purpose or found.until <= self._now():
                raise RefusedError(40029)
            if found.spent:
                raise RefusedError(40163)
            found.spent = True
            return found.person_id
