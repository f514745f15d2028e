"""Walking the audit chain from its first row, against the signed heads of the days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from access.domain.audit import GENESIS, AuditEntry, Head, faults, head_message
from access.services.anchor_audit import heads, public_key
from access.services.house import House

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk found.

    Attributes:
        head: hash of the newest row (hexadecimal).
        heads: signed heads that were compared.
        faults: one sentence for each changed, removed or inserted row, or head that does not hold.
    """

    rows: int
    head: str
    heads: int
    faults: tuple[str, ...]


def verify(house: House, kept: Sequence[Head] = ()) -> Verified:
    """Check each row against the one before, and each head against its row.

    Args:
        kept: heads that somebody kept outside the database.
    """
    signed = [*heads(house), *kept]
    found = list(_false_heads(signed, public_key(house)))
    wanted: dict[int, list[Head]] = {}
    for one in signed:
        wanted.setdefault(one.seq, []).append(one)
    last, previous = 0, GENESIS
    for page in _pages(house):
        found.extend(faults(page, previous, last + 1))
        for entry in page:
            found.extend(_covers(one, entry) for one in wanted.pop(entry.seq, []) if one.hash != entry.hash)
        last, previous = page[-1].seq, page[-1].hash
    found.extend(_missing(wanted, last))
    return Verified(last, previous, len(signed), tuple(found))


def _pages(house: House) -> Iterator[Sequence[AuditEntry]]:
    after = 0
    while True:
        with house.db.reading() as stores:
            page = stores.audit.page(after, PAGE)
        if not page:
            return
        yield page
        after = page[-1].seq


def _false_heads(signed: Iterable[Head], key: bytes) -> Iterator[str]:
    for one in signed:
        try:
            VerifyKey(key).verify(head_message(one.day, one.seq, one.hash, one.at), bytes.fromhex(one.signature))
        except (BadSignatureError, ValueError):
            yield f"head of {one.day}: its signature does not hold"


def _covers(head: Head, entry: AuditEntry) -> str:
    return f"row {entry.seq}: is not the one that the head of {head.day} covers"


def _missing(wanted: dict[int, list[Head]], last: int) -> Iterator[str]:
    beyond = [one for heads_there in wanted.values() for one in heads_there if one.seq > last]
    if beyond:
        newest = max(beyond, key=lambda one: one.seq)
        yield f"rows {last + 1} to {newest.seq}: removed; the head of {newest.day} covers them"
