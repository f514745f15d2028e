"""`make evaluate-face-attacks DATA=…`: APCER of each kind of attack and BPCER of the passive check.

The attacks are re-rendered: each picture is put on a simulated screen or sheet of paper in front of a background.
No camera looked at them, so what a camera adds (moiré, glare, focus) is only imitated. This is weak evidence, good
for seeing that the check does something and for nothing more; the words of ISO/IEC 30107-3 are used, its test
method is not. Tight crops are first given surroundings by mirroring their edges, which no real picture has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
import cv2
import numpy as np

from access.domain.faces import QualityReason
from biometrics.attack import AttackPolicy, PassiveNet
from biometrics.detect import BlazeFace
from biometrics.evaluation.dataset import read_folder
from biometrics.evaluation.protocol import rate
from biometrics.models import verified
from biometrics.picture import Rgb, decode

SCENE = (640, 480)
FACE_SHARE = 0.5
THRESHOLDS = (0.2, 0.5, 0.8)


def _scene(seed: int) -> Rgb:
    """A blurred, coloured background of 640 × 480 (height × width)."""
    noise = np.random.default_rng(seed).integers(40, 210, (8, 6, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, SCENE[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _placed(image: Rgb, seed: int, border: int, colour: tuple[int, int, int]) -> Rgb:
    """The picture, framed, in the middle of a scene, slightly turned."""
    side = int(SCENE[1] * FACE_SHARE * 1.3)
    framed = cv2.copyMakeBorder(
        cv2.resize(image, (side, side)), border, border, border, border, cv2.BORDER_CONSTANT, value=colour
    )
    size = framed.shape[0]
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), float(np.random.default_rng(seed).uniform(-4, 4)), 1.0)
    shift = np.array([SCENE[1] / 2 - size / 2, SCENE[0] / 2 - size / 2])
    matrix = np.column_stack([turn[:, :2], turn[:, 2] + shift])
    scene = _scene(seed)
    cv2.warpAffine(framed, matrix, SCENE[::-1], dst=scene, borderMode=cv2.BORDER_TRANSPARENT)
    return scene


def bona_fide(image: Rgb, _seed: int) -> Rgb:
    """The picture with its edges mirrored outwards."""
    side = int(SCENE[1] * FACE_SHARE)
    small = cv2.resize(image, (side, side))
    high, wide = (SCENE[0] - side) // 2, (SCENE[1] - side) // 2
    return np.asarray(cv2.copyMakeBorder(small, high, high, wide, wide, cv2.BORDER_REFLECT_101), np.uint8)


def screen(image: Rgb, seed: int) -> Rgb:
    """On a phone's screen: bluish, brighter, a grid of pixels beating with the camera's."""
    lit = np.clip(image.astype(np.float32) * np.array([0.92, 1.0, 1.12]) + 12, 0, 255).astype(np.uint8)
    scene = _placed(lit, seed, 14, (12, 12, 14)).astype(np.float32)
    rows, columns = np.mgrid[: SCENE[0], : SCENE[1]]
    beat = 6 * np.sin(columns / 1.7) * np.sin(rows / 1.9) + 4 * np.sin((rows + columns) / 9.0)
    shown: Rgb = np.clip(scene + beat[:, :, None], 0, 255).astype(np.uint8)
    return shown


def printed(image: Rgb, seed: int) -> Rgb:
    """On paper: duller, fewer tones, a white margin, the raster of a printer."""
    grey = image.mean(axis=2, keepdims=True)
    dull = (0.7 * image + 0.3 * grey) * 0.85 + 20
    toned = np.round(dull / 10) * 10 + np.random.default_rng(seed).normal(0, 5, dull.shape)
    return _placed(np.clip(toned, 0, 255).astype(np.uint8), seed, 22, (238, 236, 230))


KINDS: Mapping[str, Callable[[Rgb, int], Rgb]] = {"bona fide": bona_fide, "screen": screen, "print": printed}


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--count", default=150, help="Pictures of different people.")
def main(data: Path, models: Path, count: int) -> None:
    """Print APCER and BPCER of the passive check on re-rendered attacks."""
    detector, net = BlazeFace(verified(models, "detector")), PassiveNet(models)
    chosen = list({picture.person: picture for picture in read_folder(data)}.values())[:count]
    scores: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for seed, picture in enumerate(chosen):
        image = decode(picture.path.read_bytes())
        if isinstance(image, QualityReason):
            continue
        for kind, render in KINDS.items():
            shown = render(image, seed)
            faces = detector.detect(shown)
            score = net.live_score(shown, faces[0]) if faces else None
            if score is not None:
                scores[kind].append(score)
    click.echo(f"{data.name}: one picture of each of {len(chosen)} people; passive check of {AttackPolicy()}")
    for kind, values in scores.items():
        for threshold in THRESHOLDS:
            passed = np.array(values) >= threshold
            wrong = ~passed if kind == "bona fide" else passed
            name = "BPCER" if kind == "bona fide" else f"APCER, {kind}"
            share = rate(wrong, np.arange(len(values)))
            click.echo(
                f"| {name} | at {threshold} | {100 * share.value:.1f} % | {100 * share.low:.1f} to "
                f"{100 * share.high:.1f} % | {share.n} |"
            )


if __name__ == "__main__":
    main()
