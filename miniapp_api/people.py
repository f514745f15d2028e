"""The person themselves: who they are, their name, and the residencies they ask for."""

from __future__ import annotations

from datetime import date

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.domain.residency import Residency, Role
from access.queries.phone_home import Place
from access.services import my_home, register
from access.services.house import House
from miniapp_api import callers
from miniapp_api.kinds import Answered, Asked, EstatePath, Id, Instant, Name
from miniapp_api.replies import done, reply


class ResidencyAnswer(Answered):
    id: Id
    estate_id: Id
    household_id: Id
    household: str = Field(description="what residents write, such as 1-301")
    role: str
    status: str
    valid_from: Instant
    valid_to: Instant
    reason: str = Field(description="staff's words for a refusal or an end")

    @classmethod
    def of(cls, residency: Residency, household: str) -> ResidencyAnswer:
        return cls(
            id=residency.id,
            estate_id=residency.estate_id,
            household_id=residency.household_id,
            household=household,
            role=residency.role,
            status=residency.status,
            valid_from=residency.valid_from,
            valid_to=residency.valid_to,
            reason=residency.reason,
        )


class MeAnswer(Answered):
    person_id: Id
    name: str
    phone_masked: str = Field(description="all but the last four digits hidden; empty when none is kept")
    residencies: list[ResidencyAnswer]


class NewName(Asked):
    name: Name


class ResidencyWish(Asked):
    household_id: Id
    role: Role
    last_day: date | None = Field(None, description="required for tenants and helpers; inclusive, local")
    under_fourteen: bool = Field(False, description="a family member says so: a guardian registers them instead")


class HomeAnswer(Answered):
    estate_id: Id
    next_step: str = Field(description="read_notice, give_name, register, wait or enter")
    residencies: list[ResidencyAnswer]
    due: list[str] = Field(description="why questions are due again; empty where none is")
    child_due: bool = Field(description="something is to be answered again for a child of the household")
    report_id: Id | None = Field(description="a report to owners that I have not acknowledged")
    notice_template: str = Field(description="to ask for, to be told once by WeChat; empty where the chat tells me")


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/me", summary="Who I am", responses={200: MeAnswer})
    def get_me() -> Response:
        me = my_home.me(house, callers.person())
        answer = MeAnswer(
            person_id=me.person_id,
            name=me.name,
            phone_masked=me.phone_masked,
            residencies=_residencies(me.places),
        )
        return reply(answer)

    @api.put("/me/name", summary="Give or correct my name", responses={204: None})
    def set_name(body: NewName) -> Response:
        register.set_name(house, callers.person(), body.name)
        return done()

    @api.get("/estates/<estate_id>/home", summary="Where I stand, what to do next", responses={200: HomeAnswer})
    def get_home(path: EstatePath) -> Response:
        state = my_home.home(house, callers.person(), path.estate_id)
        places = _residencies(state.places)
        waits = my_home.waits(house, callers.person(), path.estate_id)
        answer = HomeAnswer(
            estate_id=state.estate.id,
            next_step=state.next_step,
            residencies=places,
            due=[one.why for one in waits.due],
            child_due=waits.child,
            report_id=waits.report.id if waits.report is not None else None,
            notice_template=my_home.told_by(house, callers.person()),
        )
        return reply(answer)

    @api.post("/residencies", summary="Ask for a place in a household", responses={201: ResidencyAnswer})
    def request_residency(body: ResidencyWish) -> Response:
        asked = register.request_residency(
            house,
            callers.person(),
            body.household_id,
            body.role,
            body.last_day,
            under_fourteen=body.under_fourteen,
        )
        places = {place.residency.id: place.household for place in my_home.me(house, callers.person()).places}
        return reply(ResidencyAnswer.of(asked, places.get(asked.id, "")), 201)


def _residencies(places: tuple[Place, ...]) -> list[ResidencyAnswer]:
    return [ResidencyAnswer.of(place.residency, place.household) for place in places]
