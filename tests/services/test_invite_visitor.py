"""Inviting a visitor: limits, whose doors, the link, revocation, and what each side is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from access.domain import passes
from access.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted, TooOften
from access.domain.places import Method
from access.domain.residency import Role
from access.domain.times import DAY, HOUR, MINUTE
from access.services import close_account, invite_visitor, move_out, outbox, register
from access.services.gate_events import Reported, take_events
from access.services.invite_visitor import VisitState, Wish
from tests.estate import Place, TestHouse, approve, newcomer, resident
from tests.gates import claim_device


def wish(wired: TestHouse, place: Place, **changes: object) -> Wish:
    at = wired.clock.now()
    plain = Wish(place.estate.id, "老王", at, at + 4 * HOUR)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_the_visitor_gets_a_pass_for_one_entry_through_the_hosts_doors(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    shown = invite_visitor.visitor_pass(wired.house, made.secret)
    assert (shown.state, shown.name, shown.entries, shown.taken) == (VisitState.OPEN, "老王", 1, 0)
    assert {point.id for point in shown.access_points} == {place.gate.id, place.doors[0].id}
    presented = passes.read(shown.text)
    assert isinstance(presented, passes.PresentedPass)
    assert (presented.body.pass_id, presented.body.uses) == (made.id, 1)
    with wired.house.db.reading() as stores:
        outcome = passes.verify(
            shown.text,
            estate=place.estate.number,
            keys=wired.house.keyring.passes(stores, place.estate.id),
            opens=lambda number: place.gate.id in stores.places.set_members(place.estate.id, number),
            at=wired.clock.now(),
        )
    assert isinstance(outcome, passes.VerifiedPass)


def test_the_secret_and_the_name_are_not_kept_in_the_clear(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    with wired.house.db.reading() as stores:
        kept = stores.passes.get(made.id)
    assert kept is not None
    assert made.secret not in repr(kept)
    assert "老王".encode() not in kept.name_sealed
    assert len(made.secret) == 24


def test_the_host_may_share_the_same_link_again(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    assert [one.secret for one in invite_visitor.invitations(wired.house, alice, place.estate.id)] == [made.secret]


def test_a_name_is_optional(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place, name="  "))
    assert invite_visitor.visitor_pass(wired.house, made.secret).name == ""


@pytest.mark.parametrize(
    ("begin", "end"),
    [(0, 0), (0, -HOUR), (-2 * HOUR, -HOUR), (0, 7 * DAY + MINUTE), (31 * DAY, 31 * DAY + HOUR), (-8 * DAY, HOUR)],
)
def test_a_window_out_of_bounds_is_refused(wired: TestHouse, place: Place, begin: int, end: int) -> None:
    alice = resident(wired.house, place, "Alice")
    at = wired.clock.now()
    with pytest.raises(InvalidInput) as caught:
        invite_visitor.invite(wired.house, alice, wish(wired, place, begins_at=at + begin, ends_at=at + end))
    assert caught.value.code == "visit.window"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"entries": 0}, "visit.entries"), ({"entries": 21}, "visit.entries"), ({"name": "名" * 41}, "visit.name")],
)
def test_limits_of_what_is_asked(wired: TestHouse, place: Place, changes: dict[str, object], code: str) -> None:
    alice = resident(wired.house, place, "Alice")
    with pytest.raises(InvalidInput) as caught:
        invite_visitor.invite(wired.house, alice, wish(wired, place, **changes))
    assert caught.value.code == code


def test_only_doors_of_the_host_can_be_given(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice", "1-101")
    one = invite_visitor.invite(wired.house, alice, wish(wired, place, access_point_ids=frozenset({place.gate.id})))
    assert [point.id for point in one.access_points] == [place.gate.id]
    for foreign in (place.doors[1].id, "0" * 16):
        with pytest.raises(InvalidInput) as caught:
            invite_visitor.invite(wired.house, alice, wish(wired, place, access_point_ids=frozenset({foreign})))
        assert caught.value.code == "visit.doors"


def test_who_has_no_door_cannot_invite(wired: TestHouse, place: Place) -> None:
    charlie = newcomer(wired.house, place, "Charlie")
    with pytest.raises(NotPermitted):
        invite_visitor.invite(wired.house, charlie, wish(wired, place))


def test_a_tenant_cannot_invite_beyond_the_tenancy(wired: TestHouse, place: Place) -> None:
    tom = newcomer(wired.house, place, "Tom")
    asked = register.request_residency(
        wired.house, tom, place.households["1-102"].id, Role.TENANT, date(2026, 9, 22)
    )
    approve(wired.house, place, asked)
    with pytest.raises(InvalidInput):
        invite_visitor.invite(wired.house, tom, wish(wired, place, ends_at=wired.clock.now() + 4 * DAY))


def test_no_more_than_twenty_open_invitations(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = [invite_visitor.invite(wired.house, alice, wish(wired, place)) for _ in range(20)]
    with pytest.raises(Conflict) as caught:
        invite_visitor.invite(wired.house, alice, wish(wired, place))
    assert caught.value.code == "visit.many"
    invite_visitor.revoke(wired.house, alice, made[0].id)
    invite_visitor.invite(wired.house, alice, wish(wired, place))


def test_too_many_an_hour(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    wired.limiter.full = True
    with pytest.raises(TooOften):
        invite_visitor.invite(wired.house, alice, wish(wired, place))


def test_each_state_is_told(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    at = wired.clock.now()
    used, revoked, lapsed = (invite_visitor.invite(wired.house, alice, wish(wired, place)) for _ in range(3))
    later = invite_visitor.invite(
        wired.house, alice, wish(wired, place, begins_at=at + DAY, ends_at=at + DAY + HOUR)
    )
    with wired.house.db.transaction() as stores:
        assert stores.passes.redeem(used.id, at)
    invite_visitor.revoke(wired.house, alice, revoked.id)
    told = {one: invite_visitor.visitor_pass(wired.house, one.secret) for one in (used, revoked, later)}
    assert [told[one].state for one in (used, revoked, later)] == [
        VisitState.USED,
        VisitState.REVOKED,
        VisitState.UPCOMING,
    ]
    assert told[used].text == told[revoked].text == ""
    assert told[later].text.startswith("G1:")
    wired.clock.advance(5 * HOUR)
    assert invite_visitor.visitor_pass(wired.house, lapsed.secret).state is VisitState.EXPIRED


def test_revoking_is_for_the_host_alone_and_once(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "Alice"), resident(wired.house, place, "Bob", role=Role.FAMILY)
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    with pytest.raises(NotFound):
        invite_visitor.revoke(wired.house, bob, made.id)
    with wired.house.db.reading() as stores:
        before = stores.places.policy_version(place.estate.id)
    invite_visitor.revoke(wired.house, alice, made.id)
    with pytest.raises(Conflict):
        invite_visitor.revoke(wired.house, alice, made.id)
    with wired.house.db.reading() as stores:
        assert stores.places.policy_version(place.estate.id) > before


def test_others_see_nothing_of_my_invitations(wired: TestHouse, place: Place) -> None:
    alice, bob = resident(wired.house, place, "Alice"), resident(wired.house, place, "Bob", role=Role.FAMILY)
    invite_visitor.invite(wired.house, alice, wish(wired, place))
    assert invite_visitor.invitations(wired.house, bob, place.estate.id) == []


def test_when_the_host_moves_out_the_visitor_is_told_it_was_cancelled(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    with wired.house.db.reading() as stores:
        residency = stores.residencies.of_person(alice)[0]
    move_out.end_residency(wired.house, residency.id, "staff:x", "moved")
    assert invite_visitor.visitor_pass(wired.house, made.secret).state is VisitState.REVOKED


def test_when_the_host_closes_the_account_the_visitors_name_is_gone(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    made = invite_visitor.invite(wired.house, alice, wish(wired, place))
    close_account.close_account(wired.house, alice)
    shown = invite_visitor.visitor_pass(wired.house, made.secret)
    assert (shown.state, shown.name, shown.text) == (VisitState.REVOKED, "", "")


@pytest.mark.parametrize("secret", ["", "x" * 24, "x" * 23, "门" * 24, "' OR 1=1 --", "{{config}}" + "x" * 14])
def test_a_link_that_leads_nowhere(wired: TestHouse, place: Place, secret: str) -> None:
    invite_visitor.invite(wired.house, resident(wired.house, place, "Alice"), wish(wired, place))
    with pytest.raises(NotFound):
        invite_visitor.visitor_pass(wired.house, secret)


def test_sql_and_template_text_in_a_name_stay_text(wired: TestHouse, place: Place) -> None:
    alice = resident(wired.house, place, "Alice")
    hostile = "'; DROP TABLE issued_pass; -- {{7*7}}"
    made = invite_visitor.invite(wired.house, alice, wish(wired, place, name=hostile))
    assert invite_visitor.visitor_pass(wired.house, made.secret).name == hostile


@pytest.mark.parametrize("wanted", [True, False])
def test_a_host_who_wished_so_is_told_once_when_the_visitor_enters(
    wired: TestHouse, place: Place, wanted: bool
) -> None:
    device, now = claim_device(wired.house, place.estate.id, place.gate.id), wired.clock.now()
    alice = resident(wired.house, place, "alice")
    wired.wechat.wrote("openid-of-alice")
    doors = frozenset({place.gate.id})
    asked = Wish(place.estate.id, "", now, now + HOUR, doors, 1, wanted)
    invitation = invite_visitor.invite(wired.house, alice, asked)
    text = invite_visitor.visitor_pass(wired.house, invitation.secret).text
    granted = device.present(place.gate.id, Method.QR, text)
    while outbox.run_once(wired.house):
        pass
    assert wired.wechat.texts("openid-of-alice") == []  # granted is not entered
    door = {"ap": place.gate.id, "open": True, "event": granted.id}
    take_events(wired.house, device.gate, 1, [Reported(n, now, "door", door) for n in (1, 2)])
    while outbox.run_once(wired.house):
        pass
    told = ["visitor_entered access_point=南门 access_point_en=South gate"] if wanted else []
    assert wired.wechat.texts("openid-of-alice") == told
