"""A small world for the pure conversation: estates, a notice, a standing that effects change. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from access.domain.consent import FACE_PURPOSES, Purpose
from access.domain.places import AccessPoint, Building, Estate, Household, Method
from access.domain.reports import Report
from access.domain.residency import Residency, ResidencyStatus, request_residency
from access.domain.times import FOREVER
from access.services.ask_anew import Due, Why
from access.services.chat_standing import STRANGER, Standing
from access.services.enrol import FaceStatus
from access.services.my_home import Waits
from bot.facts import Facts
from bot.heard import Arrived, Heard, Said
from bot.household import spellings
from bot.move import (
    Answer,
    AnswerAnew,
    Effect,
    FetchSelfie,
    GiveCode,
    JoinAccount,
    MarkRead,
    OpenDoor,
    Register,
    SayBirth,
    WithdrawFace,
)
from bot.state import State, Step

TODAY = date(2026, 9, 21)
URL = "https://kaimen.example"
ESTATES = {
    f"e{n}": Estate(
        f"{n}" * 16,
        n,
        "金桂花园第三期" + str(n),
        "Osmanthus Gardens Phase Three",
        "Asia/Shanghai",
        "金桂花园第三期业主委员会与长乐物业服务有限公司",
        "桂花路 88 号物业服务中心 0571-8800 0000",
        face_enabled=True,
    )
    for n in (1, 2)
}
REPORT = Report(
    "7" * 16,
    "1" * 16,
    1,
    "金桂花园第三期二〇二六年度物业费收支和维修资金使用情况的报告",
    "Accounts of the year for Osmanthus Gardens Phase Three",
    "正文",
    "Body",
    "a" * 64,
    "5" * 16,
    0,
)
LABELS = ("1-101", "1-102", "2-301")
DOORS = tuple(
    AccessPoint(f"{n:016x}", "1" * 16, n, f"{n}号楼单元门", f"Door of building {n}", None, frozenset(Method))
    for n in range(1, 12)
)


def household(estate: Estate, label: str) -> Household:
    return Household(f"{estate.id[:8]}{label:0>8}", estate.id, "b" * 16, label)


@dataclass
class World:
    """What is outside the conversation.

    Attributes:
        standings: by estate id.
        only: the deployment has one estate, so no scan is needed.
        done: effects carried out, in order.
    """

    notice: str = "n1"
    face_on: bool = True
    selfie_in_chat: bool = True
    only: bool = False
    clock: int = 1_790_000_000
    standings: dict[str, Standing] = field(default_factory=dict)
    done: list[Effect] = field(default_factory=list)

    def facts(self, state: State, heard: Heard, created: int | None = None) -> Facts:
        scanned = ESTATES.get(heard.scene) if isinstance(heard, Arrived) else None
        known = next((estate for estate in ESTATES.values() if estate.id == state.estate_id), None)
        estate = scanned or known or (ESTATES["e1"] if self.only else None)
        asked = state.step is Step.HOUSEHOLD and isinstance(heard, Said) and estate is not None
        meant = spellings(heard.text, "1号楼") if asked and isinstance(heard, Said) else ()
        label = next((spelling for spelling in meant if spelling in LABELS), None)
        return Facts(
            created=self.clock if created is None else created,
            today=TODAY,
            url=URL,
            estate=replace(estate, face_enabled=self.face_on) if estate else None,
            building=Building("b" * 16, estate.id, "1号楼", "Building 1") if estate else None,
            notice_hash=self.notice,
            household=household(estate, label) if estate and label else None,
            standing=self.standings.get(estate.id, STRANGER) if estate else STRANGER,
            scanned=scanned is not None,
            selfie_in_chat=self.selfie_in_chat,
        )

    def carry_out(self, effect: Effect) -> None:
        self.done.append(effect)
        match effect:
            case Register():
                self._register(effect)
            case Answer():
                before = self.standings[effect.estate_id]
                name = "face_use" if effect.purpose is Purpose.FACE_USE else "face_server"
                self._set(effect.estate_id, before, **{name: effect.given})
            case WithdrawFace():
                self._set(effect.estate_id, self.standings[effect.estate_id], face_use=False, face_server=False)
            case AnswerAnew():
                before = self.standings[effect.estate_id]
                face = effect.purpose in FACE_PURPOSES and not effect.given
                gone = {effect.purpose} | (FACE_PURPOSES if face else set())
                left = tuple(one for one in before.waits.due if one.purpose not in gone)
                self._set(effect.estate_id, before, waits=replace(before.waits, due=left))
            case MarkRead():
                for estate_id, before in list(self.standings.items()):
                    self._set(estate_id, before, waits=replace(before.waits, report=None))
            case FetchSelfie() | OpenDoor() | SayBirth() | GiveCode() | JoinAccount():
                pass

    def decide(self, estate_id: str, status: ResidencyStatus) -> None:
        """Staff approve, refuse or end what is asked for."""
        before = self.standings.get(estate_id)
        if before is None or before.residency is None:
            return
        still = status in {ResidencyStatus.PENDING, ResidencyStatus.APPROVED}
        self.standings[estate_id] = replace(
            before,
            residency=replace(before.residency, status=status, reason="房号与登记不符"),
            open_households=frozenset({before.residency.household_id}) if still else frozenset(),
            doors=DOORS if status is ResidencyStatus.APPROVED else (),
            face_use=before.face_use and still,
            face_server=before.face_server and still,
        )

    def fall_due(self, estate_id: str, purposes: set[Purpose], why: Why) -> None:
        """Questions are due again, and a report to owners has been published."""
        before = self.standings.get(estate_id)
        if before is not None:
            due = tuple(Due(purpose, why, 0) for purpose in Purpose if purpose in purposes)
            self._set(estate_id, before, waits=Waits(due, why is Why.CHANGED, REPORT if purposes else None))

    def _register(self, effect: Register) -> None:
        until = None if effect.last_day is None else FOREVER
        place = (effect.household_id, effect.estate_id, "b" * 16)
        asked: Residency = request_residency("a" * 16, "c" * 16, place, effect.role, until, self.clock)
        before = self.standings.get(effect.estate_id, STRANGER)
        self._set(
            effect.estate_id,
            before,
            person_id="c" * 16,
            residency=asked,
            household=effect.household_id[-8:].lstrip("0"),
            open_households=before.open_households | {effect.household_id},
        )

    def _set(self, estate_id: str, before: Standing, **changes: object) -> None:
        after: Standing = replace(before, **changes)  # type: ignore[arg-type]
        agreed = after.face_use and after.face_server
        self.standings[estate_id] = replace(after, face=FaceStatus(True, agreed, False, None, None))
