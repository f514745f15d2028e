"""References that stay in this gate, on its disk: each sealed under a key of its own person.

The person's key is wrapped under the gate's (`edge.key`, protected as the device's key is: a file that the agent's
user alone may read). That guards a copy of the database alone, such as a backup or a page left on the disk, and
makes an erasure final: with the person's key the references can be read no more. It does not guard a stolen machine
whose whole disk can be read; docs/gates/edge-face.md says what does.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import Aead

from hardware.agent import storage
from hardware.agent.identity import write_private

FILE = "edge.sqlite3"
KEY_FILE = "edge.key"
_KEY_BYTES = 32
_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS faces (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, model TEXT NOT NULL, enrolled_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class KeptFace:
    """What is known of a reference without opening it. `id` is the name under which the service knows of it."""

    id: str
    person: str
    model: str
    enrolled_at: int
    expires_at: int


class EdgeStore:
    """Safe to use from several threads."""

    def __init__(self, data: Path, gate: str) -> None:
        """Open or make the store of a gate; what another gate kept in this folder, or cannot be read, goes.

        Raises:
            sqlite3.Error, OSError: the disk is full or gone.
        """
        self._lock = threading.RLock()
        self._data = data
        self._gate_key = _gate_key(data)
        self._db = self._open(gate)
        self.transform_key = self._transform_key()

    def put(self, face: KeptFace, references: Sequence[bytes]) -> None:
        """Keep a person's references in place of any kept before; on the disk when this returns."""
        key = secrets.token_bytes(_KEY_BYTES)
        sealed = Aead(key).encrypt(msgspec.msgpack.encode(list(references)), _context(face.id))
        row = (
            face.id,
            face.person,
            face.model,
            face.enrolled_at,
            face.expires_at,
            self._wrap(face.id, key),
            sealed,
        )
        with self._lock, self._db:
            self._drop("person = ?", face.person)
            self._db.execute("INSERT INTO faces VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def kept(self) -> list[KeptFace]:
        """Every face, the oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT id, person, model, enrolled_at, expires_at FROM faces ORDER BY enrolled_at, id"
            ).fetchall()
        return [KeptFace(*row) for row in rows]

    def references(self, face_id: str) -> list[bytes]:
        """The references of a face; empty, and the row erased, where they cannot be opened."""
        with self._lock:
            row = self._db.execute("SELECT wrapped_key, sealed FROM faces WHERE id = ?", (face_id,)).fetchone()
        if row is None:
            return []
        try:
            key = Aead(self._gate_key).decrypt(row[0], _context(face_id))
            return msgspec.msgpack.decode(Aead(key).decrypt(row[1], _context(face_id)), type=list[bytes])
        except (CryptoError, ValueError, msgspec.MsgspecError):
            self.erase(face_id)
            return []

    def erase(self, face_id: str) -> int:
        """Overwrite and delete one face. Returns how many there were."""
        return self._erase("id = ?", face_id)

    def erase_person(self, person: str) -> int:
        return self._erase("person = ?", person)

    def erase_expired(self, at: int) -> int:
        """Whatever its consent has outlived at an instant that has surely come."""
        return self._erase("expires_at <= ?", at)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _erase(self, where: str, value: str | int) -> int:
        with self._lock, self._db:
            return self._drop(where, value)

    def _drop(self, where: str, value: str | int) -> int:
        """The key is overwritten in place before its row goes; SQLite zeroes what is freed (secure_delete)."""
        blank = "UPDATE faces SET wrapped_key = zeroblob(length(wrapped_key)), sealed = zeroblob(length(sealed))"
        self._db.execute(f"{blank} WHERE {where}", (value,))
        return self._db.execute(f"DELETE FROM faces WHERE {where}", (value,)).rowcount  # noqa: S608 - words of our own

    def _wrap(self, face_id: str, key: bytes) -> bytes:
        return bytes(Aead(self._gate_key).encrypt(key, _context(face_id)))

    def _open(self, gate: str) -> sqlite3.Connection:
        path = self._data / FILE
        for attempt in (1, 2):
            db = sqlite3.connect(path, check_same_thread=False, timeout=10)
            try:
                _prepare(db)
                owner = db.execute("SELECT value FROM meta WHERE name = 'gate'").fetchone()
                if owner is not None and bytes(owner[0]) != gate.encode():
                    raise sqlite3.DatabaseError("another gate's store")
                with db:
                    db.execute("INSERT OR IGNORE INTO meta VALUES ('gate', ?)", (gate.encode(),))
                path.chmod(0o600)
            except sqlite3.DatabaseError as exc:
                db.close()
                if attempt == 2 or not storage.is_damage(exc):  # noqa: PLR2004 - the fresh file fails too
                    raise
                self._throw_away()
            else:
                return db
        raise AssertionError("unreachable")

    def _throw_away(self) -> None:
        for name in (FILE, f"{FILE}-journal", KEY_FILE):
            with suppress(FileNotFoundError):
                (self._data / name).unlink()
        self._gate_key = _gate_key(self._data)

    def _transform_key(self) -> bytes:
        """The secret turn of this gate's references: those of two gates cannot be joined (ISO/IEC 24745)."""
        with self._lock, self._db:
            row = self._db.execute("SELECT value FROM meta WHERE name = 'transform'").fetchone()
            if row is not None:
                with suppress(CryptoError, ValueError):
                    return bytes(Aead(self._gate_key).decrypt(row[0], _context("transform")))
                self._db.execute("DELETE FROM faces")  # under a key that is gone: nothing can be opened any more
            key = secrets.token_bytes(_KEY_BYTES)
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('transform', ?)", (self._wrap("transform", key),))
            return key


def is_there(data: Path) -> bool:
    """Whether anything was ever kept in this folder."""
    return (data / FILE).exists()


def _prepare(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA secure_delete=ON")
    db.execute("PRAGMA journal_mode=TRUNCATE")
    db.execute("PRAGMA synchronous=FULL")
    if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("quick_check")
    db.executescript(_SCHEMA)


def _gate_key(data: Path) -> bytes:
    """The key of this folder, made on first use; one that cannot be read is replaced, and opens nothing then."""
    path = data / KEY_FILE
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        key = b""
    if len(key) != _KEY_BYTES:
        key = secrets.token_bytes(_KEY_BYTES)
        write_private(path, key.hex().encode("ascii"))
    return key


def _context(name: str) -> bytes:
    return b"kaimen edge face v1\n" + name.encode()
