"""The clock of the house: works the outbox as rows come in, and the periodic duties by APScheduler."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from access.services import (
    alarms,
    anchor_audit,
    ask_anew,
    assess,
    disclose,
    move_out,
    outbox,
    renew_faces,
    retention,
    rights,
)
from access.services.house import House

LOOK_SECONDS = 0.05
"""How often the database is asked whether anybody has written."""
LONGEST_PAUSE = 1.0
"""Rows also fall due by the clock, so the outbox is looked at this often whatever happens, seconds."""

log = structlog.get_logger()


def run(house: House, stop: threading.Event) -> None:
    """Work until `stop` is set; a job under way is finished first."""
    scheduler = _scheduler(house)
    scheduler.start()
    try:
        while not stop.is_set():
            seen = house.db.data_version()
            if outbox.run_once(house) == 0:
                _await_work(house, seen, stop)
    finally:
        scheduler.shutdown(wait=True)


def duties(house: House) -> dict[str, Callable[[], object]]:
    """Every periodic duty by name; `kaimen jobs once` runs them all."""
    return {
        "end_lapsed_stays": lambda: move_out.end_lapsed(house),
        "remind_of_ends": lambda: ask_anew.remind(house),
        "expire_consents": lambda: retention.expire_consents(house),
        "end_face_renewals": lambda: renew_faces.end_due_renewals(house),
        "remove_what_is_due": lambda: retention.remove_what_is_due(house),
        "erase_orphans": lambda: retention.erase_orphans(house),
        "alarm_late_erasures": lambda: alarms.late_erasures(house),
        "alarm_late_answers": lambda: rights.alarm_overdue(house),
        "enforce_assessments": lambda: assess.enforce(house),
        "count_faces": lambda: assess.count_faces(house),
        "anchor_audit": lambda: anchor_audit.anchor(house),
        "tell_of_disclosures": lambda: disclose.tell_residents(house),
    }


_EVERY = {
    "end_lapsed_stays": {"seconds": 30},
    "remind_of_ends": {"hours": 6},
    "expire_consents": {"minutes": 10},
    "end_face_renewals": {"minutes": 10},
    "remove_what_is_due": {"hours": 1},
    "erase_orphans": {"hours": 24},
    "alarm_late_erasures": {"hours": 1},
    "alarm_late_answers": {"hours": 24},
    "enforce_assessments": {"minutes": 10},
    "count_faces": {"hours": 24},
    "anchor_audit": {"hours": 1},
    "tell_of_disclosures": {"minutes": 10},
}


def _scheduler(house: House) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone=UTC)
    for name, duty in duties(house).items():
        scheduler.add_job(
            _guarded(name, duty),
            "interval",
            **_EVERY[name],
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            id=name,
        )
    return scheduler


def _guarded(name: str, duty: Callable[[], object]) -> Callable[[], None]:
    def call() -> None:
        try:
            duty()
        except Exception as exc:
            # one duty's fault must not end the others; it runs again at its next turn
            log.error("duty failed", what=name, error=type(exc).__name__)

    return call


def _await_work(house: House, seen: int, stop: threading.Event) -> None:
    waited = 0.0
    while waited < LONGEST_PAUSE and not stop.wait(LOOK_SECONDS):
        if house.db.data_version() != seen:
            return
        waited += LOOK_SECONDS
