"""WeChat's callback: GET sets the address up, POST brings a message and takes its answer.

WeChat waits five seconds and delivers again twice; nothing here reaches outside the database. WeChat itself is
never answered with a server error: what fails is logged under a number that the person is given.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from access.domain.errors import ExternalSystemError, InvalidInput, KaimenError
from access.domain.ids import new_id
from access.domain.people import App
from access.domain.times import SECOND
from access.services.chat import Chat, Delivery, TakeTurn, Turn, converse
from access.services.house import House
from bot import gateway
from bot.carrying_out import carry_out
from bot.conversation import step
from bot.gateway import GatewaySettings, Inbound
from bot.gathering import gather
from bot.heard import Heard, heard
from bot.move import Move, Say
from bot.questions import ask
from bot.refusals import refusal
from bot.state import State, from_kept, to_open, to_private

MAX_ANSWER = 600
_FRAMES = 6

_log = logging.getLogger(__name__)
_STATUS = {"wechat.signature": 403, "wechat.stale": 403, "wechat.size": 413}


def bot_blueprint(house: House, settings: GatewaySettings) -> Blueprint:
    """The door to the official account, at ``/wechat/callback``."""
    blueprint = Blueprint("bot", __name__)

    @blueprint.get("/wechat/callback")
    def set_up() -> Response:
        return _guarded(lambda: gateway.answer_echo(settings, request.args, _seconds(house)), "text/plain")

    @blueprint.post("/wechat/callback")
    def receive() -> Response:
        return _guarded(lambda: _receive(house, settings), "application/xml")

    return blueprint


def answer(house: House, inbound: Inbound) -> str | None:
    """The words for one delivery. Never raises: whatever fails is said in words that help."""
    event = new_id()
    delivery = Delivery(house.keyring.account(App.OFFICIAL_ACCOUNT, inbound.openid), inbound.dedupe_key)
    try:
        return _moved(house, delivery, inbound)
    except ExternalSystemError as error:
        _log.warning("the chat could not be answered", extra={"event": event, "code": error.code})
        return house.texts.say("sorry.busy")
    except Exception as error:
        _log.error("the chat failed", extra={"event": event, "error": type(error).__name__, "at": _where(error)})
        return house.texts.say("sorry.failed", event=event)


def _receive(house: House, settings: GatewaySettings) -> bytes:
    # One byte more than allowed is enough to see that it is too much.
    body = request.stream.read(gateway.BODY_LIMIT_BYTES + 1)
    inbound = gateway.read(settings, request.args, body, _seconds(house))
    words = answer(house, inbound)
    reply = None if words is None else gateway.Text(words[:MAX_ANSWER])
    return gateway.render_reply(settings, inbound, reply, _seconds(house))


def _moved(house: House, delivery: Delivery, inbound: Inbound) -> str | None:
    """Move the conversation; where a service refuses, nothing moves and the refusal is the answer."""
    try:
        return converse(house, delivery, _turn(delivery, inbound, _step_and_carry_out))
    except ExternalSystemError:
        raise
    except KaimenError as error:
        _log.info("a service refused", extra={"code": error.code})
        why = refusal(error.code)
        return converse(house, delivery, _turn(delivery, inbound, lambda *known: _stay(why, *known)))


Mover = Callable[[House, State, Heard, Inbound, str], Move]


def _turn(delivery: Delivery, inbound: Inbound, mover: Mover) -> TakeTurn:
    def turn(inside: House, chat: Chat | None) -> Turn:
        state = State() if chat is None else from_kept(chat.step, chat.fields, chat.private, chat.following)
        move = mover(inside, state, heard(inbound), inbound, delivery.account)
        after = move.state
        kept = Chat(after.step, to_open(after), to_private(after.draft), after.following)
        return Turn(kept, _words(inside, move.says))

    return turn


def _step_and_carry_out(inside: House, state: State, what: Heard, inbound: Inbound, account: str) -> Move:
    move = step(state, what, gather(inside, account, state, what, _created(inside, inbound)))
    outcomes = [carry_out(inside, inbound.openid, effect) for effect in move.effects]
    instead = tuple(outcome for outcome in outcomes if outcome is not None)
    return Move(move.state, instead) if instead else move


def _stay(why: Say, inside: House, state: State, what: Heard, inbound: Inbound, account: str) -> Move:
    """The open question once more, under the reason why the answer did not count."""
    facts = gather(inside, account, state, what, _created(inside, inbound))
    return Move(state, (why, *ask(state, facts)))


def _created(house: House, inbound: Inbound) -> int:
    """WeChat's time of the message; never ahead of ours, or what follows would count as late."""
    return min(inbound.created, _seconds(house))


def _words(house: House, says: tuple[Say, ...]) -> str | None:
    if not says:
        return None
    return "\n\n".join(house.texts.say(one.name, **dict(one.values)) for one in says)


def _guarded(make: Callable[[], bytes], mimetype: str) -> Response:
    """A refused request says why by its status alone: whoever asks is not WeChat."""
    try:
        return Response(make(), mimetype=mimetype)
    except InvalidInput as error:
        _log.warning("a callback was refused", extra={"code": error.code})
        return Response(error.code, status=_STATUS.get(error.code, 400), mimetype="text/plain")
    except RequestEntityTooLarge:
        _log.warning("a callback was refused", extra={"code": "wechat.size"})
        return Response("wechat.size", status=_STATUS["wechat.size"], mimetype="text/plain")
    except Exception as error:
        _log.error("a callback failed", extra={"error": type(error).__name__, "at": _where(error)})
        return Response(gateway.NO_REPLY, mimetype="text/plain")


def _seconds(house: House) -> int:
    return house.clock.now() // SECOND


def _where(error: Exception) -> str:
    """The frames without the message: an exception's own words may hold what a person wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
