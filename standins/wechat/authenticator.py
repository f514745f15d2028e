"""`/authenticator`: current codes for demo staff, in place of a phone's authenticator app."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from flask import Blueprint, Response, jsonify, render_template

from standins.wechat.world import World


@dataclass(frozen=True, slots=True)
class StaffSecret:
    """One entry of the staff secrets file.

    Attributes:
        secret: base32, as shown when two-factor sign-in is set up.
    """

    name: str
    secret: str = field(repr=False)


def read_secrets(path: Path | None) -> list[StaffSecret]:
    """Entries of the file, read at each look so that a new seed is seen; empty without a file.

    Raises:
        ValueError: for a file that is not [{"name", "secret"}].
    """
    if path is None or not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [StaffSecret(str(one["name"]), str(one["secret"])) for one in found]
    except (ValueError, KeyError, TypeError):
        raise ValueError('the staff secrets file must hold [{"name": …, "secret": …}]') from None


def routes(world: World) -> Blueprint:
    pages = Blueprint("authenticator", __name__)

    @pages.get("/authenticator")
    def page() -> Response:
        return Response(render_template("authenticator.html"))

    @pages.errorhandler(ValueError)
    def unsound(exc: ValueError) -> tuple[Response, int]:
        return jsonify(error=str(exc)), 500

    @pages.get("/authenticator/codes")
    def codes() -> Response:
        """[{name, code, seconds_left}], or {"error"} for an unsound file or secret."""
        now = int(world.clock.now())
        shown = []
        for one in read_secrets(world.options.staff_secrets):
            totp = pyotp.TOTP(one.secret)
            left = totp.interval - now % totp.interval
            shown.append({"name": one.name, "code": totp.at(now), "seconds_left": left})
        return jsonify(shown)

    return pages
