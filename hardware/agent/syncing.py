"""Fetching the signed lists: a delta where one follows what is held, else the whole snapshot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import structlog

from access.domain.errors import Conflict, InvalidInput
from hardware import wire
from hardware.agent.identity import Identity
from hardware.agent.lists import ListStore
from hardware.agent.memory import give_back
from hardware.agent.passback import Passback
from hardware.agent.server import Server

log = structlog.get_logger(__name__)


class Syncer:
    def __init__(
        self,
        server: Server,
        identity: Identity,
        keys: Callable[[], Mapping[str, bytes]],
        lists: ListStore,
        passback: Passback,
    ) -> None:
        self._server = server
        self._identity = identity
        self._keys = keys
        self._lists = lists
        self._passback = passback
        self._lock = threading.Lock()

    def sync(self) -> bool:
        """Bring the lists up to date. True when another version of them came into force.

        Raises:
            ExternalSystemError, InvalidInput, sqlite3.Error: what is held stays in force.
        """
        with self._lock:
            policy = self._lists.policy
            try:
                self._fetch(
                    {} if policy is None else {"from": str(policy.head.version), "issued": str(policy.head.issued)}
                )
            except Conflict as exc:
                log.warning("lists.whole_again", code=exc.code)
                self._fetch({})
            give_back()
            held = self._lists.policy
            return held is not None and (policy is None or held.head.version != policy.head.version)

    def forget(self, person: str) -> int:
        """Erase a person's rows. Returns how many."""
        self._passback.forget(person)
        with self._lock:
            return self._lists.forget_person(person)

    def _fetch(self, params: dict[str, str]) -> None:
        body = wire.open_lists(self._server.get("/gate/v1/snapshot", params), self._keys())
        if body.gate != self._identity.claim.gate_id:
            raise InvalidInput("lists.gate", "the lists are another gate's")
        held = self._lists.policy
        if held is not None and body.issued < held.head.issued:
            raise InvalidInput("lists.old", "the lists are older than those held")
        if isinstance(body, wire.Delta):
            self._lists.take_delta(body)
        else:
            self._lists.take_snapshot(body)
        log.info("lists.taken", kind=body.kind, version=body.version)
