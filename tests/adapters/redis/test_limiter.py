"""One contract for both limiters: a window begins with the first use, and what cannot be counted is denied."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import uuid4

import pytest
import redis

from access.ports import RateLimiter
from adapters.redis.limiter import MemoryLimiter, RedisLimiter
from tests.servers import free_port

WINDOW = 60_000


@dataclass
class Case:
    """A limiter, and how to let time pass for it, in milliseconds."""

    limiter: RateLimiter
    let_pass: Callable[[int], None]


@dataclass
class HandClock:
    now: int = 0

    def __call__(self) -> int:
        return self.now

    def move(self, ms: int) -> None:
        self.now += ms


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    found = redis.Redis.from_url(redis_url)
    found.flushall()
    return found


@pytest.fixture(params=["memory", "redis"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "memory":
        clock = HandClock()
        return Case(MemoryLimiter(clock), clock.move)
    client: redis.Redis = request.getfixturevalue("client")

    def let_pass(ms: int) -> None:
        for name in client.keys("*"):
            left = client.pttl(name)
            assert 0 < left <= WINDOW
            client.pexpire(name, left - ms)

    return Case(RedisLimiter(client), let_pass)


def test_a_key_is_allowed_up_to_its_limit(case: Case) -> None:
    assert [case.limiter.allow("k", 3, WINDOW) for _ in range(5)] == [True, True, True, False, False]


def test_keys_are_counted_apart(case: Case) -> None:
    assert case.limiter.allow("k", 1, WINDOW)
    assert not case.limiter.allow("k", 1, WINDOW)
    assert case.limiter.allow("other", 1, WINDOW)


def test_a_new_window_begins_when_the_old_one_has_ended(case: Case) -> None:
    assert [case.limiter.allow("k", 1, WINDOW) for _ in range(2)] == [True, False]
    case.let_pass(WINDOW)
    assert [case.limiter.allow("k", 1, WINDOW) for _ in range(2)] == [True, False]


def test_a_limit_of_nothing_allows_nothing(case: Case) -> None:
    assert not case.limiter.allow("k", 0, WINDOW)


def test_many_at_once_get_no_more_than_the_limit(case: Case) -> None:
    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _: case.limiter.allow("k", 50, WINDOW), range(400)))
    assert sum(allowed) == 50


def test_further_uses_do_not_lengthen_the_window(case: Case) -> None:
    assert case.limiter.allow("k", 1, WINDOW)
    case.let_pass(WINDOW // 2)
    assert not case.limiter.allow("k", 1, WINDOW)
    case.let_pass(WINDOW // 2)
    assert case.limiter.allow("k", 1, WINDOW)


def test_processes_that_share_a_redis_share_the_count(client: redis.Redis, redis_url: str) -> None:
    other = redis.Redis.from_url(redis_url)
    limiters = (RedisLimiter(client), RedisLimiter(other))
    assert [limiters[use % 2].allow("k", 3, WINDOW) for use in range(4)] == [True, True, True, False]


def test_the_key_does_not_stand_in_redis(client: redis.Redis) -> None:
    address = uuid4().hex
    RedisLimiter(client).allow(f"sign-in:{address}", 1, WINDOW)
    assert client.dbsize() == 1
    assert not any(address.encode() in name for name in client.keys("*"))


def test_without_a_redis_everything_is_denied() -> None:
    limiter = RedisLimiter(redis.Redis(port=free_port(), socket_connect_timeout=1))
    assert not limiter.allow("k", 9, WINDOW)


def test_memory_holds_a_bounded_number_of_keys_and_denies_the_rest() -> None:
    clock = HandClock()
    limiter = MemoryLimiter(clock, keys_held=3)
    assert [limiter.allow(key, 9, WINDOW) for key in ("a", "b", "c", "d")] == [True, True, True, False]
    assert limiter.allow("a", 9, WINDOW)
    clock.move(WINDOW)
    assert limiter.allow("d", 9, WINDOW)
