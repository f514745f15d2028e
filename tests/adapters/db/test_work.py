"""The contract of `Outbox` and `Erasures`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from access.domain.erasure import Cause, Erasure, HolderKind, Holding, Scope
from access.domain.outbox import Job, Task
from access.stores import Stores
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import ESTATE, GATE, NOW, OTHER_ESTATE, PERSON, race

MINUTE = 60_000
ALL = tuple(Task)
ERASURE = Erasure("e200000000000001", PERSON.id, ESTATE.id, Scope.FACE, Cause.WITHDRAWN, NOW)
DATABASE = Holding("e300000000000001", ERASURE.id, HolderKind.DATABASE, "database", NOW)
AT_GATE = Holding("e300000000000002", ERASURE.id, HolderKind.GATE, GATE.id, NOW + 1)


def test_due_work_is_leased_longest_due_first(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        outbox.add(Task.MESSAGE, "later", {"person": "p"}, NOW + 2)
        outbox.add(Task.ERASE, "first", {"holding": "h"}, NOW)
        outbox.add(Task.ERASE, "not due", {}, NOW + 9)
        jobs = outbox.lease(ALL, NOW + 2, MINUTE, 9)
        assert [(job.task, job.key, job.payload, job.due_at, job.attempts) for job in jobs] == [
            (Task.ERASE, "first", {"holding": "h"}, NOW, 0),
            (Task.MESSAGE, "later", {"person": "p"}, NOW + 2, 0),
        ]


def test_a_lease_keeps_others_away_until_it_ends(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        outbox.add(Task.MESSAGE, "k", {}, NOW)
        (first,) = outbox.lease(ALL, NOW, MINUTE, 9)
        assert outbox.lease(ALL, NOW + MINUTE - 1, MINUTE, 9) == []
        (second,) = outbox.lease(ALL, NOW + MINUTE, MINUTE, 9)
        assert second == replace(first, attempts=1)


def test_only_the_tasks_asked_for_and_no_more_than_the_limit(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        for number in range(5):
            outbox.add(Task.MESSAGE, f"m{number}", {}, NOW + number)
        outbox.add(Task.ERASE, "e", {}, NOW)
        assert [job.key for job in outbox.lease([Task.MESSAGE], NOW + 9, MINUTE, 2)] == ["m0", "m1"]
        assert [job.key for job in outbox.lease([Task.ERASE], NOW + 9, MINUTE, 2)] == ["e"]
        assert outbox.lease([], NOW + 9, MINUTE, 2) == []


def test_the_limit_of_a_lease_holds_whatever_plan_postgresql_chooses(postgres_database: PeeweeDatabase) -> None:
    """For a table it holds to be tiny, a plan may ask a sub-select anew for each of its rows."""
    handle: Any = postgres_database.handle
    with postgres_database.transaction() as stores:
        stores.outbox.add(Task.MESSAGE, "m0", {}, NOW)
        handle.execute_sql("ANALYZE outbox")
        for number in range(1, 5):
            stores.outbox.add(Task.MESSAGE, f"m{number}", {}, NOW + number)
        assert [job.key for job in stores.outbox.lease([Task.MESSAGE], NOW + 9, MINUTE, 2)] == ["m0", "m1"]


def test_the_same_key_is_added_once_until_it_is_done(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        outbox.add(Task.MESSAGE, "k", {"n": "1"}, NOW)
        outbox.add(Task.MESSAGE, "k", {"n": "2"}, NOW)
        (job,) = outbox.lease(ALL, NOW, MINUTE, 9)
        assert job.payload == {"n": "1"}
        outbox.done(job.id)
        outbox.add(Task.MESSAGE, "k", {"n": "3"}, NOW)
        (again,) = outbox.lease(ALL, NOW, MINUTE, 9)
        assert (again.payload, again.id == job.id) == ({"n": "3"}, False)


def test_work_is_retried_when_it_is_due_again(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        outbox.add(Task.MESSAGE, "k", {}, NOW)
        (job,) = outbox.lease(ALL, NOW, MINUTE, 9)
        outbox.retry(job.id, NOW + 5, "wechat.busy")
        assert outbox.lease(ALL, NOW + 4, MINUTE, 9) == []
        (again,) = outbox.lease(ALL, NOW + 5, MINUTE, 9)
        assert again == Job(job.id, Task.MESSAGE, "k", {}, NOW + 5, 1)


def test_buried_work_is_kept_and_counted_and_never_leased(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        outbox = stores.outbox
        outbox.add(Task.MESSAGE, "k", {}, NOW)
        outbox.add(Task.ERASE, "e", {}, NOW)
        jobs = {job.key: job for job in outbox.lease(ALL, NOW, MINUTE, 9)}
        outbox.bury(jobs["k"].id, "wechat.receiver", NOW)
        assert [job.key for job in outbox.lease(ALL, NOW + 2 * MINUTE, MINUTE, 9)] == ["e"]
        assert outbox.waiting() == {Task.ERASE: 1}
        assert outbox.buried() == {Task.MESSAGE: 1}


def test_no_job_is_leased_twice_by_many_workers(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        for number in range(90):
            stores.outbox.add(Task.MESSAGE, f"m{number}", {}, NOW)
    leased: list[int] = []

    def work(stores: Stores, _: int) -> bool:
        jobs = stores.outbox.lease(ALL, NOW, MINUTE, 3)
        leased.extend(job.id for job in jobs)
        return bool(jobs)

    race(house, 60, 6, work)
    assert len(leased) == 90
    assert len(set(leased)) == 90


def test_an_erasure_and_its_holders(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        erasures = stores.erasures
        erasures.add(ERASURE, [DATABASE, AT_GATE])
        assert erasures.get(ERASURE.id) == ERASURE
        assert erasures.get("0" * 16) is None
        assert erasures.of_person(PERSON.id) == [ERASURE]
        assert erasures.holding(AT_GATE.id) == AT_GATE
        assert erasures.holding("0" * 16) is None
        assert erasures.holdings(ERASURE.id) == [DATABASE, AT_GATE]
        assert erasures.outstanding() == [DATABASE, AT_GATE]
        assert erasures.outstanding(ESTATE.id) == [DATABASE, AT_GATE]
        assert erasures.outstanding(OTHER_ESTATE.id) == []
        assert erasures.certificate(ERASURE.id) is None


def test_an_erasure_is_complete_only_with_every_receipt_and_once(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        erasures = stores.erasures
        erasures.add(ERASURE, [DATABASE, AT_GATE])
        assert erasures.receipt(DATABASE.id, "{}", NOW + 2)
        assert not erasures.receipt(DATABASE.id, "other", NOW + 3)
        assert not erasures.complete(ERASURE.id, "certificate", NOW + 3)
        assert erasures.outstanding() == [AT_GATE]
        assert erasures.receipt(AT_GATE.id, "{}", NOW + 4)
        assert erasures.holding(AT_GATE.id) == replace(AT_GATE, receipt="{}", receipted_at=NOW + 4)
        assert erasures.complete(ERASURE.id, "certificate", NOW + 5)
        assert not erasures.complete(ERASURE.id, "another", NOW + 6)
        assert erasures.certificate(ERASURE.id) == "certificate"
        assert erasures.get(ERASURE.id) == replace(ERASURE, completed_at=NOW + 5)
        assert erasures.outstanding() == []


def test_an_erasure_without_holders_is_never_complete(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.erasures.add(ERASURE, [])
        assert not stores.erasures.complete(ERASURE.id, "certificate", NOW)


def test_one_of_many_completes_the_erasure(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.erasures.add(ERASURE, [DATABASE])
    assert race(house, 40, 8, lambda stores, _: stores.erasures.receipt(DATABASE.id, "{}", NOW)) == 1
    assert race(house, 40, 8, lambda stores, _: stores.erasures.complete(ERASURE.id, "c", NOW)) == 1
