"""Working the outbox: lease, do, and either finish, try again later, or give up loudly."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from access.domain.errors import ExternalSystemError, KaimenError
from access.domain.outbox import Job, Task
from access.domain.times import HOUR, SECOND
from access.services import enrol, erase, face_work, messages
from access.services.house import House

LEASE = 60 * SECOND
BATCH = 16
MAX_ATTEMPTS = {
    Task.FACE_WORK: 40,
    Task.MESSAGE: 8,
    Task.FETCH_SAMPLE: 6,
    Task.ERASE: 1_000_000,
    Task.CERTIFICATE: 1_000_000,
}
"""An erasure is never given up: it is listed and alarmed until every receipt is in."""

_LONGEST_WAIT = HOUR

Handler = Callable[[House, Job], None]

HANDLERS: Mapping[Task, Handler] = {
    Task.FACE_WORK: face_work.work,
    Task.MESSAGE: messages.deliver,
    Task.FETCH_SAMPLE: enrol.fetch,
    Task.ERASE: erase.carry_out,
    Task.CERTIFICATE: erase.certify,
}


def run_once(house: House) -> int:
    """Lease what is due and carry it out; how many rows were taken."""
    with house.db.transaction() as stores:
        jobs = stores.outbox.lease(tuple(Task), house.clock.now(), LEASE, BATCH)
    for job in jobs:
        _run(house, job)
    return len(jobs)


GIVE_UPS: Mapping[Task, Handler] = {Task.FACE_WORK: face_work.give_up, Task.FETCH_SAMPLE: enrol.lost}
"""What is owed to the person when their job is given up."""


def backoff(attempts: int) -> int:
    """Milliseconds until the next try: full jitter up to 2^attempts seconds, at most an hour.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    ceiling = min(_LONGEST_WAIT, SECOND * 2 ** min(attempts, 12))
    return SECOND // 2 + int(random.random() * ceiling)  # noqa: S311 - spreads load, guards nothing


def _run(house: House, job: Job) -> None:
    try:
        HANDLERS[job.task](house, job)
    except ExternalSystemError as exc:
        _again_or_bury(house, job, exc.code, give_up=exc.permanent)
    except KaimenError as exc:
        _again_or_bury(house, job, exc.code, give_up=job.task is not Task.ERASE)
    except Exception as exc:
        # a fault of ours must not stop the others; it is kept by its class alone, for texts may hold data
        _again_or_bury(house, job, f"fault.{type(exc).__name__}", give_up=False)
    else:
        with house.db.transaction() as stores:
            stores.outbox.done(job.id)


def _again_or_bury(house: House, job: Job, error: str, *, give_up: bool) -> None:
    now = house.clock.now()
    if give_up or job.attempts + 1 >= MAX_ATTEMPTS[job.task]:
        _tell_the_end(house, job)
        with house.db.transaction() as stores:
            stores.outbox.bury(job.id, error, now)
            stores.audit.append("job", f"outbox:{job.task}:buried", str(job.id), {"error": error}, now)
        return
    with house.db.transaction() as stores:
        stores.outbox.retry(job.id, now + backoff(job.attempts), error)


def _tell_the_end(house: House, job: Job) -> None:
    handler = GIVE_UPS.get(job.task)
    if handler is None:
        return
    try:
        handler(house, job)
    except KaimenError:
        return  # erased meanwhile: nobody is left to be told
