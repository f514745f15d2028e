"""Passive attack detection on one frame: one signal among several, never called certified.

The network needs to see what surrounds the face (a screen's edge, a hand, the paper's border), so it judges
only a face with enough picture around it and enough pixels; otherwise it says so, and the policy decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from biometrics.detect import FoundFace
from biometrics.models import verified
from biometrics.nets import open_net
from biometrics.picture import Rgb

SIDE = 128
"""Side of the network's input in pixels."""
CONTEXT = 2.7
"""How far the crop reaches: times the face's box (from the network's family name and measured as best)."""
MIN_CONTEXT = 0.6
"""Share of the crop that must lie inside the picture."""
MIN_FACE = 64.0
"""Least side of the face's box in pixels."""


@dataclass(frozen=True, slots=True)
class AttackPolicy:
    """What a channel or an access point asks for.

    Attributes:
        least_live: a judged face below this score is refused; 0 switches the passive check off.
        refuse_unjudged: also refuse a face that the network cannot judge (no context, too few pixels).
    """

    least_live: float = 0.5
    refuse_unjudged: bool = False


class AttackDetector(Protocol):
    """The slot for an operator's own (certified) engine as well as for the shipped network."""

    def live_score(self, image: Rgb, face: FoundFace) -> float | None:
        """0 (an attack) to 1 (a live person); None when this picture cannot be judged."""
        ...


class NotJudged:
    """Stands where every policy has the passive check switched off."""

    def live_score(self, image: Rgb, face: FoundFace) -> float | None:  # noqa: ARG002 - the interface's
        """Always None."""
        return None


class PassiveNet:
    """fr_liveness, fed BGR."""

    def __init__(self, models_dir: Path) -> None:
        self._net = open_net(verified(models_dir, "fr_liveness"))

    def live_score(self, image: Rgb, face: FoundFace) -> float | None:
        """See `AttackDetector.live_score`."""
        crop = _context(image, face)
        if crop is None:
            return None
        small = cv2.resize(crop, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)[:, :, ::-1]
        planes = np.ascontiguousarray(small.transpose(2, 0, 1)[np.newaxis].astype(np.float32))
        logits = self._net.run(planes)[0][0]
        powers = np.exp(logits - logits.max())
        return float(powers[0] / powers.sum())


def passes(score: float | None, policy: AttackPolicy) -> bool:
    """True when the policy accepts a face with this score."""
    if policy.least_live <= 0:
        return True
    if score is None:
        return not policy.refuse_unjudged
    return score >= policy.least_live


def _context(image: Rgb, face: FoundFace) -> Rgb | None:
    """The square around the face, cut at the picture's border; None when too little of it is there."""
    height, width = image.shape[:2]
    half = face.side * CONTEXT / 2
    x, y = (face.box[0] + face.box[2]) / 2, (face.box[1] + face.box[3]) / 2
    left, right = max(0, int(x - half)), min(width, int(x + half))
    top, bottom = max(0, int(y - half)), min(height, int(y + half))
    inside = max(0, right - left) * max(0, bottom - top) / (2 * half) ** 2
    if face.side < MIN_FACE or inside < MIN_CONTEXT:
        return None
    return image[top:bottom, left:right]
