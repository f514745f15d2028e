"""Subscription messages: one consent is one message, and each field has its format."""

from __future__ import annotations

import re
import threading
from collections import Counter

from standins.wechat.refusals import RefusedError

# From the documentation of subscribeMessage.send, "parameter limits".
_FORMATS = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "number": re.compile(r"-?[0-9.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "character_string": re.compile(r"[\x20-\x7e]{1,32}"),
    "time": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日 ?)?\d{1,2}:\d{2}(:\d{2})?(~.+)?"),
    "date": re.compile(r"(\d{4}年\d{1,2}月\d{1,2}日|\d{4}-\d{2}-\d{2})( ?\d{1,2}:\d{2}(:\d{2})?)?(~.+)?"),
    "amount": re.compile(r"[¥$€]?[0-9.]{1,10}元?"),
    "phone_number": re.compile(r"[0-9+()\- ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[A-Za-z .·]{1,20}|\S{1,10}"),
    "phrase": re.compile(r"[\u4e00-\u9fff]{1,5}"),
    "const": re.compile(r".{1,20}"),
}
_KEY = re.compile(r"([a-z_]+?)(\d+)")


class Grants:
    """How many messages of each template a person still agrees to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: Counter[tuple[str, str]] = Counter()

    def add(self, person_id: str, template_id: str, times: int = 1) -> None:
        with self._lock:
            self._left[person_id, template_id] += times

    def left(self, person_id: str, template_id: str) -> int:
        with self._lock:
            return self._left[person_id, template_id]

    def spend(self, person_id: str, template_id: str) -> None:
        """Raises RefusedError 43101 when there is none."""
        with self._lock:
            if self._left[person_id, template_id] < 1:
                raise RefusedError(43101)
            self._left[person_id, template_id] -= 1


def check_fields(data: object) -> dict[str, str]:
    """The values of ``{"thing1": {"value": "…"}}``. Raises RefusedError 47003 naming the field."""
    if not isinstance(data, dict) or not data:
        raise RefusedError(47003, "data is empty")
    return {key: _checked(key, item) for key, item in data.items()}


def _checked(key: str, item: object) -> str:
    matched = _KEY.fullmatch(key)
    wanted = _FORMATS.get(matched.group(1)) if matched else None
    value = item.get("value") if isinstance(item, dict) else None
    if wanted is None or not isinstance(value, str) or not wanted.fullmatch(value):
        raise RefusedError(47003, f"data.{key}.value invalid")
    return value
