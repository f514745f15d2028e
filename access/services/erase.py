"""Erasure: one outbox row for each holder; each erases idempotently and gives a signed receipt (law L12).

A receipt and the certificate are canonical JSON (RFC 8785) with an Ed25519 signature by the estate's receipt
key; gates sign theirs with their device key.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from access.domain.commands import Op
from access.domain.credentials import CredentialKind, CredentialStatus
from access.domain.erasure import Cause, Erasure, HolderKind, Holding, Scope, is_complete
from access.domain.errors import ExternalSystemError, InvalidInput, NotFound, NotPermitted
from access.domain.gates import Gate
from access.domain.ids import new_id
from access.domain.outbox import Job, Task
from access.domain.people import KeyKind
from access.domain.reasons import Words
from access.domain.terminals import Basis
from access.domain.times import DAY
from access.services.enrol import cancel_enrolments
from access.services.house import House
from access.services.messages import notify
from access.services.signing import ERASURES, sign
from access.stores import Stores

_END_OF_STAY = frozenset({Cause.MOVED_OUT, Cause.TENANCY_ENDED})
ERASE_COMMAND_LIFE = 400 * DAY
"""An erase order waits for a gate as long as it takes; the figure only bounds the row."""

_GATE_CONTEXT = "kaimen.receipt.v1"


def begin(stores: Stores, person_id: str, estate_id: str, scope: Scope, cause: Cause, now: int) -> Erasure:
    """Stop and destroy at once, inside the caller's transaction; queue the rest, one row a holder.

    The face credential is deleted, the person's face key destroyed and the policy version raised here, so
    that nothing matches from the commit on, whatever the holders do.
    """
    _stop_face(stores, person_id, estate_id, now)
    if scope is Scope.PERSON:
        _stop_everything(stores, person_id, estate_id, now)
    erasure = Erasure(new_id(), person_id, estate_id, scope, cause, now)
    holders: list[tuple[HolderKind, str]] = [
        (kind, kind.value) for kind in HolderKind if kind is not HolderKind.GATE
    ]
    holders += [(HolderKind.GATE, gate.id) for gate in stores.gates.gates(estate_id) if gate.revoked_at is None]
    holdings = [Holding(new_id(), erasure.id, kind, holder, now) for kind, holder in holders]
    stores.erasures.add(erasure, holdings)
    for holding in holdings:
        stores.outbox.add(Task.ERASE, f"erase/{holding.id}", {"holding": holding.id}, now)
    stores.places.bump_policy(estate_id)
    details: dict[str, str | int | bool | None] = {"estate": estate_id, "scope": scope, "cause": cause}
    stores.audit.append(f"person:{person_id}", "erasure:request", erasure.id, details, now)
    return erasure


def carry_out(house: House, job: Job) -> None:
    """Have one holder erase. Idempotent: a holder with a receipt is left alone.

    Raises:
        ExternalSystemError: ``erase.face_process`` while the face process still holds a reference.
    """
    with house.db.reading() as stores:
        holding = stores.erasures.holding(job.payload["holding"])
        erasure = stores.erasures.get(holding.erasure_id) if holding else None
    if holding is None or erasure is None or holding.receipt is not None:
        return
    if holding.kind is HolderKind.GATE:
        _order_gate(house, holding, erasure)
        return
    if holding.kind is HolderKind.FACE_PROCESS:
        _from_face_process(house, erasure)
    now = house.clock.now()
    with house.db.transaction() as stores:
        if holding.kind is HolderKind.DATABASE:
            _from_database(stores, erasure)
        if holding.kind is HolderKind.KEY_LIST:
            _check_key_gone(stores, erasure)
        _file_receipt(
            stores,
            holding,
            sign(house, stores, erasure.estate_id, _statement(holding, erasure, now), ERASURES),
            now,
        )
        _queue_certificate(stores, erasure, now)


def gate_receipt(house: House, gate: Gate, holding_id: str, erased_at: int, signature: bytes) -> None:
    """File a gate's own signed receipt.

    The signature is the device's Ed25519 over ``kaimen.receipt.v1\\n<holding>\\n<erased_at>``.

    Raises:
        NotFound: ``erasure.holding`` unknown, or another gate's.
        InvalidInput: ``erasure.signature``.
    """
    with house.db.transaction() as stores:
        holding = stores.erasures.holding(holding_id)
        if holding is None or holding.holder != gate.id:
            raise NotFound("erasure.holding", "no such erasure at this gate")
        message = f"{_GATE_CONTEXT}\n{holding_id}\n{erased_at}".encode()
        try:
            VerifyKey(gate.public_key).verify(message, signature)
        except (BadSignatureError, ValueError) as exc:
            raise InvalidInput("erasure.signature", "the receipt's signature does not verify") from exc
        erasure = stores.erasures.get(holding.erasure_id)
        if erasure is None:
            raise NotFound("erasure.holding", "no such erasure at this gate")
        now = house.clock.now()
        body = {**_statement(holding, erasure, erased_at), "device_key": gate.public_key.hex()}
        receipt = json.dumps({"body": body, "signature": base64.b64encode(signature).decode()})
        stores.edge_faces.drop_ended(gate.id, erasure.person_id)
        _file_receipt(stores, holding, receipt, now)
        _queue_certificate(stores, erasure, now)


def terminal_receipt(house: House, stores: Stores, gate: Gate, holding_id: str, basis: Basis, now: int) -> None:
    """File a receipt for a vendor's terminal, which has no key to sign with: the estate signs, and says so.

    Args:
        basis: what the receipt rests on.
    """
    holding = stores.erasures.holding(holding_id)
    erasure = stores.erasures.get(holding.erasure_id) if holding else None
    if holding is None or erasure is None or holding.holder != gate.id:
        return
    body = {**_statement(holding, erasure, now), "signed_by": "estate", "basis": basis.value}
    _file_receipt(stores, holding, sign(house, stores, erasure.estate_id, body, ERASURES), now)
    _queue_certificate(stores, erasure, now)


def certify(house: House, job: Job) -> None:
    """All receipts are in: sign the certificate and tell the person."""
    now = house.clock.now()
    with house.db.transaction() as stores:
        erasure = stores.erasures.get(job.payload["erasure"])
        if erasure is None or erasure.completed_at is not None:
            return
        holdings = stores.erasures.holdings(erasure.id)
        if not is_complete(list(holdings)):
            return
        body = {
            "type": "kaimen.erasure-certificate.v1",
            "erasure": erasure.id,
            "person": erasure.person_id,
            "estate": erasure.estate_id,
            "scope": erasure.scope.value,
            "cause": erasure.cause.value,
            "requested_at": erasure.requested_at,
            "completed_at": now,
            "receipts": [json.loads(h.receipt) for h in holdings if h.receipt is not None],
        }
        stores.erasures.complete(erasure.id, sign(house, stores, erasure.estate_id, body, ERASURES), now)
        details: dict[str, str | int | bool | None] = {"estate": erasure.estate_id, "holders": len(holdings)}
        stores.audit.append("job", "erasure:complete", erasure.id, details, now)
        if erasure.scope is Scope.FACE:
            stays = erasure.cause not in _END_OF_STAY
            notify(house, stores, erasure.person_id, "face_erased" if stays else "stay_erased", now)


def receipt_public_key(house: House, estate_id: str) -> bytes:
    """Ed25519 public key (32 bytes) that verifies the estate's receipts and certificates."""
    with house.db.reading() as stores:
        return bytes(SigningKey(house.keyring.receipt_seed(stores, estate_id)).verify_key)


def gate_names(house: House, holdings: Sequence[Holding]) -> dict[str, Words]:
    """What the gates among the holders are called: their doors, each with its building."""
    found = {}
    with house.db.reading() as stores:
        for holding in holdings:
            gate = stores.gates.gate(holding.holder) if holding.kind is HolderKind.GATE else None
            if gate is not None:
                found[holding.holder] = _door_words(stores, gate)
    return found


def _door_words(stores: Stores, gate: Gate) -> Words:
    points = [stores.places.access_point(point_id) for point_id in sorted(gate.access_point_ids)]
    zh, en = [], []
    for point in sorted((one for one in points if one is not None), key=lambda one: one.number):
        building = stores.places.building(point.building_id) if point.building_id else None
        zh.append(_within(building.name_zh, point.name_zh) if building else point.name_zh)
        en.append(_within(building.name_en, point.name_en) if building else point.name_en)
    return Words("、".join(zh) or gate.name, ", ".join(en) or gate.name)


def _within(building: str, door: str) -> str:
    """A door with its building before it, unless the door's own name begins with that."""
    return door if door.startswith(building) else f"{building} {door}"


def erasure_of(house: House, person_id: str, erasure_id: str) -> tuple[Erasure, list[Holding], str | None]:
    """One erasure of one's own: what was asked, each holder's state, the certificate once complete."""
    with house.db.reading() as stores:
        erasure = stores.erasures.get(erasure_id)
        if erasure is None or erasure.person_id != person_id:
            raise NotFound("erasure.unknown", "no such erasure")
        return erasure, list(stores.erasures.holdings(erasure_id)), stores.erasures.certificate(erasure_id)


def _stop_face(stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    cancel_enrolments(stores, person_id, estate_id, now)
    stores.edge_faces.end_all_of(person_id, estate_id)
    for credential in stores.credentials.of_person(person_id, estate_id):
        if credential.kind is CredentialKind.FACE:
            stores.credentials.delete(credential.id)
    stores.people.destroy_key(person_id, KeyKind.FACE, estate_id)


def _stop_everything(stores: Stores, person_id: str, estate_id: str, now: int) -> None:
    stores.passes.revoke_all(person_id, estate_id, now)
    for credential in stores.credentials.of_person(person_id, estate_id):
        stores.credentials.set_status(credential.id, CredentialStatus.DISABLED)


def _order_gate(house: House, holding: Holding, erasure: Erasure) -> None:
    now = house.clock.now()
    with house.db.transaction() as stores:
        gate = stores.gates.gate(holding.holder)
        if gate is None or gate.revoked_at is not None:
            raise NotPermitted("erase.gate", "the gate was revoked before it gave its receipt")
        args: dict[str, object] = {"holding": holding.id, "person": erasure.person_id, "scope": erasure.scope.value}
        stores.gates.issue(gate, Op.ERASE, None, args, now, now + ERASE_COMMAND_LIFE, "job")
        stores.on_commit(lambda: house.gatelink.wake(gate.id))


def _from_face_process(house: House, erasure: Erasure) -> None:
    house.faces.refresh(erasure.estate_id)
    if house.faces.holds(erasure.estate_id, erasure.person_id):
        raise ExternalSystemError("erase.face_process", "the face process still holds a reference")


def _from_database(stores: Stores, erasure: Erasure) -> None:
    stores.faces.drop_references(erasure.person_id, erasure.estate_id)
    stores.faces.drop_samples_of(erasure.person_id, erasure.estate_id)
    if erasure.scope is Scope.PERSON:
        for credential in stores.credentials.of_person(erasure.person_id, erasure.estate_id):
            stores.credentials.delete(credential.id)


def _check_key_gone(stores: Stores, erasure: Erasure) -> None:
    stores.people.destroy_key(erasure.person_id, KeyKind.FACE, erasure.estate_id)


def _statement(holding: Holding, erasure: Erasure, erased_at: int) -> dict[str, str | int]:
    return {
        "type": "kaimen.erasure-receipt.v1",
        "holding": holding.id,
        "erasure": erasure.id,
        "holder": holding.holder,
        "kind": holding.kind.value,
        "scope": erasure.scope.value,
        "erased_at": erased_at,
    }


def _file_receipt(stores: Stores, holding: Holding, receipt: str, now: int) -> None:
    if stores.erasures.receipt(holding.id, receipt, now):
        stores.audit.append("job", "erasure:receipt", holding.id, {"holder": holding.holder}, now)


def _queue_certificate(stores: Stores, erasure: Erasure, now: int) -> None:
    if stores.erasures.has_every_receipt(erasure.id):
        stores.outbox.add(Task.CERTIFICATE, f"certificate/{erasure.id}", {"erasure": erasure.id}, now)
