"""Fakes at the ports, one of each, shared by every service test."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from PIL import Image

from access.domain.challenges import Movement
from access.domain.errors import ExternalSystemError
from access.domain.faces import (
    ClaimNeeded,
    Encoded,
    Encoding,
    Identification,
    Match,
    Met,
    Movements,
    NoMatch,
    QualityReason,
    Rejected,
)
from access.ports import GalleryEntry, GallerySource

MODEL = "fake/1"
_BLOCKS = 20
_BLOCK = 12
START = 1_790_000_000_000
"""2026-09-21, an instant for tests."""


class FakeClock:
    """A clock that stands still until told."""

    def __init__(self, at: int = START) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def advance(self, ms: int) -> None:
        self.at += ms


def picture(name: str, quality: QualityReason | None = None) -> bytes:
    """A real JPEG in whose blocks `FakeFaceEngine` reads a name, and what is wrong with the sample if anything."""
    said = f"face:{name}:{quality or ''}".encode()
    bits = "".join(f"{byte:08b}" for byte in bytes([len(said)]) + said).ljust(_BLOCKS**2, "0")
    small = Image.new("L", (_BLOCKS, _BLOCKS))
    small.putdata([255 * int(bit) for bit in bits])
    out = io.BytesIO()
    small.resize((_BLOCKS * _BLOCK, _BLOCKS * _BLOCK), Image.Resampling.NEAREST).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def film(name: str, movement: Movement, of: str | None = None) -> list[bytes]:
    """Frames in which somebody makes a movement; `of` another person ends it."""
    return [picture(name)] * 4 + [picture(f"{of or name}>{movement}")]


@lru_cache(maxsize=64)
def _said(picture: bytes) -> str:
    """What `picture` wrote; empty for any other bytes."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            small = opened.convert("L").resize((_BLOCKS, _BLOCKS), Image.Resampling.BOX)
    except OSError:
        return ""
    bits = "".join("1" if tone > 127 else "0" for tone in small.tobytes())
    read = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
    return read[1 : 1 + read[0]].decode(errors="replace")


class FakeFaceEngine:
    """Recognises make-believe pictures by name; galleries come from a real `GallerySource`.

    Attributes:
        away: every call fails as if the process were gone.
        alike: names that look like each other.
        most: largest gallery among whom faces are told apart; above it a claim is asked for.
        asked: how often a face was compared.
        used: name of the model that encodes.
        before: models that are compared besides.
    """

    def __init__(self) -> None:
        self.source: GallerySource | None = None
        self.away = False
        self.alike: frozenset[str] = frozenset()
        self.most = 1_000
        self.asked = 0
        self.used = MODEL
        self.before: frozenset[str] = frozenset()

    def encode(self, picture: bytes, estate_id: str | None = None) -> Encoding:
        self._check()
        name, reason = self._read(picture)
        if reason is not None:
            return Rejected(reason)
        return Encoded(name.encode(), self.used, 0.9)

    def challenge(self, movement: Movement, frames: Sequence[bytes]) -> Movements:
        """Met by a film whose first frame says nothing is wrong and whose last was made by `moved`."""
        self._check()
        name, reason = self._read(frames[0])
        if reason is not None:
            return Rejected(reason)
        end = self._read(frames[-1])[0]
        if end == f"{name}>{movement}":
            return Met((0,))
        if end.endswith(f">{movement}"):
            return Rejected(QualityReason.INCONSISTENT)
        return Rejected(QualityReason.NOT_BLINKED if movement is Movement.BLINK else QualityReason.NOT_TURNED)

    def consistent(self, references: Sequence[bytes]) -> bool:
        self._check()
        return len(set(references)) <= 1

    def look_alikes(self, estate_id: str, reference: bytes, person_id: str) -> Sequence[str]:
        self._check()
        name = reference.decode()
        return [
            entry.person_id
            for entry in self._entries(estate_id)
            if entry.person_id != person_id
            and (entry.reference == reference or {name, entry.reference.decode()} <= self.alike)
        ]

    def identify(self, estate_id: str, access_point_id: str, frames: Sequence[bytes]) -> Identification:
        self._check()
        assert self.source is not None
        allowed = self.source.candidates(estate_id, access_point_id)
        if len(allowed) > self.most:
            return ClaimNeeded()
        self.asked += 1
        name, reason = self._read(frames[0])
        if reason is not None:
            return Rejected(reason)
        for entry in self._entries(estate_id):
            if entry.person_id in allowed and entry.reference == name.encode():
                return Match(entry.person_id, 0.9, 0.5)
        return NoMatch()

    def verify(
        self, estate_id: str, access_point_id: str, person_id: str, frames: Sequence[bytes]
    ) -> Identification:
        self._check()
        self.asked += 1
        name, reason = self._read(frames[0])
        if reason is not None:
            return Rejected(reason)
        mine = [e for e in self._entries(estate_id) if e.person_id == person_id]
        return Match(person_id, 0.9, 0.5) if any(e.reference == name.encode() for e in mine) else NoMatch()

    def refresh(self, estate_id: str) -> int:
        self._check()
        return 0 if self.source is None else self.source.version(estate_id)

    def holds(self, estate_id: str, person_id: str) -> bool:
        self._check()
        return any(entry.person_id == person_id for entry in self._entries(estate_id))

    def model(self) -> str:
        self._check()
        return self.used

    def compares(self) -> frozenset[str]:
        self._check()
        return self.before | {self.used}

    def largest_gallery(self) -> int:
        self._check()
        return self.most

    def _entries(self, estate_id: str) -> Sequence[GalleryEntry]:
        return [] if self.source is None else self.source.references(estate_id)

    def _check(self) -> None:
        if self.away:
            raise ExternalSystemError("face.away", "the face process is away")

    @staticmethod
    def _read(picture: bytes) -> tuple[str, QualityReason | None]:
        parts = _said(picture).split(":")
        if len(parts) != 3 or parts[0] != "face":
            return "", QualityReason.NOT_A_PICTURE
        return parts[1], QualityReason(parts[2]) if parts[2] else None


@dataclass
class RecordingGateLink:
    """Keeps which gates were woken."""

    woken: list[str] = field(default_factory=list)

    def wake(self, gate_id: str) -> None:
        self.woken.append(gate_id)


@dataclass
class CountingLimiter:
    """Allows everything until `full` is set; keeps what was counted."""

    full: bool = False
    counted: list[str] = field(default_factory=list)

    def allow(self, key: str, limit: int, window_ms: int) -> bool:
        self.counted.append(key)
        return not self.full


class PlainTexts:
    """Texts whose words are the name and the values, so that a test sees both."""

    def say(self, name: str, **values: str) -> str:
        return " ".join([name, *(f"{key}={value}" for key, value in sorted(values.items()))])

    def brief(self, name: str) -> str:
        return name[:20]
