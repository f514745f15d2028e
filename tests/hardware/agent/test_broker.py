"""The same agent over a real mosquitto and nothing else: TLS, its certificate, requests sealed for the server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import pytest
from nacl.signing import SigningKey
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from access.domain.gates import Gate as GateRecord
from access.domain.ids import new_id
from access.domain.places import Method
from hardware import wire
from hardware.agent import doctor
from hardware.agent import server as servers
from hardware.agent.clock import TrustedClock
from hardware.agent.papers import Papers
from hardware.server.authority import Authority
from hardware.tunnel import MAX_UP, Answer, Request, Seal
from tests.hardware.agent.estate import Estate
from tests.hardware.agent.gate import Gate
from tests.hardware.agent.server_simulator import CODE, ServerSimulator
from tests.mosquitto import Running, mosquitto
from tests.servers import ServerMissing

NOWHERE = "http://127.0.0.1:1"


class Bridge:
    """The service's side of the broker for the simulated server: a stream begins when a gate says `online`.

    Attributes:
        asked: paths of the requests that came over the broker.
        spoil: what is done to an answer before it is sent.
    """

    def __init__(self, running: Running, simulator: ServerSimulator) -> None:
        self._simulator = simulator
        self._online = False
        self.asked: list[str] = []
        self.spoil: list[bytes] = []
        self._api = httpx.Client(base_url=simulator.url, trust_env=False)
        broker = running.broker
        self._ready = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._client.tls_set(str(broker.authority), str(broker.certificate), str(broker.key))
        self._client.on_connect = lambda client, *_: client.subscribe(
            [("kaimen/v1/+/state", 1), ("kaimen/v1/+/up", 1)]
        )
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

    def answer(self, message: mqtt.MQTTMessage) -> None:
        books = self._simulator.books
        seal = Seal(books.root_seed, books.device_key)
        request, body = seal.open(message.payload, Request, MAX_UP)
        self.asked.append(request.path)
        try:
            got = self._api.request(
                request.method, request.path, params=request.query, headers=request.headers, content=body
            )
        except httpx.HTTPError:  # the simulated server ended meanwhile
            return
        answer = seal.close(Answer(request.reference, got.status_code, got.headers.get("date", "")), got.content)
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.properties.CorrelationData  # type: ignore[union-attr]
        topic = f"kaimen/v1/{books.gate_id}/answers"
        for payload in [*self.spoil, answer, answer]:  # delivered at least once
            self._client.publish(topic, payload, qos=1, properties=properties)

    def _said(self, _client: mqtt.Client, _data: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/up"):
            threading.Thread(target=self.answer, args=(message,), daemon=True).start()
            return
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
def bridge(simulator: ServerSimulator, running: Running) -> Iterator[Bridge]:
    made = Bridge(running, simulator)
    yield made
    made.close()


@pytest.fixture
def gate(simulator: ServerSimulator, running: Running, bridge: Bridge, tmp_path: Path) -> Iterator[Gate]:
    """Claimed over HTTP; from then on it knows the broker alone."""
    books, data = simulator.books, tmp_path / "data"

    def certificate() -> bytes:
        record = GateRecord(
            books.gate_id, books.estate_id, "", books.device_key, frozenset(), 1, 0, 0, 0, False, 0, 0
        )
        issued = running.authority.for_gate(record, simulator.now())
        return wire.write(wire.CertificateAnswer(running.authority.certificate().decode(), issued.decode()))

    simulator.certificate = certificate
    identity = servers.claim(simulator.url, data, CODE)
    Papers(data, identity).renew(servers.Server(simulator.url, identity, TrustedClock(None)))
    url = f"mqtts://{running.broker.host}:{running.broker.port}"
    with Gate(simulator, data, link=url, server=NOWHERE) as made:
        yield made


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


def test_all_that_goes_up_goes_by_the_broker(gate: Gate, simulator: ServerSimulator, bridge: Bridge) -> None:
    Estate(simulator).publish()
    gate.agent.sync_now()
    gate.wait_lists()
    gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
    simulator.push(simulator.frame("erase", {"holding": new_id(), "person": new_id(), "scope": "all"}, ap=None))
    simulator.wait(lambda: bool(simulator.books.receipts))
    simulator.wait(lambda: any(simulator.books.events.values()))
    simulator.wait(lambda: {ack.seq for ack in simulator.books.acks} == {1, 2})
    assert set(bridge.asked) >= {
        f"/gate/v1/{name}" for name in ("token", "presentations", "acks", "events", "receipts", "snapshot")
    }
    assert simulator.books.presented[0].payload == "04A1B2C3"


def test_an_answer_that_is_not_the_servers_is_not_taken(
    gate: Gate, simulator: ServerSimulator, bridge: Bridge
) -> None:
    simulator.push_grants = False
    stranger = Seal(bytes(SigningKey.generate()), simulator.books.device_key)
    bridge.spoil = [stranger.close(Answer("0" * 32, 202), b'{"granted": true}')]
    outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
    assert not outcome.fired


def test_a_request_while_the_broker_is_away_fails_at_once(gate: Gate) -> None:
    gate.agent.link.stop()
    assert gate.agent.link.wait_down(20)
    gate.agent.link.join(20)
    outcome = gate.agent.present(gate.point, Method.CARD, "04A1B2C3")
    assert (outcome.fired, outcome.offline) == (False, True)


def test_the_doctor_says_whether_the_broker_takes_the_certificate(
    gate: Gate, running: Running, tmp_path: Path
) -> None:
    data, broker = tmp_path / "data", running.broker
    points = "\n".join(f'[access_points.{n}]\nrelay = {{ driver = "simulated" }}' for n in (1, 2))
    link = f"mqtts://{broker.host}:{broker.port}"
    (data / "gate.toml").write_text(f'server = "{NOWHERE}"\nlink = "{link}"\n{points}\n', encoding="utf-8")

    def said() -> tuple[bool, str]:
        found = next(one for one in doctor.examine(data) if one.subject == "link")
        return found.ok, found.words

    assert said() == (True, f"{broker.host}:{broker.port} takes this gate's certificate")
    record = GateRecord(
        gate.agent.identity.claim.gate_id,
        "",
        "",
        gate.simulator.books.device_key,
        frozenset(),
        1,
        0,
        0,
        0,
        False,
        0,
        0,
    )
    stranger = Authority(bytes([1]) * 32).for_gate(record, gate.simulator.now())
    (data / "broker-gate.pem").write_bytes(stranger)
    assert not said()[0]
    (data / "broker-gate.pem").unlink()
    assert not said()[0]
