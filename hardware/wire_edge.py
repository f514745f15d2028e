"""Messages about faces that stay in a gate (docs/gates/edge-face.md): none holds a reference or a picture."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hardware.wire import Id, Instant

Model = Annotated[str, Meta(max_length=64, pattern=r"^[A-Za-z0-9._-]*\Z")]
MAX_HELD = 2_000


class TicketShown(Struct, frozen=True):
    """A resident shows their one-time ticket; `ticket` is the text of its code."""

    ticket: Annotated[str, Meta(pattern=r"^KF1:[0-9A-F]{32}\Z")]


class EnrolmentOffer(Struct, frozen=True):
    """The gate may enrol whoever shows the ticket: under `face`, of `person`, to be kept until `expires_at`."""

    face: Id
    person: Id
    expires_at: Instant


class HeldFace(Struct, frozen=True):
    """That a reference stands here, since when and of which model."""

    face: Id
    model: Model
    enrolled_at: Instant


class HeldFaces(Struct, frozen=True):
    """What a gate says of the option; `why` says why it has not got it, `model` is empty then."""

    available: bool
    why: Annotated[str, Meta(max_length=200)]
    model: Model
    held: Annotated[list[HeldFace], Meta(max_length=MAX_HELD)]
