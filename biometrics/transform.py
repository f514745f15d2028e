"""A secret turn of the vector space for each estate: renewable and unlinkable references.

An orthonormal matrix leaves every cosine as it was, so accuracy does not change; vectors under two keys look
unrelated, so references of two estates (or of before and after a renewal) cannot be joined, and a leaked
reference is void once the key is changed. It is no encryption: references are encrypted at rest besides.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from biometrics.encode import Embedding
from biometrics.nets import Tensor

ID_BYTES = 8
NO_TRANSFORM = bytes(ID_BYTES)
"""The id of vectors that were not turned."""
MIN_KEY_BYTES = 16


def transform_id(key: bytes) -> bytes:
    """8 bytes that tell keys apart and say nothing of them; all zero for the empty key."""
    if not key:
        return NO_TRANSFORM
    return hashlib.sha256(b"kaimen face transform id\0" + key).digest()[:ID_BYTES]


@lru_cache(maxsize=32)
def orthonormal(key: bytes, dimension: int) -> Tensor:
    """Uniformly distributed orthonormal matrix (d, d) float32 that the key alone determines.

    The QR decomposition of a Gaussian matrix with its signs settled is uniform over the orthogonal group
    (Mezzadri 2007). The generator is seeded by all of SHA-512 of the key.

    Raises:
        ValueError: the key is shorter than 16 bytes.
    """
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"a transform key has at least {MIN_KEY_BYTES} bytes")
    digest = hashlib.sha512(b"kaimen face transform\0" + key).digest()
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest, "big"))))
    q, r = np.linalg.qr(generator.standard_normal((dimension, dimension)))
    matrix = (q * np.sign(np.diag(r))).astype(np.float32)
    matrix.setflags(write=False)
    return matrix


def turn(embedding: Embedding, key: bytes) -> Embedding:
    """The embedding under the key; unchanged for the empty key."""
    if not key:
        return embedding
    turned = embedding.vector @ orthonormal(key, embedding.vector.size)
    return Embedding(np.asarray(turned, np.float32), embedding.bias)
