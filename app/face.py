"""gunicorn's entry for the face process, the only one with networks and decrypted galleries."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from flask import Flask

from access.services.keyring import Keyring
from access.stores import Database
from adapters.face.attack_engine import AttackEngineError, open_engine
from adapters.face.in_process import build_engine
from adapters.face.options import FaceOptions, TransformKeys
from adapters.face.server import create_face_app
from app import logs
from app.settings import Environment, Settings, SettingsError
from app.stored import database, gallery, master_keys
from biometrics.attack import AttackDetector, AttackPolicy
from biometrics.calibrate import FOLDER
from biometrics.deepface_model import OperatorWeights
from biometrics.identify import DecisionRule
from biometrics.joined import REVISIONS

log = logging.getLogger(__name__)


def create() -> Flask:
    """Warm up, load the galleries, then answer."""
    settings = Settings.from_env(os.environ)
    logs.configure("face", settings.log_level, pretty=settings.env is Environment.DEMO)
    db = database(settings)
    keyring = Keyring(master_keys(settings, db))

    def transform_keys(estate_id: str) -> list[bytes]:
        with db.reading() as stores:
            return keyring.face_transforms(stores, estate_id)

    source = gallery(settings)
    before = settings.face_previous_model or held_revision(source, settings.face_model)
    options = face_options(settings, transform_keys, points_by_number(db, settings), before)
    return create_face_app(build_engine(source, settings.face_models, options))


class _Holders(Protocol):
    """What `ConsentingGallery` tells of whose faces are held."""

    def estate_ids(self) -> Sequence[str]: ...
    def people_by_model(self, estate_id: str) -> Mapping[str, frozenset[str]]: ...


def held_revision(source: _Holders, model: str) -> str | None:
    """The earlier revision of the shipped model whose references are still held, so that an update costs nobody
    their face; None where there is none, or `model` is another kind.
    """
    counts = Counter[str]()
    for estate_id in source.estate_ids():
        counts.update({name: len(people) for name, people in source.people_by_model(estate_id).items()})
    older = [name for name, _ in counts.most_common() if name in REVISIONS and name != model]
    if not older or model not in REVISIONS:
        return None
    log.warning(
        "faces of an earlier model are compared besides; `kaimen face renew --why model` asks for new samples",
        extra={"model": older[0], "count": counts[older[0]]},
    )
    return older[0]


def face_options(
    settings: Settings, transform_keys: TransformKeys, points: dict[str, str], before: str | None = None
) -> FaceOptions:
    """What the settings say of the face process.

    Args:
        transform_keys: of the estates.
        points: see `points_by_number`.
        before: the model that is compared besides.
    """
    weights = None
    if settings.face_weights is not None:
        weights = OperatorWeights(settings.face_weights, settings.face_weights_sha256, settings.face_backend)
    return FaceOptions(
        model=settings.face_model,
        previous_model=before,
        transform_keys=transform_keys,
        rule=DecisionRule(fpir=settings.face_fpir),
        calibrations=settings.face_calibrations or FOLDER,
        enrolment_attack=_attack(settings, settings.face_attack_enrolment),
        probe_attack=_attack(settings, settings.face_attack_probe),
        access_point_attack={
            points[number]: _attack(settings, score) for number, score in settings.face_attack_points.items()
        },
        weights=weights,
        attack_engine=_engine(settings),
    )


def _engine(settings: Settings) -> AttackDetector | None:
    """The operator's attack detection; None for the shipped network.

    Raises:
        SettingsError: it cannot be used as it is named.
    """
    try:
        return open_engine(settings.face_attack_engine) if settings.face_attack_engine else None
    except AttackEngineError as error:
        raise SettingsError([f"KAIMEN_FACE_ATTACK_ENGINE: {error}"]) from error


def points_by_number(db: Database, settings: Settings) -> dict[str, str]:
    """Access point id by ``estate number/access point number``, for those with an attack policy of their own.

    Raises:
        SettingsError: there is no such access point; a stricter policy must never be lost by a slip of the pen.
    """
    if not settings.face_attack_points:
        return {}
    with db.reading() as stores:
        known = {
            f"{estate.number}/{point.number}": point.id
            for estate in stores.places.estates()
            for point in stores.places.access_points(estate.id)
        }
    missing = sorted(set(settings.face_attack_points) - set(known))
    if missing:
        raise SettingsError([f"KAIMEN_FACE_ATTACK_POINTS: there is no access point {name}" for name in missing])
    return known


def _attack(settings: Settings, least_live: float) -> AttackPolicy:
    return AttackPolicy(least_live, refuse_unjudged=settings.face_attack_unjudged)
