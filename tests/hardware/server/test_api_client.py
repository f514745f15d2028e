"""The link process' way to the api process, against sockets that behave as servers do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from access.domain.errors import ExternalSystemError, InvalidInput
from hardware.server.api_client import MOST_REQUESTS, ApiClient
from hardware.tunnel import Request

SECONDS = 20
ANSWER = b"HTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: 2\r\n\r\nhi"


@contextmanager
def server(*connections: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Gives each connection its answers and hangs up; its URL, and what it was asked."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for answers in connections:
            connection, _ = listening.accept()
            with connection:
                for answer in answers:
                    asked.append(connection.recv(65_536))
                    connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/base/", asked
    thread.join(SECONDS)
    listening.close()


def request(query: str = "", **headers: str) -> Request:
    return Request("0" * 32, "GET", "/gate/v1/snapshot", query, headers)


def test_a_connection_that_ended_meanwhile_is_made_anew() -> None:
    with server([ANSWER], [ANSWER]) as (url, asked):
        client = ApiClient(url, SECONDS)
        for _ in range(2):
            got = client.ask(request(), b"")
            assert (got.status, got.date, got.content) == (200, "today", b"hi")
        client.close()
    assert len(asked) == 2


def test_one_worker_of_the_api_is_not_held_on_to() -> None:
    with server([ANSWER] * MOST_REQUESTS, [ANSWER]) as (url, asked):
        client = ApiClient(url, SECONDS)
        for _ in range(MOST_REQUESTS + 1):
            assert client.ask(request(), b"").status == 200
        client.close()
    assert len(asked) == MOST_REQUESTS + 1


def test_what_a_gate_writes_stays_in_its_place() -> None:
    """A gate knows its own seal: it must not write a second request into the first one's line or headers."""
    with server([ANSWER]) as (url, asked):
        client = ApiClient(url, SECONDS)
        with pytest.raises(InvalidInput):
            client.ask(request(authorization="x\r\nhost: elsewhere"), b"")
        with pytest.raises(InvalidInput):
            client.ask(request(authorization="门"), b"")
        client.ask(request("from=1 HTTP/1.1\r\nx: y", cookie="a", authorization="Bearer t"), b"{}")
        client.close()
    head = asked[0].decode().lower()
    assert head.startswith("get /base/gate/v1/snapshot?from=1%20http%2f1.1%0d%0ax%3a%20y http/1.1\r\n")
    assert "authorization: bearer t" in head
    assert "cookie" not in head


@pytest.mark.parametrize("answer", [b"", b"nothing like HTTP\r\n\r\n", ANSWER[:-1]])
def test_a_server_that_does_not_answer_is_said_so(answer: bytes) -> None:
    with server([answer]) as (url, _):
        client = ApiClient(url, SECONDS)
        with pytest.raises(ExternalSystemError) as failed:
            client.ask(request(), b"")
        client.close()
    assert failed.value.code == "api.unreachable"
