"""The challenge at an access point that asks for a movement: ask which, show the words, film the answer.

The service draws the movement and judges the film; a gate only asks, shows and sends. Without a connection nothing
is asked and no face is compared; passes and cards go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from access.domain.challenges import ChallengeRule
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.reasons import Words
from hardware import wire
from hardware.agent.door import Door
from hardware.agent.server import Server
from hardware.drivers.ports import Camera
from hardware.wire_challenge import ChallengeAnswer, ChallengeRequest

log = structlog.get_logger(__name__)

FRAMES = 10
EVERY_SECONDS = 0.4
"""A film of four seconds: time to read the words and to move slowly."""
_ASK_SECONDS = 3.0


class Film(tuple[bytes, ...]):
    """Frames of a face, in order, that answer a challenge."""

    challenge: str

    def __new__(cls, frames: Sequence[bytes], challenge: str) -> Film:
        """`challenge`: the id given with the movement."""
        film = super().__new__(cls, frames)
        film.challenge = challenge
        return film


def answered(frames: Sequence[bytes]) -> str:
    """Id of the challenge that frames answer; empty for plain pictures."""
    return frames.challenge if isinstance(frames, Film) else ""


class Asker:
    """Asks on behalf of the access points of one gate."""

    def __init__(self, server: Server, link_up: Callable[[], bool]) -> None:
        self._server = server
        self._link_up = link_up

    def ask(self, door: Door) -> ChallengeAnswer | None:
        """The movement to make now, its words on the screen; None where none is asked for or nobody is reached."""
        if door.row.challenge == ChallengeRule.NONE or not self._link_up():
            return None
        body = wire.write(ChallengeRequest(door.row.id))
        try:
            answer = wire.read(self._server.post("/gate/v1/challenges", body, _ASK_SECONDS), ChallengeAnswer)
        except (ExternalSystemError, InvalidInput) as exc:
            log.warning("challenge.unasked", access_point=door.row.number, code=exc.code)
            return None
        door.tell("waiting", Words(answer.words.get("zh", ""), answer.words.get("en", "")), answer.seconds)
        return answer


def film(camera: Camera | None, seen: Sequence[bytes], asked: ChallengeAnswer | None) -> Sequence[bytes]:
    """The film that answers; what the camera had seen before where nothing is asked or it cannot film."""
    if camera is None or asked is None:
        return seen
    return Film((seen[-1], *camera.film(FRAMES, EVERY_SECONDS)), asked.id) if seen else seen
