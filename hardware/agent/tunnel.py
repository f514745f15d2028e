"""Requests to the service over a broker instead of HTTPS: sealed for the server, answered by MQTT 5 correlation."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

import httpx
import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from access.domain.errors import InvalidInput
from hardware.agent.identity import Identity
from hardware.tunnel import MAX_DOWN, MAX_UP, REFERENCE_BYTES, Answer, Request, Seal

_QOS = 1
_DEFAULT_SECONDS = 10.0
_HEADERS = ("authorization", "kaimen-gate", "kaimen-time", "kaimen-nonce", "kaimen-signature")


@dataclass(slots=True)
class _Waiting:
    """A request on its way; `answer` is what came back, sealed."""

    done: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b""


class BrokerTransport(httpx.BaseTransport):
    """`httpx` over the broker's connection that is open now. Safe to use from several threads."""

    def __init__(self, identity: Identity) -> None:
        self._topic = f"kaimen/v1/{identity.claim.gate_id}"
        self._seal = Seal(identity.seed, identity.root_key)
        self._lock = threading.Lock()
        self._client: mqtt.Client | None = None
        self._waiting: dict[bytes, _Waiting] = {}

    def attach(self, client: mqtt.Client) -> None:
        """The connection is open and listens to answers."""
        with self._lock:
            self._client = client

    def detach(self) -> None:
        """It is gone: whoever waits is told at once."""
        with self._lock:
            self._client = None
            waiting, self._waiting = list(self._waiting.values()), {}
        for one in waiting:
            one.done.set()

    def heard(self, message: mqtt.MQTTMessage) -> None:
        """An answer came. One that nobody waits for (any more, or twice) is left alone."""
        correlation = getattr(message.properties, "CorrelationData", None)
        with self._lock:
            waiting = self._waiting.pop(correlation, None) if isinstance(correlation, bytes) else None
        if waiting is not None:
            waiting.answer = bytes(message.payload)
            waiting.done.set()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send, and wait for the answer as long as the request's read time-out says.

        Raises:
            httpx.ConnectError: no connection, or it broke meanwhile.
            httpx.ReadTimeout: no answer.
            httpx.RemoteProtocolError: an answer that is not the server's to this request.
        """
        reference = secrets.token_bytes(REFERENCE_BYTES)
        sealed = self._sealed(request, reference.hex())
        seconds = float(request.extensions.get("timeout", {}).get("read") or _DEFAULT_SECONDS)
        waiting = self._send(sealed, reference, seconds)
        if not waiting.done.wait(seconds):
            with self._lock:
                self._waiting.pop(reference, None)
            raise httpx.ReadTimeout("no answer over the broker", request=request)
        if not waiting.answer:
            raise httpx.ConnectError("the broker's connection broke", request=request)
        try:
            answer, body = self._seal.open(waiting.answer, Answer, MAX_DOWN)
        except InvalidInput as exc:
            raise httpx.RemoteProtocolError(exc.message, request=request) from exc
        if answer.reference != reference.hex():
            raise httpx.RemoteProtocolError("the answer is another request's", request=request)
        return httpx.Response(answer.status, headers={"date": answer.date} if answer.date else {}, content=body)

    def _sealed(self, request: httpx.Request, reference: str) -> bytes:
        headers = {name: request.headers[name] for name in _HEADERS if name in request.headers}
        query, method = request.url.query.decode("ascii"), "GET" if request.method == "GET" else "POST"
        head = Request(reference, "GET" if method == "GET" else "POST", request.url.path, query, headers)
        sealed = self._seal.close(head, request.read())
        if len(sealed) > MAX_UP:
            raise httpx.WriteError("too large for the broker", request=request)
        return sealed

    def _send(self, sealed: bytes, reference: bytes, seconds: float) -> _Waiting:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ResponseTopic = f"{self._topic}/answers"
        properties.CorrelationData = reference
        properties.MessageExpiryInterval = max(1, round(seconds))
        waiting = _Waiting()
        with self._lock:
            client = self._client
            if client is None:
                raise httpx.ConnectError("no connection to the broker")
            self._waiting[reference] = waiting
        client.publish(f"{self._topic}/up", sealed, qos=_QOS, properties=properties)
        return waiting
