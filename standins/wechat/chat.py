"""What each person sees in the chat, numbered, and a way to wait for more."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """One bubble.

    Attributes:
        n: grows by one for each message of the person, from 1.
        at: Unix seconds.
        sender: ``person``, ``account`` or ``system``.
        via: ``message`` or ``event`` (sender person), ``reply``, ``customer_service``, ``template`` or
            ``subscribe`` (sender account), ``error`` or ``note`` (sender system).
        kind: ``text``, ``image``, ``news``, ``card``, ``template``, ``event``, ``error``, ``note``.
        text: words, title of an article or card, or what went wrong.
        detail: second line: description of an article, technical reason of an error.
        url: link of an article or template message; page of a card.
        media_id: of an image, or of a card's picture.
        data: fields of a template or subscription message.
    """

    n: int
    at: int
    sender: str
    via: str
    kind: str
    text: str = ""
    detail: str = ""
    url: str = ""
    media_id: str = ""
    data: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Chats:
    """Every person's messages. Safe for several threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._messages: defaultdict[str, list[Message]] = defaultdict(list)

    def append(self, person_id: str, at: float, sender: str, via: str, kind: str, **rest: Any) -> Message:
        """Add a bubble; `rest` are the other fields of `Message`."""
        with self._changed:
            chat = self._messages[person_id]
            message = Message(len(chat) + 1, int(at), sender, via, kind, **rest)
            chat.append(message)
            self._changed.notify_all()
            return message

    def count(self, person_id: str) -> int:
        with self._changed:
            return len(self._messages[person_id])

    def since(self, person_id: str, n: int, wait_seconds: float = 0.0) -> list[Message]:
        """Messages after number `n`; waits for one for up to `wait_seconds`."""
        deadline = time.monotonic() + wait_seconds
        with self._changed:
            while len(self._messages[person_id]) <= n:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(left)
            return self._messages[person_id][n:]
