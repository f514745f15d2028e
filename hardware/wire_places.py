"""Access points as gates get them, and the types of ids, instants and short texts; a part of `hardware.wire`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from access.domain.times import FOREVER

Id = Annotated[str, Meta(pattern=r"^[0-9a-f]{16}\Z")]
Instant = Annotated[int, Meta(ge=0, le=FOREVER)]
Line = Annotated[str, Meta(max_length=200)]


class AreaRow(Struct, frozen=True):
    """An area that an access point leads into or out of; see `access.domain.passback.Area`."""

    id: Id
    leads: Literal["in", "out"]
    forgive_minutes: Annotated[int, Meta(ge=1, le=1_440)]
    nightly: Annotated[int, Meta(ge=0, lt=1_440)] | None
    reset_at: Instant


class AccessPointRow(Struct, frozen=True):
    """An access point as a gate knows it: `relay_ms` in milliseconds, `building` None for the estate's own,
    `duress` the keyed hash of the duress code (`access.domain.duress`)."""

    id: Id
    number: Annotated[int, Meta(ge=1, le=65_535)]
    name_zh: Line
    name_en: Line
    methods: Annotated[list[Annotated[str, Meta(max_length=16)]], Meta(max_length=8)]
    relay_ms: Annotated[int, Meta(ge=100, le=60_000)]
    building: Id | None = None
    challenge: Annotated[str, Meta(max_length=16)] = "none"
    areas: Annotated[list[AreaRow], Meta(max_length=50)] = []
    duress: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?\Z")] = ""
    face_edge_only: bool = False
