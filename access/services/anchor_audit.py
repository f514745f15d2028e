"""The daily signed head of the audit chain: what stood before it can no longer be cut off or written anew unseen.

Heads stand in the database and, where the operator prints them (`kaimen audit heads`), outside it: whoever can
write to the database and holds the master key could sign anew, but not change a copy that somebody else keeps.
"""

from __future__ import annotations

from datetime import UTC, datetime

from nacl.signing import SigningKey

from access.domain.audit import Head, head_message
from access.domain.times import SECOND
from access.services.house import House


def anchor(house: House) -> int:
    """Sign the newest row as today's head (UTC), once a day; how many heads were made. A periodic duty."""
    now = house.clock.now()
    day = datetime.fromtimestamp(now / SECOND, UTC).date().isoformat()
    with house.db.transaction() as stores:
        last = stores.audit.last_seq()
        if last == 0 or stores.platform.head(day) is not None:
            return 0
        (newest,) = stores.audit.page(last - 1, 1)
        key = SigningKey(house.keyring.audit_seed(stores))
        signature = key.sign(head_message(day, newest.seq, newest.hash, now)).signature
        return int(stores.platform.add_head(Head(day, newest.seq, newest.hash, now, signature.hex())))


def heads(house: House) -> tuple[Head, ...]:
    """Every head, the oldest first."""
    with house.db.reading() as stores:
        return tuple(stores.platform.heads())


def public_key(house: House) -> bytes:
    """Ed25519 public key (32 bytes) that verifies heads and exports of the chain."""
    with house.db.transaction() as stores:
        return bytes(SigningKey(house.keyring.audit_seed(stores)).verify_key)
