"""Card numbers as desk readers type them and as they are printed, and as gates read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.credentials import Notation, card_number, in_hexadecimal
from access.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "notation", "number"),
    [
        ("04a1 b2c3", Notation.HEX, "04A1B2C3"),
        ("0077705923", Notation.DECIMAL_34, "04A1B2C3"),
        ("8106606", Notation.DECIMAL_26, "7BB26E"),
        ("123,45678", Notation.PRINTED_26, "7BB26E"),
        ("1，2", Notation.PRINTED_26, "010002"),
    ],
)
def test_each_notation_gives_what_a_gate_reads(text: str, notation: Notation, number: str) -> None:
    assert card_number(in_hexadecimal(text, notation)) == number


@given(value=st.integers(0, 2**32 - 1))
def test_every_number_of_32_and_of_24_bits_has_its_digits(value: int) -> None:
    assert in_hexadecimal(str(value), Notation.DECIMAL_34) == f"{value:08X}"
    assert in_hexadecimal(f"{value % 2**24:010}", Notation.DECIMAL_26) == f"{value % 2**24:06X}"


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("4294967296", Notation.DECIMAL_34),
        ("16777216", Notation.DECIMAL_26),
        ("256,1", Notation.PRINTED_26),
        ("1,65536", Notation.PRINTED_26),
        ("12345678", Notation.PRINTED_26),
        ("04A1B2C3", Notation.DECIMAL_34),
        ("-1", Notation.DECIMAL_34),
        ("١٢٣", Notation.DECIMAL_26),
        ("", Notation.DECIMAL_34),
    ],
)
def test_what_is_not_of_the_notation_is_refused(text: str, notation: Notation) -> None:
    with pytest.raises(InvalidInput) as refused:
        in_hexadecimal(text, notation)
    assert refused.value.code == "card.notation"
