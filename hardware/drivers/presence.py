"""A device that goes and comes: told once each time, not every two seconds while it is away."""

from __future__ import annotations

from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Presence:
    """Args: kind: such as ``scanner``, the first word of what is logged; device: which one."""

    def __init__(self, kind: str, device: str | int) -> None:
        self._kind = kind
        self._device = device
        self._there: bool | None = None

    def here(self) -> None:
        """It answers."""
        self._tell(True)

    def lost(self, why: object = "", **more: Any) -> None:
        """It does not."""
        self._tell(False, error=str(why), **more)

    def _tell(self, there: bool, **more: Any) -> None:
        if there is self._there:
            return
        self._there = there
        if there:
            log.info(f"{self._kind}.here", device=self._device)
        else:
            log.warning(f"{self._kind}.lost", device=self._device, **more)
