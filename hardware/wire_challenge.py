"""Messages of the challenge at an access point (docs/gates/wire.md); formats only, as in `hardware.wire`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hardware.wire import Id, Line


class ChallengeRequest(Struct, frozen=True):
    """Somebody looks into the camera of an access point that asks for a movement."""

    access_point_id: Id


class ChallengeAnswer(Struct, frozen=True):
    """The movement to make. `id` goes with the film, once, within `seconds`; `words` stand on the screen."""

    id: Id
    movement: Annotated[str, Meta(max_length=16)]
    words: dict[str, Line]
    seconds: Annotated[int, Meta(ge=1, le=600)]
