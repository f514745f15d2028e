"""The link over MQTT 5, where there is a broker: TLS with a certificate over the device's own key (wire.md)."""

from __future__ import annotations

import queue
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware import wire
from hardware.agent.identity import Identity
from hardware.agent.link import Link, Listeners, Patience
from hardware.agent.papers import Papers
from hardware.agent.server import Server
from hardware.agent.tunnel import BrokerTransport

_PORT = 8883
_QOS = 1
_KEEPALIVE_SECONDS = 30


class Down(Struct, frozen=True):
    """A message from the server: what the stream carries, in one piece."""

    event: str
    data: dict[str, Any] | list[Any]


class Broker(Struct, frozen=True):
    """What a link over a broker needs besides what every link needs.

    Attributes:
        url: ``mqtts://host:port``.
        https: the service over HTTPS, asked for the first certificate alone.
        transport: carries this gate's requests while the link is open.
    """

    url: str
    papers: Papers
    https: Server
    transport: BrokerTransport


class BrokerLink(Link):
    def __init__(self, broker: Broker, identity: Identity, listeners: Listeners, patience: Patience) -> None:
        super().__init__(listeners, patience)
        parts = urlsplit(broker.url)
        self._host, self._port = parts.hostname or "", parts.port or _PORT
        self._broker = broker
        self._identity = identity
        self._topic = f"kaimen/v1/{identity.claim.gate_id}"
        self._heard_raw: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def once(self) -> bool:
        self._heard_raw, self.why_down = queue.SimpleQueue(), ""
        try:
            client = self._client()
            client.connect(self._host, self._port, _KEEPALIVE_SECONDS)
        except (OSError, ssl.SSLError, ValueError, ExternalSystemError, InvalidInput) as exc:
            self.failed(exc)
            return False
        client.loop_start()
        try:
            return self._listen()
        finally:
            self._broker.transport.detach()
            if client.is_connected():
                client.publish(f"{self._topic}/state", b"offline", qos=_QOS, retain=True)
                client.disconnect()
            client.loop_stop()

    def hang_up(self) -> None:
        self._heard_raw.put(None)

    def _listen(self) -> bool:
        while not self.ended.is_set():
            try:
                raw = self._heard_raw.get(timeout=self.patience.silence)
            except queue.Empty:
                self.why_down = "the broker is silent"
                return False
            if raw is None:
                self.why_down = self.why_down or "the broker ended the connection"
                return False
            try:
                told = wire.read(raw, Down, wire.MAX_BODY)
            except InvalidInput as exc:
                self.failed(exc)
                continue
            if not self.take(told.event, msgspec.json.encode(told.data)):
                return True
        return False

    def _client(self) -> mqtt.Client:
        papers = self._broker.papers
        papers.renew_if_gone(self._broker.https)
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._identity.claim.gate_id, protocol=mqtt.MQTTv5
        )
        client.tls_set(
            str(papers.authority), str(papers.certificate), str(papers.key), tls_version=ssl.PROTOCOL_TLS_CLIENT
        )
        client.will_set(f"{self._topic}/state", b"offline", qos=_QOS, retain=True)
        client.on_socket_open = _at_once
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        client.on_disconnect = self._disconnected
        return client

    def _connected(self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _more: object) -> None:
        if reason.is_failure:
            self.why_down = f"the broker refused: {reason}"
            self._heard_raw.put(None)
            return
        client.subscribe([(f"{self._topic}/down", _QOS), (f"{self._topic}/answers", _QOS)])

    def _subscribed(self, client: mqtt.Client, *_: object) -> None:
        self._broker.transport.attach(client)
        client.publish(f"{self._topic}/state", b"online", qos=_QOS, retain=True)

    def _message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic == f"{self._topic}/answers":
            self._broker.transport.heard(message)
        else:
            self._heard_raw.put(bytes(message.payload))

    def _disconnected(self, *_: object) -> None:
        self._heard_raw.put(None)


def _at_once(_client: mqtt.Client, _data: object, opened: Any) -> None:
    """Small messages do not wait for each other (Nagle's algorithm with delayed acknowledgements costs 40 ms)."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
