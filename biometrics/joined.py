"""The default model: MobileFaceNet and fr_feature joined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from biometrics.encode import FrFeature, LocatedFace, MobileFaceNet, unit
from biometrics.nets import Tensor


class Joined:
    """Both networks' unit vectors side by side, of unit length together."""

    name = "joined-1"
    identifies = True

    def __init__(self, models_dir: Path) -> None:
        self._parts = (MobileFaceNet(models_dir), FrFeature(models_dir))

    def encode(self, faces: Sequence[LocatedFace]) -> Tensor:
        """See `Encoder.encode`."""
        return unit(np.concatenate([part.encode(faces) for part in self._parts], axis=1))
