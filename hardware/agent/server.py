"""Requests up to the service: signed by the device, exchanged for a short token, retried by the caller."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.times import MINUTE, SECOND
from hardware import wire
from hardware.agent import identity as identities
from hardware.agent.clock import TrustedClock, since_boot
from hardware.agent.identity import Identity

_UNAUTHORISED = 401
_TOKEN = "/gate/v1/token"  # noqa: S105 - a path
_OFF = 20 * SECOND
_EARLY = MINUTE
"""A token is exchanged this long before it ends."""


class Refused(ExternalSystemError):  # noqa: N818 - reads like the tree it belongs to
    """The server answered, and said no.

    Attributes:
        http_status: what it answered; `permanent` is true unless asking again may help.
    """

    def __init__(self, http_status: int, code: str) -> None:
        super().__init__(code, f"the server answered {http_status} {code}", permanent=http_status < 500)  # noqa: PLR2004
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
    return httpx.Client(base_url=base, timeout=timeout, trust_env=False, transport=transport)


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
            raise ExternalSystemError("agent.unreachable", f"{type(exc).__name__} at {path}") from exc

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
        InvalidInput: the server's answer is not as the protocol says, or its key does not hold.
    """
    seed = identities.device_seed(data)
    signing = SigningTime()
    with client(base, 10.0) as http:
        for attempt in (1, 2):
            try:
                response = http.post(
                    "/gate/v1/claim",
                    content=_claim_body(seed, code, signing.now()),
                    headers={"Content-Type": "application/json"},
                )
            except httpx.HTTPError as exc:
                raise ExternalSystemError("agent.unreachable", f"{type(exc).__name__} at {base}") from exc
            if attempt == 1 and signing.was_wrong(response):
                continue
            return identities.save_claim(data, wire.read(_content(response), wire.ClaimAnswer))
    raise AssertionError("unreachable")


def _claim_body(seed: bytes, code: str, at: int) -> bytes:
    plain = code.strip().upper().replace("-", "").replace(" ", "")
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
    raise Refused(response.status_code, code if isinstance(code, str) else "agent.refused")
