"""The contract of `Gates`: devices, claims, tokens, nonces and logs."""

from __future__ import annotations

from dataclasses import replace

from access.domain.gates import CLOCK_SKEW, Claim
from access.domain.incidents import LoggedEvent
from adapters.db.database import PeeweeDatabase
from tests.adapters.db.things import DOOR, ESTATE, EVENT, GATE, HALL, NOW, OTHER_ESTATE, race

CLAIM = Claim("c" * 64, ESTATE.id, "West", frozenset({DOOR.id}), NOW + 10, "staff")
WEST = replace(GATE, id="c000000000000002", name="West", access_point_ids=frozenset({HALL.id}))


def test_gates_by_estate_and_by_access_point(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        gates.add_gate(WEST)
        assert gates.gate(GATE.id) == GATE
        assert gates.gate("0" * 16) is None
        assert gates.gates(ESTATE.id) == [GATE, WEST]
        assert gates.gates(OTHER_ESTATE.id) == []
        assert gates.gates_of(HALL.id) == [GATE, WEST]
        assert gates.gates_of(DOOR.id) == [GATE]
        assert gates.gates_of("0" * 16) == []


def test_a_revoked_gate_serves_nothing(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        gates.save_token("t", GATE.id, NOW + 10)
        gates.seen(GATE.id, NOW, streaming=True)
        assert gates.revoke_gate(GATE.id, NOW + 1)
        assert not gates.revoke_gate(GATE.id, NOW + 2)
        assert gates.gates_of(DOOR.id) == []
        assert gates.gate_of_token("t", NOW) is None
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW, revoked_at=NOW + 1)


def test_a_gate_claimed_again_replaces_itself(house: PeeweeDatabase) -> None:
    again = replace(GATE, epoch=2, public_key=b"n" * 32, access_point_ids=frozenset({DOOR.id}))
    with house.transaction() as stores:
        stores.gates.revoke_gate(GATE.id, NOW)
        stores.gates.add_gate(again)
        assert stores.gates.gate(GATE.id) == again


def test_a_claim_is_taken_once_and_in_time(house: PeeweeDatabase) -> None:
    late = replace(CLAIM, code_hash="d" * 64)
    with house.transaction() as stores:
        stores.gates.save_claim(CLAIM)
        stores.gates.save_claim(late)
        assert stores.gates.take_claim(CLAIM.code_hash, NOW + 9) == CLAIM
        assert stores.gates.take_claim(CLAIM.code_hash, NOW + 9) is None
        assert stores.gates.take_claim(late.code_hash, NOW + 10) is None
        assert stores.gates.take_claim("0" * 64, NOW) is None


def test_one_of_many_takes_the_claim(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.gates.save_claim(CLAIM)
    assert race(house, 40, 8, lambda stores, _: stores.gates.take_claim(CLAIM.code_hash, NOW) is not None) == 1


def test_signs_of_life_never_go_back(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        gates = stores.gates
        gates.seen(GATE.id, NOW + 5)
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW + 5)
        gates.seen(GATE.id, NOW + 3, streaming=True)
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW + 5, streaming=True)
        gates.seen(GATE.id, NOW + 9)
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW + 9, streaming=True)
        gates.seen(GATE.id, NOW + 10, streaming=False)
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW + 10)
        gates.set_policy_version(GATE.id, 4)
        assert gates.gate(GATE.id) == replace(GATE, seen_at=NOW + 10, policy_version=4)


def test_a_nonce_is_used_once_by_each_gate(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.gates.take_nonce(GATE.id, "n", NOW)
        assert not stores.gates.take_nonce(GATE.id, "n", NOW + 1)
        assert stores.gates.take_nonce(WEST.id, "n", NOW)


def test_one_of_many_uses_the_nonce(house: PeeweeDatabase) -> None:
    assert race(house, 60, 6, lambda stores, _: stores.gates.take_nonce(GATE.id, "n", NOW)) == 1


def test_a_token_leads_to_its_gate_until_it_ends(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.gates.save_token("t", GATE.id, NOW + 10)
        assert stores.gates.gate_of_token("t", NOW + 9) == GATE
        assert stores.gates.gate_of_token("t", NOW + 10) is None
        assert stores.gates.gate_of_token("unknown", NOW) is None


def test_each_entry_of_a_gates_log_is_kept_once(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        assert stores.gates.log_event(GATE.id, 1, 1, "door", NOW, {"open": True, "名": [1, 2.5]})
        assert not stores.gates.log_event(GATE.id, 1, 1, "door", NOW, {"open": False})
        assert stores.gates.log_event(GATE.id, 1, 2, "door", NOW, {})
        assert stores.gates.log_event(GATE.id, 2, 1, "door", NOW, {})
        assert stores.gates.log_event(WEST.id, 1, 1, "door", NOW, {})


def test_what_is_acknowledged_only_grows(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        for epoch, seq in ((1, 5), (1, 3), (2, 1), (1, 9)):
            stores.gates.set_acked(GATE.id, epoch, seq)
        assert stores.gates.gate(GATE.id) == replace(GATE, acked_epoch=2, acked_seq=1)


def test_what_ended_is_deleted_and_a_nonce_outlives_the_clock_skew(house: PeeweeDatabase) -> None:
    end = NOW + 2 * CLOCK_SKEW
    with house.transaction() as stores:
        gates = stores.gates
        gates.take_nonce(GATE.id, "old", NOW - 1)
        gates.take_nonce(GATE.id, "recent", NOW)
        gates.save_token("ended", GATE.id, end - 1)
        gates.save_token("live", GATE.id, end + 1)
        gates.save_claim(replace(CLAIM, expires_at=end - 1))
        gates.save_claim(replace(CLAIM, code_hash="d" * 64, expires_at=end + 1))
        assert gates.delete_before(end) == 3
        assert gates.take_nonce(GATE.id, "old", end)
        assert not gates.take_nonce(GATE.id, "recent", end)
        assert gates.gate_of_token("live", end) == GATE
        assert gates.take_claim("d" * 64, end) is not None


def test_a_gates_log_goes_with_the_estates_entry_records(house: PeeweeDatabase) -> None:
    with house.transaction() as stores:
        stores.events.add(EVENT)
        stores.gates.log_event(GATE.id, 1, 1, "door", NOW, {})
        stores.gates.log_event(GATE.id, 1, 2, "door", NOW + 1, {})
        assert stores.events.delete_before(ESTATE.id, NOW + 1) == 1
        assert stores.gates.log_event(GATE.id, 1, 1, "door", NOW, {})
        assert not stores.gates.log_event(GATE.id, 1, 2, "door", NOW + 1, {})


def test_the_logs_of_an_estate_are_read_newest_first_by_kind_and_sort(house: PeeweeDatabase) -> None:
    def seqs(what: str | None, *kinds: str, offset: int = 0, limit: int = 9) -> list[int]:
        found = stores.gates.logged(ESTATE.id, kinds, what, NOW, NOW + 9, offset, limit)
        return [event.seq for event in found]

    with house.transaction() as stores:
        for seq, kind, body in (
            (1, "tamper", {"what": "forced", "active": True}),
            (2, "held", {"seconds": 30}),
            (3, "door", {"open": True}),
            (4, "tamper", {"what": "case", "active": True}),
        ):
            assert stores.gates.log_event(GATE.id, 1, seq, kind, NOW + seq, body)
        assert stores.gates.log_event(GATE.id, 1, 5, "held", NOW + 9, {})
        assert stores.gates.log_event("0" * 16, 1, 6, "held", NOW + 1, {})
        assert seqs(None, "tamper", "held") == [4, 2, 1]
        assert seqs("forced", "tamper", "held") == [1]
        assert seqs(None, "tamper", "held", offset=1, limit=1) == [2]
        assert stores.gates.logged(OTHER_ESTATE.id, ("held",), None, 0, NOW + 99, 0, 9) == []
        (held,) = stores.gates.logged(ESTATE.id, ("held",), None, 0, NOW + 9, 0, 9)
        assert held == LoggedEvent(GATE.id, 1, 2, "held", NOW + 2, {"seconds": 30})
