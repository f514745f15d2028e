"""Controlled degradations of a probe, so that the figures say where recognition ends.

Each takes the bytes of a picture and gives the bytes of a worse one (PNG, so that no second loss is added).
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

SENSOR_NOISE = 4.0
"""Spread of the noise added to a darkened picture, of 255: what a small sensor adds at high gain."""


def png(image: Image.Image) -> bytes:
    """The picture as a file, without loss."""
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _changed(data: bytes, change: Callable[[Image.Image], Image.Image]) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return png(change(image.convert("RGB")))


def _smaller(image: Image.Image, share: float) -> Image.Image:
    """Captured from further away: fewer pixels; the picture is then put back at its size on a grey ground."""
    small = image.resize(
        (max(1, round(image.width * share)), max(1, round(image.height * share))), Image.Resampling.LANCZOS
    )
    ground = Image.new("RGB", image.size, (96, 96, 96))
    ground.paste(small, ((image.width - small.width) // 2, (image.height - small.height) // 2))
    return ground


def _darker(image: Image.Image, share: float) -> Image.Image:
    dark = np.asarray(ImageEnhance.Brightness(image).enhance(share), np.float32)
    noise = np.random.default_rng(0).normal(0, SENSOR_NOISE, dark.shape)
    return Image.fromarray(np.clip(dark + noise, 0, 255).astype(np.uint8))


def _blurred(image: Image.Image, radius: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def _stripes(image: Image.Image, strength: float) -> Image.Image:
    """A high-contrast pattern over the picture, as a crude attempt to confuse the networks."""
    pixels = np.asarray(image, np.float32).copy()
    rows = (np.arange(pixels.shape[0]) // 3) % 2
    pixels += (rows[:, None, None] * 2 - 1) * strength
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


DEGRADATIONS: Mapping[str, Callable[[bytes], bytes]] = {
    "size 70 %": partial(_changed, change=partial(_smaller, share=0.7)),
    "size 50 %": partial(_changed, change=partial(_smaller, share=0.5)),
    "size 35 %": partial(_changed, change=partial(_smaller, share=0.35)),
    "blur 1 px": partial(_changed, change=partial(_blurred, radius=1)),
    "blur 2 px": partial(_changed, change=partial(_blurred, radius=2)),
    "blur 3 px": partial(_changed, change=partial(_blurred, radius=3)),
    "light 50 %": partial(_changed, change=partial(_darker, share=0.5)),
    "light 25 %": partial(_changed, change=partial(_darker, share=0.25)),
    "light 12 %": partial(_changed, change=partial(_darker, share=0.12)),
    "stripes": partial(_changed, change=partial(_stripes, strength=40)),
}
