"""Faces that stay in a gate, there: enrolled from a ticket, matched alone, erased by order and by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from access.domain.edge_faces import new_ticket
from access.domain.faces import QualityReason
from access.domain.ids import new_id
from access.domain.places import Method
from access.domain.reasons import Reason
from access.domain.times import DAY, FOREVER, HOUR
from hardware import wire, wire_edge
from hardware.agent import edge_words
from hardware.agent.edge_option import NOT_SET_UP
from hardware.agent.presenting import Outcome
from tests.hardware.agent.edge_faces import MARK, FakeFaceModel, look
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator


class Scene:
    """A gate with the option, and an estate that answers it."""

    def __init__(self, gate: Gate, estate: Estate, data: Path) -> None:
        self.gate, self.estate, self.data = gate, estate, data
        self.books = gate.simulator.books

    def offer(self, person: str = "", expires_at: int = FOREVER) -> tuple[str, wire_edge.EnrolmentOffer]:
        ticket = new_ticket()
        offer = wire_edge.EnrolmentOffer(new_id(), person or new_id(), expires_at)
        self.books.offers[ticket] = offer
        return ticket, offer

    def show(self, ticket: str) -> Outcome:
        return self.gate.agent.present(self.gate.point, Method.QR, ticket)

    def look(self, *frames: bytes) -> Outcome:
        return self.gate.agent.present(self.gate.point, Method.FACE, "", frames)

    def enrol(self, name: str, person: str = "", expires_at: int = FOREVER) -> wire_edge.EnrolmentOffer:
        """Ticket, two looks, told to the service, named by the lists."""
        ticket, offer = self.offer(person, expires_at)
        assert self.show(ticket).words == edge_words.LOOK
        assert self.look(look(name, 1)).words == edge_words.AGAIN
        assert self.look(look(name, 2)).words == edge_words.DONE
        self.gate.simulator.wait(lambda: offer.face in self.told())
        self.admit(offer)
        return offer

    def admit(self, offer: wire_edge.EnrolmentOffer) -> None:
        row = wire.CardRow(offer.face, offer.person, 0, offer.expires_at, [(self.estate.building, 0, FOREVER)])
        self.estate.edge_faces[offer.face] = row
        self.publish()

    def publish(self) -> None:
        self.estate.version += 1
        self.estate.publish(issued=self.estate.now + self.estate.version)
        self.gate.agent.sync_now()
        self.gate.wait_lists(self.estate.version)

    def told(self) -> set[str]:
        return {one.face for one in self.books.held[-1].held} if self.books.held else set()

    def edge_only(self) -> None:
        first, *rest = self.books.access_points
        self.books.access_points[:] = [replace_row(first, face_edge_only=True), *rest]
        self.publish()


def replace_row(row: wire.AccessPointRow, **changes: object) -> wire.AccessPointRow:
    return msgspec.structs.replace(row, **changes)


@pytest.fixture
def scene(simulator: ServerSimulator, estate: Estate, tmp_path: Path) -> Iterator[Scene]:
    simulator.decide = lambda shown: Reason.FACE_UNKNOWN if shown.method == "face" else None
    estate.publish()
    gate = Gate(simulator, tmp_path, face_model=FakeFaceModel, edge_models=tmp_path)
    with gate:
        gate.agent.sync_now()
        gate.wait_lists()
        yield Scene(gate, estate, tmp_path)


@pytest.mark.rule("L6")
def test_enrolled_here_and_opened_by_name_alone(scene: Scene) -> None:
    offer = scene.enrol("alice")
    outcome = scene.look(look("alice", 3))
    assert (outcome.granted, outcome.fired, outcome.method) == (True, True, Method.FACE_EDGE)
    (sent,) = [one for one in scene.books.presented if one.method != "qr"]
    assert (sent.method, sent.payload, sent.frames) == ("face_edge", offer.face, [])


def test_a_stranger_goes_the_usual_way(scene: Scene) -> None:
    scene.enrol("alice")
    outcome = scene.look(look("bob"))
    assert (outcome.granted, outcome.reason) == (False, Reason.FACE_UNKNOWN)
    assert [one.method for one in scene.books.presented] == ["face"]


@pytest.mark.rule("L6")
def test_a_look_that_cannot_be_used_does_not_leave_a_gate_that_keeps_faces(scene: Scene) -> None:
    scene.enrol("alice")
    assert scene.look(look("alice", 3, QualityReason.BLURRED)).reason is Reason.FACE_QUALITY
    assert scene.look(look("alice"), look("bob")).reason is Reason.FACE_QUALITY
    assert scene.books.presented == []


@pytest.mark.rule("L6")
def test_where_no_face_may_leave_nobody_is_sent_and_five_failures_pause(scene: Scene) -> None:
    scene.enrol("alice")
    scene.edge_only()
    for _ in range(5):
        assert scene.look(look("bob")).reason is Reason.FACE_UNKNOWN
    assert scene.look(look("alice")).reason is Reason.FACE_PAUSED
    assert scene.books.presented == []


def test_unplugged_it_opens_for_as_long_as_a_pass_would(scene: Scene) -> None:
    scene.enrol("alice")
    scene.gate.go_offline()
    outcome = scene.look(look("alice"))
    assert (outcome.granted, outcome.fired, outcome.offline) == (True, True, True)
    assert scene.look(look("bob")).reason is Reason.FACE_OFFLINE
    scene.gate.ticks.ahead = 73 * HOUR
    assert scene.look(look("alice")).reason is Reason.FACE_OFFLINE


@pytest.mark.rule("L6")
def test_its_end_holds_here_without_a_network(scene: Scene) -> None:
    offer = scene.enrol("alice", expires_at=scene.gate.agent.clock.floor() + DAY)
    scene.gate.go_offline()
    scene.gate.ticks.ahead = 25 * HOUR
    scene.gate.agent.edge.upkeep(online=False)
    assert scene.gate.agent.edge.kept() == []
    assert scene.look(look("alice")).reason is Reason.FACE_OFFLINE
    assert offer.face in scene.told(), "the service hears of it when the network is back"
    scene.gate.simulator.come_back()
    scene.gate.simulator.wait(lambda: offer.face not in scene.told())


@pytest.mark.rule("L12")
def test_an_order_erases_and_is_answered_by_a_signed_receipt(scene: Scene) -> None:
    simulator = scene.gate.simulator
    offer = scene.enrol("alice")
    frame = simulator.frame("erase", {"holding": "ab" * 8, "person": offer.person, "scope": "face"})
    simulator.push(frame)
    simulator.wait(lambda: bool(scene.books.receipts))
    assert scene.gate.agent.edge.kept() == []
    assert MARK not in b"".join(path.read_bytes() for path in scene.data.iterdir() if path.is_file())
    assert scene.look(look("alice")).reason is Reason.FACE_UNKNOWN


@pytest.mark.rule("L15")
def test_an_orphan_is_erased_by_its_name(scene: Scene) -> None:
    simulator = scene.gate.simulator
    offer = scene.enrol("alice")
    simulator.push(simulator.frame("erase", {"face": offer.face}))
    simulator.wait(lambda: offer.face not in scene.told())
    assert scene.gate.agent.edge.kept() == []


def test_a_reference_that_the_lists_do_not_name_opens_nothing(scene: Scene) -> None:
    offer = scene.enrol("alice")
    del scene.estate.edge_faces[offer.face]
    scene.publish()
    assert scene.look(look("alice")).reason is Reason.FACE_UNKNOWN
    assert [one.method for one in scene.books.presented] == ["face"]


def test_the_screen_says_what_is_wrong_and_nothing_is_kept(scene: Scene) -> None:
    ticket, _ = scene.offer()
    scene.show(ticket)
    assert scene.look(look("alice", 1, QualityReason.TOO_DARK)).words == edge_words.QUALITY[QualityReason.TOO_DARK]
    assert scene.look(look("alice", 1)).words == edge_words.AGAIN
    assert scene.look(look("alice", 1)).words == edge_words.AGAIN, "the same picture twice is one sample"
    assert scene.look(look("bob", 1)).words == edge_words.DIFFERENT
    assert scene.gate.agent.edge.kept() == []
    assert scene.books.presented == []


def test_too_near_to_somebody_enrolled_here_is_not_enrolled(scene: Scene) -> None:
    scene.enrol("alice")
    ticket, _ = scene.offer()
    scene.show(ticket)
    assert scene.look(look("alice", 4), look("alice", 5)).words == edge_words.ALIKE
    assert len(scene.gate.agent.edge.kept()) == 1


def test_whoever_enrols_again_replaces_their_own(scene: Scene) -> None:
    first = scene.enrol("alice")
    ticket, second = scene.offer(first.person)
    scene.show(ticket)
    assert scene.look(look("alice", 4), look("alice", 5)).words == edge_words.DONE
    assert [one.id for one in scene.gate.agent.edge.kept()] == [second.face]


def test_a_card_ends_an_enrolment(scene: Scene) -> None:
    ticket, _ = scene.offer()
    scene.show(ticket)
    scene.gate.agent.present(scene.gate.point, Method.CARD, "04A1B2C3")
    assert scene.look(look("alice")).reason is Reason.FACE_UNKNOWN
    assert scene.gate.agent.edge.kept() == []


def test_a_ticket_that_is_refused_and_one_without_a_network(scene: Scene) -> None:
    assert scene.show(new_ticket()).words == edge_words.refusal("edge.ticket")
    ticket, _ = scene.offer()
    scene.gate.simulator.vanish()
    assert scene.show(ticket).words == edge_words.OFFLINE


def test_it_outlives_a_restart_and_another_gate_s_store_does_not(
    scene: Scene, simulator: ServerSimulator, tmp_path: Path
) -> None:
    scene.enrol("alice")
    scene.gate.agent.close()
    again = Gate(simulator, tmp_path, face_model=FakeFaceModel, edge_models=tmp_path)
    with again:
        assert again.agent.present(again.point, Method.FACE, "", [look("alice")]).granted
    claim = tmp_path / "claimed.json"
    claim.write_bytes(claim.read_bytes().replace(simulator.books.gate_id.encode(), b"f" * 16))
    other = Gate(simulator, tmp_path, face_model=FakeFaceModel, edge_models=tmp_path)
    assert other.agent.edge.kept() == []
    other.agent.close()


@pytest.mark.rule("L6")
def test_where_the_option_is_absent_it_says_so_and_why(
    simulator: ServerSimulator, estate: Estate, tmp_path: Path
) -> None:
    estate.publish()
    with Gate(simulator, tmp_path) as gate:
        simulator.wait(lambda: bool(simulator.books.held))
        (told,) = simulator.books.held
        assert (told.available, told.model, told.held) == (False, "", [])
        assert told.why == NOT_SET_UP == gate.agent.edge.words()
        ticket = new_ticket()
        assert gate.agent.present(gate.point, Method.QR, ticket).words == edge_words.ABSENT
        assert not (tmp_path / "edge.sqlite3").exists()
    broken = Gate(simulator, tmp_path, edge_models=tmp_path / "nowhere")
    assert "missing" in broken.agent.edge.words()
    broken.agent.close()
    empty = tmp_path / "empty"
    empty.mkdir()
    without = Gate(simulator, tmp_path, edge_models=empty)
    assert "make models" in without.agent.edge.words()
    without.agent.close()


def test_the_option_taken_away_still_erases(scene: Scene, simulator: ServerSimulator, tmp_path: Path) -> None:
    offer = scene.enrol("alice")
    scene.gate.agent.close()
    with Gate(simulator, tmp_path) as gate:
        assert [one.id for one in gate.agent.edge.kept()] == [offer.face]
        simulator.push(simulator.frame("erase", {"holding": "cd" * 8, "person": offer.person, "scope": "face"}))
        simulator.wait(lambda: any(one.holding == "cd" * 8 for one in simulator.books.receipts))
        assert gate.agent.edge.kept() == []
