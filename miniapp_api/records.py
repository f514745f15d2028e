"""My own record: entries, look-ups of me, everything held, a copy, and closing the account."""

from __future__ import annotations

from typing import Literal

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.domain.consent import Channel
from access.services import close_account, my_data, my_entries
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, Id, Instant
from miniapp_api.replies import reply, reply_json


class EntryAnswer(Answered):
    id: str
    at: Instant
    estate_id: Id
    place_zh: str
    place_en: str
    method: str
    granted: bool
    reason: str | None
    reason_zh: str | None = Field(description="why not, and what to do; none for a grant")
    reason_en: str | None
    opening: str = Field(description="none, pending, opened, failed or unknown")
    visitor: bool = Field(description="a visitor of mine")

    @classmethod
    def of(cls, entry: my_entries.Entry) -> EntryAnswer:
        return cls(
            id=entry.id,
            at=entry.at,
            estate_id=entry.estate_id,
            place_zh=entry.place_zh,
            place_en=entry.place_en,
            method=entry.method,
            granted=entry.granted,
            reason=entry.reason,
            reason_zh=entry.words.zh if entry.words is not None else None,
            reason_en=entry.words.en if entry.words is not None else None,
            opening=entry.opening,
            visitor=entry.visitor,
        )


class EntryList(Answered):
    entries: list[EntryAnswer] = Field(description="the newest first, 200 at most")


class LookUpAnswer(Answered):
    at: Instant
    reader: str
    purpose: str
    fields: list[str]


class LookUpList(Answered):
    look_ups: list[LookUpAnswer] = Field(description="the newest first, 200 at most")


class Closing(Asked):
    sure: Literal[True]


class Closed(Answered):
    erasures: list[Id] = Field(description="one for each estate; the session ends with this answer")


class DataCopy(Answered):
    """The copy: the named parts and whatever is held under each."""

    format: str
    made_at: str
    person: dict[str, object]
    residencies: list[dict[str, object]]
    consents: list[dict[str, object]]
    credentials: list[dict[str, object]]
    face: dict[str, object]
    passes: list[dict[str, object]]
    visitors: list[dict[str, object]]
    erasures: list[dict[str, object]]
    requests: list[dict[str, object]]
    reports_acknowledged: list[dict[str, object]]
    entries: list[dict[str, object]]
    looked_up_by: list[dict[str, object]]


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/entries", summary="My entries and those of my visitors", responses={200: EntryList})
    def list_entries() -> Response:
        mine = my_entries.entries(house, callers.person())
        return reply(EntryList(entries=[EntryAnswer.of(entry) for entry in mine]))

    @api.get("/look-ups", summary="Who else read my data", responses={200: LookUpList})
    def list_look_ups() -> Response:
        looks = my_entries.look_ups(house, callers.person())
        found = [LookUpAnswer(at=k.at, reader=k.reader, purpose=k.purpose, fields=list(k.fields)) for k in looks]
        return reply(LookUpList(look_ups=found))

    @api.get("/data", summary="Everything held of me, as a copy for machines", responses={200: DataCopy})
    def get_data() -> Response:
        return reply_json(my_data.copy(house, callers.person()))

    @api.post("/closing", summary="Close my account and erase my data", responses={202: Closed})
    def close(body: Closing) -> Response:  # noqa: ARG001 - its being valid is the question
        begun = close_account.close_account(house, callers.person(), Channel.MINI_PROGRAM)
        return reply(Closed(erasures=[erasure.id for erasure in begun]), 202)
