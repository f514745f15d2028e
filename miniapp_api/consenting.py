"""The notice as it stands, and the person's answer to each purpose on its own."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.consent import Channel, Consent, Purpose
from access.services import consent_receipt, consents
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, EstatePath, Hash, Id, Instant
from miniapp_api.replies import done, reply


class NoticeAnswer(Answered):
    hash: Hash
    version: int
    title_zh: str
    title_en: str
    body_zh: str
    body_en: str
    published_at: Instant


class NoticeShown(Asked):
    hash: Hash


class PurposePath(EstatePath):
    purpose: Purpose


class ConsentPath(BaseModel):
    consent_id: Id


class Receipt(Answered):
    receipt: str = Field(description="signed statement (ISO/IEC TS 27560 fields) as text, to keep or to verify")


class ConsentWish(Asked):
    given: bool
    notice_hash: Hash


class ConsentAnswer(Answered):
    id: Id
    purpose: str
    status: str = Field(description="given, refused or withdrawn")
    channel: str
    notice_hash: Hash
    decided_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, consent: Consent) -> ConsentAnswer:
        return cls(
            id=consent.id,
            purpose=consent.purpose,
            status=consent.status,
            channel=consent.channel,
            notice_hash=consent.notice_hash,
            decided_at=consent.decided_at,
            expires_at=consent.expires_at,
        )


class ConsentList(Answered):
    consents: list[ConsentAnswer] = Field(description="the newest answer for each purpose")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates/<estate_id>/notice", summary="The notice in force", responses={200: NoticeAnswer})
    def get_notice(path: EstatePath) -> Response:
        notice = consents.current_notice(house, path.estate_id)
        answer = NoticeAnswer(
            hash=notice.hash,
            version=notice.version,
            title_zh=notice.title_zh,
            title_en=notice.title_en,
            body_zh=notice.body_zh,
            body_en=notice.body_en,
            published_at=notice.published_at,
        )
        return reply(answer)

    @api.post("/notices/shown", summary="This version was shown to me", responses={204: None})
    def record_notice_shown(body: NoticeShown) -> Response:
        consents.record_shown(house, callers.person(), body.hash)
        return done()

    @api.get("/estates/<estate_id>/consents", summary="My answers", responses={200: ConsentList})
    def list_consents(path: EstatePath) -> Response:
        mine = consents.mine(house, callers.person(), path.estate_id)
        return reply(ConsentList(consents=[ConsentAnswer.of(consent) for consent in mine]))

    @api.get("/consents/<consent_id>/receipt", summary="Signed receipt of an answer", responses={200: Receipt})
    def get_receipt(path: ConsentPath) -> Response:
        return reply(Receipt(receipt=consent_receipt.receipt(house, callers.person(), path.consent_id)))

    @api.put(
        "/estates/<estate_id>/consents/<purpose>", summary="Answer for one purpose", responses={200: ConsentAnswer}
    )
    def answer_consent(path: PurposePath, body: ConsentWish) -> Response:
        answered = consents.answer(
            house,
            callers.person(),
            path.estate_id,
            path.purpose,
            body.given,
            body.notice_hash,
            Channel.MINI_PROGRAM,
        )
        return reply(ConsentAnswer.of(answered))
