"""Faces that stay in this gate: matching on the gate, the upkeep of what is kept, and what the service is told.

No picture and no reference is ever handed on from here: only the name of the one that matched, and of those that
stand. Who may be matched is said by the signed lists: a reference that they do not name opens nothing.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from access.domain.challenges import ChallengeRule
from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import Identification, Match, Rejected
from access.domain.reasons import Reason
from hardware import wire, wire_edge
from hardware.agent import edge_store
from hardware.agent.clock import TrustedClock
from hardware.agent.edge_option import FaceModel, open_model, why_absent
from hardware.agent.edge_store import EdgeStore, KeptFace
from hardware.agent.lists import ListStore
from hardware.agent.server import Server

log = structlog.get_logger(__name__)

FAILURES_BEFORE_PAUSE = 5
PAUSE_SECONDS = 60.0
_LOOK_BACK_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Matched:
    """The name of the reference that matched."""

    face: str


@dataclass(frozen=True, slots=True)
class Stays:
    """The face goes nowhere, and opens nothing; why."""

    reason: Reason


class EdgeDesk:
    """One gate's. Where the option is absent it still erases and says that it is absent. Safe for threads."""

    def __init__(
        self,
        data: Path,
        gate: str,
        models: Path | None,
        server: Server,
        clock: TrustedClock,
        lists: ListStore,
        opener: Callable[[Path], FaceModel] = open_model,
    ) -> None:
        """Args: models: folder of the network files, None where the option is not wanted; opener: opens them."""
        self._server = server
        self._clock = clock
        self._lists = lists
        self._telling = threading.RLock()
        self._told = b""
        self._failed: dict[str, deque[float]] = {}
        self._looks = ThreadPoolExecutor(max_workers=1, thread_name_prefix="edge-face")
        self._upkeep = ThreadPoolExecutor(max_workers=1, thread_name_prefix="edge-upkeep")
        self.absent = why_absent(models)
        self.model = self._open_model(models, opener)
        self.store = self._open_store(data, gate)
        self._fill()

    def look(self, row: wire.AccessPointRow, frames: Sequence[bytes]) -> Matched | Stays | None:
        """Whether somebody kept here looks into the camera of an access point; None leaves it to the service.

        Where no face may leave the access point the answer is never None. Where a movement is asked for, the
        service alone judges it.
        """
        access_point, edge_only = row.id, row.face_edge_only
        candidates = self._candidates() if row.challenge == ChallengeRule.NONE else frozenset()
        if self.model is None or not candidates:
            return self._stays(access_point, Reason.FACE_UNKNOWN if self.model else Reason.METHOD_OFF, edge_only)
        if edge_only and self._is_paused(access_point):
            return Stays(Reason.FACE_PAUSED)
        found = self._identify(frames, candidates)
        if isinstance(found, Match):
            self._failed.pop(access_point, None)
            return Matched(found.person_id)
        if isinstance(found, Rejected):
            self._note_failure(access_point)
            return Stays(Reason.FACE_QUALITY)  # it may be somebody who did not let their face leave the gate
        return self._stays(access_point, Reason.FACE_UNKNOWN, edge_only)

    def encode(self, pictures: Sequence[bytes]) -> list[bytes | Rejected]:
        """One reference, or why not, for each enrolment sample."""
        model, store = self.model, self.store
        if model is None or store is None:
            return []
        return self._looks.submit(
            lambda: [model.encode(picture, store.transform_key) for picture in pictures]
        ).result()

    def keep(self, face: KeptFace, references: Sequence[bytes]) -> None:
        """Keep a reference here, and tell the service that one stands; the telling is made good later if need be.

        Raises:
            sqlite3.Error: nothing was kept.
        """
        if self.store is None:
            return
        with self._telling:
            self.store.put(face, references)
            self._fill()
        self.upkeep_soon(online=True)

    def forget_person(self, person: str) -> int:
        """Erase what is kept of a person; how many faces. Raises sqlite3.Error: it is kept still."""
        with self._telling:
            count = 0 if self.store is None else self.store.erase_person(person)
            self._fill()
            return count

    def forget_face(self, face: str) -> int:
        with self._telling:
            count = 0 if self.store is None else self.store.erase(face)
            self._fill()
            return count

    def upkeep(self, *, online: bool) -> None:
        """Erase what its consent has outlived, by the time that has surely come; tell the service of changes."""
        with self._telling:
            self._expire()
            if online:
                self._tell_if_possible()

    def upkeep_soon(self, *, online: bool) -> None:
        """`upkeep` in a thread of its own, for callers that must not wait for the network."""
        with suppress(RuntimeError):  # the agent stops: the next start does it
            self._upkeep.submit(self.upkeep, online=online)

    def words(self) -> str:
        """For an operator: whether faces are matched here, and how many; why not."""
        if self.model is None:
            return self.absent
        return f"matches here, {len(self.kept())} enrolled, model {self.model.name}"

    def kept(self) -> list[KeptFace]:
        return [] if self.store is None else self.store.kept()

    def close(self) -> None:
        for workers in (self._upkeep, self._looks):
            workers.shutdown(wait=True, cancel_futures=True)
        if self.store is not None:
            self.store.close()

    def _open_model(self, models: Path | None, opener: Callable[[Path], FaceModel]) -> FaceModel | None:
        if self.absent or models is None:
            return None
        try:
            return self._looks.submit(opener, models).result()
        except (RuntimeError, ImportError, OSError) as exc:
            self.absent = f"absent: {exc}"
            return None

    def _open_store(self, data: Path, gate: str) -> EdgeStore | None:
        """Also where the option is gone again: what was kept still has to be erased when it is asked for."""
        if self.model is None and not edge_store.is_there(data):
            return None
        try:
            return EdgeStore(data, gate)
        except (sqlite3.Error, OSError) as exc:
            log.error("edge.store", error=str(exc))
            self.absent, self.model = f"absent: the store does not open: {exc}", None
            return None

    def _fill(self) -> None:
        """Bring the gallery in memory in step with the store."""
        model, store = self.model, self.store
        if model is None or store is None:
            return
        faces = [(one.id, store.references(one.id)) for one in store.kept() if one.model == model.name]
        self._looks.submit(model.hold, [face for face in faces if face[1]], store.transform_key).result()

    def _candidates(self) -> frozenset[str]:
        at = self._clock.floor()
        return frozenset(
            one.id for one in self.kept() if at < one.expires_at and self._lists.edge_face(one.id) is not None
        )

    def _identify(self, frames: Sequence[bytes], candidates: frozenset[str]) -> Identification:
        model = self.model
        if model is None:
            raise AssertionError("asked only where there is a model")
        return self._looks.submit(model.identify, frames, candidates).result()

    def _stays(self, access_point: str, reason: Reason, edge_only: bool) -> Stays | None:
        if not edge_only:
            return None
        self._note_failure(access_point)
        return Stays(reason)

    def _note_failure(self, access_point: str) -> None:
        self._failed.setdefault(access_point, deque(maxlen=FAILURES_BEFORE_PAUSE)).append(time.monotonic())

    def _is_paused(self, access_point: str) -> bool:
        """Five failures close together pause the face for a minute (GB 50396: at most five wrong tries)."""
        failed, now = self._failed.get(access_point, ()), time.monotonic()
        close = [at for at in failed if now - at < _LOOK_BACK_SECONDS]
        return len(close) >= FAILURES_BEFORE_PAUSE and now - close[-1] < PAUSE_SECONDS

    def _expire(self) -> None:
        try:
            erased = 0 if self.store is None else self.store.erase_expired(self._clock.floor())
        except sqlite3.Error as exc:
            log.error("edge.not_expired", error=str(exc))
            return
        if erased:
            log.info("edge.expired", count=erased)
            self._fill()

    def _tell_if_possible(self) -> None:
        try:
            self._tell()
        except (ExternalSystemError, InvalidInput, sqlite3.Error) as exc:
            log.warning("edge.not_told", code=getattr(exc, "code", type(exc).__name__))

    def _tell(self) -> None:
        held = [wire_edge.HeldFace(one.id, one.model, one.enrolled_at) for one in self.kept()]
        name = "" if self.model is None else self.model.name
        body = wire.write(wire_edge.HeldFaces(self.model is not None, self.absent[:200], name, held))
        if body != self._told:
            self._server.post("/gate/v1/edge-faces", body)
            self._told = body
