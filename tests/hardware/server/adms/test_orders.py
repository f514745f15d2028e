"""Lines to a terminal: a closed set, whatever the order."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import InvalidInput
from access.domain.terminals import Dialect, dialect_of, retry_after
from access.services.terminals_orders import Kind, Order
from hardware.server.adms import orders

WRITABLE = re.compile(
    r"C:[0-9]+:("
    r"CONTROL DEVICE 010[1-4]01(0[1-9A-F]|[12][0-9A-F]|3[0-9A-C])"
    r"|DATA (USER|UPDATE USERINFO) PIN=[0-9]+\tName=\tPri=0\tPasswd=\tCard=[0-9A-Fa-f]{4,20}\tGrp=1\tTZ=0"
    r"|DATA (DEL_USER|DELETE USERINFO) PIN=[0-9]+)"
)


@given(
    st.builds(
        Order,
        number=st.integers(0, 2**31),
        kind=st.sampled_from(Kind),
        door=st.integers(-2, 9),
        relay_ms=st.integers(-(10**6), 10**9),
        pin=st.integers(0, 10**6),
        card=st.one_of(st.text(max_size=30), st.text("0123456789abcdefABCDEF\t\n", max_size=24)),
    ),
    st.sampled_from(Dialect),
)
def test_nothing_but_the_closed_set_is_ever_written(order: Order, dialect: Dialect) -> None:
    try:
        line = orders.line(order, dialect)
    except InvalidInput:
        return
    assert WRITABLE.fullmatch(line)


@pytest.mark.parametrize(
    ("relay_ms", "seconds"),
    [(100, "01"), (1_000, "01"), (1_001, "02"), (3_000, "03"), (60_000, "3C"), (10**7, "3C")],
)
def test_seconds_are_rounded_up_and_never_zero_or_for_good(relay_ms: int, seconds: str) -> None:
    assert orders.open_door(2, relay_ms) == f"CONTROL DEVICE 010201{seconds}"


@pytest.mark.parametrize(
    ("version", "dialect"),
    [("", Dialect.LEGACY), ("x", Dialect.LEGACY), ("2.2.14", Dialect.PUSH2), ("2.4.1", Dialect.BIODATA),
     ("3.1.2", Dialect.BIODATA), ("2.3", Dialect.PUSH2)],
)  # fmt: skip
def test_the_push_version_names_the_dialect(version: str, dialect: Dialect) -> None:
    assert dialect_of(version) is dialect


def test_waiting_for_an_acknowledgement_grows_to_ten_minutes() -> None:
    assert [retry_after(n) // 1_000 for n in (0, 1, 2, 4, 5, 1_000)] == [30, 60, 120, 480, 600, 600]
