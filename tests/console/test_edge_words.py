"""What staff read of a gate that cannot match faces by itself: known reasons in both languages, others as said."""

from __future__ import annotations

from pathlib import Path

import pytest

from access.domain.edge_faces import EdgeGate
from access.domain.staff import StaffRole
from console.words_edge import why_not
from hardware.agent import edge_option
from hardware.agent.edge_option import NOT_SET_UP, why_absent, why_unreadable
from tests.console.conftest import Office
from tests.gates import claim_device


def said(office: Office, why: str) -> str:
    """The page of gates once a gate has said why."""
    gate = claim_device(office.wired.house, office.place.estate.id, office.place.gate.id).gate
    with office.wired.house.db.transaction() as stores:
        stores.edge_faces.note_gate(EdgeGate(gate.id, False, why, "", office.wired.clock.now()))
    return office.signed_in(StaffRole.SECURITY).get("/console/gates").text


def test_every_reason_of_the_agent_is_put_into_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent's own functions say it, so that a change of its words shows here."""
    reasons = {NOT_SET_UP: "gate.toml", why_unreadable(tmp_path): str(tmp_path)}
    reasons[why_absent(tmp_path / "none")] = str(tmp_path / "none")
    memory = tmp_path / "meminfo"
    memory.write_text("MemAvailable: 204800 kB\n", encoding="ascii")
    monkeypatch.setattr(edge_option, "_MEMORY", memory)
    reasons[why_absent(tmp_path)] = "200 MB"
    monkeypatch.setattr(edge_option, "PACKAGES", ("no_such_package", "nor_this"))
    reasons[why_absent(tmp_path)] = "no_such_package, nor_this"
    assert len(reasons) == 5
    for reason, told in reasons.items():
        words, own_text = why_not(reason)
        assert (told in words.zh, told in words.en, own_text) == (True, True, ""), reason


def test_staff_read_it_in_chinese_first(office: Office) -> None:
    page = said(office, NOT_SET_UP)
    assert page.index("没有启用") < page.index("not set up")
    assert "absent:" not in page


def test_an_unknown_reason_is_shown_as_it_was_said(office: Office) -> None:
    page = said(office, "absent: the <camera> dreams")
    assert "设备报告了其他原因" in page
    assert "<code>absent: the &lt;camera&gt; dreams</code>" in page
