"""What is stored, and the keys to it: what the face process needs of the wiring, apart so that it stays small."""

from __future__ import annotations

import resource

from access.services.gallery import ConsentingGallery
from access.services.keyring import Keyring, installation_secret
from adapters.db.database import PeeweeDatabase, open_database
from adapters.keys.file_keys import MasterKeys
from app.clock import SystemClock
from app.settings import Settings


def database(settings: Settings) -> PeeweeDatabase:
    return open_database(settings.database_url, durable=settings.database_durable)


def master_keys(settings: Settings, db: PeeweeDatabase) -> MasterKeys:
    """The master keys, asked at once whether they are there: a token that is missing is said at the start.

    Raises:
        InvalidInput: ``keys.token``.
    """
    # what this process holds from here on must not lie in a core dump
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    keys = MasterKeys(settings.masters, installation=installation_secret(db))
    keys.check()
    return keys


def gallery(settings: Settings) -> ConsentingGallery:
    """What the face process reads its galleries from."""
    db = database(settings)
    return ConsentingGallery(db, SystemClock(), Keyring(master_keys(settings, db)))
