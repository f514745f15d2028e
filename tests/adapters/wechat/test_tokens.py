"""Token stores (one suite, in-process and on a real Redis protocol server) and the rule of one refresh."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
import redis

from access.domain.errors import ExternalSystemError
from adapters.wechat.redis_tokens import RedisTokenStore
from adapters.wechat.tokens import MemoryTokenStore, Token, TokenKeeper, TokenStore
from tests import servers

NOW = 1_800_000_000
Another = Callable[[], TokenStore]


@pytest.fixture(scope="module")
def redis_server() -> Iterator[str]:
    """Address of a server of this module's own, as its tests empty it."""
    with servers.redis() as url:
        yield url


def redis_store(server: str) -> RedisTokenStore:
    return RedisTokenStore(redis.Redis.from_url(server), now=lambda: NOW)


@pytest.fixture(params=["memory", "redis"])
def another(request: pytest.FixtureRequest) -> Another:
    """Makes one worker's view of the shared store."""
    if request.param == "memory":
        shared = MemoryTokenStore()
        return lambda: shared
    server: str = request.getfixturevalue("redis_server")
    redis.Redis.from_url(server).flushall()
    return lambda: redis_store(server)


@pytest.fixture
def store(another: Another) -> TokenStore:
    return another()


def keeper(store: TokenStore, values: Iterator[str], wait: float = 5.0, life: int = 7200) -> TokenKeeper:
    return TokenKeeper(store, "oa", lambda _force: Token(next(values), NOW + life), wait, lambda: NOW)


def test_a_token_is_given_back_with_its_expiry(store: TokenStore) -> None:
    assert store.get("oa") is None
    store.put("oa", Token("secret", NOW + 7200))
    assert store.get("oa") == Token("secret", NOW + 7200)
    assert store.get("mp") is None


def test_one_at_a_time(store: TokenStore) -> None:
    with store.exclusive("oa", 1) as first, store.exclusive("oa", 0.01) as second:
        assert (first, second) == (True, False)
    with store.exclusive("oa", 0.01) as again:
        assert again


def test_accounts_do_not_wait_for_each_other(store: TokenStore) -> None:
    with store.exclusive("oa", 1) as first, store.exclusive("mp", 0.01) as second:
        assert (first, second) == (True, True)


def test_eight_cold_workers_fetch_once(another: Another) -> None:
    values, together = (f"t{number}" for number in count()), threading.Barrier(8)
    workers = [keeper(another(), values) for _ in range(8)]

    def ask(worker: TokenKeeper) -> str:
        together.wait()
        return worker.current()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, workers)) == {"t0"}
    assert next(values) == "t1"


def test_eight_refused_workers_renew_once(another: Another) -> None:
    values, together = (f"t{number}" for number in count()), threading.Barrier(8)
    workers = [keeper(another(), values) for _ in range(8)]
    assert workers[0].current() == "t0"

    def replace(worker: TokenKeeper) -> str:
        together.wait()
        return worker.replace("t0")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(replace, workers)) == {"t1"}
    assert next(values) == "t2"


def test_a_token_near_its_end_is_renewed_by_any_worker(store: TokenStore) -> None:
    values = iter(["old", "new"])
    assert keeper(store, values, life=120).current() == "old"
    assert keeper(store, values).current() == "new"
    assert keeper(store, values).current() == "new"


def test_a_worker_does_not_wait_for_ever(store: TokenStore) -> None:
    with store.exclusive("oa", 1), pytest.raises(ExternalSystemError) as caught:
        keeper(store, iter(["never"]), wait=0.01).current()
    assert caught.value.code == "wechat.busy"


def test_a_failed_fetch_frees_the_next(store: TokenStore) -> None:
    def fail(_force: bool) -> Token:
        raise ExternalSystemError("wechat.busy")

    with pytest.raises(ExternalSystemError):
        TokenKeeper(store, "oa", fail, 1, lambda: NOW).current()
    assert keeper(store, iter(["next"]), wait=0.01).current() == "next"


def test_force_only_when_the_ordinary_way_gives_the_refused_token(store: TokenStore) -> None:
    forced: list[bool] = []

    def fetch(force: bool) -> Token:
        forced.append(force)
        return Token("fresh" if force else "stale", NOW + 7200)

    keeping = TokenKeeper(store, "oa", fetch, 1, lambda: NOW)
    assert keeping.current() == "stale"
    assert keeping.replace("stale") == "fresh"
    assert forced == [False, False, True]


def test_tokens_are_not_shown() -> None:
    assert "secret" not in repr(Token("secret", NOW))


@pytest.mark.parametrize("rubbish", [b"", b"x", b"[]", b'{"value": "x"}', b"\xff"])
def test_rubbish_in_redis_is_as_good_as_nothing(redis_server: str, rubbish: bytes) -> None:
    redis.Redis.from_url(redis_server).set("kaimen:wechat:oa", rubbish)
    assert redis_store(redis_server).get("oa") is None


def test_a_token_leaves_redis_when_it_ends(redis_server: str) -> None:
    redis_store(redis_server).put("oa", Token("x", NOW + 100))
    left = redis.Redis.from_url(redis_server).ttl("kaimen:wechat:oa")
    assert 0 < int(str(left)) <= 100


def test_a_lock_that_ran_out_is_not_freed_for_its_next_holder(redis_server: str) -> None:
    client = redis.Redis.from_url(redis_server)
    client.flushall()
    with redis_store(redis_server).exclusive("oa", 1):
        client.set("kaimen:wechat:oa:lock", "somebody else")
    assert client.get("kaimen:wechat:oa:lock") == b"somebody else"


def test_a_lost_redis_costs_a_fetch_and_nothing_more() -> None:
    with servers.redis() as server:
        store = redis_store(server)
        assert keeper(store, iter(["shared"])).current() == "shared"
    assert keeper(store, iter([])).current() == "shared"  # this process's own copy
    assert keeper(store, iter(["own"])).replace("shared") == "own"
