"""Walking the audit chain from its first row."""

from __future__ import annotations

from dataclasses import dataclass

from access.domain.audit import GENESIS, faults
from access.services.house import House

PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Verified:
    """What a walk found.

    Attributes:
        head: hash of the newest row (hexadecimal), to be compared with an anchored one.
        faults: one sentence for each changed, removed or inserted row.
    """

    rows: int
    head: str
    faults: tuple[str, ...]


def verify(house: House) -> Verified:
    """Read the chain in pages and check each row against the one before."""
    after, head, found = 0, GENESIS, list[str]()
    rows = 0
    while True:
        with house.db.reading() as stores:
            page = stores.audit.page(after, PAGE)
        if not page:
            return Verified(rows, head, tuple(found))
        found.extend(faults(page, head, after + 1))
        rows += len(page)
        after, head = page[-1].seq, page[-1].hash
