"""Make-believe faces for a gate that matches by itself: a picture says whose it is, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from access.domain.faces import Identification, Match, NoMatch, QualityReason, Rejected

MARK = b"reference-that-never-leaves/"


def look(name: str, number: int = 1, reason: QualityReason | None = None) -> bytes:
    """A frame of somebody; `number` tells two frames of one person apart."""
    return f"{name}|{number}|{reason or ''}".encode()


class FakeFaceModel:
    """`hardware.agent.edge_option.FaceModel` by name."""

    name = "fake-1"
    largest_gallery = 100

    def __init__(self, _models: Path) -> None:
        self.held: dict[str, list[bytes]] = {}
        self.twins: frozenset[str] = frozenset()

    def encode(self, picture: bytes, key: bytes) -> bytes | Rejected:
        name, number, reason = picture.decode().split("|")
        return Rejected(QualityReason(reason)) if reason else MARK + f"{name}|{number}|{key.hex()}".encode()

    def one_person(self, references: Sequence[bytes]) -> bool:
        return len({_name(one) for one in references}) == 1

    def distinct(self, one: bytes, other: bytes) -> bool:
        return one != other

    def hold(self, faces: Sequence[tuple[str, Sequence[bytes]]], key: bytes) -> None:
        self.held = {name: list(kept) for name, kept in faces}

    def alike(self, reference: bytes, others_than: Collection[str]) -> bool:
        near = {_name(reference)} | (self.twins if _name(reference) in self.twins else frozenset())
        return any(_name(kept[0]) in near and face not in others_than for face, kept in self.held.items())

    def identify(self, frames: Sequence[bytes], candidates: Collection[str]) -> Identification:
        seen = [frame.decode().split("|") for frame in frames]
        good = {name for name, _, reason in seen if not reason}
        if not good:
            return Rejected(QualityReason(seen[0][2]))
        if len(good) > 1:
            return Rejected(QualityReason.INCONSISTENT)
        found = [face for face in candidates if face in self.held and _name(self.held[face][0]) in good]
        return Match(found[0], 0.9, 0.5) if found else NoMatch()


def _name(reference: bytes) -> str:
    return reference.removeprefix(MARK).decode().split("|")[0]
