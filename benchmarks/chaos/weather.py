"""Bad weather between the gate and its server: `faulty` carries the bytes, this delays, drops and corrupts them."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from faulty.core import FaultyProxy
from faulty.middlewares import BaseMiddleware


@dataclass(frozen=True, slots=True)
class Spell:
    """How bad it is: shares of the chunks (0 to 1), and the longest delay in seconds."""

    delayed: float = 0.0
    longest: float = 0.0
    dropped: float = 0.0
    corrupted: float = 0.0


CALM = Spell()
SPELLS = (
    CALM,
    Spell(delayed=0.8, longest=0.5),
    Spell(delayed=0.3, longest=12.0),
    Spell(dropped=0.1),
    Spell(corrupted=0.1),
    Spell(delayed=0.3, longest=1.0, dropped=0.05, corrupted=0.05),
)


class Weather(BaseMiddleware):  # type: ignore[misc]  # the library has no types
    """One for both directions of both proxies; counts what it really did."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.spell = CALM
        self.done: Counter[str] = Counter()

    async def process(self, chunk: bytes) -> AsyncGenerator[bytes, None]:
        spell = self.spell
        if self._chance.random() < spell.dropped:
            self.done["chunks dropped"] += 1
            return
        if self._chance.random() < spell.delayed:
            self.done["chunks delayed"] += 1
            await asyncio.sleep(self._chance.uniform(0.0, spell.longest))
        if self._chance.random() < spell.corrupted:
            self.done["chunks corrupted"] += 1
            chunk = self._corrupt(chunk)
        yield chunk

    def _corrupt(self, chunk: bytes) -> bytes:
        at = self._chance.randrange(len(chunk))
        return chunk[:at] + bytes([chunk[at] ^ self._chance.randrange(1, 256)]) + chunk[at + 1 :]


class Proxies:
    """Listens on ports of this machine and carries to others, in a thread of its own."""

    def __init__(self, weather: Weather, ways: dict[int, int]) -> None:
        """`ways`: port listened on to port carried to."""
        logging.getLogger("faulty.proxy").setLevel(logging.CRITICAL)  # a killed server refuses: that is the point
        self._loop = asyncio.new_event_loop()
        self._proxies = [FaultyProxy("127.0.0.1", here, "127.0.0.1", there) for here, there in ways.items()]
        for proxy in self._proxies:
            proxy.add_ingress_rule(weather)
            proxy.add_egress_rule(weather)
        threading.Thread(target=self._loop.run_forever, name="weather", daemon=True).start()

    def start(self) -> None:
        for proxy in self._proxies:
            asyncio.run_coroutine_threadsafe(proxy.__aenter__(), self._loop).result(10)

    def stop(self) -> None:
        """End the listeners and whatever is still being carried."""
        asyncio.run_coroutine_threadsafe(_end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)


async def _end_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
