"""The face engine where no face process is set: every question is answered with "away", so face is denied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from access.domain.challenges import Movement
from access.domain.errors import ExternalSystemError


class FacelessEngine:
    """Implements `access.ports.FaceEngine`; holds nobody, recognises nobody."""

    def encode(self, _picture: bytes, _estate_id: str) -> NoReturn:
        raise _away()

    def challenge(self, _movement: Movement, _frames: Sequence[bytes]) -> NoReturn:
        raise _away()

    def consistent(self, _references: Sequence[bytes]) -> NoReturn:
        raise _away()

    def look_alikes(self, _estate_id: str, _reference: bytes, _person_id: str) -> NoReturn:
        raise _away()

    def identify(self, _estate_id: str, _access_point_id: str, _frames: Sequence[bytes]) -> NoReturn:
        raise _away()

    def verify(self, _estate_id: str, _access_point_id: str, _person_id: str, _frames: Sequence[bytes]) -> NoReturn:
        raise _away()

    def refresh(self, _estate_id: str) -> int:
        """There is no gallery to bring in step."""
        return 0

    def holds(self, _estate_id: str, _person_id: str) -> bool:
        """Nothing is held, so an erasure is not kept waiting."""
        return False

    def model(self) -> NoReturn:
        raise _away()

    def compares(self) -> NoReturn:
        raise _away()

    def largest_gallery(self) -> NoReturn:
        raise _away()


def _away() -> ExternalSystemError:
    return ExternalSystemError("face.away", "no face process is set (KAIMEN_FACE_ADDRESS)", permanent=True)
