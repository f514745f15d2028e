"""The wire's formats: what is written is read again; anything else is refused, with InvalidInput and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey

from access.domain.errors import InvalidInput
from access.domain.times import FOREVER
from hardware import wire

SEED = bytes(range(32))
KEYS = {"c1": bytes(SigningKey(SEED).verify_key)}

ids = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
instants = st.integers(0, FOREVER)
counts = st.integers(1, 2**53 - 1)
small = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True),
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=20),
    max_size=4,
)
commands = st.builds(
    wire.CommandBody,
    v=st.just(1),
    id=ids,
    gate=ids,
    epoch=counts,
    seq=counts,
    op=st.sampled_from(["open", "deny", "sync", "erase", "new"]),
    ap=st.none() | ids,
    args=small,
    issued=instants,
    expires=instants,
    actor=st.text(st.characters(codec="utf-8"), max_size=80),
)
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec="utf-8"), max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)

READERS: list[Callable[[bytes], object]] = [
    lambda raw: wire.read(raw, wire.ClaimRequest),
    lambda raw: wire.read(raw, wire.ClaimAnswer),
    lambda raw: wire.read(raw, wire.Presentation),
    lambda raw: wire.read(raw, wire.Acks),
    lambda raw: wire.read(raw, wire.EventUpload),
    lambda raw: wire.read(raw, wire.Receipt),
    lambda raw: wire.open_command(raw, KEYS),
    lambda raw: wire.open_lists(raw, KEYS),
]


def quiet(reader: Callable[[bytes], object], raw: bytes) -> None:
    """Reads, or raises InvalidInput; anything else fails the test."""
    with suppress(InvalidInput):
        reader(raw)


@given(commands)
def test_a_command_comes_back_as_it_was(body: wire.CommandBody) -> None:
    assert wire.open_command(wire.seal_command(body, "c1", SEED), KEYS) == body


@given(commands, st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_never_passes_as_another_command(body: wire.CommandBody, place: int, flip: int) -> None:
    frame = bytearray(wire.seal_command(body, "c1", SEED))
    frame[place % len(frame)] ^= flip
    try:
        read = wire.open_command(bytes(frame), KEYS)
    except InvalidInput:
        return
    assert read == body  # only what means the same in JSON


@given(commands, st.integers(0, 10_000))
def test_a_truncated_command_is_refused(body: wire.CommandBody, length: int) -> None:
    frame = wire.seal_command(body, "c1", SEED)
    with pytest.raises(InvalidInput):
        wire.open_command(frame[: length % len(frame)], KEYS)


@given(commands)
def test_another_key_does_not_sign(body: wire.CommandBody) -> None:
    with pytest.raises(InvalidInput) as forged:
        wire.open_command(wire.seal_command(body, "c1", bytes(32)), KEYS)
    assert forged.value.code == "wire.signature"
    with pytest.raises(InvalidInput) as unknown:
        wire.open_command(wire.seal_command(body, "c2", SEED), KEYS)
    assert unknown.value.code == "wire.key"


@given(commands)
def test_a_commands_signature_is_not_a_lists_signature(body: wire.CommandBody) -> None:
    with pytest.raises(InvalidInput) as other:
        wire.open_lists(wire.seal_command(body, "c1", SEED), KEYS)
    assert other.value.code == "wire.signature"


@pytest.mark.parametrize("reader", READERS)
@given(raw=st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(reader: Callable[[bytes], object], raw: bytes) -> None:
    quiet(reader, raw)


@pytest.mark.parametrize("reader", READERS)
@given(value=anything)
def test_json_of_any_shape_is_read_or_refused(reader: Callable[[bytes], object], value: Any) -> None:
    quiet(reader, json.dumps(value).encode())


@pytest.mark.parametrize("reader", READERS)
@given(body=anything, key=anything, signature=anything)
def test_frames_of_any_content_are_read_or_refused(
    reader: Callable[[bytes], object], body: Any, key: Any, signature: Any
) -> None:
    quiet(reader, json.dumps({"body": body, "key": key, "sig": signature}).encode())


@given(body=st.dictionaries(st.text(max_size=10), anything, max_size=6))
def test_a_signature_does_not_make_sense_of_nonsense(body: dict[str, Any]) -> None:
    for context, reader in (("kaimen.command.v1", wire.open_command), ("kaimen.lists.v1", wire.open_lists)):
        with suppress(InvalidInput):
            sealed = wire.seal_frame(context, body, "c1", SEED)
            with pytest.raises(InvalidInput):
                reader(sealed, KEYS)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 100_000,
        b'{"body":' * 50_000,
        b'{"a":1e999}',
        b'{"body":{"v":1e308},"key":"c1","sig":"' + b"A" * 86 + b'"}',
        b'{"body":{"v":123456789012345678901234567890},"key":"c1","sig":"' + b"A" * 86 + b'"}',
        b'"\xed\xa0\x80"',
        b'{"body":{"x":"\\ud800"},"key":"c1","sig":"' + b"A" * 86 + b'"}',
        b"\x00",
    ],
)
def test_traps_are_refused(reader: Callable[[bytes], object], raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        reader(raw)


def test_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInput) as large:
        wire.read(b" " * (wire.MAX_BODY + 1), wire.Acks)
    assert large.value.code == "wire.size"
    with pytest.raises(InvalidInput) as frame:
        wire.open_command(b" " * (wire.MAX_COMMAND + 1), KEYS)
    assert frame.value.code == "wire.size"


def test_a_refusal_names_the_place_and_never_the_content() -> None:
    with pytest.raises(InvalidInput) as refused:
        wire.read(b'{"acks": [{"id": "secret-card-number"}]}', wire.Acks)
    assert refused.value.field == "$.acks[0].id"
    assert "secret" not in refused.value.message


@given(st.binary(max_size=100))
def test_binary_comes_back(raw: bytes) -> None:
    assert wire.unpack(wire.pack(raw), len(raw)) == raw


@given(st.text(st.characters(codec="utf-8"), max_size=50))
def test_base64_of_any_text_is_read_or_refused(text: str) -> None:
    quiet(lambda raw: wire.unpack(raw.decode()), text.encode())


@given(st.binary(min_size=0, max_size=40), st.text(max_size=90))
def test_a_signature_check_never_raises(key: bytes, signature: str) -> None:
    assert wire.verifies(key, b"m", signature) is False


@given(st.sampled_from(["GET", "post"]), st.binary(max_size=50), instants, st.integers(0, 3))
def test_a_request_is_signed_as_a_whole(method: str, body: bytes, at: int, change: int) -> None:
    message = wire.request_message(method, "/gate/v1/token", body, at, "n" * 16)
    changed = [
        wire.request_message("PUT", "/gate/v1/token", body, at, "n" * 16),
        wire.request_message(method, "/gate/v1/acks", body, at, "n" * 16),
        wire.request_message(method, "/gate/v1/token", body + b" ", at, "n" * 16),
        wire.request_message(method, "/gate/v1/token", body, at + 1, "n" * 16),
    ][change]
    signature = wire.sign(SEED, message)
    assert wire.verifies(KEYS["c1"], message, signature)
    assert not wire.verifies(KEYS["c1"], changed, signature)


def test_a_certificate_holds_under_its_root_alone() -> None:
    root, other = bytes([1]) * 32, bytes([2]) * 32
    certificate = wire.certify("c1", SEED, root)
    assert wire.certified_key(certificate, bytes(SigningKey(root).verify_key)) == KEYS["c1"]
    with pytest.raises(InvalidInput):
        wire.certified_key(certificate, bytes(SigningKey(other).verify_key))
    renamed = msgspec.structs.replace(certificate, id="c2")
    with pytest.raises(InvalidInput):
        wire.certified_key(renamed, bytes(SigningKey(root).verify_key))


@given(st.lists(st.tuples(st.integers(1, 9), small), min_size=1, max_size=5))
def test_the_hash_of_an_event_covers_everything_before_it(rows: list[tuple[int, dict[str, Any]]]) -> None:
    events = [wire.LogEvent(seq, 0, "exit", body, "0" * 64) for seq, (_, body) in enumerate(rows, 1)]

    def last(epoch: int, first: str) -> str:
        previous = first
        for event in events:
            previous = wire.event_hash(previous, epoch, event)
        return previous

    assert last(1, wire.GENESIS) == last(1, wire.GENESIS)
    assert last(1, wire.GENESIS) != last(2, wire.GENESIS)
    assert last(1, wire.GENESIS) != last(1, "1" * 64)


plain: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=10), inner, max_size=5)
    ),
    max_leaves=30,
)


@given(plain)
def test_the_fast_canonical_json_is_rfc_8785_for_what_lists_hold(value: Any) -> None:
    assert wire.canonical_plain(value) == wire.canonical(value)
