"""One claimed gate at work: wires the parts together and owns their threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from hmac import compare_digest
from pathlib import Path

import structlog

from access.domain.duress import duress_token
from access.domain.places import Method
from hardware import wire
from hardware.agent import identity as identities
from hardware.agent import lock, recovery, storage
from hardware.agent.broker import Broker, BrokerLink
from hardware.agent.challenging import Asker
from hardware.agent.chores import Chores
from hardware.agent.clock import Kept, TrustedClock, since_boot
from hardware.agent.commands import Commands
from hardware.agent.door import Door, Equipment, Mode
from hardware.agent.edge_desk import EdgeDesk
from hardware.agent.edge_enrol import EdgeEnrolment
from hardware.agent.edge_option import FaceModel, open_model
from hardware.agent.firings import Firings
from hardware.agent.intents import Intents
from hardware.agent.keypad import Keypad
from hardware.agent.keys import TrustedKeys
from hardware.agent.link import Link, Listeners, Patience, TimeEvent
from hardware.agent.lists import ListStore
from hardware.agent.log import Body, EventLog
from hardware.agent.offline import OfflineDecider
from hardware.agent.options import AgentOptions
from hardware.agent.outbox import Outbox
from hardware.agent.papers import Papers
from hardware.agent.passback import Passback
from hardware.agent.presenting import Deadlines, Outcome, Presenter
from hardware.agent.receipts import Receipts
from hardware.agent.server import Server
from hardware.agent.stream import StreamLink
from hardware.agent.syncing import Syncer
from hardware.agent.tunnel import BrokerTransport
from hardware.drivers.ports import DriverError
from hardware.wire_challenge import ChallengeAnswer

log = structlog.get_logger(__name__)

_KEEP_TIME_EVERY = 4
"""Time events between two writings of the clock: once a minute spares the card."""


class Agent:
    """Start with `start`, stop with `close`; `present` from any thread.

    Attributes:
        doors: by access point id.
    """

    def __init__(
        self,
        options: AgentOptions,
        equip: Callable[[wire.AccessPointRow], Equipment],
        ticks: Callable[[], int] = since_boot,
        boot: str | None = None,
        face_model: Callable[[Path], FaceModel] = open_model,
    ) -> None:
        """Open the data folder.

        Args:
            equip: gives the devices of each access point.
            ticks: milliseconds since the machine started.
            boot: id of this boot; the kernel's when None.
            face_model: opens the networks, where the options name their folder.

        Raises:
            NotFound: ``agent.unclaimed``.
            Conflict: ``agent.running``: another agent works in this folder.
        """
        self.options = options
        self.identity = identities.load(options.data)
        self._lock_file = lock.only_one(options.data)
        storage.make_way(options.data)
        recovered = recovery.open_journal(options.data)
        self._journal = recovered.journal
        self.intents = Intents(self._journal)
        self.clock = TrustedClock(_kept(self._journal.noted("clock")), ticks, boot)
        self.events = EventLog(self._journal, options.buffer_limit, recovered.first_epoch)
        self.lists = ListStore(options.data / "lists.sqlite3")
        self.keys = TrustedKeys(options.data, self.identity)
        self._https = Server(options.server, self.identity, self.clock)
        self._broker = self._dial_broker()
        self._server = self._requests()
        gate = self.identity.claim.gate_id
        self.edge = EdgeDesk(
            options.data, gate, options.edge_models, self._server, self.clock, self.lists, face_model
        )
        self._receipts = Receipts(self._journal, self.identity)
        self._outbox = Outbox(
            self._server, self.intents, self.events, self._receipts, self._link_up, options.longest_pause
        )
        self.doors = self._doors(equip)
        self._assemble()
        self._time_events = 0
        self._journal_lost = recovered.lost is not None
        self._restore_modes()
        self._report_start(recovered)
        storage.put_by(options.data)

    def start(self) -> None:
        for thread in (self.link, self._outbox, self._chores):
            thread.start()

    def present(
        self, access_point_id: str, method: Method, payload: str = "", frames: Sequence[bytes] = ()
    ) -> Outcome:
        """Hold something up. Raises KeyError for an access point that is not this gate's."""
        return self.presenter.present(access_point_id, method, payload, frames)

    def keypad(self, access_point_id: str) -> Keypad:
        """The keypad of an access point. The duress code opens nothing and keeps nothing shut: it only reports."""

        def is_duress(digits: str) -> bool:
            policy, token = self.lists.policy, self.doors[access_point_id].row.duress
            if policy is None or not token:
                return False
            return compare_digest(duress_token(policy.card_key, digits), token)

        alarm: Body = {"ap": access_point_id, "active": True, "what": "duress"}
        return Keypad(is_duress, lambda: self.report("tamper", alarm))

    def ask_movement(self, access_point_id: str) -> ChallengeAnswer | None:
        """The movement that a face must make here now, shown on the screen; None where none is asked for."""
        return Asker(self._server, self._link_up).ask(self.doors[access_point_id])

    def report(self, kind: str, body: Body) -> None:
        """Write an event to the log; with no room left it is counted as lost, and the gate goes on."""
        try:
            self.events.append(kind, body, self.clock.floor())
        except sqlite3.Error as exc:
            log.error("event.not_kept", kind=kind, error=str(exc))
            return
        self._outbox.wake()

    def sync_now(self) -> None:
        """Look for newer lists."""
        self._chores.check()

    def ails(self) -> str:
        """What only a new start cures, in plain words; empty while all is well."""
        if self._journal.broken:
            return f"the journal is damaged ({self._journal.broken}): the next start rebuilds it"
        dead = [worker.name for worker in (self.link, self._outbox, self._chores) if not worker.is_alive()]
        return f"stopped: {', '.join(dead)}" if dead else ""

    def close(self) -> None:
        """Stop the threads and close the files; what was not sent stands in the journal."""
        for worker in (self.link, self._outbox, self._chores):
            worker.stop()
        self.presenter.close()
        for door in self.doors.values():
            door.close()
        for worker in (self.link, self._outbox, self._chores):
            if worker.is_alive():
                worker.join(timeout=5)
        self.edge.close()
        self._server.close()
        self._https.close()
        self._keep_time()
        self._journal.close()
        self.lists.close()
        self._lock_file.close()

    def _doors(self, equip: Callable[[wire.AccessPointRow], Equipment]) -> Mapping[str, Door]:
        policy = self.lists.policy
        rows = {row.id: row for row in self.identity.claim.access_points}
        if policy is not None:
            rows = {key: policy.rows.get(key, row) for key, row in rows.items()}
        return {key: Door(row, equip(row), self.report, self.options.held_seconds) for key, row in rows.items()}

    def _assemble(self) -> None:
        options, firings = self.options, Firings(self._journal, self.events)
        passback = Passback(self._journal)
        syncer = Syncer(self._server, self.identity, self.keys.live, self.lists, passback)
        self.lists.follow(self._lists_changed)
        self._chores = Chores(
            syncer,
            self.intents,
            self._receipts,
            self.clock,
            self._link_up,
            self._outbox.wake,
            self._renew_papers,
            self.edge,
        )
        self.presenter = Presenter(
            self._server,
            self.clock,
            firings,
            self.doors,
            OfflineDecider(self.lists, firings, self.clock),
            passback,
            self.edge,
            EdgeEnrolment(self.edge, self._server, self.clock),
            Deadlines(options.quick_seconds, options.face_seconds),
            self._link_up,
            self.report,
            self._outbox.wake,
        )
        self._commands = Commands(
            self.identity,
            self.keys.live,
            self.clock,
            self.intents,
            firings,
            self.doors,
            self.presenter,
            self._chores.take,
            self._keep_mode,
        )
        self.link = self._link()

    def _dial_broker(self) -> Broker | None:
        """Where the link is a broker's, requests go that way too."""
        options = self.options
        if not options.link.startswith("mqtts:"):
            return None
        papers = Papers(options.data, self.identity)
        return Broker(options.link, papers, self._https, BrokerTransport(self.identity))

    def _requests(self) -> Server:
        if self._broker is None:
            return self._https
        return Server(self.options.server, self.identity, self.clock, transport=self._broker.transport)

    def _renew_papers(self) -> None:
        if self._broker is not None:
            self._broker.papers.renew(self._server)

    def _link(self) -> Link:
        options = self.options
        listeners = Listeners(self._heard_time, self.keys.replace, self._heard_command, self._link_changed)
        patience = Patience(options.silence_seconds, options.longest_pause)
        if self._broker is not None:
            return BrokerLink(self._broker, self.identity, listeners, patience)
        return StreamLink(options.link, self._server, listeners, patience)

    def _report_start(self, recovered: recovery.Recovered) -> None:
        standing = self.intents.standing_become_unknown()
        body: dict[str, str | int | bool | None] = {"version": self._version()}
        if standing:
            body["unknown"] = standing
        if recovered.lost is not None:
            body["cause"], body["lost"] = "journal_rebuilt", recovered.lost
        self.report("started", body)

    def _link_up(self) -> bool:
        return self.link.is_up()

    def _link_changed(self, up: bool) -> None:
        if up:
            self._outbox.wake()
            self.edge.upkeep_soon(online=True)

    def _heard_time(self, heard: TimeEvent) -> None:
        stepped = self.clock.heard(heard.now)
        if self._journal_lost:
            self._commands.refuse_before(heard.now)
            self._journal_lost = False
        if stepped:
            self.report("clock", {"jump_ms": stepped})
        if not self.clock.is_close():
            self._server.drop_token()  # the next one is answered with the time
            self._chores.check()
        if self._time_events % _KEEP_TIME_EVERY == 0 or stepped:
            self._keep_time()
        self._time_events += 1
        if heard.version > self._version() or self.lists.policy is None:
            self._chores.check()

    def _heard_command(self, frame: bytes) -> None:
        if self._commands.receive(frame):
            self._outbox.wake()

    def _lists_changed(self) -> None:
        policy = self.lists.policy
        for key, door in self.doors.items():
            if policy is not None and key in policy.rows:
                door.update(policy.rows[key])

    def _version(self) -> int:
        return 0 if self.lists.policy is None else self.lists.policy.head.version

    def _keep_mode(self, access_point_id: str, mode: Mode) -> None:
        self._journal.note(f"mode {access_point_id}", mode.value)

    def _restore_modes(self) -> None:
        """A door that was unlocked or locked down stays so until someone returns it to normal."""
        for key, door in self.doors.items():
            mode = Mode(self._journal.noted(f"mode {key}") or Mode.NORMAL)
            if mode is Mode.NORMAL:
                continue
            try:
                door.set_mode(mode)
            except DriverError as exc:
                log.error("mode.not_restored", access_point=door.row.number, error=str(exc))

    def _keep_time(self) -> None:
        kept = self.clock.keep()
        if kept is None:
            return
        try:
            self._journal.note("clock", f"{kept.boot} {kept.offset} {kept.floor}")
        except sqlite3.Error as exc:
            log.error("clock.not_kept", error=str(exc))


def _kept(text: str | None) -> Kept | None:
    if text is None:
        return None
    boot, offset, floor = text.split(" ")
    return Kept(boot, int(offset), int(floor))
