"""The children of my household, for whom I answer as an adult."""

from __future__ import annotations

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from pydantic import Field

from access.domain.consent import Channel, Purpose
from access.services import family, guardians
from access.services.family import Child, NewChild
from access.services.house import House
from miniapp_api import callers
from miniapp_api.anew import DueAnswer
from miniapp_api.consenting import ConsentAnswer, ConsentWish
from miniapp_api.kinds import Answered, Asked, EstatePath, Hash, Id, Name
from miniapp_api.replies import done, reply, reply_json
from miniapp_api.sign_in import BindTokenAnswer


class ChildAnswer(Answered):
    id: Id
    name: str
    born: str = Field(description="year and month")
    household: str
    status: str
    answers: list[ConsentAnswer]
    due: list[DueAnswer]
    has_phone: bool
    grown: bool = Field(description="fourteen by now, and without a phone of their own")

    @classmethod
    def of(cls, child: Child) -> ChildAnswer:
        return cls(
            id=child.person_id,
            name=child.name,
            born=child.birth_year_month,
            household=child.household,
            status=child.status,
            answers=[ConsentAnswer.of(one) for one in child.answers.values()],
            due=[DueAnswer.of(one) for one in child.due],
            has_phone=child.has_phone,
            grown=child.grown,
        )


class ChildList(Answered):
    children: list[ChildAnswer]


class ChildWish(Asked):
    name: Name
    born: str = Field(max_length=7, description="year and month of birth, 2017-05")
    household_id: Id
    notice_hash: Hash


class ChildPath(EstatePath):
    child_id: Id


class ChildPurposePath(ChildPath):
    purpose: Purpose


class ChildCopy(Answered):
    copy_of: dict[str, object] = Field(description="as the copy of one's own data")


class Removed(Answered):
    erasures: list[Id]


def add_routes(api: APIBlueprint, house: House) -> None:
    @api.get("/estates/<estate_id>/children", summary="Children of my household", responses={200: ChildList})
    def list_children(path: EstatePath) -> Response:
        found = family.children(house, callers.person(), path.estate_id)
        return reply(ChildList(children=[ChildAnswer.of(one) for one in found]))

    @api.post("/estates/<estate_id>/children", summary="Register a child under 14", responses={204: None})
    def add_child(path: EstatePath, body: ChildWish) -> Response:
        told = NewChild(body.name, body.born, body.household_id)
        family.add_child(house, callers.person(), path.estate_id, told, body.notice_hash, Channel.MINI_PROGRAM)
        return done()

    @api.put(
        "/estates/<estate_id>/children/<child_id>/consents/<purpose>",
        summary="Answer for a child",
        responses={200: ConsentAnswer},
    )
    def answer_for_child(path: ChildPurposePath, body: ConsentWish) -> Response:
        answered = guardians.answer_for_child(
            house,
            callers.person(),
            path.child_id,
            path.estate_id,
            path.purpose,
            body.given,
            body.notice_hash,
            Channel.MINI_PROGRAM,
        )
        return reply(ConsentAnswer.of(answered))

    @api.delete(
        "/estates/<estate_id>/children/<child_id>/face", summary="Withdraw a child's face", responses={204: None}
    )
    def withdraw_for_child(path: ChildPath) -> Response:
        guardians.withdraw_for_child(house, callers.person(), path.child_id, path.estate_id, Channel.MINI_PROGRAM)
        return done()

    @api.post(
        "/estates/<estate_id>/children/<child_id>/bind-tokens",
        summary="A code for the child's own WeChat",
        responses={201: BindTokenAnswer},
    )
    def new_child_token(path: ChildPath) -> Response:
        made = family.code_for_phone(house, callers.person(), path.child_id, path.estate_id)
        return reply(BindTokenAnswer(token=made.token, expires_at=made.expires_at), 201)

    @api.get(
        "/estates/<estate_id>/children/<child_id>/data",
        summary="Everything held of a child",
        responses={200: ChildCopy},
    )
    def get_child_data(path: ChildPath) -> Response:
        held = family.copy(house, callers.person(), path.child_id, path.estate_id)
        return reply_json({"copy_of": held})

    @api.delete(
        "/estates/<estate_id>/children/<child_id>", summary="Take a child out and erase", responses={202: Removed}
    )
    def remove_child(path: ChildPath) -> Response:
        begun = family.remove(house, callers.person(), path.child_id, path.estate_id, Channel.MINI_PROGRAM)
        return reply(Removed(erasures=[one.id for one in begun]), 202)
