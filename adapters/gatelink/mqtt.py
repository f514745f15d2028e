"""Carries what is said to gates over MQTT 5, with TLS and client certificates, where there is a broker.

Topics below ``kaimen/v1/<gate>/``: ``down`` (service to gate: ``{"event", "data"}``; a command expires with what
is left of its life), ``state`` (gate to service, retained: ``online`` or ``offline``, the latter also as the
gate's will), ``up`` (a sealed request) and ``answers`` (its sealed answer, told apart by MQTT 5 correlation data).
The broker's ACL lets a gate read and write its own topics alone. The frames inside are signed, the requests signed
and sealed: the broker is trusted with delivery and with nothing else.
"""

from __future__ import annotations

import logging
import re
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from adapters.gatelink import packets

_TOPIC = re.compile(r"kaimen/v1/([0-9a-f]{16})/(state|up)")
_UP = "$share/kaimen-link/kaimen/v1/+/up"
"""Shared: while two link processes overlap at a reload, each request goes to one of them."""
_QOS = 1
_UNSTORED = 0
"""What the service says is stored nowhere on the way: a gate whose connection broke is told all again anyway."""
_FULL_BYTES = 8 * 1024
"""As much is written at once: the first of thousands of gates hear while the last one's words are still signed."""
_REFERENCE_BYTES = 16
_KEEPALIVE_SECONDS = 30
_CONNECT_SECONDS = 10.0
_LEAST_PAUSE, _LONGEST_PAUSE = 1, 10

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and the PEM files to speak to it with."""

    host: str
    port: int
    authority: Path
    certificate: Path
    key: Path


class _Client(mqtt.Client):
    """paho's client, which takes many messages as one: it then wakes, locks and writes once for all of them."""

    def send(self, messages: bytes) -> None:
        """Messages of QoS 0. Without a connection they are dropped, as any such message is."""
        if self.socket() is not None:
            self._packet_queue(mqtt.PUBLISH, messages, 0, _UNSTORED, mqtt.MQTTMessageInfo(0))


class MqttTransport:
    """A link process' connection to the broker; reconnects by itself. Two such processes would say all twice."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        # A name of its own: at a reload two processes overlap, and equal names would throw each other out.
        name = f"kaimen-link-{secrets.token_hex(4)}"
        self._client = _Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
        self._client.tls_set(
            ca_certs=str(broker.authority),
            certfile=str(broker.certificate),
            keyfile=str(broker.key),
            tls_version=ssl.PROTOCOL_TLS_CLIENT,
        )
        self._client.on_socket_open = _at_once
        self._ready = threading.Event()
        self._unsent = bytearray()

    def listen(
        self, on_state: Callable[[str, bool], None], on_request: Callable[[str, bytes, bytes], None]
    ) -> None:
        """Connect, now or as soon as the broker is there: gates with a stream of their own do not wait for it.

        Args:
            on_state: told of every gate that comes and goes, and of all that are there.
            on_request: told of each request: gate, correlation data, what is sealed. At least once.
        """

        def connected(client: mqtt.Client, *_: Any) -> None:
            client.subscribe([("kaimen/v1/+/state", _QOS), (_UP, _QOS)])

        def subscribed(*_: Any) -> None:
            self._ready.set()

        def heard(_client: mqtt.Client, _userdata: Any, message: mqtt.MQTTMessage) -> None:
            topic = _TOPIC.fullmatch(message.topic)
            if topic is None:
                return
            gate_id, what = topic.groups()
            if what == "state":
                if message.payload in (b"online", b"offline"):
                    on_state(gate_id, message.payload == b"online")
            elif (correlation := _correlation(gate_id, message)) is not None:
                on_request(gate_id, correlation, bytes(message.payload))

        self._client.on_connect, self._client.on_message = connected, heard
        self._client.on_subscribe = subscribed
        self._client.reconnect_delay_set(_LEAST_PAUSE, _LONGEST_PAUSE)
        self._client.connect_async(self._broker.host, self._broker.port, _KEEPALIVE_SECONDS)
        self._client.loop_start()
        if not self._ready.wait(_CONNECT_SECONDS):
            _log.warning("the broker is not there yet", extra={"broker": self._broker.host})

    def publish(self, gate_id: str, name: str, data: bytes, life_ms: int | None) -> None:
        """Say one event, with the next `flush` or before. For one thread alone.

        One whose life is over is not sent; the broker drops it when it runs out on the way.
        """
        if life_ms is not None and life_ms <= 0:
            return
        properties = packets.NO_PROPERTIES if life_ms is None else packets.expiring(_seconds(life_ms))
        payload = b'{"event":"%b","data":%b}' % (name.encode(), data)
        self._unsent += packets.message(f"kaimen/v1/{gate_id}/down".encode(), payload, properties)
        if len(self._unsent) >= _FULL_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what was published; the same thread's."""
        if self._unsent:
            self._client.send(bytes(self._unsent))
            self._unsent.clear()
            time.sleep(0)  # the thread that writes comes to it now, not when everything is signed

    def answer(self, gate_id: str, correlation: bytes, sealed: bytes, life_ms: int) -> None:
        """Answer a request, at once; the broker drops the answer when nobody took it in `life_ms`."""
        properties = packets.answering(correlation, _seconds(life_ms))
        self._client.send(packets.message(f"kaimen/v1/{gate_id}/answers".encode(), sealed, properties))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _seconds(life_ms: int) -> int:
    """Rounded up: the broker counts whole seconds."""
    return -(-life_ms // 1000)


def _at_once(_client: mqtt.Client, _userdata: Any, opened: Any) -> None:
    """Small messages do not wait for each other (Nagle's algorithm with delayed acknowledgements costs 40 ms)."""
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _correlation(gate_id: str, message: mqtt.MQTTMessage) -> bytes | None:
    """What tells an answer apart; None for a request that wants its answer anywhere but at its own gate."""
    properties = message.properties
    correlation = getattr(properties, "CorrelationData", None)
    if getattr(properties, "ResponseTopic", None) != f"kaimen/v1/{gate_id}/answers":
        return None
    return correlation if isinstance(correlation, bytes) and len(correlation) == _REFERENCE_BYTES else None
