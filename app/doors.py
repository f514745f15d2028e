"""Which doors the api process has."""

from __future__ import annotations

from flask import Flask

from access.services.house import House
from app.settings import Settings


def register(app: Flask, house: House, settings: Settings) -> None:
    """Hang every door into the application. Browser forms are guarded against forgery; machine doors sign."""
