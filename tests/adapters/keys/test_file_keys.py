"""Master keys: what is sealed opens again under the same key and context, and under nothing else."""

from __future__ import annotations

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.domain.errors import ExternalSystemError, InvalidInput
from adapters.keys.file_keys import MasterKeys
from adapters.keys.master import FileMaster, seal
from adapters.keys.parse import parse_masters

ONE, TWO = bytes(range(32)), bytes(range(32, 64))
KEY = b"k" * 32
SECRET = MasterKeys(ONE).new_secret()
"""Of an installation, under the first master key."""


@pytest.fixture
def keys() -> MasterKeys:
    return installed(ONE)


def installed(masters: bytes | dict[int, bytes], secret: bytes | None = SECRET) -> MasterKeys:
    return MasterKeys(masters, installation=lambda: secret)


def before(label: str, plain: bytes, context: str) -> bytes:
    """A blob as earlier versions wrote it, directly under the first master key."""
    return b"\x01" + seal(FileMaster(ONE).before(label), plain, b"\x01" + context.encode())


def refused(keys: MasterKeys, key: bytes, sealed: bytes, context: str) -> bool:
    try:
        keys.open(key, sealed, context)
    except ExternalSystemError as error:
        return error.code == "keys.unreadable" and error.permanent
    return False


@given(plain=st.binary(max_size=200), context=st.text(max_size=40))
def test_what_is_sealed_opens_under_the_same_key_and_context(plain: bytes, context: str) -> None:
    keys = MasterKeys(ONE)
    assert keys.open(KEY, keys.seal(KEY, plain, context), context) == plain


def test_another_key_context_or_a_changed_byte_is_refused(keys: MasterKeys) -> None:
    sealed = keys.seal(KEY, b"plain", "person")
    assert not refused(keys, KEY, sealed, "person")
    assert refused(keys, b"x" * 32, sealed, "person")
    assert refused(keys, KEY, sealed, "other")
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert refused(keys, KEY, bytes(changed), "person"), at
    for length in range(len(sealed)):
        assert refused(keys, KEY, sealed[:length], "person"), length


def test_the_same_plain_is_never_sealed_twice_alike(keys: MasterKeys) -> None:
    assert len({keys.seal(KEY, b"plain", "c") for _ in range(50)}) == 50


def test_a_short_key_is_refused_rather_than_used(keys: MasterKeys) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        keys.seal(b"k" * 16, b"plain", "c")


def test_derived_keys_are_stable_and_differ_by_secret_and_label(keys: MasterKeys) -> None:
    first, second = keys.new_secret(), keys.new_secret()
    derived = {keys.derive(secret, label) for secret in (first, second) for label in ("a", "b")}
    assert len(derived) == 4
    assert {len(key) for key in derived} == {32}
    assert keys.derive(first, "a") == MasterKeys(ONE).derive(first, "a")


def test_derivation_is_hkdf_sha256() -> None:
    """The master label by RFC 5869, computed here without the library that the adapter uses."""
    import hashlib
    import hmac

    extracted = hmac.digest(bytes(32), ONE, hashlib.sha256)
    expected = hmac.digest(extracted, b"master/chat\x01", hashlib.sha256)
    assert FileMaster(ONE).before("chat") == expected


def test_a_wrapped_key_opens_under_its_wrapping_alone(keys: MasterKeys) -> None:
    wrapped = keys.new_key(KEY)
    assert len(keys.unwrap(wrapped, KEY)) == 32
    assert keys.unwrap(wrapped, KEY) == keys.unwrap(wrapped, KEY)
    assert keys.unwrap(keys.new_key(KEY), KEY) != keys.unwrap(wrapped, KEY)
    with pytest.raises(ExternalSystemError):
        keys.unwrap(wrapped, b"x" * 32)


def test_a_secret_is_not_readable_under_another_master(keys: MasterKeys) -> None:
    with pytest.raises(ExternalSystemError) as caught:
        MasterKeys(TWO).derive(keys.new_secret(), "a")
    assert caught.value.code == "keys.unreadable"


def test_a_secret_is_not_taken_for_a_wrapped_key(keys: MasterKeys) -> None:
    with pytest.raises(ExternalSystemError):
        keys.derive(keys.new_key(KEY), "a")


def test_blind_indexes_are_stable_and_differ_by_label_value_and_installation(keys: MasterKeys) -> None:
    elsewhere = installed(ONE, MasterKeys(ONE).new_secret())
    blinds = {keys.blind("a", "1"), keys.blind("a", "2"), keys.blind("b", "1"), elsewhere.blind("a", "1")}
    assert len(blinds) == 4
    assert all(len(blind) == 32 and int(blind, 16) >= 0 for blind in blinds)
    assert keys.blind("a", "1") == installed(ONE).blind("a", "1")


def test_nothing_but_secrets_stands_under_a_master_key(keys: MasterKeys) -> None:
    person, chat = keys.new_key(keys.installation("identity")), keys.seal(keys.installation("chat"), b"x", "c")
    assert [keys.master_of(blob) for blob in (keys.new_secret(), person, chat, b"")] == [1, 0, 0, 0]


def test_after_a_change_of_the_master_key_the_new_one_alone_opens_everything(keys: MasterKeys) -> None:
    chat = keys.seal(keys.installation("chat"), b"answer", "account")
    person = keys.new_key(keys.installation("identity"))
    both = installed({1: ONE, 2: TWO})
    moved = both.renew_secret(SECRET)
    alone = installed({2: TWO}, moved)
    assert (SECRET[0], moved[0], both.new_secret()[0]) == (1, 2, 2)
    assert alone.open(alone.installation("chat"), chat, "account") == b"answer"
    assert alone.unwrap(person, alone.installation("identity")) == keys.unwrap(
        person, keys.installation("identity")
    )
    assert alone.blind("openid", "o") == keys.blind("openid", "o")
    with pytest.raises(ExternalSystemError):
        installed({1: ONE}, moved).blind("openid", "o")


def test_a_retired_master_makes_its_blobs_unreadable() -> None:
    with pytest.raises(ExternalSystemError):
        MasterKeys({2: TWO}).derive(SECRET, "a")


@pytest.mark.parametrize("secret", [None, b""])
def test_without_the_installations_secret_it_is_said_what_to_do(secret: bytes | None) -> None:
    with pytest.raises(ExternalSystemError) as caught:
        installed(ONE, secret).blind("openid", "o")
    assert caught.value.code in {"keys.unprepared", "keys.unreadable"}


def test_what_an_earlier_version_put_under_the_master_key_opens_and_moves(keys: MasterKeys) -> None:
    chat, key = before("chat", b"answer", "account"), before("identity", KEY, "kaimen.key")
    assert keys.open(keys.installation("chat"), chat, "account") == b"answer"
    assert keys.unwrap(key, keys.installation("identity")) == KEY
    moved = keys.renew(key, "identity")
    assert (keys.master_of(key), keys.master_of(moved)) == (1, 0)
    assert keys.unwrap(moved, keys.installation("identity")) == KEY
    assert keys.renew(moved, "identity") == moved
    assert keys.renew(chat, "chat", "account")[0] == 0


def test_a_blob_of_one_label_does_not_open_under_another(keys: MasterKeys) -> None:
    chat = before("chat", b"answer", "account")
    assert refused(keys, keys.installation("staff"), chat, "account")
    assert refused(keys, KEY, chat, "account")


def test_many_threads_derive_the_same(keys: MasterKeys) -> None:
    secret = keys.new_secret()
    with ThreadPoolExecutor(8) as pool:
        derived = set(pool.map(lambda number: (number % 4, keys.derive(secret, str(number % 4))), range(400)))
    assert len(derived) == 4


@pytest.mark.parametrize("masters", [{}, {0: ONE}, {256: ONE}, {1: b"short"}])
def test_unusable_masters_are_refused(masters: dict[int, bytes]) -> None:
    with pytest.raises(InvalidInput) as caught:
        MasterKeys(masters)
    assert caught.value.code == "keys.master"


def test_a_current_master_must_be_at_hand() -> None:
    with pytest.raises(InvalidInput):
        MasterKeys({1: ONE}, current=2)


@pytest.mark.parametrize(
    "text",
    [ONE.hex(), b64encode(ONE).decode(), f"  {ONE.hex()}\n", f"1:{ONE.hex()}", f"1:{b64encode(ONE).decode()}"],
)
def test_one_master_from_text(text: str) -> None:
    assert MasterKeys(parse_masters(text)).derive(SECRET, "a") == MasterKeys(ONE).derive(SECRET, "a")


@pytest.mark.parametrize("between", ["\n", ",", " , \n"])
def test_several_masters_from_text(between: str) -> None:
    parsed = MasterKeys(parse_masters(f"2:{TWO.hex()}{between}1:{ONE.hex()}"))
    assert parsed.new_secret()[0] == 2
    assert parsed.derive(SECRET, "a") == MasterKeys(ONE).derive(SECRET, "a")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "zz",
        "00" * 31,
        "00" * 33,
        f"{ONE.hex()}\n{TWO.hex()}",
        f"x:{ONE.hex()}",
        f"1:{ONE.hex()},1:{TWO.hex()}",
        "密",
    ],
)
def test_unusable_text_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_masters(text)
    assert caught.value.code == "keys.master"
    assert not text or text not in str(caught.value)
