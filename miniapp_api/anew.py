"""What waits for my word: questions that are due again, and reports to owners."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.consent import Channel
from access.services import ask_anew, owner_reports
from access.services.ask_anew import Due
from access.services.house import House
from access.services.owner_reports import Shown
from miniapp_api import callers
from miniapp_api.consenting import ConsentAnswer, ConsentWish, PurposePath
from miniapp_api.kinds import Answered, EstatePath, Hash, Id, Instant
from miniapp_api.replies import done, reply


class DueAnswer(Answered):
    purpose: str
    why: str = Field(description="changed, ending or fourteen")
    ends_at: Instant

    @classmethod
    def of(cls, due: Due) -> DueAnswer:
        return cls(purpose=due.purpose, why=due.why, ends_at=due.ends_at)


class DueList(Answered):
    due: list[DueAnswer] = Field(description="to be asked again, one by one; nothing of it keeps a door shut")


class ReportAnswer(Answered):
    id: Id
    number: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    hash: Hash
    published_at: Instant
    acknowledged: bool
    asked: bool = Field(description="published while I lived here, and not acknowledged yet")

    @classmethod
    def of(cls, shown: Shown) -> ReportAnswer:
        report = shown.report
        return cls(
            id=report.id,
            number=report.number,
            title_zh=report.title_zh,
            title_en=report.title_en,
            body_zh=report.body_zh,
            body_en=report.body_en,
            hash=report.hash,
            published_at=report.published_at,
            acknowledged=shown.acknowledged,
            asked=shown.asked,
        )


class ReportList(Answered):
    reports: list[ReportAnswer] = Field(description="the newest first")


class ReportPath(BaseModel):
    report_id: Id


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates/<estate_id>/anew", summary="Questions that are due again", responses={200: DueList})
    def list_due(path: EstatePath) -> Response:
        waiting = ask_anew.due(house, callers.person(), path.estate_id)
        return reply(DueList(due=[DueAnswer.of(one) for one in waiting]))

    @api.put("/estates/<estate_id>/anew/<purpose>", summary="Answer one of them", responses={200: ConsentAnswer})
    def answer_anew(path: PurposePath, body: ConsentWish) -> Response:
        answered = ask_anew.answer(
            house,
            callers.person(),
            path.estate_id,
            path.purpose,
            body.given,
            body.notice_hash,
            Channel.MINI_PROGRAM,
        )
        return reply(ConsentAnswer.of(answered))

    @api.get("/estates/<estate_id>/reports", summary="Reports to owners", responses={200: ReportList})
    def list_reports(path: EstatePath) -> Response:
        shown = owner_reports.shown_to(house, callers.person(), path.estate_id)
        return reply(ReportList(reports=[ReportAnswer.of(one) for one in shown]))

    @api.put("/reports/<report_id>/acknowledgement", summary="I have read it", responses={204: None})
    def acknowledge(path: ReportPath) -> Response:
        owner_reports.acknowledge(house, callers.person(), path.report_id, Channel.MINI_PROGRAM)
        return done()
