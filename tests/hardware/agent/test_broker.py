"""The same agent over a real mosquitto: TLS, the device's own certificate, one firing however often it is sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from access.domain.gates import Gate as GateRecord
from access.domain.ids import new_id
from access.domain.places import Method
from hardware import wire
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import ServerSimulator
from tests.mosquitto import Running, mosquitto
from tests.servers import ServerMissing


class Bridge:
    """The service's side of the broker for the simulated server: a stream begins when a gate says `online`."""

    def __init__(self, running: Running, simulator: ServerSimulator) -> None:
        self._simulator = simulator
        self._online = False
        broker = running.broker
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.tls_set(str(broker.authority), str(broker.certificate), str(broker.key))
        self._client.on_connect = lambda client, *_: client.subscribe("kaimen/v1/+/state", qos=1)
        self._client.on_subscribe = lambda *_: self._ready.set()
        self._client.on_message = self._said
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        assert self._ready.wait(10)

    def put(self, event: str, data: bytes) -> None:
        told = json.dumps({"event": event, "data": json.loads(data)}).encode()
        self._client.publish(f"kaimen/v1/{self._simulator.books.gate_id}/down", told, qos=1)

    def cut(self) -> None:
        """A broker is not cut by its clients."""

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _said(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        online = message.payload == b"online"
        if online and not self._online:
            self._simulator.opened(self)
        elif self._online and not online:
            self._simulator.closed(self)
        self._online = online


@pytest.fixture
def running(simulator: ServerSimulator, tmp_path: Path) -> Iterator[Running]:
    folder = tmp_path / "broker"
    folder.mkdir()
    try:
        with mosquitto(folder, simulator.now()) as broker:
            yield broker
    except ServerMissing as exc:
        pytest.skip(str(exc))


@pytest.fixture
def gate(simulator: ServerSimulator, running: Running, tmp_path: Path) -> Iterator[Gate]:
    books = simulator.books

    def certificate() -> bytes:
        record = GateRecord(
            books.gate_id, books.estate_id, "", books.device_key, frozenset(), 1, 0, 0, 0, False, 0, 0
        )
        issued = running.authority.for_gate(record, simulator.now())
        return wire.write(wire.CertificateAnswer(running.authority.certificate().decode(), issued.decode()))

    simulator.certificate = certificate
    bridge = Bridge(running, simulator)
    url = f"mqtts://{running.broker.host}:{running.broker.port}"
    with Gate(simulator, tmp_path / "data", link=url) as made:
        yield made
    bridge.close()


def test_a_card_opens_over_the_broker(gate: Gate, simulator: ServerSimulator) -> None:
    outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
    assert (outcome.fired, outcome.offline) == (True, False)
    simulator.wait(lambda: [ack.state for ack in simulator.books.acks] == ["done"])


def test_a_command_sent_thrice_fires_once(gate: Gate, simulator: ServerSimulator) -> None:
    frame = simulator.frame("open", {"event": new_id(), "relay_ms": 200})
    for _ in range(3):
        simulator.send("command", frame)
    simulator.push(simulator.frame("deny", {"event": new_id(), "reason": "unknown"}))
    simulator.wait(lambda: {ack.seq for ack in simulator.books.acks} == {1, 2})
    assert len(gate.terminal.relay.fired) == 1


def test_after_a_goodbye_it_comes_back(gate: Gate, simulator: ServerSimulator) -> None:
    simulator.send("bye", b"{}")
    assert gate.agent.link.wait_down(20)
    gate.agent.link.nudge()
    gate.wait_up()
    assert gate.agent.present(gate.point, Method.CARD, "04A1B2C3").fired
