"""The bytes of one reference: a short header and the vector. Opaque to everyone outside the face process.

Layout, little-endian: ``KFR1`` | transform id (8 bytes) | dimension (uint16) | bias (float32) |
float32 × dimension.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from biometrics.encode import Embedding
from biometrics.transform import ID_BYTES

_HEAD = struct.Struct(f"<4s{ID_BYTES}sHf")
_MAGIC = b"KFR1"
_LENGTH_TOLERANCE = 1e-3
_MAX_BIAS = 0.2


class MalformedReferenceError(ValueError):
    """The bytes are no reference of ours."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One embedding, and the id of the transform that its vector stands under."""

    transform: bytes
    embedding: Embedding


def pack(reference: Reference) -> bytes:
    """The bytes to keep (encrypted) for `unpack`."""
    values = np.asarray(reference.embedding.vector, dtype="<f4")
    return _HEAD.pack(_MAGIC, reference.transform, values.size, reference.embedding.bias) + values.tobytes()


def unpack(data: bytes) -> Reference:
    """The reference in `data`.

    Raises:
        MalformedReferenceError: wrong length or mark, not finite, not of unit length, or no bias of a model.
    """
    if len(data) < _HEAD.size:
        raise MalformedReferenceError("too short")
    magic, transform, dimension, bias = _HEAD.unpack_from(data)
    if magic != _MAGIC or len(data) != _HEAD.size + 4 * dimension:
        raise MalformedReferenceError("not a reference")
    vector = np.frombuffer(data, dtype="<f4", offset=_HEAD.size).astype(np.float32)
    if (
        not np.isfinite(vector).all()
        or not abs(bias) <= _MAX_BIAS
        or abs(float(np.linalg.norm(vector)) - 1.0) > _LENGTH_TOLERANCE
    ):
        raise MalformedReferenceError("not a unit vector")
    return Reference(transform, Embedding(vector, bias))
