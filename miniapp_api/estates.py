"""Estates and dwellings, for finding one's own. Who lives where is never part of an answer."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import BaseModel, Field

from access.domain.places import Estate
from access.services import my_home, retention
from access.services.house import House
from miniapp_api.kinds import Answered, EstatePath, Id
from miniapp_api.replies import reply


class EstateAnswer(Answered):
    id: Id
    number: int = Field(description="as in the codes that hang at its gates")
    name_zh: str
    name_en: str
    timezone: str
    processor: str = Field(description="who runs the service")
    contact: str
    face_offered: bool

    @classmethod
    def of(cls, estate: Estate) -> EstateAnswer:
        return cls(
            id=estate.id,
            number=estate.number,
            name_zh=estate.name_zh,
            name_en=estate.name_en,
            timezone=estate.timezone,
            processor=estate.processor,
            contact=estate.contact,
            face_offered=estate.face_enabled,
        )


class EstateList(Answered):
    estates: list[EstateAnswer]


class BuildingAnswer(Answered):
    id: Id
    name_zh: str
    name_en: str


class EstateDetail(Answered):
    estate: EstateAnswer
    buildings: list[BuildingAnswer]


class HouseholdAnswer(Answered):
    id: Id
    label: str


class HouseholdList(Answered):
    households: list[HouseholdAnswer] = Field(description="at most ten")


class LabelQuery(BaseModel):
    label: str = Field(min_length=1, max_length=20, pattern=r"^[^\u0000]*$", description="such as 1-301")


class RetentionLine(Answered):
    what_zh: str
    what_en: str
    days: int = Field(description="0: at once, or never kept")
    then_zh: str
    then_en: str


class RetentionAnswer(Answered):
    lines: list[RetentionLine]


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates", summary="Estates of this service", responses={200: EstateList})
    def list_estates() -> Response:
        return reply(EstateList(estates=[EstateAnswer.of(estate) for estate in my_home.estates(house)]))

    @api.get("/estates/<estate_id>", summary="An estate and its buildings", responses={200: EstateDetail})
    def get_estate(path: EstatePath) -> Response:
        estate, buildings = my_home.estate(house, path.estate_id)
        named = [BuildingAnswer(id=b.id, name_zh=b.name_zh, name_en=b.name_en) for b in buildings]
        return reply(EstateDetail(estate=EstateAnswer.of(estate), buildings=named))

    @api.get("/estates/<estate_id>/households", summary="Find a dwelling", responses={200: HouseholdList})
    def find_households(path: EstatePath, query: LabelQuery) -> Response:
        found = my_home.search(house, path.estate_id, query.label)
        return reply(HouseholdList(households=[HouseholdAnswer(id=h.id, label=h.label) for h in found]))

    @api.get("/retention", summary="How long what is kept", responses={200: RetentionAnswer})
    def get_retention() -> Response:
        lines = retention.schedule(house.policy.event_keep_days)
        answer = [
            RetentionLine(
                what_zh=line.what_zh,
                what_en=line.what_en,
                days=line.days,
                then_zh=line.then_zh,
                then_en=line.then_en,
            )
            for line in lines
        ]
        return reply(RetentionAnswer(lines=answer))
