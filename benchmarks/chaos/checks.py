"""What must hold after the chaos run, from the database, the gate's own journal, the witness and the crowd."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chaos.cast import Revoked
from benchmarks.chaos.crowd import Seen, Shown


@dataclass(frozen=True, slots=True)
class Check:
    """A rule, what broke it, and how many cases were looked at."""

    name: str
    broken: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True)
class Books:
    """Everything written down, read once.

    Attributes:
        firings: (event, Unix milliseconds) by the witness at the doors.
        sources: ``command`` or ``offline``, by event, of the gate's journal.
        expiries: of the opens, by event.
        log: (epoch, seq, kind, at, body) as the server holds them.
        granted: events that the server holds as granted.
        left: what the gate still held of its log, and its last number.
        starts: of the gate's process.
    """

    firings: list[tuple[str, int]]
    sources: dict[str, str]
    expiries: dict[str, int]
    log: list[tuple[int, int, str, int, dict[str, Any]]]
    granted: dict[str, tuple[int, str | None, str | None]]
    left: tuple[int, int, int]
    starts: int


def read_books(database: Path, journal: Path, witness: Path, starts: int) -> Books:
    """Read what is left when every process has ended."""
    with sqlite3.connect(journal) as db:
        sources = dict(db.execute("SELECT event, source FROM firings").fetchall())
        notes = dict(db.execute("SELECT name, value FROM meta").fetchall())
        waiting = db.execute("SELECT count(*) FROM events").fetchone()[0]
    with sqlite3.connect(database) as db:
        opens = db.execute("SELECT args, expires_at FROM gate_command WHERE op = 'open'").fetchall()
        log = db.execute("SELECT epoch, seq, kind, at, body FROM gate_event ORDER BY epoch, seq").fetchall()
        events = db.execute("SELECT id, at, credential_id, pass_id FROM access_event WHERE granted").fetchall()
    lines = [line.split() for line in witness.read_text("ascii").splitlines()] if witness.exists() else []
    return Books(
        firings=[(event, int(at)) for event, at in lines],
        sources=sources,
        expiries={str(json.loads(args)["event"]): expires for args, expires in opens},
        log=[(epoch, seq, kind, at, json.loads(body)) for epoch, seq, kind, at, body in log],
        granted={event: (at, card, issued) for event, at, card, issued in events},
        left=(waiting, int(notes["log_epoch"]), int(notes.get("last_seq", 0))),
        starts=starts,
    )


def all_checks(books: Books, shown: list[Shown], revoked: list[Revoked], seen: list[Seen]) -> list[Check]:
    return [
        doubled_firings(books),
        late_firings(books),
        lost_events(books, shown),
        doubled_events(books),
        granted_after_revocation(books, shown, revoked, seen),
    ]


def doubled_firings(books: Books) -> Check:
    """One firing for each event, however often its command came and whoever decided."""
    times = Counter(event for event, _ in books.firings)
    return Check("double firings", tuple(e for e, n in times.items() if n > 1), len(times))


def late_firings(books: Books) -> Check:
    """None by a command after the instant at which it expired, by the true clock."""
    commanded = [(e, at) for e, at in books.firings if books.sources.get(e) == "command"]
    late = tuple(f"{e} {at - books.expiries[e]} ms late" for e, at in commanded if at >= books.expiries[e])
    return Check("late firings", late, len(commanded))


def lost_events(books: Books, shown: list[Shown]) -> Check:
    """No hole in the log, nothing left at the gate, every firing and every outcome known to the server."""
    waiting, epoch, last = books.left
    broken = [f"{waiting} events never left the gate"] if waiting else []
    by_epoch: dict[int, list[int]] = {}
    for number, seq, *_ in books.log:
        by_epoch.setdefault(number, []).append(seq)
    for number, seqs in by_epoch.items():
        broken += [f"epoch {number} lacks {seq}" for seq in sorted(set(range(1, max(seqs) + 1)) - set(seqs))]
    if max(by_epoch.get(epoch, [0])) != last:
        broken.append(f"the gate wrote {last} events in epoch {epoch}")
    decided = {body.get("id") for _, _, kind, _, body in books.log if kind == "decision"}
    outcomes = [one.outcome for one in shown if one.outcome is not None]
    broken += [f"decision {o.event} is not known" for o in outcomes if o.offline and o.event not in decided]
    broken += [f"entry {o.event} is not known" for o in outcomes if o.granted and o.event not in books.granted]
    broken += [f"firing {e} is not known" for e, _ in books.firings if e not in books.granted]
    return Check("lost events", tuple(dict.fromkeys(broken)), len(books.log) + len(outcomes))


def doubled_events(books: Books) -> Check:
    """Nothing in the server's record of the gate's log twice, under whatever number.

    A gate killed again before it knew the time says the same of both starts: those are counted instead.
    """
    kinds = Counter(kind for _, _, kind, _, _ in books.log)
    told = [(kind, at, json.dumps(body, sort_keys=True)) for _, _, kind, at, body in books.log if kind != "started"]
    decisions = Counter(body.get("id") for _, _, kind, _, body in books.log if kind == "decision")
    broken = [f"{kind} at {at}" for (kind, at, _), n in Counter(told).items() if n > 1]
    broken += [f"decision {event}" for event, n in decisions.items() if n > 1]
    if kinds["started"] > books.starts:
        broken.append(f"{kinds['started']} starts told of {books.starts}")
    return Check("doubled events", tuple(broken), len(books.log))


def granted_after_revocation(books: Books, shown: list[Shown], revoked: list[Revoked], seen: list[Seen]) -> Check:
    """Never by the server; by the gate alone only until it was seen to hold lists that say so (written policy)."""
    gone = {one.token.credential: one for one in revoked}
    asked = [one for one in shown if one.token.credential in gone and one.at > gone[one.token.credential].at]
    broken = []
    for one in asked:
        cut = gone[one.token.credential]
        if one.outcome is None or not one.outcome.granted:
            continue
        knew = any(look.at < one.at and look.version >= cut.version for look in seen)
        if not one.outcome.offline or knew:
            broken.append(f"{one.token.method} {one.token.credential} in {one.outcome.event}")
    alone = {body.get("id") for _, _, kind, _, body in books.log if kind == "decision"}
    for event, (at, card, issued) in books.granted.items():
        known = gone.get(card or issued or "")
        if known is not None and event not in alone and at > known.at * 1000:
            broken.append(f"event {event}")
    return Check("grants to revoked credentials past the policy", tuple(dict.fromkeys(broken)), len(asked))
