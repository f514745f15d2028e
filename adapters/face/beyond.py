"""What both engines offer beyond the port: the challenge of channels with video."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from access.domain.faces import Rejected


@runtime_checkable
class BeyondPort(Protocol):
    """Implemented by `InProcessFaceEngine` and `RemoteFaceEngine`."""

    def challenge(self, kind: str, frames: Sequence[bytes]) -> bool | Rejected:
        """True when the frames, in order, show what was asked; a frame without a usable picture refuses all.

        Args:
            kind: ``turn_left``, ``turn_right`` or ``blink``.
            frames: 3 to 20 pictures of one short video.

        Raises:
            InvalidInput: ``face.challenge``, an unknown kind; ``face.frames``, too few or too many.
        """
        ...
