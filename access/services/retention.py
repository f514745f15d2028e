"""What the clock removes. The schedule is one table; the public page reads the same one (law L19, L20)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from access.domain.ages import CHILD_BELOW, is_younger
from access.domain.consent import FACE_PURPOSES, ConsentStatus, Purpose
from access.domain.edge_faces import EdgeState
from access.domain.erasure import Cause, Scope
from access.domain.ids import new_id
from access.domain.people import KeyKind
from access.domain.reports import ACKNOWLEDGEMENT_KEEP
from access.domain.times import DAY, HOUR
from access.domain.visits import VISITOR_KEEP
from access.services.erase import begin
from access.services.house import House
from access.services.messages import notify
from access.services.withdraw import lapse_face_consents
from access.stores import Stores

BATCH = 100
CHAT_KEEP = 3 * DAY
GATE_KEEP = 2 * DAY
REMINDER_KEEP = 60 * DAY
DISCLOSURE_KEEP = 3 * 366 * DAY


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the public schedule. `days` 0 means at once."""

    what_zh: str
    what_en: str
    days: int
    then_zh: str
    then_en: str


def schedule(event_keep_days: int) -> tuple[Line, ...]:
    """The public retention schedule."""
    return (
        Line(
            "登记时拍的人脸画面（照片，或转头、眨眼的几秒）",
            "Face pictures as taken",
            0,
            "提取特征后立即删除",
            "deleted at once after encoding",
        ),
        Line("没有匹配的人脸", "Faces that match nobody", 0, "从不保存", "never stored"),
        Line(
            "人脸特征",
            "Face references",
            365,
            "撤回同意、搬离或到期时立即删除",
            "erased at withdrawal, move-out or after twelve months without a new yes",
        ),
        Line(
            "只留在门口设备里的人脸特征",
            "Face references that stay in a gate",
            365,
            "撤回同意、搬离或到期时由设备删除，断网也按时删除",
            "erased by the gate at withdrawal, move-out or after twelve months, without a network too",
        ),
        Line("出入记录", "Entry records", event_keep_days, "自动删除", "deleted by the clock"),
        Line("访客信息", "Visitor data", 30, "自动删除", "deleted by the clock"),
        Line("聊天中的临时内容", "Waiting chat answers", 3, "自动删除", "deleted by the clock"),
        Line(
            "人脸影响评估",
            "Impact assessments",
            1_098,
            "自动删除（最新一份除外）",
            "deleted by the clock, the newest excepted",
        ),
        Line("依法调取的案卷", "Cases of an authority", 1_098, "自动删除", "deleted by the clock"),
        Line(
            "个人信息权利请求",
            "Requests about one's data",
            1_098,
            "答复三年后自动删除",
            "deleted three years after the answer",
        ),
        Line(
            "小区报告的签收",
            "Reports signed for",
            1_098,
            "自动删除",
            "deleted by the clock",
        ),
        Line(
            "审计记录", "Audit records", 183, "只含编号，不含姓名", "kept six months or longer; ids only, no names"
        ),
    )


def remove_what_is_due(house: House) -> dict[str, int]:
    """Delete what has outlived its time; counts by kind."""
    now = house.clock.now()
    counts: dict[str, int] = {}
    with house.db.transaction() as stores:
        counts["passes"] = stores.passes.delete_ended_before(now - VISITOR_KEEP)
        counts["chats"] = stores.chats.forget_before(now - CHAT_KEEP)
        counts["tickets"] = stores.edge_faces.drop_lapsed(now)
        counts["sessions"] = stores.people.delete_lapsed(now) + stores.staff.delete_lapsed(now)
        counts["disclosures"] = stores.disclosures.delete_before(now - DISCLOSURE_KEEP)
        counts["challenges"] = stores.challenges.delete_expired(now)
        counts["acknowledgements"] = stores.reports.delete_before(now - ACKNOWLEDGEMENT_KEEP)
        counts["reminders"] = stores.consents.forget_reminders(now - REMINDER_KEEP)
        counts["gates"] = stores.gates.delete_before(now - GATE_KEEP)
        counts["events"] = sum(
            stores.events.delete_before(estate.id, now - house.policy.event_keep_days * DAY)
            for estate in stores.places.estates()
        )
    return counts


def expire_consents(house: House) -> int:
    """Record the consents that have lapsed without a renewed yes, erase the faces behind them, and say so.

    A guardian's consent lapses when the child is fourteen: the young person is then asked, pass and card go on.

    Returns:
        How many people.
    """
    now = house.clock.now()
    with house.db.reading() as stores:
        due = stores.consents.lapsed(now, BATCH)
    people = sorted({(consent.person_id, consent.estate_id) for consent in due})
    for person_id, estate_id in people:
        with house.db.transaction() as stores:
            _expire(house, stores, person_id, estate_id, now)
    return len(people)


def _expire(house: House, stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    latest = [stores.consents.latest(person_id, estate_id, purpose) for purpose in Purpose]
    lapsed = [c for c in latest if c is not None and c.status is ConsentStatus.GIVEN and c.expires_at <= now]
    if not lapsed:
        return
    for consent in lapsed:
        stores.consents.add(replace(consent.lapse(now), id=new_id()))
    face = any(consent.purpose in FACE_PURPOSES for consent in lapsed)
    if face:
        lapse_face_consents(stores, person_id, estate_id, now)
        begin(stores, person_id, estate_id, Scope.FACE, Cause.CONSENT_EXPIRED, now)
    estate, person = stores.places.estate(estate_id), stores.people.person(person_id)
    if estate is None or person is None:
        return
    by_guardian = any(consent.guardian_id is not None for consent in lapsed)
    if by_guardian and not is_younger(person.birth_year_month, CHILD_BELOW, now, estate.timezone):
        notify(house, stores, person_id, "turned_fourteen", now)
    elif face:
        notify(house, stores, person_id, "consent_expired", now)


def erase_orphans(house: House) -> int:
    """A reference without a live consent is a fault: report it in the audit chain and erase it (law L15).

    One without a key too: an old backup may bring back rows of somebody who withdrew since.
    """
    now = house.clock.now()
    orphans: set[tuple[str, str]] = set()
    with house.db.reading() as stores:
        for estate in stores.places.estates():
            agreed = frozenset.intersection(
                *(stores.consents.people_with(estate.id, purpose, now) for purpose in FACE_PURPOSES)
            )
            for reference in stores.faces.references_of_estate(estate.id):
                allowed = reference.person_id in agreed and _has_key(stores, reference.person_id, estate.id)
                if not allowed and now - reference.created_at > HOUR:
                    orphans.add((reference.person_id, estate.id))
            used = stores.consents.people_with(estate.id, Purpose.FACE_USE, now)
            orphans |= {
                (face.person_id, estate.id)
                for face in stores.edge_faces.of_estate(estate.id, EdgeState.ACTIVE)
                if face.person_id not in used
            }
    for person_id, estate_id in orphans:
        with house.db.transaction() as stores:
            if _being_erased(stores, person_id, estate_id):
                continue
            stores.audit.append("job", "fault:face:orphan", person_id, {"estate": estate_id}, now)
            begin(stores, person_id, estate_id, Scope.FACE, Cause.ORPHAN, now)
    return len(orphans)


def _has_key(stores: Stores, person_id: str, estate_id: str) -> bool:
    return stores.people.key(person_id, KeyKind.FACE, estate_id) is not None


def _being_erased(stores: Stores, person_id: str, estate_id: str) -> bool:
    mine = stores.erasures.of_person(person_id)
    return any(e.estate_id == estate_id and e.completed_at is None for e in mine)
