"""What is fuzzed: each target takes bytes and raises only where a parser breaks its promise.

Promised is more than "no crash": nothing that nobody signed is taken for genuine, and nothing that a terminal sent
becomes a second line of an order.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from zoneinfo import ZoneInfo

from nacl.signing import SigningKey

from access.domain import passes
from access.domain.errors import InvalidInput
from access.domain.reasons import Reason
from access.domain.terminals import Dialect, dialect_of, serial_number
from access.services.terminals_log import instant_of
from access.services.terminals_orders import Kind, Order
from hardware import wire, wire_challenge, wire_edge
from hardware.drivers.keyboard_scanner.scanner import EVENT, Typist
from hardware.drivers.osdp.cards import keys_of, number_of
from hardware.drivers.wiegand.frames import bits_of, decode, key_of
from hardware.server.adms import orders, text

SEED = b"f" * 32
KEY_ID = "fuzz"
_KEYS = {KEY_ID: bytes(SigningKey(SEED).verify_key)}
_MESSAGES = (
    wire.ClaimRequest,
    wire.Presentation,
    wire.Acks,
    wire.EventUpload,
    wire.Receipt,
    wire.ClaimAnswer,
    wire.PresentationAnswer,
    wire_challenge.ChallengeRequest,
    wire_edge.HeldFaces,
)
_NOW = 1_800_000_000_000
GENUINE = tuple(passes.PassBody(1, "0123456789abcdef", 7, 1, _NOW, 1_440, uses) for uses in (1, 0))
"""A visitor's pass and a resident's, the only ones that were ever signed with `SEED`."""
_ZONES = tuple(ZoneInfo(name) for name in ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"))
_LONGEST_NUMBER = 20


def frame(data: bytes) -> None:
    """Signed frames and the messages of the gates' wire; the first byte chooses."""
    choice, raw = data[:1], data[1:]
    with contextlib.suppress(InvalidInput):
        if choice in (b"c", b"l"):
            wire.open_command(raw, _KEYS) if choice == b"c" else wire.open_lists(raw, _KEYS)
            return
        message = wire.read(raw, _MESSAGES[(choice or b"\0")[0] % len(_MESSAGES)])
        again = wire.read(wire.write(message), type(message))
        assert again == message


def qr(data: bytes) -> None:
    """A pass as a scanner reads it."""
    shown = data.decode("utf-8", errors="replace")
    presented = passes.read(shown)
    if not isinstance(presented, Reason) and presented.body.minutes <= passes.MAX_MINUTES:
        assert presented.body.pack() == presented.packed
    verified = passes.verify(shown, estate=7, keys=_PassKeys(), opens=lambda _: True, at=_NOW + 60_000)
    assert isinstance(verified, Reason) or verified.body in GENUINE


def osdp_card(data: bytes) -> None:
    """A card or keypad event: kind, length in two bytes, data."""
    kind, length, raw = data[:1], int.from_bytes(data[1:3], "little"), data[3:]
    assert set(keys_of(raw)) <= set("0123456789*#")
    bits = bits_of(raw, length % 80)
    with contextlib.suppress(InvalidInput):
        decode(bits)
    assert key_of(bits) in (*"0123456789*#", None)
    with contextlib.suppress(InvalidInput):
        assert len(number_of((kind or b"\0")[0], length, raw)) <= _LONGEST_NUMBER


def adms(data: bytes) -> None:
    """Bodies and queries of vendors' terminals; the first byte chooses."""
    choice, said = data[:1], data[1:].decode("utf-8", errors="replace")
    if choice == b"s":
        with contextlib.suppress(InvalidInput):
            assert serial_number(said).isascii()
        assert dialect_of(said) in Dialect
        return
    for line in text.lines(said):
        for entry in (text.attlog(line), text.rtlog(line)):
            if entry is not None:
                assert all(0 <= instant_of(entry.local, zone, _NOW) <= _NOW for zone in _ZONES)
        asked = text.asking(line)
        if asked is not None:
            _no_second_line(asked.shown)
    assert len(text.results(said)) <= text.MAX_RESULTS


def scanner(data: bytes) -> None:
    """Input events of a scanner that types."""
    typist = Typist()
    for at in range(0, len(data) - EVENT.size + 1, EVENT.size):
        _seconds, _microseconds, kind, code, value = EVENT.unpack_from(data, at)
        line = typist.take(kind, code, value)
        assert line is None or line.isascii()


def _no_second_line(card: str) -> None:
    for dialect in Dialect:
        with contextlib.suppress(InvalidInput):
            written = orders.line(Order(5, Kind.PUT, pin=1, card=card), dialect)
            assert not set(written) & {"\n", "\r"}
            assert "shell" not in written.lower()


class _PassKeys:
    def verify_key(self, key_id: int) -> bytes | None:
        return _KEYS[KEY_ID] if key_id == 1 else None

    def day_key(self, day: int) -> bytes | None:
        return b"d" * 32


TARGETS: dict[str, Callable[[bytes], None]] = {
    "frame": frame,
    "qr": qr,
    "osdp_card": osdp_card,
    "adms": adms,
    "scanner": scanner,
}
