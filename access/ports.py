"""What the core needs from outside, as Protocols. Each is implemented by one room under `adapters/`.

Every method may raise `access.domain.errors.ExternalSystemError`; callers treat that as "unknown", and
unknown is denied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from access.domain.challenges import Movement
from access.domain.commands import Command
from access.domain.faces import Encoding, Identification, Movements


class Clock(Protocol):
    """Wall time. Read once per use case and passed down."""

    def now(self) -> int:
        """Milliseconds since the Unix epoch, UTC."""
        ...


# -- faces ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GalleryEntry:
    """One decrypted reference, as the face process holds it in memory only.

    Attributes:
        reference_id: unique; a reference that is erased never comes back under the same id.
        person_id: the data subject.
        reference: bytes as made by `FaceEngine.encode`.
        model: the model that made it; entries of another model are skipped.
    """

    reference_id: str
    person_id: str
    reference: bytes
    model: str


class GallerySource(Protocol):
    """Where the face process reads its galleries from (SQL, decrypted with the person's key)."""

    def version(self, estate_id: str) -> int:
        """Grows with every change of a face reference, consent or right in the estate; cheap to ask."""
        ...

    def estate_ids(self) -> Sequence[str]:
        """Estates with face switched on."""
        ...

    def references(self, estate_id: str) -> Sequence[GalleryEntry]:
        """Every reference of the estate with a live consent."""
        ...

    def candidates(self, estate_id: str, access_point_id: str) -> frozenset[str]:
        """person ids with a live consent and a right to that access point."""
        ...


class FaceEngine(Protocol):
    """The face process. One contract suite for the in-process and the remote adapter."""

    def encode(self, picture: bytes, estate_id: str) -> Encoding:
        """Detect, check quality (strict) and attack, align, encode one enrolment sample (JPEG/PNG/WebP, ≤ 8 MB).

        The reference stands under the estate's secret transform (ISO/IEC 24745).
        """
        ...

    def challenge(self, movement: Movement, frames: Sequence[bytes]) -> Movements:
        """Whether a film shows one living head make the movement: 4 to 12 pictures in order, JPEG/PNG/WebP.

        ``NOT_TURNED`` or ``NOT_BLINKED`` when it does not, ``INCONSISTENT`` when the frames are not of one person.
        """
        ...

    def consistent(self, references: Sequence[bytes]) -> bool:
        """True when all references of one enrolment are of one person (same model)."""
        ...

    def look_alikes(self, estate_id: str, reference: bytes, person_id: str) -> Sequence[str]:
        """person ids of *others* in the estate whose reference is too near; staff decide, nobody is told who."""
        ...

    def identify(self, estate_id: str, access_point_id: str, frames: Sequence[bytes]) -> Identification:
        """1:N over the frames of one presentation (1 to 5 pictures); candidates only, quality lenient."""
        ...

    def verify(
        self, estate_id: str, access_point_id: str, person_id: str, frames: Sequence[bytes]
    ) -> Identification:
        """1:1 against the references of one claimed person; the access point says how strict to be."""
        ...

    def refresh(self, estate_id: str) -> int:
        """Bring the estate's gallery in step with its source now; the version it then holds."""
        ...

    def holds(self, estate_id: str, person_id: str) -> bool:
        """True while any reference of the person is in memory; asked before an erasure receipt is signed."""
        ...

    def model(self) -> str:
        """Name and revision of the model in use."""
        ...

    def compares(self) -> frozenset[str]:
        """Models whose references are compared; whoever has references of others alone is not recognised."""
        ...

    def largest_gallery(self) -> int:
        """Most candidates among whom the configured FPIR holds; above it `identify` asks for a claim."""
        ...


# -- WeChat --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MiniSession:
    """Answer of `sns/jscode2session`; the session_key never leaves the adapter's caller and is not stored.

    Attributes:
        openid: of the mini-program, differs from the official account's for the same person.
        unionid: present where both accounts are bound to one Open Platform account.
    """

    openid: str
    unionid: str | None


@dataclass(frozen=True, slots=True)
class MiniCard:
    """A mini-program card, sent as a customer-service message."""

    title: str
    page: str
    thumb_media_id: str


class WeChat(Protocol):
    """WeChat's server APIs: the official account and the mini-program.

    Raises:
        ExternalSystemError: ``wechat.quota`` (45015, 45047: permanent), ``wechat.receiver`` (40003, 43004:
            permanent), ``wechat.not_subscribed`` (43101: permanent), ``wechat.field`` (47003: permanent),
            ``wechat.code`` (40029, 40163: permanent, a spent or expired login code), ``wechat.auth``
            (token refused twice), ``wechat.busy`` / ``wechat.timeout`` / ``wechat.unreadable`` (temporary).
    """

    def send_text(self, openid: str, text: str) -> None:
        """Customer-service text message, at most 600 characters."""
        ...

    def send_card(self, openid: str, card: MiniCard) -> None: ...

    def send_subscribe(self, openid: str, template_id: str, page: str, data: dict[str, str]) -> None:
        """Mini-program subscription message: one consent to a template is one message."""
        ...

    def send_template(self, openid: str, template_id: str, url: str, data: dict[str, str]) -> None: ...

    def download_media(self, media_id: str) -> bytes:
        """Picture sent in chat; at most 8 MB, bounded in time, content type checked by the caller."""
        ...

    def mini_session(self, code: str) -> MiniSession:
        """Exchange a `wx.login` code (single use, 5 minutes)."""
        ...

    def oauth_url(self, redirect_url: str, state: str) -> str:
        """Address of WeChat's own page that sends an H5 visitor back with a code (scope snsapi_base)."""
        ...

    def oauth_openid(self, code: str) -> str:
        """Exchange an H5 code for the official-account openid; a snapshot visitor is refused."""
        ...

    def phone_number(self, code: str) -> str:
        """Pure phone number behind a `getPhoneNumber` code."""
        ...

    def estate_qr(self, scene: str, seconds: int | None = None) -> bytes:
        """Parametric QR of the official account as image bytes; permanent when `seconds` is None.

        scene: 1 to 64 characters.
        """
        ...

    def mini_code(self, scene: str, page: str) -> bytes:
        """Unlimited mini-program code; scene up to 32 characters, a random id, never data."""
        ...

    def set_menu(self, buttons: Sequence[dict[str, object]]) -> None: ...

    def check_text(self, openid: str, text: str) -> bool:
        """msg_sec_check v2: true when WeChat finds nothing against showing the text to others."""
        ...


# -- keys ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SealedReference:
    """A face reference as stored: sealed under the person's face key of that estate.

    Attributes:
        expires_at: instant at which the consent behind it lapses, so the reference goes too.
    """

    id: str
    person_id: str
    estate_id: str
    sealed: bytes
    model: str
    created_at: int
    expires_at: int


class Keys(Protocol):
    """Envelope encryption under master keys (file, environment, or inside a token). Keys are 32 bytes.

    Raises:
        ExternalSystemError: ``keys.unreadable`` (permanent) when something does not decrypt; ``keys.token`` when a
            master key's token does not answer; ``keys.unprepared`` (permanent) where the installation has no secret
            yet, see `access.services.prepare_keys`.
    """

    def new_secret(self) -> bytes:
        """A random 32-byte secret, wrapped under the current master key."""
        ...

    def derive(self, wrapped: bytes, label: str) -> bytes:
        """32-byte key from a wrapped secret (HKDF-SHA256, RFC 5869); the same label gives the same key."""
        ...

    def new_key(self, wrapping: bytes) -> bytes:
        """A random 32-byte key, wrapped under a plain key."""
        ...

    def unwrap(self, wrapped: bytes, wrapping: bytes) -> bytes: ...

    def renew_secret(self, wrapped: bytes) -> bytes:
        """The same secret under the current master key; unchanged where it stands under it already."""
        ...

    def master_of(self, blob: bytes) -> int:
        """Id of the master key that a blob stands directly under; 0 where it stands under another key."""
        ...

    def installation(self, label: str) -> bytes:
        """32-byte key derived from the installation's own secret."""
        ...

    def renew(self, sealed: bytes, label: str, context: str | None = None) -> bytes:
        """What an earlier version put directly under a master key, now under ``installation(label)``.

        Unchanged if it stands there already.

        Args:
            context: as in `seal`; None for a key as made by `new_key`.
        """
        ...

    def seal(self, key: bytes, plain: bytes, context: str) -> bytes:
        """AES-256-GCM, random nonce, `context` authenticated."""
        ...

    def open(self, key: bytes, sealed: bytes, context: str) -> bytes: ...

    def blind(self, label: str, value: str) -> str:
        """Blind index for exact look-ups: keyed hash under the installation's secret, 32 hexadecimal characters."""
        ...


# -- gates and small helpers -----------------------------------------------------------------------------


class GateLink(Protocol):
    """Carries committed commands to gates. The commands stand in SQL; this only moves them."""

    def wake(self, gate_id: str) -> None:
        """There is something new for the gate; may be lost, the link then finds it by itself."""
        ...


@dataclass(frozen=True, slots=True)
class PolicyGrown:
    """The estate's policy has a newer version: the gate may fetch its lists."""

    version: int


@dataclass(frozen=True, slots=True)
class StreamEnded:
    """Nothing more comes: the process stops, or the gate did not keep up."""


class GateStream(Protocol):
    """What comes by for one connected gate, in order. Bounded: a gate that does not keep up is ended."""

    def take(self, timeout_ms: int) -> Command | PolicyGrown | StreamEnded | None:
        """The next thing; None when nothing came in time."""
        ...

    def end(self) -> None:
        """Have whoever waits in `take` told that nothing more comes."""
        ...

    def close(self) -> None: ...


class GateFeed(Protocol):
    """The receiving end of a `GateLink`, in the link process."""

    def open(self, gate_id: str, estate_id: str, notify: Callable[[], None] | None = None) -> GateStream:
        """From now on; what was committed before is the caller's to look up.

        `notify` is called, from any thread, whenever something was put there, for a reader that waits for many.
        """
        ...

    def stop(self) -> None:
        """End every stream, and let none open any more."""
        ...


class RateLimiter(Protocol):
    def allow(self, key: str, limit: int, window_ms: int) -> bool:
        """Count one use of `key`; False once `limit` is reached within the window. Denies when it cannot count."""
        ...


class Texts(Protocol):
    """Words for people, from `templates/messages/`: zh-CN first, English below."""

    def say(self, name: str, **values: str) -> str:
        """The text of a name with its placeholders filled.

        Raises:
            KeyError: an unknown name or a missing placeholder; a test checks every name in use.
        """
        ...

    def brief(self, name: str) -> str:
        """The same in 1 to 20 characters without any value: a ``thing`` field of WeChat's templates.

        Raises:
            KeyError: a text that has none.
        """
        ...
