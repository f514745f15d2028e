"""The settings and the wired ports, for commands: what is wrong is said in a list, not in a trace."""

from __future__ import annotations

import os

import click

from access.services.house import House
from app.settings import Settings, SettingsError


def house() -> House:
    """The wired ports for a command, or a list of what is wrong with the settings."""
    from app.bootstrap import build_house  # noqa: PLC0415 - commands that need no database start fast

    return build_house(settings())


def settings() -> Settings:
    try:
        return Settings.from_env(os.environ)
    except SettingsError as exc:
        lines = "\n".join(f"  {problem}" for problem in exc.problems)
        raise click.ClickException(f"the settings are not complete:\n{lines}") from exc
