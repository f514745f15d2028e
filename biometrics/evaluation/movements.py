"""`make evaluate-face-challenge DATA=…`: APCER of each way to cheat the challenge, and its BPCER.

Labelled pictures hold no films, so films are put together: a turn from a straight and a turned picture of one
person, taken at other times; a blink from one picture whose eyes are drawn shut. Attacks are one still picture,
moved by geometry (`films`), plain and re-rendered as a print and as a screen. Weak evidence: it shows what the
method can tell, not what a camera would see. A cut from one real picture to another is, to this method, a movement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path

import click
import numpy as np

from access.domain.challenges import Movement
from access.domain.faces import QualityReason
from biometrics.build import DEFAULT_MODEL, encoder
from biometrics.calibrate import load
from biometrics.challenge import FARTHEST_DEGREES, STRAIGHT_DEGREES, TURN_DEGREES, Film, Glance, judge
from biometrics.detect import BlazeFace
from biometrics.encode import LocatedFace, score
from biometrics.evaluation import films
from biometrics.evaluation.attacks import printed, screen
from biometrics.evaluation.dataset import LabelledPicture, read_folder
from biometrics.evaluation.protocol import rate
from biometrics.eyes import OpenEyes
from biometrics.identify import DecisionRule
from biometrics.landmarks import FaceMesh, Mesh
from biometrics.models import verified
from biometrics.picture import Rgb, decode

_SHUTTING = (1.0, 1.0, 0.5, 0.2, 0.5, 1.0)
"""Height of the drawn eyes over a blink."""
_RENDERED: Mapping[str, Callable[[Rgb, int], Rgb]] = {
    "photo": lambda image, _seed: image,
    "print": printed,
    "screen": screen,
}


_TURNS = frozenset({Movement.TURN_LEFT, Movement.TURN_RIGHT})


@dataclass(frozen=True, slots=True)
class _Seen:
    image: Rgb
    glance: Glance

    @property
    def mesh(self) -> Mesh:
        return self.glance.mesh

    @property
    def yaw(self) -> float:
        return self.mesh.angles()[0]


class _Camera:
    """Detector and landmarks, and the check that two frames are of one person."""

    def __init__(self, models: Path) -> None:
        self._detector = BlazeFace(verified(models, "detector"))
        self._mesh = FaceMesh(verified(models, "mesh"))
        self._eyes = OpenEyes()
        self._encoder = encoder(DEFAULT_MODEL, models)
        self._least = load(DEFAULT_MODEL).threshold(DecisionRule().consistent_fmr) or 1.0

    def see(self, image: Rgb) -> _Seen | None:
        faces = self._detector.detect(image)
        if not faces:
            return None
        mesh = self._mesh.find(image, faces[0])
        return _Seen(image, Glance(mesh, self._eyes.count(image, mesh)))

    def accepted(self, frames: Sequence[Rgb]) -> frozenset[Movement]:
        """Movements that these frames show, as the face process judges: one person at the beginning and the end."""
        seen = [found for found in map(self.see, frames) if found is not None]
        films = {movement: judge(movement, [one.glance for one in seen]) for movement in Movement}
        return frozenset(
            movement for movement, film in films.items() if film is not None and self._by_one_person(seen, film)
        )

    def _by_one_person(self, seen: Sequence[_Seen], film: Film) -> bool:
        told = [LocatedFace(seen[n].image, seen[n].mesh) for n in (*film.best, film.end)]
        made = self._encoder.encode(told)
        return all(score(one, other) >= self._least for one, other in combinations(made, 2))


Results = dict[tuple[str, str], list[bool]]
"""(what was shown, what was asked for) -> whether each was accepted."""


def bona_fide(camera: _Camera, people: Mapping[str, list[_Seen]], results: Results) -> None:
    """A straight and a turned picture of one person; a picture whose eyes are drawn shut and opened."""
    for pictures in people.values():
        straight = _straight(pictures)
        if straight is None:
            continue
        shut = [films.eyes_closed(straight.image, straight.mesh, share) for share in _SHUTTING]
        results["bona fide, drawn", "blink"].append(Movement.BLINK in camera.accepted(shut))
        turned = _turned(straight, pictures)
        if turned is None:
            continue
        asked = Movement.TURN_LEFT if turned.yaw > 0 else Movement.TURN_RIGHT
        frames = [straight.image] * 3 + [turned.image] * 2
        results["bona fide, two pictures", "turn"].append(asked in camera.accepted(frames))


def two_people(camera: _Camera, people: Mapping[str, list[_Seen]], results: Results) -> None:
    """Somebody's straight picture, then another person who turns."""
    victims = [straight for pictures in people.values() if (straight := _straight(pictures)) is not None]
    for number, pictures in enumerate(people.values()):
        victim = victims[(number + 1) % len(victims)]
        turned = _turned(victim, pictures)
        if turned is None or any(one is victim for one in pictures):
            continue
        asked = Movement.TURN_LEFT if turned.yaw > 0 else Movement.TURN_RIGHT
        frames = [victim.image] * 3 + [turned.image] * 2
        results["another person turns", "turn"].append(asked in camera.accepted(frames))


def attacks(camera: _Camera, people: Mapping[str, list[_Seen]], count: int, results: Results) -> None:
    """One straight picture of each person, moved in each way; a turn is tried to either side."""
    chosen = [straight for pictures in people.values() if (straight := _straight(pictures)) is not None][:count]
    for seed, straight in enumerate(chosen):
        for look, render in _RENDERED.items():
            for way, move in films.ATTACKS.items():
                frames = move(render(straight.image, seed))
                shown = camera.accepted(frames)
                results[f"{look}, {way}", "turn"].append(bool(shown & _TURNS))
                results[f"{look}, {way}", "blink"].append(Movement.BLINK in shown)


def _straight(pictures: Sequence[_Seen]) -> _Seen | None:
    """The straightest picture, eyes open."""
    found = [one for one in pictures if abs(one.yaw) <= STRAIGHT_DEGREES / 2 and one.glance.open_eyes > 0]
    return min(found, key=lambda one: abs(one.yaw), default=None)


def _turned(straight: _Seen, pictures: Sequence[_Seen]) -> _Seen | None:
    """The first that is turned far enough from it."""
    enough = (one for one in pictures if abs(one.yaw - straight.yaw) >= TURN_DEGREES + 2)
    return next((one for one in enough if abs(one.yaw) <= FARTHEST_DEGREES), None)


def _people(camera: _Camera, pictures: Sequence[LabelledPicture], number: int, most: int) -> dict[str, list[_Seen]]:
    """The first so many people with two pictures and more, and at most `most` of each."""
    of: dict[str, list[LabelledPicture]] = defaultdict(list)
    for picture in pictures:
        of[picture.person].append(picture)
    people: dict[str, list[_Seen]] = {}
    several = {person: theirs for person, theirs in of.items() if len(theirs) > 1}
    for person, theirs in islice(several.items(), number):
        images = [decode(one.path.read_bytes()) for one in theirs[:most]]
        seen = [camera.see(image) for image in images if not isinstance(image, QualityReason)]
        people[person] = [one for one in seen if one is not None]
    return people


@click.command()
@click.argument("data", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
@click.option("--people", "number", default=1_000, help="People looked at.")
@click.option("--count", default=40, help="People whose picture is used for the attacks.")
@click.option("--most", default=6, help="Pictures looked at for each person.")
def main(data: Path, models: Path, number: int, count: int, most: int) -> None:
    """Print APCER of each way to cheat the challenge, and its BPCER."""
    camera = _Camera(models)
    people = _people(camera, read_folder(data), number, most)
    results: Results = defaultdict(list)
    bona_fide(camera, people, results)
    two_people(camera, people, results)
    attacks(camera, people, count, results)
    click.echo(f"{data.name}: {sum(bool(theirs) for theirs in people.values())} people with two pictures and more")
    for (shown, asked), accepted in results.items():
        wrong = np.array(accepted) if not shown.startswith("bona fide") else ~np.array(accepted)
        share = rate(wrong, np.arange(len(wrong)))
        name = "BPCER" if shown.startswith("bona fide") else "APCER"
        click.echo(
            f"| {name}, {asked} | {shown} | {100 * share.value:.1f} % | {100 * share.low:.1f} to "
            f"{100 * share.high:.1f} % | {share.n} |"
        )


if __name__ == "__main__":
    main()
