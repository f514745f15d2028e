"""The audit chain: append-only rows, each hash covering the row before it.

Tags follow ``source:subject:action`` (``staff:residency:approve``). Details hold ids and codes, never names.
Canonical JSON is RFC 8785.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import rfc8785

GENESIS = "0" * 64
_quick = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False).encode


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row.

    Attributes:
        seq: contiguous from 1.
        hash: SHA-256 (hexadecimal) over the canonical row with `previous`.
    """

    seq: int
    at: int
    actor: str
    tag: str
    subject: str
    details: dict[str, str | int | bool | None]
    previous: str
    hash: str


def chain(
    seq: int,
    at: int,
    actor: str,
    tag: str,
    subject: str,
    details: dict[str, str | int | bool | None],
    previous: str,
) -> AuditEntry:
    """The entry that follows `previous` (GENESIS for the first)."""
    digest = _digest(seq, at, actor, tag, subject, details, previous)
    return AuditEntry(seq, at, actor, tag, subject, details, previous, digest)


def faults(entries: Iterable[AuditEntry], previous: str = GENESIS, first: int = 1) -> Iterator[str]:
    """What is wrong with a run of entries: changed, removed or inserted rows, by sequence number."""
    expected = first
    for entry in entries:
        if entry.seq != expected:
            yield f"row {expected}: missing or out of order (found {entry.seq})"
        if entry.previous != previous:
            yield f"row {entry.seq}: does not follow the row before it"
        if not _fits(entry):
            yield f"row {entry.seq}: content was changed"
        previous, expected = entry.hash, entry.seq + 1


def _fits(entry: AuditEntry) -> bool:
    """Whether the row is what its hash covers.

    The standard library's encoder is many times faster and gives the canonical form for texts, whole numbers and
    ASCII names; where it does not, RFC 8785's own decides.
    """
    body = (entry.seq, entry.at, entry.actor, entry.tag, entry.subject, entry.details, entry.previous)
    try:
        return hashlib.sha256(_quick(body).encode()).hexdigest() == entry.hash or _digest(*body) == entry.hash
    except (TypeError, ValueError, RecursionError):
        return False  # no row that has a canonical form, so none that was ever chained


@dataclass(frozen=True, slots=True)
class Head:
    """The chain's newest row at the end of a day, signed: rows before it can no longer be cut off unseen.

    Attributes:
        day: UTC, ISO 8601.
        signature: Ed25519 by the platform's audit key over `head_message`, hexadecimal.
    """

    day: str
    seq: int
    hash: str
    at: int
    signature: str


def head_message(day: str, seq: int, digest: str, at: int) -> bytes:
    """What a head's signature covers."""
    return f"kaimen.audit-head.v1\n{day}\n{seq}\n{digest}\n{at}".encode()


def _digest(
    seq: int,
    at: int,
    actor: str,
    tag: str,
    subject: str,
    details: dict[str, str | int | bool | None],
    previous: str,
) -> str:
    facts: dict[str, str | int | bool | None] = dict(details)
    body = (seq, at, actor, tag, subject, facts, previous)
    return hashlib.sha256(rfc8785.dumps(body)).hexdigest()
