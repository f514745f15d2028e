"""A gate's ear, for tests: what it hears over its own stream, or over a broker."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from adapters.gatelink.mqtt import Broker
from hardware.server.authority import private_pem
from hardware.server.link import Link
from hardware.server.stream import events
from tests.gates import Device
from tests.mosquitto import Running

Event = tuple[str, Any]
WAIT_SECONDS = 20


class Ear(Protocol):
    """A connected gate."""

    def next(self) -> Event: ...
    def rest(self) -> list[Event]:
        """What is still to hear of a talk that has ended."""
        ...

    def close(self) -> None: ...


def until(ear: Ear, name: str) -> Any:
    """The data of the next event of a name."""
    while True:
        heard, data = ear.next()
        if heard == name:
            return data


class StreamEar:
    """Over server-sent events."""

    def __init__(self, link: Link, device: Device) -> None:
        self._chunks: Iterator[bytes] = events(link, device.gate)

    def next(self) -> Event:
        name, data = next(self._chunks).decode().strip().split("\n")
        return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))

    def rest(self) -> list[Event]:
        left = []
        with suppress(StopIteration):
            while True:
                left.append(self.next())
        return left

    def close(self) -> None:
        self._chunks.close()  # type: ignore[attr-defined]


def certificate_files(running: Running, device: Device) -> tuple[Path, Path]:
    """The gate's certificate and key as files, as its device would keep them."""
    at = device.house.clock.now()
    pem, key = (running.folder / f"{device.gate.id}.{end}" for end in ("pem", "key"))
    pem.write_bytes(running.authority.for_gate(device.gate, at))
    key.write_bytes(private_pem(Ed25519PrivateKey.from_private_bytes(bytes(device.key))))
    return pem, key


class BrokerEar:
    """Over MQTT 5 with the device's own certificate."""

    def __init__(self, running: Running, device: Device) -> None:
        self._heard: queue.Queue[Event] = queue.Queue()
        self._topic = f"kaimen/v1/{device.gate.id}"
        pem, key = certificate_files(running, device)
        broker: Broker = running.broker
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=device.gate.id, protocol=mqtt.MQTTv5)
        self._client.tls_set(str(broker.authority), str(pem), str(key))
        self._client.will_set(f"{self._topic}/state", b"offline", qos=1, retain=True)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._message
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()

    def next(self) -> Event:
        return self._heard.get(timeout=WAIT_SECONDS)

    def rest(self) -> list[Event]:
        left = []
        with suppress(queue.Empty):
            while True:
                left.append(self._heard.get_nowait())
        return left

    def close(self) -> None:
        self._client.publish(f"{self._topic}/state", b"offline", qos=1, retain=True).wait_for_publish(WAIT_SECONDS)
        self._client.disconnect()
        self._client.loop_stop()

    def drop(self) -> None:
        """Leave without a word."""
        self._client.disconnect()
        self._client.loop_stop()

    def _connected(self, *_: Any) -> None:
        self._client.subscribe(f"{self._topic}/down", qos=1)

    def announce(self) -> None:
        """Say that this gate is there, as after ``bye``."""
        self._client.publish(f"{self._topic}/state", b"online", qos=1, retain=True)

    def _subscribed(self, *_: Any) -> None:
        self.announce()

    def _message(self, _client: Any, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        try:
            told = json.loads(message.payload)
        except ValueError:  # a stranger's word
            told = {"event": "unreadable", "data": None}
        self._heard.put((told["event"], told["data"]))
