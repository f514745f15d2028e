"""The face, where the person wants it: film a movement or send a selfie, follow it, withdraw, see it erased."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field

from access.domain.challenges import (
    ASKING,
    MAX_FRAME_BYTES,
    MAX_FRAMES,
    MIN_FRAMES,
    ChallengeRule,
    Movement,
)
from access.domain.consent import Channel
from access.domain.enrolment import MAX_SAMPLE_BYTES, MAX_SAMPLES
from access.domain.erasure import Erasure, Holding
from access.domain.errors import InvalidInput, TooOften
from access.domain.reasons import Words
from access.domain.times import HOUR
from access.queries.phone_words import QUALITY
from access.services import challenges, erase, withdraw
from access.services import enrol as enrolment
from access.services.clean_sample import clean
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, EstatePath, Id, Instant
from miniapp_api.replies import reply

SAMPLES_AN_HOUR = 10


class SampleForm(BaseModel):
    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    picture: list[FileStorage] = Field(
        min_length=1, max_length=MAX_SAMPLES, description="1 to 3 JPEG, PNG or WebP pictures, 8 MB each at most"
    )


class ChallengeAnswer(Answered):
    id: Id
    movement: Movement
    zh: str = Field(description="what to show in large letters while filming")
    en: str
    expires_at: Instant


class FilmBody(Asked):
    challenge: Id
    frames: list[
        Annotated[str, Field(min_length=1, max_length=4 * MAX_FRAME_BYTES // 3 + 4, description="JPEG in base64")]
    ] = Field(min_length=MIN_FRAMES, max_length=MAX_FRAMES, description="in the order in which they were taken")


class EnrolmentAnswer(Answered):
    id: Id
    status: str = Field(description="pending until the face work has answered")
    created_at: Instant


class FaceAnswer(Answered):
    offered: bool = Field(description="the estate offers face at all; a QR pass and a card always work")
    agreed: bool
    enrolled: bool
    mini_program: bool = Field(description="the mini-program may take the selfie; other channels may be open")
    asks: bool = Field(
        description="a movement is asked for: ask_movement, then send_film; a picture alone waits for the office"
    )
    latest: str | None = Field(description="pending, rejected, review, done or cancelled; none before the first")
    reason: str | None
    reason_zh: str | None = Field(description="what the person can do about it")
    reason_en: str | None
    renew_until: Instant | None = Field(
        description="references are being renewed: a new sample is asked for until then; none otherwise"
    )


class HolderAnswer(Answered):
    kind: str
    name_zh: str = Field(description="of a gate: its doors; empty for other holders")
    name_en: str
    erased_at: Instant | None = Field(description="none while this holder's receipt is outstanding")


class ErasureAnswer(Answered):
    id: Id
    requested_at: Instant
    completed_at: Instant | None
    holders: list[HolderAnswer]
    certificate: str | None = Field(description="signed canonical JSON, once every holder has sent its receipt")

    @classmethod
    def of(
        cls, erasure: Erasure, holdings: list[Holding], certificate: str | None, gates: dict[str, Words]
    ) -> ErasureAnswer:
        return cls(
            id=erasure.id,
            requested_at=erasure.requested_at,
            completed_at=erasure.completed_at,
            holders=[_holder(holding, gates) for holding in holdings],
            certificate=certificate,
        )


class ErasurePath(BaseModel):
    erasure_id: Id


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.post("/estates/<estate_id>/enrolments", summary="Send a selfie", responses={202: EnrolmentAnswer})
    def enrol(path: EstatePath, form: SampleForm) -> Response:
        _not_too_often(house)
        samples = [clean(picture.stream.read(MAX_SAMPLE_BYTES + 1)) for picture in form.picture]
        made = enrolment.enrol_face(house, callers.person(), path.estate_id, samples, Channel.MINI_PROGRAM)
        return reply(EnrolmentAnswer(id=made.id, status=made.status, created_at=made.created_at), 202)

    @api.post(
        "/estates/<estate_id>/challenges", summary="Ask which movement to film", responses={201: ChallengeAnswer}
    )
    def ask_movement(path: EstatePath) -> Response:
        asked = challenges.ask_person(house, callers.person(), path.estate_id, Channel.MINI_PROGRAM)
        words = ASKING[asked.movement]
        answer = ChallengeAnswer(
            id=asked.id, movement=asked.movement, zh=words.zh, en=words.en, expires_at=asked.expires_at
        )
        return reply(answer, 201)

    @api.post("/estates/<estate_id>/films", summary="Send the film of a movement", responses={202: EnrolmentAnswer})
    def send_film(path: EstatePath, body: FilmBody) -> Response:
        _not_too_often(house)
        frames = [clean(_frame(text)) for text in body.frames]
        made = enrolment.enrol_face(
            house, callers.person(), path.estate_id, frames, Channel.MINI_PROGRAM, body.challenge
        )
        return reply(EnrolmentAnswer(id=made.id, status=made.status, created_at=made.created_at), 202)

    @api.get("/estates/<estate_id>/face", summary="Where my face stands", responses={200: FaceAnswer})
    def get_face(path: EstatePath) -> Response:
        status = enrolment.status(house, callers.person(), path.estate_id)
        words = QUALITY[status.reason] if status.reason is not None else None
        answer = FaceAnswer(
            offered=status.offered,
            agreed=status.agreed,
            enrolled=status.enrolled,
            mini_program=Channel.MINI_PROGRAM.value in house.policy.photo_channels,
            asks=challenges.rules(house, path.estate_id)[Channel.MINI_PROGRAM] is not ChallengeRule.NONE,
            latest=status.latest,
            reason=status.reason,
            reason_zh=words.zh if words is not None else None,
            reason_en=words.en if words is not None else None,
            renew_until=status.renew_until,
        )
        return reply(answer)

    @api.delete("/estates/<estate_id>/face", summary="Withdraw my face", responses={202: ErasureAnswer})
    def withdraw_face(path: EstatePath) -> Response:
        begun = withdraw.withdraw_face(house, callers.person(), path.estate_id, Channel.MINI_PROGRAM)
        return reply(_erasure(house, begun.id), 202)

    @api.get("/erasures/<erasure_id>", summary="How far an erasure is", responses={200: ErasureAnswer})
    def get_erasure(path: ErasurePath) -> Response:
        return reply(_erasure(house, path.erasure_id))


def _erasure(house: House, erasure_id: str) -> ErasureAnswer:
    begun, holdings, certificate = erase.erasure_of(house, callers.person(), erasure_id)
    return ErasureAnswer.of(begun, holdings, certificate, erase.gate_names(house, holdings))


def _holder(holding: Holding, gates: dict[str, Words]) -> HolderAnswer:
    named = gates.get(holding.holder, Words("", ""))
    return HolderAnswer(kind=holding.kind, name_zh=named.zh, name_en=named.en, erased_at=holding.receipted_at)


def _not_too_often(house: House) -> None:
    if not house.limiter.allow(f"enrol:{callers.person()}", SAMPLES_AN_HOUR, HOUR):
        raise TooOften("face.often", "too many samples within an hour")


def _frame(text: str) -> bytes:
    """A frame, decoded; its length is bounded by its text's."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput("sample.picture", "not base64", field="frames") from exc
