"""The face engine in this process: networks, galleries, decisions. The face process runs it behind `server`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from access.domain.challenges import MAX_FRAMES, MIN_FRAMES, Movement
from access.domain.errors import InvalidInput, KaimenError
from access.domain.faces import (
    ClaimNeeded,
    Encoded,
    Encoding,
    Identification,
    Match,
    Met,
    Movements,
    NoMatch,
    QualityReason,
    Rejected,
)
from access.ports import GallerySource
from adapters.face.batching import Batcher
from adapters.face.galleries import Galleries, Generation
from adapters.face.memory import give_back_memory, lock_memory, no_core_dumps, trim_memory
from adapters.face.options import FaceOptions
from biometrics import identify as decisions
from biometrics.attack import AttackPolicy, NotJudged
from biometrics.build import pipeline
from biometrics.calibrate import Calibration, CalibrationError, load
from biometrics.challenge import LEAST_SEEN, Film, Glance, judge
from biometrics.encode import Embedding, fuse
from biometrics.pipeline import Pipeline, Sample, Use
from biometrics.presentation import fusible, one_person
from biometrics.quality import ENROLMENT, PROBE
from biometrics.reference import MalformedReferenceError, Reference, pack, unpack
from biometrics.transform import transform_id, turn

log = logging.getLogger(__name__)
_Job = tuple[bytes, Use | None]
"""A picture and what for; None looks for its landmarks alone."""
_NOT_SHOWN = {Movement.BLINK: QualityReason.NOT_BLINKED}


def build_engine(
    source: GallerySource, models_dir: Path, options: FaceOptions | None = None
) -> InProcessFaceEngine:
    """The engine, warm, its galleries loaded and watched.

    Args:
        source: of the galleries.
        models_dir: where `make models` put the network files.
        options: the defaults when None.

    Raises:
        biometrics.models.ModelFileError: a network file is missing or altered; names it and how to get it.
        biometrics.calibrate.CalibrationError: a model without calibration.
    """
    chosen = options or FaceOptions()
    if chosen.protect_memory:
        give_back_memory()
        log.info("face memory", extra={"no_core_dumps": no_core_dumps(), "locked": lock_memory()})
    attack = chosen.attack_engine if chosen.detects_attacks else NotJudged()
    chain = pipeline(chosen.models, models_dir, chosen.limits, attack, chosen.weights)
    engine = InProcessFaceEngine(chain, source, chosen)
    engine.start()
    if chosen.protect_memory:
        trim_memory()
    return engine


class InProcessFaceEngine:
    """Implements `access.ports.FaceEngine`; safe to call from several threads.

    Beyond the port: `start`, `close`.
    """

    def __init__(self, chain: Pipeline, source: GallerySource, options: FaceOptions) -> None:
        self._pipeline = chain
        self._source = source
        self._options = options
        self._galleries = Galleries(source, options.models, options.transform_keys, options.candidates_s)
        self._calibrations: dict[str, Calibration] = {model: _loaded(model, options) for model in options.models}
        self._batcher: Batcher[_Job, Sample | Glance | Rejected] = Batcher(
            self._run, options.workers, options.max_batch, options.max_waiting, options.timeout_s, chain.warm
        )
        self._stopped = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="face-watch", daemon=True)

    def start(self) -> None:
        """Load every estate that can be loaded, begin to watch."""
        self._look_if_possible()
        self._watcher.start()

    def close(self) -> None:
        """Stop the threads and forget every gallery."""
        self._stopped.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._batcher.close()
        for estate_id in self._galleries.held_estates():
            self._galleries.drop(estate_id)

    # -- the port --

    def model(self) -> str:
        """See the port."""
        return self._options.model

    def encode(self, picture: bytes, estate_id: str) -> Encoding:
        """See the port."""
        use = Use(ENROLMENT, self._options.enrolment_attack)
        sample = self._batcher([(picture, use)])[0]
        if not isinstance(sample, Sample):
            return _rejected(sample)
        key = self._galleries.keys(estate_id)[0]
        turned = turn(sample.embeddings[self._options.model], key)
        reference = pack(Reference(transform_id(key), turned))
        return Encoded(reference, self._options.model, sample.quality)

    def consistent(self, references: Sequence[bytes]) -> bool:
        """See the port."""
        read = [_read(reference) for reference in references]
        spaces = {(one.transform, one.embedding.vector.shape) for one in read}
        return len(spaces) <= 1 and one_person([one.embedding for one in read], self._consistent())

    def look_alikes(self, estate_id: str, reference: bytes, person_id: str) -> Sequence[str]:
        """See the port."""
        read = _read(reference)
        estate = self._galleries.get(estate_id)
        found: set[str] = set()
        for generation, gallery in estate.generations.items():
            if generation.model != self._options.model or transform_id(generation.key) != read.transform:
                continue
            found.update(gallery.above(read.embedding, self._look_alike_threshold(len(estate.people))))
        return sorted(found - {person_id})

    def identify(self, estate_id: str, access_point_id: str, frames: Sequence[bytes]) -> Identification:
        """See the port."""
        estate = self._galleries.get(estate_id)
        allowed = self._galleries.allowed(estate_id, access_point_id, estate)
        people = len(allowed.people)
        if not all(
            self._calibrations[model].for_gallery(max(1, people), self._options.rule.fpir)
            for model in self._options.models
        ):
            return ClaimNeeded()
        samples = self._usable(frames, self._policy(access_point_id))
        if isinstance(samples, Rejected):
            return samples
        answers = [
            decisions.identify(
                gallery,
                allowed.masks[generation],
                self._probe(samples, generation),
                len(samples),
                people,
                self._calibrations[generation.model],
                self._options.rule,
            )
            for generation, gallery in estate.generations.items()
        ]
        return _one_answer(answers)

    def verify(
        self, estate_id: str, access_point_id: str, person_id: str, frames: Sequence[bytes]
    ) -> Identification:
        """See the port."""
        estate = self._galleries.get(estate_id)
        samples = self._usable(frames, self._policy(access_point_id))
        if isinstance(samples, Rejected):
            return samples
        answers: list[Identification] = [
            decisions.verify(
                gallery,
                person_id,
                self._probe(samples, generation),
                len(samples),
                self._calibrations[generation.model],
                self._options.rule,
            )
            for generation, gallery in estate.generations.items()
        ]
        return _one_answer(answers)

    def refresh(self, estate_id: str) -> int:
        """See the port."""
        return self._galleries.get(estate_id).version

    def holds(self, estate_id: str, person_id: str) -> bool:
        """See the port."""
        return person_id in self._galleries.get(estate_id).people

    def compares(self) -> frozenset[str]:
        """See the port."""
        return frozenset(self._options.models)

    def largest_gallery(self) -> int:
        """See the port."""
        return min(one.largest_gallery(self._options.rule.fpir) for one in self._calibrations.values())

    def challenge(self, movement: Movement, frames: Sequence[bytes]) -> Movements:
        """See the port."""
        if not MIN_FRAMES <= len(frames) <= MAX_FRAMES:
            raise InvalidInput("face.frames", f"{MIN_FRAMES} to {MAX_FRAMES} frames", field="frames")
        seen: dict[int, Glance] = {}
        for place, answer in enumerate(self._batcher([(frame, None) for frame in frames])):
            if isinstance(answer, Glance):
                seen[place] = answer
            elif answer != Rejected(QualityReason.NO_FACE):
                return _rejected(answer)
        if len(seen) < LEAST_SEEN:
            return Rejected(QualityReason.NO_FACE)
        places = list(seen)
        film = judge(movement, list(seen.values()))
        if film is None:
            return Rejected(_NOT_SHOWN.get(movement, QualityReason.NOT_TURNED))
        return self._by_one_person(frames, Film(tuple(places[n] for n in film.best), places[film.end]))

    # -- inside --

    def _by_one_person(self, frames: Sequence[bytes], film: Film) -> Movements:
        """The straight frames and the end of the movement show one face, else two people share a film."""
        told = (*film.best, film.end)
        answers = self._batcher([(frames[place], Use(PROBE, AttackPolicy(least_live=0.0))) for place in told])
        samples = [answer for answer in answers if isinstance(answer, Sample)]
        if len(samples) < len(told):
            return next(_rejected(answer) for answer in answers if not isinstance(answer, Sample))
        return Met(film.best) if self._one_person(samples) else Rejected(QualityReason.INCONSISTENT)

    def _run(self, jobs: Sequence[_Job]) -> list[Sample | Glance | Rejected]:
        wanted = [(picture, use) for picture, use in jobs if use is not None]
        samples = iter(self._pipeline.samples([picture for picture, _ in wanted], [use for _, use in wanted]))
        return [self._pipeline.glance(picture) if use is None else next(samples) for picture, use in jobs]

    def _policy(self, access_point_id: str) -> AttackPolicy:
        return self._options.access_point_attack.get(access_point_id, self._options.probe_attack)

    def _usable(self, frames: Sequence[bytes], policy: AttackPolicy) -> list[Sample] | Rejected:
        """Samples of the frames that can be used; why not, when none can. One attack refuses all."""
        if not 1 <= len(frames) <= self._options.max_frames:
            raise InvalidInput("face.frames", f"1 to {self._options.max_frames} frames", field="frames")
        answers = self._batcher([(frame, Use(PROBE, policy)) for frame in frames])
        return fusible(answers, self._options.model, self._consistent())

    def _one_person(self, samples: Sequence[Sample]) -> bool:
        return one_person([sample.embeddings[self._options.model] for sample in samples], self._consistent())

    def _consistent(self) -> float | None:
        return self._calibrations[self._options.model].threshold(self._options.rule.consistent_fmr)

    def _probe(self, samples: Sequence[Sample], generation: Generation) -> Embedding:
        fused = fuse([sample.embeddings[generation.model] for sample in samples])
        return turn(fused, generation.key)

    def _look_alike_threshold(self, people: int) -> float:
        """Above the supported size: the strictest threshold there is, so that staff still see the nearest."""
        calibration = self._calibrations[self._options.model]
        asked = calibration.for_gallery(people, self._options.rule.look_alike_fpir)
        return asked if asked is not None else calibration.tails["1x1"].score[-1]

    def _look(self) -> None:
        """Bring every estate in step; forget those that are gone."""
        wanted = set(self._source.estate_ids())
        for estate_id in set(self._galleries.held_estates()) - wanted:
            self._galleries.drop(estate_id)
        for estate_id in wanted:
            self._galleries.get(estate_id)

    def _watch(self) -> None:
        while not self._stopped.wait(self._options.watch_s):
            self._look_if_possible()

    def _look_if_possible(self) -> None:
        """The watcher must outlive its source; each use asks the source again and fails by itself."""
        try:
            self._look()
        except Exception as error:
            code = error.code if isinstance(error, KaimenError) else type(error).__name__
            log.warning("face galleries could not be brought in step", extra={"code": code})


def _loaded(model: str, options: FaceOptions) -> Calibration:
    found = load(model, options.calibrations)
    if found.threshold(options.rule.verify_fmr) is None:
        raise CalibrationError(
            f"{model}.json: from too few people for a claim (1:1); run `make calibrate` with more"
        )
    return found


def _rejected(answer: Sample | Glance | Rejected) -> Rejected:
    """A job that was asked for something else is a fault of ours, and never an acceptance."""
    if not isinstance(answer, Rejected):
        raise TypeError("an answer of another kind of job")
    return answer


def _read(reference: bytes) -> Reference:
    try:
        return unpack(reference)
    except MalformedReferenceError as error:
        raise InvalidInput("face.reference", str(error), field="reference") from error


def _one_answer(answers: Sequence[Identification]) -> Identification:
    """One person or nobody: two models that name different people cancel each other."""
    if any(isinstance(answer, ClaimNeeded) for answer in answers):
        return ClaimNeeded()
    matches = [answer for answer in answers if isinstance(answer, Match)]
    if len({match.person_id for match in matches}) != 1:
        return NoMatch()
    return max(matches, key=lambda match: match.score - match.threshold)
