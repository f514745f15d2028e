"""The face engine in another process, over HTTP on a unix socket, or on TCP with mutual TLS."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import httpx

from access.domain.challenges import Movement
from access.domain.errors import Conflict, ExternalSystemError, InvalidInput, NotFound
from access.domain.faces import Encoding, Identification, Movements
from adapters.face.wire import Json, pack_bytes, to_encoding, to_identification, to_movements, unreadable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MutualTls:
    """Both sides show a certificate of the installation's own authority."""

    authority: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """A client context that trusts this authority alone."""
        context = ssl.create_default_context(cafile=str(self.authority))
        context.load_cert_chain(str(self.certificate), str(self.key))
        return context


def over_unix_socket(path: Path, timeout_s: float = 10.0) -> RemoteFaceEngine:
    """Client of the face process on this host."""
    return RemoteFaceEngine(
        httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://face", timeout=timeout_s)
    )


def over_tls(url: str, tls: MutualTls, timeout_s: float = 10.0) -> RemoteFaceEngine:
    """Client of a face process on another host; `url` begins with ``https://``.

    Raises:
        InvalidInput: any other scheme; faces never travel in the clear.
    """
    if not url.startswith("https://"):
        raise InvalidInput("face.url", "the face process is reached over https:// or a unix socket", field="url")
    return RemoteFaceEngine(httpx.Client(verify=tls.context(), base_url=url, timeout=timeout_s, trust_env=False))


class RemoteFaceEngine:
    """Implements `access.ports.FaceEngine`; safe to call from several threads."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def encode(self, picture: bytes, estate_id: str) -> Encoding:
        """See the port."""
        [text] = pack_bytes([picture])
        return to_encoding(self._post("encode", {"picture": text, "estate_id": estate_id}))

    def challenge(self, movement: Movement, frames: Sequence[bytes]) -> Movements:
        """See the port."""
        return to_movements(self._post("challenge", {"movement": movement.value, "frames": pack_bytes(frames)}))

    def consistent(self, references: Sequence[bytes]) -> bool:
        """See the port."""
        return self._value(self._post("consistent", {"references": pack_bytes(references)}), bool)

    def look_alikes(self, estate_id: str, reference: bytes, person_id: str) -> Sequence[str]:
        """See the port."""
        [text] = pack_bytes([reference])
        body = self._post("look_alikes", {"estate_id": estate_id, "reference": text, "person_id": person_id})
        return [str(item) for item in self._value(body, list)]

    def identify(self, estate_id: str, access_point_id: str, frames: Sequence[bytes]) -> Identification:
        """See the port."""
        body = {"estate_id": estate_id, "access_point_id": access_point_id, "frames": pack_bytes(frames)}
        return to_identification(self._post("identify", body))

    def verify(
        self, estate_id: str, access_point_id: str, person_id: str, frames: Sequence[bytes]
    ) -> Identification:
        """See the port."""
        names = {"estate_id": estate_id, "access_point_id": access_point_id, "person_id": person_id}
        return to_identification(self._post("verify", {**names, "frames": pack_bytes(frames)}))

    def refresh(self, estate_id: str) -> int:
        """See the port."""
        return self._value(self._post("refresh", {"estate_id": estate_id}), int)

    def holds(self, estate_id: str, person_id: str) -> bool:
        """See the port."""
        return self._value(self._post("holds", {"estate_id": estate_id, "person_id": person_id}), bool)

    def model(self) -> str:
        """See the port."""
        return self._value(self._ask("GET", "model", None), str)

    def compares(self) -> frozenset[str]:
        """See the port."""
        return frozenset(str(item) for item in self._value(self._ask("GET", "compares", None), list))

    def largest_gallery(self) -> int:
        """See the port."""
        return self._value(self._ask("GET", "largest_gallery", None), int)

    def _post(self, name: str, body: Json) -> Json:
        return self._ask("POST", name, body)

    def _ask(self, method: str, name: str, body: Json | None) -> Json:
        try:
            response = self._client.request(method, f"/v1/{name}", json=body)
        except httpx.TimeoutException as error:
            raise ExternalSystemError("face.timeout", "the face process took too long") from error
        except httpx.HTTPError as error:
            raise ExternalSystemError("face.unreachable", "the face process cannot be reached") from error
        try:
            content = response.json()
        except ValueError as error:
            raise unreadable() from error
        if not isinstance(content, dict):
            raise unreadable()
        if not response.is_success:
            raise _error(response.status_code, content)
        return cast(Json, content)

    @staticmethod
    def _value(body: Json, kind: type[T]) -> T:
        value = body.get("value")
        if not isinstance(value, kind):
            raise unreadable()
        return value


def _error(status: int, content: Json) -> Exception:
    """The same class of the error tree that the engine raised on the other side."""
    code, field = str(content.get("code", "face.failed")), content.get("field")
    classes = {InvalidInput.status: InvalidInput, NotFound.status: NotFound, Conflict.status: Conflict}
    if status in classes:
        return classes[status](code, field=str(field) if field else None)
    return ExternalSystemError(code, permanent=bool(content.get("permanent", False)))
