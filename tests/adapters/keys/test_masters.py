"""A master key in a file and one inside a real PKCS#11 token do the same; the token's never leaves it."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest

from access.domain.errors import Conflict, ExternalSystemError, InvalidInput
from adapters.keys.file_keys import MasterKeys
from adapters.keys.master import FileMaster, Master
from adapters.keys.parse import parse_masters
from adapters.keys.pkcs11_master import Token, TokenMaster

ONE = bytes(range(32))
_numbers = itertools.count()


def made(token: Token) -> TokenMaster:
    master = TokenMaster(token, f"key-{next(_numbers)}-{os.getpid()}")
    master.make()
    return master


@pytest.fixture(params=["file", "token"])
def new_master(request: pytest.FixtureRequest) -> Callable[[], Master]:
    """Makes a master key of its own at each call."""
    if request.param == "file":
        return lambda: FileMaster(os.urandom(32))
    token: Token = request.getfixturevalue("token")
    return lambda: made(token)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(ExternalSystemError) as caught:
        act()
    return caught.value.code


def test_what_is_wrapped_opens_under_the_same_key_and_binding_alone(new_master: Callable[[], Master]) -> None:
    master, other = new_master(), new_master()
    master.check()
    wrapped = master.wrap(ONE, b"\x01secret")
    assert ONE not in wrapped
    assert master.unwrap(wrapped, b"\x01secret") == ONE
    assert code_of(lambda: other.unwrap(wrapped, b"\x01secret")) == "keys.unreadable"
    assert code_of(lambda: master.unwrap(wrapped, b"\x02secret")) == "keys.unreadable"
    for at in (0, 11, 12, len(wrapped) - 1):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        assert code_of(lambda blob=bytes(changed): master.unwrap(blob, b"\x01secret")) == "keys.unreadable"  # type: ignore[misc]
    for length in (0, 12, 27, len(wrapped) - 1):
        assert code_of(lambda n=length: master.unwrap(wrapped[:n], b"\x01secret")) == "keys.unreadable"  # type: ignore[misc]


def test_nothing_is_wrapped_twice_alike(new_master: Callable[[], Master]) -> None:
    master = new_master()
    assert len({master.wrap(ONE, b"") for _ in range(8)}) == 8


def test_secrets_stand_under_it_and_move_to_another(new_master: Callable[[], Master]) -> None:
    first, second = new_master(), new_master()
    old, both, alone = MasterKeys({1: first}), MasterKeys({1: first, 2: second}), MasterKeys({2: second})
    secret = old.new_secret()
    moved = both.renew_secret(secret)
    assert (old.master_of(secret), old.master_of(moved)) == (1, 2)
    assert both.renew_secret(moved) == moved
    assert alone.derive(moved, "a") == old.derive(secret, "a")
    assert code_of(lambda: alone.derive(secret, "a")) == "keys.unreadable"
    assert code_of(lambda: old.derive(moved, "a")) == "keys.unreadable"


def test_from_a_file_into_a_token_and_on_to_the_next_key_there(token: Token) -> None:
    secret = MasterKeys({1: ONE}).new_secret()
    expected = MasterKeys({1: ONE}).derive(secret, "a")
    second, third = made(token), made(token)
    secret = MasterKeys({1: ONE, 2: second}).renew_secret(secret)
    secret = MasterKeys({2: second, 3: third}).renew_secret(secret)
    assert MasterKeys({3: third}).derive(secret, "a") == expected


def test_the_key_cannot_be_read_out_of_the_token(token: Token) -> None:
    label = f"kept-{os.getpid()}"
    TokenMaster(token, label).make()
    with pkcs11.lib(str(token.module)).get_token(token_label=token.label).open(user_pin=token.pin) as session:
        key = session.get_key(object_class=pkcs11.ObjectClass.SECRET_KEY, label=label)
        assert key[pkcs11.Attribute.SENSITIVE]
        assert not key[pkcs11.Attribute.EXTRACTABLE]
        assert key[pkcs11.Attribute.NEVER_EXTRACTABLE]
        with pytest.raises(pkcs11.AttributeSensitive):
            key[pkcs11.Attribute.VALUE]


def test_a_secret_is_asked_of_the_token_once_and_then_kept(token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    master = made(token)
    keys = MasterKeys({1: master})
    secret = keys.new_secret()
    expected = [keys.derive(secret, label) for label in ("a", "b")]
    monkeypatch.setattr(master, "_token", replace(token, label="pulled out"))
    assert [keys.derive(secret, label) for label in ("a", "b")] == expected
    assert keys.derive(secret, "c")
    assert code_of(lambda: MasterKeys({1: master}).derive(secret, "a")) == "keys.token"


def test_a_forked_process_speaks_to_the_token_too(token: Token) -> None:
    master = made(token)
    wrapped = master.wrap(ONE, b"")
    child = os.fork()
    if child == 0:
        # Whatever goes wrong in the child must not run the tests a second time.
        try:
            os._exit(0 if master.unwrap(wrapped, b"") == ONE else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert master.unwrap(wrapped, b"") == ONE


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"module": Path("/nowhere.so")}, "module /nowhere.so cannot be loaded"),
        ({"label": "another"}, "no token of that label"),
        ({"pin": "00000000"}, "PIN is wrong"),
        ({"pin": "1"}, "PIN is wrong"),
    ],
)
def test_what_is_wrong_with_a_token_is_said_at_the_start(
    token: Token, changed: dict[str, object], said: str
) -> None:
    wrong = replace(token, **changed)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        MasterKeys({1: ONE, 2: TokenMaster(wrong, "any")}).check()
    assert caught.value.code == "keys.token"
    assert said in caught.value.message
    assert wrong.pin not in f"{caught.value} {wrong!r}"


def test_a_key_that_is_missing_or_could_be_read_out_is_not_used(token: Token) -> None:
    with pytest.raises(InvalidInput) as caught:
        TokenMaster(token, "never made").check()
    assert "no key of that label" in caught.value.message
    with (
        pkcs11.lib(str(token.module))
        .get_token(token_label=token.label)
        .open(user_pin=token.pin, rw=True) as session
    ):
        session.generate_key(
            pkcs11.KeyType.AES,
            256,
            label="loose",
            store=True,
            template={pkcs11.Attribute.EXTRACTABLE: True, pkcs11.Attribute.SENSITIVE: False},
        )
    with pytest.raises(InvalidInput) as caught:
        TokenMaster(token, "loose").check()
    assert "stays in the token" in caught.value.message


def test_a_key_is_not_made_over_another(token: Token) -> None:
    master = made(token)
    wrapped = master.wrap(ONE, b"")
    with pytest.raises(Conflict):
        master.make()
    assert master.unwrap(wrapped, b"") == ONE


def test_without_the_library_it_is_said_what_to_install(token: Token, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pkcs11", None)
    with pytest.raises(InvalidInput) as caught:
        TokenMaster(token, "any").check()
    assert "requirements-pkcs11.txt" in caught.value.message


def test_token_keys_are_written_beside_file_keys(token: Token) -> None:
    label = f"written-{os.getpid()}"
    TokenMaster(token, label).make()
    secret = MasterKeys(parse_masters(ONE.hex())).new_secret()
    both = MasterKeys(parse_masters(f"1:{ONE.hex()},2:pkcs11:{label}", token))
    alone = MasterKeys(parse_masters(f"2:pkcs11:{label}", token))
    assert alone.derive(both.renew_secret(secret), "a") == both.derive(secret, "a")
    assert MasterKeys(parse_masters(f"pkcs11:{label}", token)).new_secret()[0] == 1
    for wrong in (f"2:pkcs11:{label}", "pkcs11:"):
        with pytest.raises(InvalidInput):
            parse_masters(wrong, token if wrong == "pkcs11:" else None)
