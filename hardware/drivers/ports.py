"""What the agent needs from the things at a gate, as Protocols; each device folder implements some of them.

Listeners are called from the driver's own thread and must return at once. A driver that cannot reach its
device raises `DriverError`; the agent then reports the opening as failed and never assumes that it worked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from access.domain.reasons import Words


class DriverError(Exception):
    """The device did not do what it was asked, or is not there. The message is English, for the log."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """A card as read.

    Attributes:
        number: hexadecimal digits, upper case, as `access.domain.credentials.card_number` gives them.
    """

    number: str


@dataclass(frozen=True, slots=True)
class Display:
    """What a terminal's screen shows to the person in front of it.

    Attributes:
        phase: ``idle``, ``waiting``, ``granted``, ``denied``, ``open`` or ``fire``.
        words: the sentence in both languages.
    """

    phase: str
    words: Words


class Relay(Protocol):
    """The lock's relay. Energised means unlocked; software can only open, never hold a door shut."""

    def pulse(self, milliseconds: int) -> None:
        """Energise now, release by itself after `milliseconds`; returns at once.

        Raises:
            DriverError: the relay did not switch.
        """
        ...

    def hold(self) -> None:
        """Energise and stay so until `release`. Raises DriverError."""
        ...

    def release(self) -> None:
        """Stop energising. Raises DriverError."""
        ...


class Contact(Protocol):
    """An input with two states: door contact (True: door open), exit button, fire input, tamper switch."""

    def active(self) -> bool: ...
    def on_change(self, listener: Callable[[bool], None]) -> None: ...


class CardReader(Protocol):
    """A reader of cards, with or without a keypad."""

    def on_card(self, listener: Callable[[CardRead], None]) -> None: ...
    def on_keys(self, listener: Callable[[str], None]) -> None:
        """`listener` gets each key as it is pressed: digits, ``*`` for clear, ``#`` for enter."""
        ...


class CodeScanner(Protocol):
    """A scanner of QR codes that gives text."""

    def on_code(self, listener: Callable[[str], None]) -> None: ...


class Camera(Protocol):
    """A camera that watches for codes and for somebody who looks into it."""

    def on_code(self, listener: Callable[[str], None]) -> None: ...
    def on_face(self, listener: Callable[[Sequence[bytes]], None]) -> None:
        """`listener` gets one to three JPEG pictures, newest last."""
        ...

    def film(self, count: int, every_seconds: float) -> Sequence[bytes]:
        """So many JPEG pictures, one every so often, from now on; fewer when the camera fails. Waits for them."""
        ...


class Screen(Protocol):
    """Where the person looks."""

    def show(self, display: Display) -> None: ...
