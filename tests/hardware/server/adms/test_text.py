"""The parser of what terminals send: well-formed lines are read, anything else is left out and never raises."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.server.adms import text

AT = "2026-01-05 08:00:00"
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001 - wall time
    lambda at: at.replace(microsecond=0)
)
BITS = st.sampled_from(
    ["\t", "=", "\n", "\r", "&", "ID=", "Return=", "pin=", "cardno=", "time=", AT, "G2:", "-", "0", "９", "\0", "é"]
)
ODD = st.one_of(st.text(max_size=400), st.lists(BITS, max_size=40).map("".join))


@given(ODD)
@example("99999-01-05 08:00:00\t\t\t")
@example("1\t2026-13-45 99:99:99\t0\t1")
@example("ID=99999999999999999999&Return=0")
@example("time=2026-02-30 00:00:00\tevent=0")
def test_nothing_that_is_sent_makes_a_reader_raise(sent: str) -> None:
    for line in text.lines(sent):
        for entry in (text.attlog(line), text.rtlog(line)):
            assert entry is None or (entry.line == line and 0 <= entry.pin < 10**9 and entry.local.year >= 2000)
        asked = text.asking(line)
        assert asked is None or ("\t" not in asked.shown and "\n" not in asked.shown)
    assert all(abs(code) < 10**9 and number >= 0 for number, code in text.results(sent))


@given(st.binary(max_size=400))
def test_bytes_that_are_no_text_match_nothing_worse(sent: bytes) -> None:
    decoded = sent.decode("utf-8", errors="replace")
    assert all(len(line) <= text.MAX_LINE for line in text.lines(decoded))
    assert len(text.results(decoded)) <= text.MAX_RESULTS


@given(st.integers(0, 10**9 - 1), MOMENTS, st.integers(0, 255), st.integers(0, 255), st.sampled_from([4, 5, 7, 10]))
def test_a_log_line_of_each_dialect_is_read(pin: int, at: datetime, status: int, verify: int, count: int) -> None:
    parts = [str(pin), f"{at:%Y-%m-%d %H:%M:%S}".rjust(19, "0"), str(status), str(verify), *["0"] * 6]
    entry = text.attlog("\t".join(parts[:count]))
    assert entry is not None
    assert (entry.pin, entry.local, entry.codes) == (pin, at, {"status": status, "verify": verify})


@pytest.mark.parametrize(
    "line",
    ["garbage\tnot-a-date", f"1\t{AT}\t0", f"x\t{AT}\t0\t1", "1\t2026-01-05T08:00:00\t0\t1", f"1\t{AT}\t-1\t1",
     "1\t1999-12-31 00:00:00\t0\t1", "\t".join(["1", AT, *["0"] * 20])],
)  # fmt: skip
def test_a_log_line_that_is_none_is_left_out(line: str) -> None:
    assert text.attlog(line) is None


def test_an_access_record_keeps_no_card_number() -> None:
    entry = text.rtlog(f"time={AT}\tpin=7\tcardno=12345678\teventaddr=2\tevent=0\tindex=3")
    assert entry is not None
    assert (entry.pin, entry.door, entry.passed, entry.codes) == (7, 2, True, {"event": 0})
    other = text.rtlog(f"time={AT}\tpin=\tcardno=12345678\tevent=27")
    assert other is not None
    assert (other.pin, other.door, other.passed) == (0, 1, False)


@pytest.mark.parametrize(
    "shown",
    ["", "1", "x" * 8, "12345678;reboot", "1" * 21, "G3:ABCD", "G1:", "G1:abc", "G1:" + "A" * 301, "１２３４"],
)
def test_what_is_neither_card_nor_pass_is_no_asking(shown: str) -> None:
    assert text.asking(f"time={AT}\tcardno={shown}\teventaddr=1") is None


def test_results_are_read_among_what_follows_them() -> None:
    sent = (
        "ID=5&Return=0&CMD=INFO\r\n~DeviceName=SIM\nID=x&Return=0\nID=9&Return=-1004&CMD=DATA UPDATE\nID=7&Return=0"
    )
    assert text.results(sent) == [(5, 0), (9, -1004), (7, 0)]
