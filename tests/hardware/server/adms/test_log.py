"""A terminal's own log: stored once however often it is sent, in the estate's wall time, without card numbers."""

from __future__ import annotations

import sqlite3

from access.domain.credentials import Credential
from access.domain.events import Opening
from access.domain.times import DAY, HOUR, MINUTE, SECOND
from adapters.db.database import PeeweeDatabase
from tests.estate import TestHouse
from tests.hardware.server.adms.conftest import CARD, Box
from tests.hardware.server.adms.test_cards import taught


def stored(database: PeeweeDatabase) -> list[tuple[int, str]]:
    with database.handle.connection_context():
        rows = database.handle.execute_sql("SELECT at, body FROM gate_event WHERE kind = 'terminal' ORDER BY at")
        return [(int(at), str(body)) for at, body in rows.fetchall()]


def test_each_line_is_stored_once(box: Box, sqlite_database: PeeweeDatabase) -> None:
    log = [f"{pin}\t{box.local(-pin)}\t0\t1\t0\t0\t0" for pin in range(1, 62)]
    assert box.post("cdata", "\n".join(log), table="ATTLOG", Stamp="61").text == "OK: 61"
    assert box.post("cdata", "\n".join(log[30:] + log[:40]), table="ATTLOG", Stamp="61").text == "OK: 71"
    assert len(stored(sqlite_database)) == 61
    assert "ATTLOGStamp=61\n" in box.get("cdata", options="all").text


def test_a_line_that_cannot_be_read_does_not_hold_up_the_others(box: Box, sqlite_database: PeeweeDatabase) -> None:
    sent = f"7\t{box.local()}\t0\t1\ngarbage\tnot-a-date\n\n8\t{box.local()}\t0\t1\n"
    assert box.post("cdata", sent, table="ATTLOG").text == "OK: 3"
    assert len(stored(sqlite_database)) == 2


def test_times_are_the_estates_and_never_in_the_future(
    wired: TestHouse, box: Box, sqlite_database: PeeweeDatabase
) -> None:
    now = wired.clock.now()
    box.post("cdata", f"7\t{box.local(-60)}\t0\t1\n8\t{box.local(86_400)}\t0\t1", table="ATTLOG")
    assert [at for at, _ in stored(sqlite_database)] == [now // SECOND * SECOND - MINUTE, now]


def test_what_is_older_than_entry_records_are_kept_is_not_stored(
    wired: TestHouse, box: Box, sqlite_database: PeeweeDatabase
) -> None:
    line = f"7\t{box.local()}\t0\t1"
    wired.clock.advance(wired.house.policy.event_keep_days * DAY + HOUR)
    assert box.post("cdata", line, table="ATTLOG").text == "OK: 1"
    assert stored(sqlite_database) == []


def test_a_card_that_the_terminal_let_in_alone_is_an_entry_of_its_holder(
    wired: TestHouse, keeper: Box, card: Credential
) -> None:
    taught(keeper)
    wired.clock.advance(HOUR)
    line = f"1\t{keeper.local()}\t0\t4\t0"
    for _ in range(2):
        keeper.post("cdata", line, table="ATTLOG")
    (_, alone) = keeper.events()
    assert (alone.person_id, alone.credential_id, alone.granted) == (card.person_id, card.id, True)
    assert alone.opening is Opening.UNKNOWN


def test_an_entry_that_was_decided_here_is_not_told_twice(wired: TestHouse, keeper: Box, card: Credential) -> None:
    taught(keeper)
    wired.clock.advance(20 * SECOND)
    keeper.post("cdata", f"time={keeper.local()}\tpin=1\tcardno={CARD}\teventaddr=1\tevent=0", table="rtlog")
    assert len(keeper.events()) == 1


def test_a_log_that_comes_days_late_is_still_told_apart_from_what_was_decided_here(
    wired: TestHouse, keeper: Box, card: Credential
) -> None:
    taught(keeper)
    line = f"1\t{keeper.local()}\t0\t4\t0"
    for _ in range(60):
        wired.clock.advance(HOUR)
        assert keeper.ask(CARD).startswith("AUTH=SUCCESS\n")
    keeper.post("cdata", line, table="ATTLOG")
    assert len(keeper.events()) == 61


def test_a_denial_or_an_alarm_of_the_terminal_is_no_entry(wired: TestHouse, keeper: Box, card: Credential) -> None:
    taught(keeper)
    wired.clock.advance(HOUR)
    keeper.post("cdata", f"time={keeper.local()}\tpin=1\teventaddr=1\tevent=27", table="rtlog")
    assert len(keeper.events()) == 1


def test_users_and_templates_that_a_terminal_offers_are_answered_and_not_taken(
    box: Box, sqlite_database: PeeweeDatabase
) -> None:
    secret = "QUJDREVGR0g="
    for table in ("OPERLOG", "BIODATA", "USERINFO", "options", ""):
        body = f"USER PIN=9\tName=Mallory\tCard=77777777\nBIODATA Pin=9\tNo=1\tTmp={secret}\n"
        assert box.post("cdata", body, table=table).text == "OK: 2"
    assert stored(sqlite_database) == []
    assert box.ask("77777777").startswith("AUTH=FAILED\n")


def test_no_card_number_stands_in_the_database(
    keeper: Box, card: Credential, sqlite_database: PeeweeDatabase
) -> None:
    taught(keeper)
    keeper.post("cdata", f"time={keeper.local()}\tpin=1\tcardno={CARD}\teventaddr=1\tevent=0", table="rtlog")
    with sqlite_database.handle.connection_context():
        connection: sqlite3.Connection = sqlite_database.handle.connection()
        assert not [row for row in connection.iterdump() if CARD in row or CARD.lstrip("0") in row]
