"""The gate stand-in: the real agent behind a page, started as a process as a person would start it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import qrcode
from PIL import Image

from access.domain.reasons import WORDS, Reason
from hardware import wire
from standins.gate.client import GateSimClient, GateSimError
from standins.gate.options import GateSimOptions
from tests.hardware.agent.server_simulator import ServerSimulator


def _code_picture(text: str) -> bytes:
    buffer = io.BytesIO()
    qrcode.make(text).save(buffer)
    return buffer.getvalue()


def test_a_code_held_up_as_a_picture_reaches_the_server_as_text(
    sim_gate: GateSimClient, simulator: ServerSimulator
) -> None:
    outcome = sim_gate.present_code_picture(_code_picture("G1:" + "A" * 60))
    assert (outcome.granted, outcome.relay_fired, outcome.offline) == (True, True, False)
    assert simulator.books.presented[-1].payload == "G1:" + "A" * 60
    assert sim_gate.access_point()["firings"] == 1


def test_a_face_is_sent_as_small_pictures_without_metadata(
    sim_gate: GateSimClient, simulator: ServerSimulator
) -> None:
    simulator.decide = lambda _: Reason.FACE_UNKNOWN
    picture = Image.new("RGB", (3000, 2000), "grey")
    exif = Image.Exif()
    exif[0x010F] = "A maker who must not leave the gate"
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    outcome = sim_gate.present_face([buffer.getvalue()])
    assert (outcome.granted, outcome.reason) == (False, "face_unknown")
    sent = simulator.books.presented[-1].frames[0]
    received = Image.open(io.BytesIO(wire.unpack(sent)))
    assert max(received.size) <= 960
    assert not received.getexif()


def test_pulled_cable_is_truly_offline_and_comes_back(sim_gate: GateSimClient) -> None:
    sim_gate.unplug()
    sim_gate.wait_link(up=False)
    outcome = sim_gate.present_card("04A1B2C3")
    assert (outcome.granted, outcome.offline, outcome.reason) == (False, True, "fault")
    sim_gate.plug_in()
    sim_gate.wait_link(up=True)
    assert sim_gate.present_card("04A1B2C3").relay_fired


def test_exit_fire_and_a_door_held_open(sim_gate: GateSimClient, simulator: ServerSimulator) -> None:
    sim_gate.press_exit()
    sim_gate.set_fire(True)
    state = sim_gate.wait_until(lambda s: s["access_points"][0]["display"]["phase"] == "fire")
    assert state["access_points"][0]["relay"]
    sim_gate.set_fire(False)
    simulator.wait(lambda: {"exit", "fire"} <= {event.kind for event in simulator.books.events.get(1, [])})


def test_a_picture_without_a_code_and_nonsense_are_told_so(sim_gate: GateSimClient) -> None:
    blank = io.BytesIO()
    Image.new("L", (200, 200), "white").save(blank, "PNG")
    assert sim_gate.present_code_picture(blank.getvalue()).reason == "unreadable"
    for nonsense in (b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40):
        with pytest.raises(GateSimError, match=r"picture\.format"):
            sim_gate.present_code_picture(nonsense)
    with pytest.raises(GateSimError, match=r"gate\.access_point"):
        sim_gate.present_card("04A1B2C3", access_point=99)


def test_every_denial_takes_the_screen(sim_gate: GateSimClient, simulator: ServerSimulator) -> None:
    simulator.decide = lambda _: Reason.STALE
    sim_gate.present_code("G1:" + "A" * 60)
    blank = io.BytesIO()
    Image.new("L", (200, 200), "white").save(blank, "PNG")
    sim_gate.present_code_picture(blank.getvalue())
    shown = sim_gate.access_point()
    assert (shown["display"]["phase"], shown["display"]["zh"]) == ("denied", WORDS[Reason.UNREADABLE].zh)
    assert shown["last"]["offline"]


def test_never_in_production_and_never_beyond_this_machine(tmp_path: Path) -> None:
    address = "http://127.0.0.1:1"
    with pytest.raises(ValueError, match="production"):
        GateSimOptions(address, address, tmp_path, environment="production")
    with pytest.raises(ValueError, match="this machine"):
        GateSimOptions(address, address, tmp_path, host="0.0.0.0")
