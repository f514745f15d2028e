"""What was heard: one inbound message or event, reduced to what the conversation needs. Holds no openid."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.gateway import Inbound, Kind


@dataclass(frozen=True, slots=True)
class Said:
    """A text message."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pictured:
    """A picture."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A follow or a scan; the scene is empty for a follow without a scan."""

    scene: str


@dataclass(frozen=True, slots=True)
class Left:
    """The account was unfollowed."""


@dataclass(frozen=True, slots=True)
class Clicked:
    """A menu click."""

    key: str


@dataclass(frozen=True, slots=True)
class Unusable:
    """Voice, video, location, link, or a kind of message that is not known."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """An event that asks for no answer, such as an opened page or a delivered template message."""


Heard = Said | Pictured | Arrived | Left | Clicked | Unusable | Nothing


def heard(inbound: Inbound) -> Heard:
    """The same delivery in the conversation's words."""
    if inbound.kind is Kind.TEXT:
        return Said(inbound.content)
    if inbound.kind is Kind.IMAGE:
        return Pictured(inbound.media_id)
    if inbound.kind is Kind.EVENT:
        return _event(inbound)
    return Unusable()


def _event(inbound: Inbound) -> Heard:
    match inbound.event:
        case "subscribe" | "scan":
            return Arrived(inbound.event_key)
        case "unsubscribe":
            return Left()
        case "click":
            return Clicked(inbound.event_key)
        case _:
            return Nothing()
