"""All that the stand-in remembers, in one object handed to every door."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from standins.wechat.chat import Chats
from standins.wechat.clock import Clock
from standins.wechat.codes import Codes
from standins.wechat.faults import Faults
from standins.wechat.media import Media
from standins.wechat.options import StandInOptions
from standins.wechat.people import FIRST_PEOPLE, People
from standins.wechat.quota import Quota
from standins.wechat.saved import load, save
from standins.wechat.scenes import Scenes
from standins.wechat.subscriptions import Grants
from standins.wechat.tokens import Tokens


class World:
    """The simulated WeChat. Each part locks itself.

    Attributes:
        callback_url: where messages go; may be set while running.
        menu: the official account's buttons, as set by `menu/create`.
        requests: how often each API path was asked.
    """

    def __init__(self, options: StandInOptions) -> None:
        self.options = options
        self.callback_url = options.callback_url
        self.clock = Clock()
        self.people = People()
        self.chats = Chats()
        self.quota = Quota(self.clock.now)
        self.tokens = Tokens(self.clock.now)
        self.codes = Codes(self.clock.now)
        self.grants = Grants()
        self.scenes = Scenes(self.clock.now)
        self.media = Media(self.clock.now)
        self.faults = Faults()
        self.menu: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        if options.data is not None:
            self.menu = load(options.data, self.people, self.scenes)
        if not self.people.all():
            for person_id, name in FIRST_PEOPLE:
                self.people.add(name, person_id)

    def keep(self) -> None:
        """Write what outlives a restart."""
        if self.options.data is not None:
            with self._lock:
                save(self.options.data, self.people, self.scenes, self.menu)

    def count(self, path: str) -> None:
        with self._lock:
            self._requests[path] += 1

    def requests(self) -> dict[str, int]:
        with self._lock:
            return dict(self._requests)
