"""The outbox, in SQL: work is leased, retried, and kept when given up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from access.domain.outbox import Job, Task
from adapters.db.fields import canonical
from adapters.db.session import Session, marks


class SqlOutbox:
    """`access.stores.Outbox`."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, task: Task, key: str, payload: dict[str, str], due_at: int) -> None:
        self._session.run(
            "INSERT INTO outbox (task, key, payload, due_at, attempts, leased_until, error) "
            "VALUES (?, ?, ?, ?, 0, 0, '') ON CONFLICT DO NOTHING",
            task.value,
            key,
            canonical(payload),
            due_at,
        )

    def lease(self, tasks: Sequence[Task], at: int, lease_ms: int, limit: int) -> Sequence[Job]:
        """Longest due first. Two workers never get the same row: a lease is one write."""
        if not tasks:
            return []
        picked = (
            f"SELECT id FROM outbox WHERE task IN ({marks(tasks)}) AND buried_at IS NULL AND due_at <= ? "  # noqa: S608 - marks only
            "AND leased_until <= ? ORDER BY due_at, id LIMIT ?"
        )
        # PostgreSQL's workers step over rows that another one is leasing just now, they do not wait. ARRAY is asked
        # once; IN may be asked for every row, and would find others each time, beyond the limit.
        array = f"= ANY(ARRAY({picked} FOR UPDATE SKIP LOCKED))"
        among = array if self._session.postgres else f"IN ({picked})"
        rows = self._session.returned(
            f"UPDATE outbox SET leased_until = ?, attempts = attempts + 1 WHERE id {among} "  # noqa: S608 - marks only
            "RETURNING id, task, key, payload, due_at, attempts - 1",
            at + lease_ms,
            *(task.value for task in tasks),
            at,
            at,
            limit,
        )
        jobs = [Job(row[0], Task(row[1]), row[2], json.loads(row[3]), row[4], row[5]) for row in rows]
        return sorted(jobs, key=lambda job: (job.due_at, job.id))

    def done(self, job_id: int) -> None:
        self._session.run("DELETE FROM outbox WHERE id = ?", job_id)

    def retry(self, job_id: int, due_at: int, error: str) -> None:
        self._session.run(
            "UPDATE outbox SET due_at = ?, error = ?, leased_until = 0 WHERE id = ?", due_at, error, job_id
        )

    def bury(self, job_id: int, error: str, at: int) -> None:
        self._session.run(
            "UPDATE outbox SET buried_at = ?, error = ?, leased_until = 0 WHERE id = ?", at, error, job_id
        )

    def waiting(self) -> Mapping[Task, int]:
        return self._counted("buried_at IS NULL")

    def buried(self) -> Mapping[Task, int]:
        return self._counted("buried_at IS NOT NULL")

    def _counted(self, where: str) -> Mapping[Task, int]:
        rows = self._session.all(f"SELECT task, COUNT(*) FROM outbox WHERE {where} GROUP BY task")  # noqa: S608
        return {Task(task): int(count) for task, count in rows}
