"""The gate's own decision when the server cannot be reached in time, by the signed lists it holds.

Cards go by keyed hash, passes by signature and this gate's own record of uses. A face that was matched here goes
by the name of its reference and as long as a pass would; any other is not decided here.
Without a trusted time passes are refused; a card still works, held to what is surely known: a validity that has
ended stays ended, and its schedule is not asked (nobody is locked out of their home by a dead clock).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain import passes
from access.domain.admission import Decision, Denied, Facts, decide
from access.domain.credentials import CredentialStatus
from access.domain.errors import InvalidInput
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.schedules import always
from hardware import wire
from hardware.agent.clock import TrustedClock
from hardware.agent.firings import Firings
from hardware.agent.lists import ListStore
from hardware.agent.policy import Policy

Proposal = tuple[Decision, passes.VerifiedPass | None]
"""A decision, and the pass whose use it counts."""


@dataclass(frozen=True, slots=True)
class OfflineDecider:
    lists: ListStore
    firings: Firings
    clock: TrustedClock

    def decide(self, access_point_id: str, method: Method, payload: str) -> Proposal:
        """One decision, nothing written: a granted pass still has to be counted as used, with its firing.

        Raises:
            sqlite3.Error: the files cannot be read; deny.
        """
        if method is Method.FACE:
            return Denied(method, Reason.FACE_OFFLINE), None
        policy = self.lists.policy
        access_point = None if policy is None else policy.access_points.get(access_point_id)
        if policy is None or access_point is None:
            return Denied(method, Reason.FAULT), None
        if method is Method.CARD:
            return self._card(policy, access_point, payload), None
        if method is Method.FACE_EDGE:
            return self._edge(policy, access_point, payload), None
        if method is Method.QR:
            return self._qr(policy, access_point, payload)
        return Denied(method, Reason.FAULT), None

    def bearer(self, method: Method, payload: str) -> str:
        """Who is noted as having passed: holder of a card or face, id of a resident's pass; empty for anybody else.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        if method is Method.QR:
            shown = passes.read(payload)
            return "" if isinstance(shown, Reason) or shown.step is None else shown.body.pass_id
        if method is Method.FACE_EDGE:
            row = self.lists.edge_face(payload)
        else:
            try:
                row = self.lists.card(payload) if method is Method.CARD else None
            except InvalidInput:
                row = None
        return "" if row is None else row.holder

    def _card(self, policy: Policy, access_point: AccessPoint, number: str) -> Decision:
        now, floor = self.clock.now(), self.clock.floor()
        if floor >= policy.head.offline_until:
            return Denied(Method.CARD, Reason.FAULT)
        try:
            row = self.lists.card(number)
        except InvalidInput:
            return Denied(Method.CARD, Reason.CARD_UNREADABLE)
        if row is None:
            return Denied(Method.CARD, Reason.UNKNOWN)
        facts = _holder_facts(policy, access_point, Method.CARD, row, floor)
        if now is None:
            timeless = tuple(always(schedule.id, schedule.estate_id) for schedule in facts.schedules)
            facts = replace(facts, valid_from=0, schedules=timeless)
        return decide(facts, floor)

    def _edge(self, policy: Policy, access_point: AccessPoint, face: str) -> Decision:
        """Without a trusted time, or past the time of passes, a withdrawal may have been missed: no."""
        now = self.clock.now()
        if now is None or now >= policy.head.fresh_until:
            return Denied(Method.FACE_EDGE, Reason.FACE_OFFLINE)
        row = self.lists.edge_face(face)
        if row is None:
            return Denied(Method.FACE_EDGE, Reason.FACE_UNKNOWN)
        return decide(_holder_facts(policy, access_point, Method.FACE_EDGE, row, now), now)

    def _qr(self, policy: Policy, access_point: AccessPoint, text: str) -> Proposal:
        now = self.clock.now()
        if now is None or now >= policy.head.fresh_until:
            return Denied(Method.QR, Reason.FAULT), None
        verified = passes.verify(
            text,
            estate=policy.head.estate_number,
            keys=policy,
            opens=lambda number: policy.opens(number, access_point.id),
            at=now,
        )
        if isinstance(verified, Reason):
            return Denied(Method.QR, verified), None
        body = verified.body
        revoked = self.lists.is_revoked(body.pass_id)
        facts = Facts(
            method=Method.QR,
            access_point=access_point,
            timezone=policy.head.timezone,
            person_id="",
            status=CredentialStatus.DISABLED if revoked else CredentialStatus.ACTIVE,
            valid_from=body.not_before,
            valid_to=body.not_after,
            resident=True,
            schedules=policy.schedules_at(access_point.id),
            pass_id=body.pass_id,
        )
        decision = decide(facts, now)
        if not isinstance(decision, Denied) and self.firings.is_used(verified):
            decision = used(verified)
        return decision, verified


def used(verified: passes.VerifiedPass) -> Denied:
    """No use left at this gate: of a visitor's pass, or of this very picture of a resident's."""
    reason = Reason.USED if verified.step is None else Reason.REPEATED
    return Denied(Method.QR, reason, pass_id=verified.body.pass_id)


def _holder_facts(policy: Policy, access_point: AccessPoint, method: Method, row: wire.CardRow, at: int) -> Facts:
    """A face stands in the lists only while its use is agreed to."""
    live = frozenset(building for building, start, end in row.places if start <= at < end)
    return Facts(
        method=method,
        access_point=access_point,
        timezone=policy.head.timezone,
        person_id=row.holder,
        status=CredentialStatus.ACTIVE,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        resident=bool(live),
        schedules=policy.schedules_for(access_point.id, live),
        face_consent=method is Method.FACE_EDGE,
        credential_id=row.credential,
    )
