"""The chain as a signed file for an auditor: one row a line, the last line signs the lines before it.

Rows of other estates, and rows that name no estate where there are several, keep their place by hashes alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.audit import GENESIS, AuditEntry, faults
from access.domain.errors import InvalidInput, NotPermitted
from access.domain.staff import Staff, StaffRole
from access.services.house import House

BATCH = 1_000
_CONTEXT = b"kaimen.audit-export.v1\n"
_BARE = {"seq", "previous", "hash"}


def export(house: House, staff: Staff) -> Iterator[str]:
    """Lines of the file. That it was taken stands in the chain.

    Raises:
        NotPermitted: ``staff.role`` for anybody but the audit role.
    """
    if StaffRole.AUDIT not in staff.roles:
        raise NotPermitted("staff.role", "the audit role alone reads the chain")
    now = house.clock.now()
    with house.db.transaction() as stores:
        alone = len(stores.places.estates()) == 1
        details: dict[str, str | int | bool | None] = {"estate": staff.estate_id}
        stores.audit.append(f"staff:{staff.id}", "staff:audit:export", staff.estate_id, details, now)
        key = SigningKey(house.keyring.audit_seed(stores))
        last = stores.audit.last_seq()
    return _lines(house, staff.estate_id, alone, key, last)


def check(lines: Iterable[str], public_key: bytes) -> int:
    """Verify an exported file; the number of rows.

    Raises:
        InvalidInput: ``export.form``, ``export.signature``, ``export.chain`` with the first faulty row.
    """
    digest, rows, previous, expected = hashlib.sha256(), 0, GENESIS, 1
    end: dict[str, object] | None = None
    for line in lines:
        row = _parsed(line)
        if end is not None:
            raise InvalidInput("export.form", "lines after the signature")
        if "signature" in row:
            end = row
            continue
        digest.update(line.rstrip("\n").encode() + b"\n")
        _follows(row, previous, expected)
        previous, expected, rows = str(row["hash"]), expected + 1, rows + 1
    _signed(end, digest.digest(), public_key)
    return rows


def _lines(house: House, estate_id: str, alone: bool, key: SigningKey, last: int) -> Iterator[str]:
    digest, after = hashlib.sha256(), 0
    while after < last:
        with house.db.reading() as stores:
            page = stores.audit.page(after, min(BATCH, last - after))
        for entry in page:
            row = asdict(entry)
            own = alone or entry.details.get("estate") == estate_id
            line = json.dumps(row if own else {name: row[name] for name in sorted(_BARE)}, ensure_ascii=False)
            digest.update(line.encode() + b"\n")
            yield line
        after = page[-1].seq
    yield json.dumps({"signature": key.sign(_CONTEXT + digest.digest()).signature.hex()})


def _parsed(line: str) -> dict[str, object]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput("export.form", "not a line of an export") from exc
    if not isinstance(row, dict) or not (row.keys() >= _BARE or row.keys() == {"signature"}):
        raise InvalidInput("export.form", "not a line of an export")
    return row


def _follows(row: dict[str, object], previous: str, expected: int) -> None:
    if row.keys() == _BARE:
        if row["seq"] != expected or row["previous"] != previous:
            raise InvalidInput("export.chain", f"row {expected}: missing, or does not follow the row before it")
        return
    try:
        entry = AuditEntry(**row)  # type: ignore[arg-type]
    except TypeError as exc:
        raise InvalidInput("export.form", "not a line of an export") from exc
    fault = next(faults([entry], previous, expected), None)
    if fault is not None:
        raise InvalidInput("export.chain", fault)


def _signed(end: dict[str, object] | None, digest: bytes, public_key: bytes) -> None:
    if end is None:
        raise InvalidInput("export.signature", "the signature is missing: the file was cut off")
    try:
        VerifyKey(public_key).verify(_CONTEXT + digest, bytes.fromhex(str(end["signature"])))
    except (BadSignatureError, ValueError) as exc:
        raise InvalidInput("export.signature", "the signature does not verify: the file was changed") from exc
