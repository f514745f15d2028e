"""Judge what somebody shows before their face: a card or a resident's pass that says who they claim to be (1:1).

The claim opens nothing by itself. It must be genuine and in force, of a person who agreed to the use of their face
and who may use this access point; only then is the face compared, with that one person's references alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain.admission import Denied, Facts, decide
from access.domain.consent import FACE_PURPOSES
from access.domain.passes import VerifiedPass, read
from access.domain.places import AccessPoint, Method
from access.domain.reasons import Reason
from access.domain.visits import PassKind
from access.services.estate_book import EstateBook
from access.services.judge_card import card_of, facts_of_card
from access.services.judge_pass import facts_of_pass, genuine_pass
from access.stores import Stores


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are, by a credential of that person.

    Attributes:
        verified: the pass, whose step a grant uses up; None when it was a card.
    """

    person_id: str
    verified: VerifiedPass | None = None


def judge_claim(stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int) -> Claim | Denied:
    """The claim in the text of a QR code or a card number, or why the face is not even looked at.

    A visitor's pass claims nobody: the person who invited is not the one who stands there.
    """
    if isinstance(read(text), Reason):
        return _by_card(stores, book, point, text, at)
    return _by_pass(stores, book, point, text, at)


def spend_claim(stores: Stores, point: AccessPoint, claim: Claim, at: int) -> bool:
    """Use up the step of a claimed pass; False when it was used at this access point before."""
    pass_ = claim.verified
    return (
        pass_ is None or pass_.step is None or stores.passes.take_step(pass_.body.pass_id, pass_.step, point.id, at)
    )


def face_is_consented(stores: Stores, person_id: str, estate_id: str, at: int) -> bool:
    """Both face consents hold, asked of SQL at the moment of the decision."""
    answers = (stores.consents.latest(person_id, estate_id, purpose) for purpose in FACE_PURPOSES)
    return all(answer is not None and answer.is_live(at) for answer in answers)


def _by_card(stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int) -> Claim | Denied:
    card = card_of(stores, book, text)
    if isinstance(card, Reason):
        return Denied(Method.FACE, card)
    why = _why_not(stores, facts_of_card(stores, book, point, card, at), at)
    return why or Claim(card.person_id)


def _by_pass(stores: Stores, book: EstateBook, point: AccessPoint, text: str, at: int) -> Claim | Denied:
    found = genuine_pass(stores, book, point, text, at)
    if isinstance(found, Denied):
        return replace(found, method=Method.FACE)
    verified, issued = found
    if issued.kind is not PassKind.RESIDENT:
        return Denied(Method.FACE, Reason.FACE_CLAIM)
    why = _why_not(stores, facts_of_pass(stores, book, point, issued, at), at)
    return why or Claim(issued.person_id, verified)


def _why_not(stores: Stores, facts: Facts, at: int) -> Denied | None:
    """The rules of admission on the claimed credential, with face as the method, for that is what would open."""
    agreed = face_is_consented(stores, facts.person_id, facts.access_point.estate_id, at)
    decision = decide(replace(facts, method=Method.FACE, face_consent=agreed), at)
    if not isinstance(decision, Denied):
        return None
    # A face without consent names nobody, so the event keeps no holder.
    return Denied(Method.FACE, Reason.NO_CONSENT) if decision.reason is Reason.NO_CONSENT else decision
