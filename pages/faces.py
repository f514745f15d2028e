"""The selfie page: make a movement before the camera or choose a picture, see what became of it."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from access.domain.challenges import ASKING, MAX_FRAME_BYTES, MAX_FRAMES, ChallengeRule
from access.domain.consent import Channel
from access.domain.enrolment import MAX_SAMPLE_BYTES
from access.domain.errors import Conflict, InvalidInput, TooOften
from access.domain.ids import is_id
from access.domain.places import Estate
from access.domain.times import HOUR
from access.queries.edge_places import EdgeStanding, standing
from access.queries.phone_words import QUALITY, words_of
from access.services import challenges, enrol
from access.services.clean_sample import clean
from access.services.house import House
from pages import phones

SAMPLES_AN_HOUR = 10


def add_pages(pages: Blueprint, house: House) -> None:
    @pages.get("/m/selfie")
    def face() -> str | AnyResponse:
        estate = phones.chosen_estate(house)
        status = enrol.status(house, phones.person(), estate.id)
        if not status.agreed and status.offered:
            return redirect(url_for(_instead(standing(house, phones.person(), estate.id))))
        return _face(house, estate)

    @pages.post("/m/selfie")
    def send_selfie() -> AnyResponse | tuple[str, int]:
        estate = phones.chosen_estate(house)
        _not_too_often(house)
        sent = request.files.get("picture")
        try:
            sample = clean(sent.stream.read(MAX_SAMPLE_BYTES + 1) if sent is not None else b"")
        except InvalidInput as error:
            return _face(house, estate, error), error.status
        enrol.enrol_face(house, phones.person(), estate.id, [sample], Channel.PAGE)
        return redirect(url_for("pages.face"))

    @pages.post("/m/selfie/challenge.json")
    def ask_movement() -> Response:
        estate = phones.chosen_estate(house)
        asked = challenges.ask_person(house, phones.person(), estate.id, Channel.PAGE)
        words = ASKING[asked.movement]
        return jsonify(id=asked.id, movement=asked.movement, zh=words.zh, en=words.en)

    @pages.post("/m/selfie/film.json")
    def send_film() -> tuple[Response, int]:
        estate = phones.chosen_estate(house)
        _not_too_often(house)
        frames = [_frame(sent) for sent in request.files.getlist("frame")[: MAX_FRAMES + 1]]
        challenge = request.form.get("challenge", "")
        if not is_id(challenge):
            raise Conflict("challenge.spent", "no challenge is answered", field="challenge")
        made = enrol.enrol_face(house, phones.person(), estate.id, frames, Channel.PAGE, challenge)
        return jsonify(latest=made.status), 202

    @pages.get("/m/selfie/state.json")
    def face_state() -> Response:
        status = enrol.status(house, phones.person(), phones.chosen_estate(house).id)
        return jsonify(latest=status.latest, enrolled=status.enrolled)


def _instead(state: EdgeStanding) -> str:
    """Where somebody goes who has not agreed to both: to the first question left, or to the face kept in a gate."""
    if not state.used:
        return "pages.ask_face"
    return "pages.face_at_gate" if state.refused else "pages.ask_face_server"


def _not_too_often(house: House) -> None:
    if not house.limiter.allow(f"enrol:{phones.person()}", SAMPLES_AN_HOUR, HOUR):
        raise TooOften("face.often", "too many samples within an hour")


def _frame(sent: FileStorage) -> bytes:
    """One frame, without metadata; a larger one than any of ours is cut off and so refused."""
    raw = sent.stream.read(MAX_FRAME_BYTES + 1)
    if len(raw) > MAX_FRAME_BYTES:
        raise InvalidInput("challenge.size", "a frame is too large", field="frame")
    return clean(raw)


def _face(house: House, estate: Estate, error: InvalidInput | None = None) -> str:
    status = enrol.status(house, phones.person(), estate.id)
    reason = QUALITY[status.reason] if status.reason is not None else None
    offered = status.offered and "page" in house.policy.photo_channels
    asks = challenges.rules(house, estate.id)[Channel.PAGE] is not ChallengeRule.NONE
    return render_template(
        "pages/face.html",
        estate=estate,
        status=status,
        reason=reason,
        offered=offered,
        asks=asks,
        words=words_of(error) if error is not None else None,
    )
