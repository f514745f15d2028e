"""gunicorn's entry for the api process: ``gunicorn -c app/gunicorn_api.py wsgi:app``."""

from __future__ import annotations

import os

from app.settings import Settings
from app.web import create_app

app = create_app(Settings.from_env(os.environ))
