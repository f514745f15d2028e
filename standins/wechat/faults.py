"""Faults of the simulated servers, switched on and off while they run."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from standins.wechat.refusals import RefusedError

LONGEST_HANG_SECONDS = 60.0
KINDS = ("errcode", "status", "hang", "garbage")


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        path: of the API (``/cgi-bin/message/custom/send``), or ``*`` for all.
        kind: ``errcode`` answers `code` as errcode, ``status`` answers HTTP `code`, ``hang`` holds the answer
            until faults are cleared, ``garbage`` answers HTML with status 200.
        times: how many requests it still strikes; below zero for ever.
    """

    path: str
    kind: str
    code: int = 0
    times: int = -1

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._cleared = threading.Event()

    def add(self, fault: Fault) -> None:
        """Raises ValueError for an unknown kind."""
        if fault.kind not in KINDS:
            raise ValueError(f"kind is one of {', '.join(KINDS)}")
        with self._lock:
            self._faults.append(fault)
            self._cleared.clear()

    def clear(self) -> None:
        """Remove all; held answers go out."""
        with self._lock:
            self._faults.clear()
            self._cleared.set()

    def all(self) -> list[Fault]:
        with self._lock:
            return list(self._faults)

    def strike(self, path: str) -> tuple[str, int] | None:
        """Body and HTTP status of a faulty answer, None for a sound one; may hang, may raise RefusedError."""
        fault = self._take(path)
        if fault is None:
            return None
        if fault.kind == "errcode":
            raise RefusedError(fault.code)
        if fault.kind == "hang":
            self._cleared.wait(LONGEST_HANG_SECONDS)
            return "", 504
        return "<html><body>busy</body></html>", fault.code if fault.kind == "status" else 200

    def _take(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.path in {path, "*"} and fault.times != 0:
                    fault.times -= 1 if fault.times > 0 else 0
                    return fault
        return None
