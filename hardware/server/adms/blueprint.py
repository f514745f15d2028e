"""What ZKTeco PUSH/ADMS terminals call: ``/iclock/…``, or ``/t/<secret>/iclock/…`` where the path holds a secret.

Answers are plain text, as the terminals want it. Users and templates that a terminal offers are answered and not
taken: faces and fingers come in by consent alone, and never from here.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from access.domain.errors import KaimenError
from access.domain.terminals import Terminal
from access.services import terminals, terminals_ask, terminals_log, terminals_orders
from access.services.house import House
from hardware.server.adms import hello, orders, text

MAX_LOG = 512 * 1024
"""Some ten thousand lines; nothing of a body is left out unsaid."""
MAX_RESULT = 64 * 1024
MAX_ASKING = 4 * 1024
_MOST_STAMP = 20
_MOST_VERSION = 20
_READERS = {"attlog": text.attlog, "rtlog": text.rtlog}

_log = logging.getLogger(__name__)

Answer = Callable[[House, Terminal], str]


def adms_blueprint(house: House) -> Blueprint:
    """The terminals' routes in the api process. Hung in only where the operator switched them on."""
    routes = Blueprint("adms", __name__)
    routes.register_error_handler(KaimenError, _refused)
    routes.register_error_handler(HTTPException, _http)
    routes.register_error_handler(Exception, _failed)

    def hang(method: str, name: str, answer: Answer) -> None:
        def called(secret: str = "") -> Response:
            return _plain(answer(house, _caller(house, secret)))

        for prefix in ("/iclock/", "/t/<secret>/iclock/"):
            for ending in ("", ".aspx"):  # some firmware was written for a server that wanted it
                routes.add_url_rule(f"{prefix}{name}{ending}", f"{method.lower()}_{name}", called, methods=[method])

    for (method, name), answer in _ROUTES.items():
        hang(method, name, answer)
    return routes


def _caller(house: House, secret: str) -> Terminal:
    return terminals.terminal_of(house, request.args.get("SN", ""), secret, request.remote_addr or "")


def _begin(house: House, terminal: Terminal) -> str:
    version = request.args.get("pushver", "")[:_MOST_VERSION]
    greeted, timezone = terminals.say_hello(house, terminal, version)
    return hello.options(greeted, timezone, house.clock.now())


def _configure(house: House, terminal: Terminal) -> str:
    """The options once more; this call does not name the push version, so the dialect stays."""
    with house.db.reading() as stores:
        timezone = terminals.timezone_of(stores, terminal)
    return hello.options(terminal, timezone, house.clock.now())


def _register(_house: House, _terminal: Terminal) -> str:
    """Access terminals want a code here; it proves nothing and is not asked for again."""
    return f"RegistryCode={secrets.token_hex(8)}"


def _time(house: House, terminal: Terminal) -> str:
    with house.db.reading() as stores:
        timezone = terminals.timezone_of(stores, terminal)
    return hello.clock(timezone, house.clock.now())


def _poll(house: House, terminal: Terminal) -> str:
    waiting = terminals_orders.fetch(house, terminal)
    return "".join(f"{orders.line(order, terminal.dialect)}\n" for order in waiting) or "OK"


def _results(house: House, terminal: Terminal) -> str:
    terminals_orders.take_results(house, terminal, text.results(_body(MAX_RESULT)))
    return "OK"


def _data(house: House, terminal: Terminal) -> str:
    if request.args.get("AuthType", "").lower() == "device":
        return _authorise(house, terminal)
    table = request.args.get("table", "").lower()
    lines = text.lines(_body(MAX_LOG))
    reader = _READERS.get(table)
    if reader is None:
        _log.info("a terminal offered what is not taken", extra={"gate": terminal.id, "lines": len(lines)})
        return f"OK: {len(lines)}"
    entries = [entry for entry in map(reader, lines) if entry is not None]
    if len(entries) < len(lines):
        # answered all the same: a line that cannot be read must not hold up what follows it
        unread = len(lines) - len(entries)
        _log.warning("lines of a terminal could not be read", extra={"gate": terminal.id, "lines": unread})
    terminals_log.take_entries(house, terminal, entries, _stamp() if table == "attlog" else None)
    return f"OK: {len(lines)}"


def _authorise(house: House, terminal: Terminal) -> str:
    """Whatever fails here is a refusal: the terminal opens on ``AUTH=SUCCESS`` alone."""
    line = next(iter(text.lines(_body(MAX_ASKING))), "")
    asked = text.asking(line)
    if asked is None:
        return "AUTH=FAILED\n"
    try:
        verdict = terminals_ask.ask(house, terminal, asked)
    except KaimenError as error:
        _log.warning("an asking was refused", extra={"gate": terminal.id, "code": error.code})
        return f"AUTH=FAILED\n{line}\n"
    if not verdict.opens:
        return f"AUTH=FAILED\n{line}\n"
    return f"AUTH=SUCCESS\n{line}\n{orders.open_door(asked.door, verdict.relay_ms)}\n"


def _stamp() -> str | None:
    stamp = request.args.get("Stamp", "")
    return stamp if stamp.isascii() and stamp.isdigit() and len(stamp) <= _MOST_STAMP else None


def _body(limit: int) -> str:
    """The body, refused beyond `limit` bytes; bytes that are no UTF-8 are replaced, and then match nothing."""
    request.max_content_length = limit
    return request.get_data(cache=False).decode("utf-8", errors="replace")


_ROUTES: dict[tuple[str, str], Answer] = {
    ("GET", "cdata"): _begin,
    ("POST", "cdata"): _data,
    ("POST", "registry"): _register,
    ("POST", "push"): _configure,
    ("GET", "rtdata"): _time,
    ("GET", "ping"): lambda _house, _terminal: "OK",
    ("GET", "getrequest"): _poll,
    ("POST", "devicecmd"): _results,
}


def _plain(words: str, status: int = 200) -> Response:
    return Response(words, status, content_type="text/plain; charset=utf-8")


def _refused(error: KaimenError) -> Response:
    return _plain("DENIED", error.status)


def _http(error: HTTPException) -> Response:
    return _plain("DENIED", error.code or 500)


def _failed(error: Exception) -> Response:
    _log.error("a terminal's request failed", extra={"error": type(error).__name__})
    return _plain("ERROR", 500)
