"""Publishing a notice: immutable from then on, known by its hash, refused when it makes face sound like a must."""

from __future__ import annotations

import hashlib
import re

import rfc8785

from access.domain.consent import Notice
from access.domain.errors import Conflict, InvalidInput
from access.domain.staff import Staff
from access.services.house import House

MAX_TITLE = 80
MIN_BODY = 20
MAX_BODY = 20_000

_MUST = re.compile(
    r"(必须|只能|一律|强制|须(?!知)|应当)[^。；\n]{0,8}(刷脸|人脸)"
    r"|(刷脸|人脸)[^。；\n]{0,8}(才能|方可|方能|是唯一|为唯一)"
    r"|\bface\b[^.;\n]{0,40}\b(is|are|be)\s+(required|mandatory|compulsory|obligatory)"
    r"|\b(must|only|have to|required to)\b[^.;\n]{0,30}\b(your|by|with|their)\s+face\b",
    re.IGNORECASE,
)
_NOT_A_MUST = re.compile(
    r"(不|无|并非|没有人)[^。；，,\n]{0,6}$|\b(not|never|no one|nobody)\b[^.;,\n]{0,20}$", re.IGNORECASE
)
"""A denial just before: "不必须刷脸", "you never have to show your face"."""


def publish_notice(
    house: House, staff: Staff, title_zh: str, title_en: str, body_zh: str, body_en: str, material: bool
) -> Notice:
    """Publish the next version; from now on every consent refers to it.

    Args:
        material: the change asks people again.

    Raises:
        InvalidInput: ``notice.title``, ``notice.body``, ``notice.face_must``.
        Conflict: ``notice.same`` when nothing has changed.
    """
    titles = checked_title(title_zh, "title_zh"), checked_title(title_en, "title_en")
    bodies = checked_body(body_zh, "body_zh"), checked_body(body_en, "body_en")
    at = house.clock.now()
    with house.db.transaction() as stores:
        before = stores.consents.current_notice(staff.estate_id)
        if before and (before.title_zh, before.title_en, before.body_zh, before.body_en) == titles + bodies:
            raise Conflict("notice.same", "the text is that of the notice in force")
        version = before.version + 1 if before else 1
        digest = notice_hash(staff.estate_id, version, *titles, *bodies)
        notice = Notice(digest, staff.estate_id, version, *titles, *bodies, at, material)
        stores.consents.publish_notice(notice)
        details: dict[str, str | int | bool | None] = {
            "estate": staff.estate_id,
            "version": version,
            "material": material,
        }
        stores.audit.append(f"staff:{staff.id}", "staff:notice:publish", digest, details, at)
    return notice


def notice_hash(estate_id: str, version: int, title_zh: str, title_en: str, body_zh: str, body_en: str) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON (RFC 8785) of both languages, the estate and the version."""
    text: dict[str, str | int] = {
        "estate": estate_id,
        "version": version,
        "title_zh": title_zh,
        "title_en": title_en,
        "body_zh": body_zh,
        "body_en": body_en,
    }
    return hashlib.sha256(rfc8785.dumps(dict(text))).hexdigest()


def face_as_a_must(text: str) -> str | None:
    """The words that say or imply that face is the only way in, None where there are none (law L8)."""
    for found in _MUST.finditer(text):
        if not _NOT_A_MUST.search(text[: found.start()]):
            return found.group(0)
    return None


def checked_title(text: str, field: str) -> str:
    """A title fit to be published. Raises InvalidInput ``notice.title``, ``notice.face_must``."""
    title = text.strip()
    if not 1 <= len(title) <= MAX_TITLE:
        raise InvalidInput("notice.title", "1 to 80 characters", field=field)
    if face_as_a_must(title) is not None:
        raise InvalidInput("notice.face_must", "the title makes face sound like a must", field=field)
    return title


def checked_body(text: str, field: str) -> str:
    """A text fit to be published. Raises InvalidInput ``notice.body``, ``notice.face_must``."""
    body = text.replace("\r\n", "\n").strip()
    if not MIN_BODY <= len(body) <= MAX_BODY:
        raise InvalidInput("notice.body", "20 to 20,000 characters", field=field)
    if face_as_a_must(body) is not None:
        raise InvalidInput("notice.face_must", "the text makes face sound like a must", field=field)
    return body
