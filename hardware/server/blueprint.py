"""What gates call (docs/gates/wire.md): claim, token, presentations, acks, events, lists, receipts."""

from __future__ import annotations

from flask import Blueprint, Response, request
from msgspec import Struct

from access.domain.commands import CommandState
from access.domain.errors import InvalidInput
from access.domain.events import AccessEvent
from access.domain.places import Method
from access.domain.reasons import WORDS, Words
from access.services import admit, gate_claims, gate_commands, gate_events
from access.services.erase import gate_receipt
from access.services.house import House
from hardware import wire
from hardware.server.authority import authority_of
from hardware.server.callers import bearer_gate, read_body, signature_of, signed_body
from hardware.server.edge import add_edge_routes
from hardware.server.errors import answer_errors
from hardware.server.frames import certificates
from hardware.server.lists import ListDesk
from hardware.server.movements import add_movement_routes
from hardware.server.rows import point_row

WELCOME = Words("请进。", "Please come in.")
_MOST_FRAME_BYTES = 2 * 1024 * 1024


def gate_blueprint(house: House) -> Blueprint:
    """The routes under ``/gate/v1`` of the api process."""
    routes = Blueprint("gate", __name__, url_prefix="/gate/v1")
    desk = ListDesk(house)
    answer_errors(routes)

    @routes.post("/claim")
    def claim() -> Response:
        return _claim(house)

    @routes.post("/token")
    def token() -> Response:
        gate_id, signed = signature_of(request, read_body(request))
        granted = gate_claims.exchange_token(house, gate_id, signed)
        return _json(wire.TokenAnswer(granted.text, granted.expires_at, house.clock.now()))

    @routes.post("/presentations")
    def presentations() -> Response:
        gate, body = signed_body(house, request, wire.MAX_FACE_BODY)
        shown = wire.read(body, wire.Presentation, wire.MAX_FACE_BODY)
        if shown.method != "face" and len(body) > wire.MAX_BODY:
            raise InvalidInput("wire.size", f"larger than {wire.MAX_BODY} bytes")
        return _json(_answer(admit.present(house, gate, _presentation(shown))), 202)

    @routes.post("/acks")
    def acks() -> Response:
        gate, body = signed_body(house, request)
        told = wire.read(body, wire.Acks).acks
        gate_commands.acknowledge(
            house,
            gate,
            [
                gate_commands.Acknowledgement(ack.id, ack.epoch, ack.seq, CommandState(ack.state), ack.at)
                for ack in told
            ],
        )
        return Response(status=204)

    @routes.post("/events")
    def events() -> Response:
        gate, body = signed_body(house, request)
        upload = wire.read(body, wire.EventUpload)
        check_chain(upload)
        run = [gate_events.Reported(event.seq, event.at, event.kind, event.body) for event in upload.events]
        return _json(wire.EventsAnswer(gate_events.take_events(house, gate, upload.epoch, run)))

    @routes.get("/snapshot")
    def snapshot() -> Response:
        gate = bearer_gate(house, request)
        return Response(desk.frame(gate, _held(house.clock.now())), mimetype="application/json")

    @routes.post("/certificate")
    def certificate() -> Response:
        gate, _ = signed_body(house, request)
        authority = authority_of(house)
        issued = authority.for_gate(gate, house.clock.now())
        return _json(wire.CertificateAnswer(authority.certificate().decode(), issued.decode()))

    @routes.post("/receipts")
    def receipts() -> Response:
        gate, body = signed_body(house, request)
        receipt = wire.read(body, wire.Receipt)
        signature = wire.unpack(receipt.signature, wire.SIGNATURE_BYTES)
        gate_receipt(house, gate, receipt.holding, receipt.erased_at, signature)
        return Response(status=204)

    add_edge_routes(routes, house)
    add_movement_routes(routes, house)
    return routes


def check_chain(upload: wire.EventUpload) -> None:
    """Whether each event's hash covers the one before. Raises InvalidInput(``wire.chain``)."""
    previous = upload.previous
    for event in upload.events:
        if wire.event_hash(previous, upload.epoch, event) != event.hash:
            raise InvalidInput("wire.chain", f"event {event.seq} does not follow the one before", field="events")
        previous = event.hash


def _claim(house: House) -> Response:
    asked = wire.read(read_body(request), wire.ClaimRequest)
    signature = wire.unpack(asked.signature, wire.SIGNATURE_BYTES)
    signed = gate_claims.Signed(asked.time, asked.nonce, asked.message(), signature)
    public_key = wire.unpack(asked.public_key, wire.KEY_BYTES)
    claimed = gate_claims.claim_gate(house, asked.code, public_key, signed, request.remote_addr or "unknown")
    return _json(
        wire.ClaimAnswer(
            gate_id=claimed.gate.id,
            estate_id=claimed.estate.id,
            estate_number=claimed.estate.number,
            timezone=claimed.estate.timezone,
            epoch=claimed.gate.epoch,
            root_key=wire.pack(claimed.keys.root_key),
            command_key=certificates(claimed.keys)[0],
            access_points=[point_row(point) for point in claimed.access_points],
        ),
        201,
    )


def _presentation(shown: wire.Presentation) -> admit.Presentation:
    frames = tuple(wire.unpack(frame) for frame in shown.frames)
    if len(frames) > wire.MAX_FRAMES and not shown.challenge:
        raise InvalidInput("wire.field", f"more than {wire.MAX_FRAMES} frames answer no challenge", field="frames")
    if any(len(frame) > _MOST_FRAME_BYTES for frame in frames):
        raise InvalidInput("wire.size", "a frame is too large", field="frames")
    return admit.Presentation(
        id=shown.id,
        access_point_id=shown.access_point_id,
        method=Method(shown.method),
        at=shown.at,
        payload=shown.payload,
        frames=frames,
        challenge=shown.challenge,
    )


def _answer(event: AccessEvent) -> wire.PresentationAnswer:
    words = WELCOME if event.reason is None else WORDS[event.reason]
    return wire.PresentationAnswer(
        event=event.id,
        granted=event.granted,
        reason=None if event.reason is None else event.reason.value,
        words={"zh": words.zh, "en": words.en},
    )


def _held(now: int) -> tuple[int, int] | None:
    """Version and instant of issue of the lists that the gate says it holds; without the instant, today's."""
    version, issued = request.args.get("from", ""), request.args.get("issued", str(now))
    if not version:
        return None
    if not all(text.isascii() and text.isdigit() and len(text) <= 15 for text in (version, issued)):  # noqa: PLR2004
        raise InvalidInput("wire.field", "from and issued are whole numbers", field="from")
    return int(version), int(issued)


def _json(value: Struct, status: int = 200) -> Response:
    return Response(wire.write(value), status, mimetype="application/json")
