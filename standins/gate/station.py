"""The simulated gate: the real agent, simulated devices, and a cable to the server that can be pulled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from access.domain.errors import InvalidInput, NotFound
from access.domain.places import Method
from access.domain.reasons import WORDS, Reason
from hardware import wire
from hardware.agent.agent import Agent
from hardware.agent.challenging import Film
from hardware.agent.clock import since_boot
from hardware.agent.door import Equipment
from hardware.agent.options import AgentOptions
from hardware.agent.presenting import SCREEN_SECONDS, Outcome
from hardware.drivers.camera.pictures import FACE_SIDE, FILM_SIDE, code_in, face_frame, open_picture
from hardware.drivers.simulated.terminal import SimulatedTerminal
from hardware.wire import MAX_FILM
from standins.gate.cable import Cable
from standins.gate.options import GateSimOptions
from standins.gate.post import Post, outcome_view

MAX_FRAMES = 3
_LONGEST_PAUSE = 2.0
"""A person who plugs the cable in again looks at the page: no minute-long pauses here."""
_HELD_SECONDS = 8.0


class Station:
    """Everything behind the page. Safe to use from several threads."""

    def __init__(self, options: GateSimOptions, ticks: Callable[[], int] = since_boot) -> None:
        """`ticks`: milliseconds since the simulated machine started."""
        self._changes = threading.Condition()
        self._version = 0
        self._walks = options.walks_through
        self._posts: dict[str, Post] = {}
        self._up = Cable(options.server)
        self._down = Cable(options.link)
        self.agent = Agent(
            AgentOptions(
                self._up.url,
                self._down.url,
                options.data,
                longest_pause=_LONGEST_PAUSE,
                held_seconds=_HELD_SECONDS,
                edge_models=options.edge_models,
            ),
            self._equip,
            ticks,
        )
        self.agent.link.on_state(lambda _: self._changed())

    def start(self) -> None:
        self.agent.start()

    def close(self) -> None:
        self.agent.close()
        self._up.close()
        self._down.close()

    # -- what a person does ------------------------------------------------------------------------------

    def ask_movement(self, access_point: str) -> dict[str, Any]:
        """Look into the camera: the movement that the door asks for, or nothing."""
        asked = self.agent.ask_movement(self._key(access_point))
        if asked is None:
            return {}
        return {"id": asked.id, "movement": asked.movement, **asked.words, "seconds": asked.seconds}

    def present(
        self,
        access_point: str,
        method: Method,
        payload: str = "",
        pictures: Sequence[bytes] = (),
        challenge: str = "",
    ) -> dict[str, Any]:
        """Hold something up and wait for the outcome.

        Args:
            access_point: id or number; empty for the first.
            payload: card number or the text of a QR code.
            pictures: of a QR code (the first is read), or of a face.
            challenge: that the pictures answer, a film then.

        Raises:
            NotFound: ``gate.access_point``.
            InvalidInput: nothing to present, or a picture that is none.
        """
        key = self._key(access_point)
        began = time.monotonic()
        most = MAX_FILM if challenge else MAX_FRAMES
        opened = [open_picture(raw) for raw in pictures[:most]]
        frames: Sequence[bytes] = ()
        if method is Method.FACE:
            frames = [face_frame(picture, FILM_SIDE if challenge else FACE_SIDE) for picture in opened]
            frames = Film(frames, challenge) if challenge else frames
        elif opened:
            payload = code_in(opened[0]) or ""
            if not payload:
                return self._unreadable(key, began)
        if not payload and not frames:
            raise InvalidInput("gate.nothing", "hold up a picture, a text or a card number")
        decode_ms = (time.monotonic() - began) * 1000 if opened else 0.0
        outcome = self.agent.present(key, method, payload, frames)
        return self._finished(key, outcome) | {"decode_ms": round(decode_ms, 1)}

    def plug(self, plugged: bool) -> None:
        """Pull the network cable, or put it back."""
        for cable in (self._up, self._down):
            if plugged:
                cable.plug_in()
            else:
                cable.unplug()
        if plugged:
            self.agent.link.nudge()
        self._changed()

    def press_exit(self, access_point: str) -> None:
        button = self._post(access_point).terminal.exit_button
        button.set(True)
        button.set(False)

    def set_fire(self, access_point: str, active: bool) -> None:
        self._post(access_point).terminal.fire_input.set(active)

    def hold_door(self, access_point: str, held: bool) -> None:
        self._post(access_point).walker.hold(held)
        self._changed()

    def force_door(self, access_point: str) -> None:
        self._post(access_point).walker.force()

    # -- what there is to see ----------------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        """The whole state as JSON."""
        agent = self.agent
        policy, now = agent.lists.policy, agent.clock.now()
        return {
            "version": self._version,
            "gate": agent.identity.claim.gate_id,
            "network": {"plugged": self._up.plugged(), "up": agent.link.is_up(), "error": agent.link.last_error()},
            "clock": {"trusted": now is not None, "now": now},
            "lists": None
            if policy is None
            else {
                "version": policy.head.version,
                "fresh_until": policy.head.fresh_until,
                "offline_until": policy.head.offline_until,
                "counts": agent.lists.counts(),
            },
            "buffered": agent.events.buffered(),
            "edge_face": {"here": agent.edge.model is not None, "words": agent.edge.words()},
            "access_points": [self._posts[key].view(door) for key, door in agent.doors.items()],
        }

    def wait_change(self, version: int, timeout: float) -> int:
        """Wait until something changed since `version`; returns the version now. `timeout` in seconds."""
        with self._changes:
            self._changes.wait_for(lambda: self._version > version, timeout)
            return self._version

    def _equip(self, row: wire.AccessPointRow) -> Equipment:
        made = SimulatedTerminal()
        self._posts[row.id] = Post(made, self._walks, self._changed, _now)
        return Equipment(made.relay, made.contact, made.exit_button, made.fire_input, made.tamper, made.screen)

    def _unreadable(self, key: str, began: float) -> dict[str, Any]:
        """No code in the picture: a real scanner would stay silent, the stand-in says so."""
        words, ms = WORDS[Reason.UNREADABLE], (time.monotonic() - began) * 1000
        outcome = Outcome("", Method.QR, False, Reason.UNREADABLE, words, False, True, ms)
        self.agent.doors[key].tell("denied", words, SCREEN_SECONDS)
        return self._finished(key, outcome) | {"decode_ms": round(ms, 1)}

    def _finished(self, key: str, outcome: Outcome) -> dict[str, Any]:
        self._posts[key].finished(outcome)
        return outcome_view(outcome) | {"door": self._posts[key].view(self.agent.doors[key])["door"]}

    def _post(self, access_point: str) -> Post:
        return self._posts[self._key(access_point)]

    def _key(self, access_point: str) -> str:
        for key, door in self.agent.doors.items():
            if access_point in ("", key, str(door.row.number)):
                return key
        raise NotFound("gate.access_point", "this gate has no such access point")

    def _changed(self) -> None:
        with self._changes:
            self._version += 1
            self._changes.notify_all()


def _now() -> int:
    return int(time.time() * 1000)
