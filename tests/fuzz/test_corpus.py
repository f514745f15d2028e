"""Every input that was ever worth keeping, and every one that broke a parser, is tried again on every run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
LARGEST = 8 * 1024


@pytest.mark.parametrize("parser", sorted(TARGETS))
def test_the_kept_inputs_break_nothing(parser: str) -> None:
    kept = sorted((CORPUS / parser).iterdir())
    assert len(kept) >= 10
    for path in kept:
        raw = path.read_bytes()
        assert len(raw) <= LARGEST, path
        TARGETS[parser](raw)


@pytest.mark.parametrize("parser", sorted(TARGETS))
@given(data=st.binary(max_size=300))
def test_no_bytes_break_a_parser(parser: str, data: bytes) -> None:
    TARGETS[parser](data)


def test_a_folder_for_each_parser_and_no_other() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
