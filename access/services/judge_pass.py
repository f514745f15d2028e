"""Judge a QR pass: the verifier's fixed order, then revocation, right, and replay (one conditional write)."""

from __future__ import annotations

from dataclasses import replace

from access.domain import passes
from access.domain.admission import Decision, Denied, Facts, Granted, decide
from access.domain.credentials import CredentialStatus
from access.domain.passes import VerifiedPass
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.visits import IssuedPass, PassKind
from access.services.estate_book import EstateBook, live_residencies
from access.services.passback import is_passed_back
from access.stores import Stores


def judge_pass(
    stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int, passback_seconds: int = 0
) -> Decision:
    """Decide on the text of a QR code as read; a grant has used up its use or its step."""
    found = genuine_pass(stores, book, point, text, at)
    if isinstance(found, Denied):
        return found
    verified, issued = found
    facts = facts_of_pass(stores, book, point, issued, at)
    if issued.kind is PassKind.RESIDENT:
        back = is_passed_back(stores, passback_seconds, issued.person_id, issued.id, point.id, at)
        facts = replace(facts, passed_back=back)
    decision = decide(facts, at)
    if isinstance(decision, Granted):
        return _spend(stores, decision, issued, verified, point, at)
    return decision


def genuine_pass(
    stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int
) -> tuple[VerifiedPass, IssuedPass] | Denied:
    """The pass behind the text of a QR code once it is verified; revocation, right and replay are still open."""
    verified = passes.verify(
        text,
        estate=book.estate.number,
        keys=book.pass_keys,
        opens=lambda number: point.id in book.members(stores, number),
        at=at,
    )
    if isinstance(verified, Reason):
        return Denied(Method.QR, verified)
    issued = stores.passes.get(verified.body.pass_id)
    if issued is None or issued.estate_id != book.estate.id:
        return Denied(Method.QR, Reason.UNKNOWN)
    if issued.kind is PassKind.RESIDENT and verified.step is None:
        # The fixed half of a resident's pass alone: cut out of a picture of the rolling code.
        return Denied(Method.QR, Reason.FORGED, issued.person_id, issued.id)
    return verified, issued


def facts_of_pass(stores: Stores, book: EstateBook, point: AccessPoint, issued: IssuedPass, at: int) -> Facts:
    """What is known of a genuine pass and its holder."""
    residencies = live_residencies(stores, issued.person_id, book.estate.id, at)
    return Facts(
        method=Method.QR,
        access_point=point,
        timezone=book.estate.timezone,
        person_id=issued.person_id,
        status=CredentialStatus.ACTIVE if issued.revoked_at is None else CredentialStatus.DISABLED,
        valid_from=issued.valid_from,
        valid_to=issued.valid_to,
        resident=bool(residencies),
        schedules=book.schedules_for(point.id, residencies),
        pass_id=issued.id,
    )


def _spend(
    stores: Stores, granted: Granted, issued: IssuedPass, verified: VerifiedPass, point: AccessPoint, at: int
) -> Decision:
    if verified.step is not None and not stores.passes.take_step(issued.id, verified.step, point.id, at):
        return Denied(Method.QR, Reason.REPEATED, issued.person_id, issued.id)
    if issued.kind is PassKind.VISITOR and not stores.passes.redeem(issued.id, at):
        return Denied(Method.QR, Reason.USED, issued.person_id, issued.id)
    return granted
