"""Requests up to the service: signed by the device, exchanged for a short token, retried by the caller."""

from __future__ import annotations

import re
import secrets
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from pathlib import Path

import certifi
import httpx

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.times import MINUTE, SECOND
from hardware import wire
from hardware.agent import identity as identities
from hardware.agent.clock import TrustedClock, since_boot
from hardware.agent.identity import Identity

_UNAUTHORISED = 401
_CODE = re.compile(r"[2-9A-HJ-NP-Z]{8}", re.ASCII)
_TOKEN = "/gate/v1/token"  # noqa: S105 - a path
_OFF = 20 * SECOND
_EARLY = MINUTE
"""A token is exchanged this long before it ends."""


_NOT_OURS = "agent.refused"
"""An answer without a code of ours."""
_TOLD = {
    "gate.code": "this code is wrong, was used already, or is older than ten minutes: ask staff for a new one",
    "gate.tries": "too many tries: wait a minute, then type the code again",
    "gate.auth": "the service does not know this device: it was cut off, or claimed elsewhere; claim it anew",
    "gate.clock": "this machine's clock is off: set it, or switch NTP on",
    "link.refused": "no event stream here for this gate: is the address the link, is the gate still claimed?",
    _NOT_OURS: "this does not look like a Kaimen service",
}


class Refused(ExternalSystemError):  # noqa: N818 - reads like the tree it belongs to
    """The server answered, and said no.

    Attributes:
        http_status: what it answered; `permanent` is true unless asking again may help.
    """

    def __init__(self, http_status: int, code: str) -> None:
        words = f"the server answered {http_status} {code}" + (f": {_TOLD[code]}" if code in _TOLD else "")
        super().__init__(code, words, permanent=http_status < 500)  # noqa: PLR2004
        self.http_status = http_status


class SigningTime:
    """The time put on requests; never asked for a decision.

    Trusted time, else the machine's clock, until a refusal's `Date` shows that both are off: a gate whose clock
    is wrong by hours must still be able to ask for the right time.
    """

    def __init__(self, trusted: Callable[[], int | None] = lambda: None) -> None:
        self._trusted = trusted
        self._offset: int | None = None

    def now(self) -> int:
        if self._offset is not None:
            return since_boot() + self._offset
        trusted = self._trusted()
        return int(time.time() * SECOND) if trusted is None else trusted

    def was_wrong(self, response: httpx.Response) -> bool:
        """Whether a refusal shows that this time is off; it is then set right for another try."""
        try:
            theirs = int(parsedate_to_datetime(response.headers.get("date", "")).timestamp() * SECOND)
        except ValueError:
            return False
        if response.is_success or abs(theirs - self.now()) < _OFF:
            return False
        self._offset = theirs - since_boot()
        return True


def client(base: str, timeout: float | httpx.Timeout, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """An HTTP client for the service: no proxy and no `.netrc` of the machine, no redirects."""
    return httpx.Client(base_url=base, timeout=timeout, trust_env=False, transport=transport, verify=_trusted())


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Whose certificates hold: the machine's own store, where an estate adds its authority, and the public ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def unreachable(error: Exception, at: str) -> ExternalSystemError:
    """Nobody answered, and why in so many words: a certificate that does not hold is not a cable that is out."""
    words = f"{type(error).__name__} at {at}" + (f": {error}" if str(error) else "")
    if "CERTIFICATE_VERIFY_FAILED" in words:
        words += f" (this machine's clock says {datetime.now(UTC):%Y-%m-%d %H:%M} UTC)"
    return ExternalSystemError("agent.unreachable", words)


class Server:
    """The api process as one gate sees it. Safe to use from several threads."""

    def __init__(
        self,
        base: str,
        identity: Identity,
        clock: TrustedClock,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`transport` carries the requests where HTTPS does not."""
        self._http = client(base, timeout, transport)
        self._identity = identity
        self._clock = clock
        self._time = SigningTime(clock.now)
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0

    def post(self, path: str, body: bytes, timeout: float | None = None) -> bytes:
        """POST a signed body.

        Args:
            timeout: seconds for each step of the request; None for the client's own.

        Raises:
            Refused: answered with an error.
            ExternalSystemError: ``agent.unreachable``.
        """
        return self._authorised("POST", path, body, {}, timeout)

    def get(self, path: str, params: dict[str, str], timeout: float = 60.0) -> bytes:
        """GET; errors as for `post`."""
        return self._authorised("GET", path, b"", params, timeout)

    def bearer(self) -> dict[str, str]:
        """The header of a live token, exchanged now if need be; errors as for `post`."""
        with self._lock:
            if self._time.now() >= self._token_ends - _EARLY:
                self._exchange()
            return {"Authorization": f"Bearer {self._token}"}

    def drop_token(self) -> None:
        """The token was not taken: exchange a new one next time."""
        with self._lock:
            self._token_ends = 0

    def close(self) -> None:
        self._http.close()

    def _authorised(
        self, method: str, path: str, body: bytes, params: dict[str, str], timeout: float | None
    ) -> bytes:
        for attempt in (1, 2):
            headers = self.bearer() | self._signed(method, path, body)
            response = self._send(method, path, body, headers, params, timeout)
            if response.status_code == _UNAUTHORISED and attempt == 1:
                self.drop_token()
                continue
            return _content(response)
        raise AssertionError("unreachable")

    def _exchange(self) -> None:
        """A second try follows when the machine's clock was wrong: the refusal carries the server's `Date`."""
        for attempt in (1, 2):
            asked = self._clock.ticks()
            response = self._send("POST", _TOKEN, b"", self._signed("POST", _TOKEN, b""), {}, None)
            if attempt == 1 and self._time.was_wrong(response):
                continue
            answer = wire.read(_content(response), wire.TokenAnswer)
            self._token, self._token_ends = answer.token, answer.expires_at
            if answer.now:
                self._clock.answered(answer.now, asked)
            return

    def _send(
        self,
        method: str,
        path: str,
        body: bytes,
        headers: dict[str, str],
        params: dict[str, str],
        timeout: float | None,
    ) -> httpx.Response:
        chosen = httpx.USE_CLIENT_DEFAULT if timeout is None else httpx.Timeout(timeout)
        try:
            return self._http.request(
                method,
                path,
                content=body,
                headers={"Content-Type": "application/json"} | headers,
                params=params,
                timeout=chosen,
            )
        except (httpx.HTTPError, RuntimeError) as exc:  # RuntimeError: closed meanwhile, the agent stops
            raise unreachable(exc, path) from exc

    def _signed(self, method: str, path: str, body: bytes) -> dict[str, str]:
        at, nonce = self._time.now(), secrets.token_urlsafe(18)
        return {
            "Kaimen-Gate": self._identity.claim.gate_id,
            "Kaimen-Time": str(at),
            "Kaimen-Nonce": nonce,
            "Kaimen-Signature": wire.sign(self._identity.seed, wire.request_message(method, path, body, at, nonce)),
        }


def claim(base: str, data: Path, code: str) -> Identity:
    """Bind this device to an estate with a one-time code.

    Raises:
        Refused: the code is wrong, used or expired.
        ExternalSystemError: ``agent.unreachable``.
        InvalidInput: ``agent.code``; the server's answer is not as the protocol says, or its key does not hold.
    """
    plain = _plain(code)
    seed = identities.device_seed(data)
    signing = SigningTime()
    with client(base, 10.0) as http:
        for attempt in (1, 2):
            try:
                response = http.post(
                    "/gate/v1/claim",
                    content=_claim_body(seed, plain, signing.now()),
                    headers={"Content-Type": "application/json"},
                )
            except httpx.HTTPError as exc:
                raise unreachable(exc, base) from exc
            if attempt == 1 and signing.was_wrong(response):
                continue
            return identities.save_claim(data, wire.read(_content(response), wire.ClaimAnswer))
    raise AssertionError("unreachable")


def _plain(code: str) -> str:
    """A code as it is sent, however it was typed. Raises InvalidInput(``agent.code``)."""
    plain = code.strip().upper().replace("-", "").replace(" ", "")
    if not _CODE.fullmatch(plain):
        raise InvalidInput("agent.code", "a code has 8 characters, such as ABCD2345; 0, 1, I and O never occur")
    return plain


def _claim_body(seed: bytes, plain: str, at: int) -> bytes:
    unsigned = wire.ClaimRequest(plain, identities.public_key(seed), secrets.token_urlsafe(18), at, "")
    signed = wire.ClaimRequest(plain, unsigned.public_key, unsigned.nonce, at, wire.sign(seed, unsigned.message()))
    return wire.write(signed)


def _content(response: httpx.Response) -> bytes:
    if response.is_success:
        return response.content
    try:
        code = wire.read(response.content, dict[str, object]).get("code")
    except InvalidInput:
        code = None
    raise Refused(response.status_code, code if isinstance(code, str) else _NOT_OURS)
