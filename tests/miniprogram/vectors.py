"""Rolled passes for the phone's own code to be held against: made by `access.domain.passes` from fixed keys.

`python -m tests.miniprogram.vectors` writes them anew, for when the format of a pass changes on purpose.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

from access.domain import passes
from access.domain.times import MINUTE, SECOND

FILE = Path(__file__).resolve().parents[2] / "miniprogram/tests/vectors.json"
_BEGINS = (1_763_856_000_000, 4_000_000_000_000)
"""The second one lies beyond 31 bits of seconds, where signed arithmetic would go wrong."""
_AFTER = (0, 14_999, 15_000, 3_600_000, 85_000_000)
_MINUTES = 24 * 60


def vectors() -> dict[str, object]:
    """Passes as the service hands them out, and their texts at several instants."""
    made, rolled = [], []
    for number, begins in enumerate(_BEGINS):
        pass_id = f"{number + 1:016x}"
        body = passes.PassBody(number, pass_id, 1, 7, begins, _MINUTES, 0)
        signed = passes.signed_bytes(body, bytes([number + 1]) * 32)
        key = passes.proof_key(bytes([number + 9]) * 32, pass_id)
        made.append(
            {
                "signed": base64.b64encode(signed).decode(),
                "proof_key": base64.b64encode(key).decode(),
                "valid_from": begins // SECOND * SECOND,
                "valid_to": begins + _MINUTES * MINUTE,
            }
        )
        rolled += [
            {"pass": number, "at": begins + after, "text": passes.roll(signed, key, begins + after)}
            for after in _AFTER
        ]
    return {"passes": made, "rolled": rolled}


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")
