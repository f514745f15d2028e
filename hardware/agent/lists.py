"""The signed lists as this gate holds them: a snapshot plus deltas, rows in SQLite, small lists also in memory.

A file of its own. It may be lost at any time: what is missing is fetched again, and until then nothing is
granted by it.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
import threading
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from access.domain.credentials import card_number
from access.domain.errors import Conflict
from access.domain.places import AccessPoint, Method
from access.domain.schedules import Schedule, Window
from hardware import wire
from hardware.agent import storage
from hardware.agent.policy import Head, Policy, Rule

_SCHEMA = """
CREATE TABLE IF NOT EXISTS head (one INTEGER PRIMARY KEY CHECK (one = 1), value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS rows (
    list TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (list, key)
) WITHOUT ROWID;
"""
_TYPES = {field.name: field.type for field in msgspec.structs.fields(wire.Lists)}


class ListStore:
    """The lists in their file, and the policy that is decided by.

    Whoever asks for a card reads by a connection of its own: checking the hash of 50,000 cards takes a while, and
    nobody waits at the door for it.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._read_lock = threading.Lock()
        self._changed = threading.Condition()
        self._followers: list[Callable[[], None]] = []
        self._db = _open(path)
        self._reads = sqlite3.connect(path, check_same_thread=False, timeout=10)
        self._reads.execute("PRAGMA cache_size=-500")
        self._counts: dict[str, int] = {}
        self.policy: Policy | None = self._load()

    def follow(self, call: Callable[[], None]) -> None:
        """`call` runs whenever new lists come into force; nobody who waits for a version goes on before that."""
        self._followers.append(call)

    def take_snapshot(self, snapshot: wire.Snapshot) -> None:
        """Replace everything. Nothing changes unless all of it is written."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM rows")
            for name in _TYPES:
                self._insert(name, getattr(snapshot.lists, name))
            self._put_head(_head(snapshot))
        self._in_force(self._load())

    def take_delta(self, delta: wire.Delta) -> None:
        """Apply a delta.

        Raises:
            Conflict: ``lists.gap`` or ``lists.hash``: nothing changed, a snapshot is needed.
        """
        policy = self.policy
        if policy is None or policy.head.version != delta.from_version or policy.head.gate != delta.gate:
            raise Conflict("lists.gap", "the delta does not follow what is held")
        head = msgspec.structs.replace(
            policy.head,
            version=delta.version,
            issued=delta.issued,
            fresh_until=delta.fresh_until,
            offline_until=delta.offline_until,
        )
        with self._lock, self._db:
            for change in delta.lists:
                self._apply(change)
            self._put_head(head)
        self._in_force(self._load())

    def wait_version(self, version: int, timeout: float) -> bool:
        """Wait until lists of at least this version are in force; `timeout` in seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: self.policy is not None and self.policy.head.version >= version, timeout
            )

    def card(self, number: str) -> wire.CardRow | None:
        """The card of a number as read; None when it is not in the list. Raises InvalidInput(``card.number``)."""
        policy = self.policy
        if policy is None:
            return None
        value = self._value("cards", card_token(policy.card_key, number))
        return None if value is None else msgspec.json.decode(value, type=wire.CardRow)

    def edge_face(self, face: str) -> wire.CardRow | None:
        """The holder of a face that stays in this gate; None where the lists do not name it."""
        value = self._value("edge_faces", face)
        return None if value is None else msgspec.json.decode(value, type=wire.CardRow)

    def is_revoked(self, pass_id: str) -> bool:
        return self._value("revoked_passes", pass_id) is not None

    def forget_person(self, person: str) -> int:
        """Drop the cards of a holder, and that a face of theirs stays here. Returns how many."""
        with self._lock, self._db:
            held = self._db.execute("SELECT list, key, value FROM rows WHERE list IN ('cards', 'edge_faces')")
            keys = [
                (name, key)
                for name, key, value in held
                if msgspec.json.decode(value, type=wire.CardRow).holder == person
            ]
            self._db.executemany("DELETE FROM rows WHERE list = ? AND key = ?", keys)
            self._count()
        return len(keys)

    def counts(self) -> dict[str, int]:
        """Rows by list; asked every few seconds, so counted when they change."""
        return dict(self._counts)

    def close(self) -> None:
        with self._lock, self._read_lock:
            self._reads.close()
            self._db.close()

    def _count(self) -> None:
        self._counts = dict(self._db.execute("SELECT list, count(*) FROM rows GROUP BY list").fetchall())

    def _in_force(self, policy: Policy | None) -> None:
        with self._changed:
            self.policy = policy
            for call in self._followers:
                call()
            self._changed.notify_all()

    def _value(self, name: str, key: str) -> bytes | None:
        with self._read_lock:
            row = self._reads.execute("SELECT value FROM rows WHERE list = ? AND key = ?", (name, key)).fetchone()
        return None if row is None else bytes(row[0])

    def _insert(self, name: str, rows: Mapping[str, Any]) -> None:
        encode = msgspec.json.encode
        self._db.executemany(
            "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", ((name, key, encode(row)) for key, row in rows.items())
        )

    def _apply(self, change: wire.ListDelta) -> None:
        if change.name not in _TYPES:
            raise Conflict("lists.hash", f"no such list: {change.name}")
        checked = wire.convert(change.adds, _TYPES[change.name])
        self._db.executemany("DELETE FROM rows WHERE list = ? AND key = ?", [(change.name, k) for k in change.dels])
        self._insert(change.name, checked)
        if self._hash(change.name) != change.hash:
            raise Conflict("lists.hash", f"the list {change.name} is not what the server holds")

    def _hash(self, name: str) -> str:
        rows = self._db.execute("SELECT key, value FROM rows WHERE list = ?", (name,))
        return wire.list_hash({key: msgspec.json.decode(value) for key, value in rows})

    def _put_head(self, head: Head) -> None:
        self._db.execute("INSERT OR REPLACE INTO head VALUES (1, ?)", (msgspec.json.encode(head),))

    def _load(self) -> Policy | None:
        with self._lock:
            self._count()
            row = self._db.execute("SELECT value FROM head").fetchone()
            if row is None:
                return None
            small = {
                name: {
                    key: msgspec.json.decode(value)
                    for key, value in self._db.execute("SELECT key, value FROM rows WHERE list = ?", (name,))
                }
                for name in ("access_points", "rules", "schedules", "pass_keys", "day_keys", "sets")
            }
        return _policy(msgspec.json.decode(row[0], type=Head), small)


def card_token(card_key: bytes, number: str) -> str:
    """Key of a card in the list: HMAC-SHA256(card_key, number)[:16] in hexadecimal (wire protocol, 10)."""
    return hmac.digest(card_key, card_number(number).encode("ascii"), hashlib.sha256)[:16].hex()


def _open(path: Path) -> sqlite3.Connection:
    """A damaged file is thrown away: everything in it can be fetched again. One without room to open it is not."""
    for attempt in (1, 2):
        db = sqlite3.connect(path, check_same_thread=False, timeout=10)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA cache_size=-2000")
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check")
            db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as exc:
            db.close()
            if attempt == 2 or not storage.is_damage(exc):  # noqa: PLR2004 - the fresh file fails too
                raise
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        else:
            return db
    raise AssertionError("unreachable")


def _head(snapshot: wire.Snapshot) -> Head:
    return Head(
        gate=snapshot.gate,
        version=snapshot.version,
        issued=snapshot.issued,
        fresh_until=snapshot.fresh_until,
        offline_until=snapshot.offline_until,
        estate=snapshot.estate,
        estate_number=snapshot.estate_number,
        timezone=snapshot.timezone,
        card_key=snapshot.card_key,
    )


def _policy(head: Head, small: Mapping[str, Mapping[str, Any]]) -> Policy:
    points = wire.convert(small["access_points"], dict[str, wire.AccessPointRow])
    schedules = wire.convert(small["schedules"], dict[str, wire.ScheduleRow])
    rules = wire.convert(small["rules"], dict[str, wire.RuleRow])
    return Policy(
        head=head,
        card_key=wire.unpack(head.card_key, wire.KEY_BYTES),
        rows=points,
        access_points={key: _access_point(head.estate, row) for key, row in points.items()},
        schedules={key: _schedule(key, head.estate, row) for key, row in schedules.items()},
        rules=tuple(Rule(row.ap, row.schedule, row.building) for row in rules.values()),
        pass_keys={int(key): wire.unpack(value, wire.KEY_BYTES) for key, value in small["pass_keys"].items()},
        day_keys={int(key): wire.unpack(value, wire.KEY_BYTES) for key, value in small["day_keys"].items()},
        sets={int(key): frozenset(value) for key, value in small["sets"].items()},
    )


def _access_point(estate: str, row: wire.AccessPointRow) -> AccessPoint:
    known = frozenset(Method(name) for name in row.methods if name in set(Method))
    return AccessPoint(row.id, estate, row.number, row.name_zh, row.name_en, row.building, known, row.relay_ms)


def _schedule(key: str, estate: str, row: wire.ScheduleRow) -> Schedule:
    return Schedule(
        key,
        estate,
        key,
        tuple(tuple(Window(start, end) for start, end in day) for day in row.weekly),
        {
            date.fromisoformat(day): tuple(Window(start, end) for start, end in windows)
            for day, windows in row.special.items()
        },
    )
