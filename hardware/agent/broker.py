"""The link over MQTT 5, where there is a broker: TLS with a certificate over the device's own key (wire.md)."""

from __future__ import annotations

import base64
import os
import queue
import ssl
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware import wire
from hardware.agent.identity import Identity, write_private
from hardware.agent.link import Link, Listeners, Patience
from hardware.agent.server import Server

_PORT = 8883
_QOS = 1
_KEEPALIVE_SECONDS = 30
_RENEW_SECONDS = 20 * 24 * 3600
"""A certificate lives thirty days."""
_PKCS8 = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32-byte seed of an Ed25519 key (RFC 8410, 7)."""


class Down(Struct, frozen=True):
    """A message from the server: what the stream carries, in one piece."""

    event: str
    data: dict[str, Any] | list[Any]


class BrokerLink(Link):
    def __init__(
        self, url: str, data: Path, identity: Identity, server: Server, listeners: Listeners, patience: Patience
    ) -> None:
        """`url`: ``mqtts://host:port``; the certificate is kept in `data`."""
        super().__init__(listeners, patience)
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or _PORT
        self._data = data
        self._identity = identity
        self._server = server
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
        authority, certificate, key = self._files()
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=self._identity.claim.gate_id, protocol=mqtt.MQTTv5
        )
        client.tls_set(str(authority), str(certificate), str(key), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        client.will_set(f"{self._topic}/state", b"offline", qos=_QOS, retain=True)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_message = self._message
        client.on_disconnect = self._disconnected
        return client

    def _files(self) -> tuple[Path, Path, Path]:
        """Authority, certificate and key as files; fetched anew before the certificate ends."""
        authority, certificate, key = (self._data / f"broker-{name}.pem" for name in ("authority", "gate", "key"))
        if not certificate.exists() or time.time() - certificate.stat().st_mtime > _RENEW_SECONDS:
            answer = wire.read(self._server.post("/gate/v1/certificate", b""), wire.CertificateAnswer)
            write_private(authority, answer.authority.encode())
            write_private(key, private_pem(self._identity.seed))
            write_private(certificate, answer.certificate.encode())
        return authority, certificate, key

    def _connected(self, client: mqtt.Client, _data: object, _flags: object, reason: Any, _more: object) -> None:
        if reason.is_failure:
            self.why_down = f"the broker refused: {reason}"
            self._heard_raw.put(None)
            return
        client.subscribe(f"{self._topic}/down", qos=_QOS)

    def _subscribed(self, client: mqtt.Client, *_: object) -> None:
        client.publish(f"{self._topic}/state", b"online", qos=_QOS, retain=True)

    def _message(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        self._heard_raw.put(bytes(message.payload))

    def _disconnected(self, *_: object) -> None:
        self._heard_raw.put(None)


def private_pem(seed: bytes) -> bytes:
    """The device's key as PKCS 8 PEM."""
    text = base64.b64encode(_PKCS8 + seed).decode("ascii")
    return (
        f"-----BEGIN PRIVATE KEY-----{os.linesep}{text}{os.linesep}-----END PRIVATE KEY-----{os.linesep}".encode()
    )
