"""`make bench-erase`, the audit's part: what a row costs, and a walk over 1,000,000 of them on one core."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from access.domain.audit import GENESIS, AuditEntry, chain
from access.services import anchor_audit, verify_audit
from access.services.house import House
from adapters.db.migrate import migrate
from adapters.db.rows_house import AuditEntryRow
from adapters.db.table import Table
from app.bootstrap import build_house
from app.demo.folder import DemoFolder, Ports
from app.settings import Settings
from benchmarks.report import at_most, percentile, plain, write

ROWS = 1_000_000
APPENDS = 3_000
_BATCH = 20_000
_START = 1_790_000_000_000
_ENTRIES = Table(AuditEntryRow, AuditEntry)


def fill(house: House, rows: int) -> None:
    """Rows as the service writes them, chained outside the database: writing them singly is measured apart."""
    previous, seq = GENESIS, 0
    while seq < rows:
        batch = []
        for _ in range(min(_BATCH, rows - seq)):
            seq += 1
            details: dict[str, str | int | bool | None] = {"estate": f"{seq % 7:016x}", "role": "owner", "n": seq}
            actor, subject = f"staff:{seq % 50:016x}", f"{seq:016x}"
            entry = chain(seq, _START + seq, actor, "staff:residency:approve", subject, details, previous)
            batch.append(entry)
            previous = entry.hash
        with house.db.transaction() as stores:
            session = stores._session  # type: ignore[attr-defined]
            for entry in batch:
                _ENTRIES.insert(session, entry)


def append_times(house: House, rows: int) -> list[float]:
    """Microseconds of a transaction that adds one row, beyond one that adds none."""
    times = []
    for n in range(rows):
        began = time.perf_counter()
        with house.db.transaction() as stores:
            stores.audit.append("job", "job:bench:row", f"{n:016x}", {"estate": "e", "n": n}, _START)
        times.append((time.perf_counter() - began) * 1e6)
    return times


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = DemoFolder(Path(home))
        folder.make()
        house = build_house(Settings.from_env(folder.environment(Ports.from_env(8700), Path("models"))))
        migrate(house.db)  # type: ignore[arg-type]
        appends = append_times(house, APPENDS)
        fill_from_scratch(house)
        anchor_audit.anchor(house)
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        began = time.perf_counter()
        found = verify_audit.verify(house)
        seconds = time.perf_counter() - began
    if found.faults or found.rows != ROWS:
        raise SystemExit(f"the chain is not whole: {found.rows} rows, {found.faults[:3]}")
    write(
        "audit",
        [
            plain("a transaction with one audit row, median", percentile(appends, 0.5), "µs", len(appends)),
            plain("a transaction with one audit row, p95", percentile(appends, 0.95), "µs", len(appends)),
            at_most("verify 1,000,000 rows, one core", seconds, "s", ROWS, 60),
        ],
    )


def fill_from_scratch(house: House) -> None:
    """Empty the table, then fill it."""
    with house.db.transaction() as stores:
        stores._session.run("DELETE FROM audit_entry")  # type: ignore[attr-defined]
    fill(house, ROWS)


if __name__ == "__main__":
    main()
