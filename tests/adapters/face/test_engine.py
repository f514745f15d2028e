"""What only the engine itself can show: renewal, a change of model, the watcher, the queue, the process."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from access.domain.errors import ExternalSystemError, InvalidInput
from access.domain.faces import ClaimNeeded, Encoded, Match, NoMatch, QualityReason, Rejected
from adapters.face.batching import Batcher
from adapters.face.in_process import InProcessFaceEngine, build_engine
from adapters.face.options import FaceOptions
from adapters.face.remote import MutualTls, over_tls, over_unix_socket
from biometrics.attack import AttackPolicy
from biometrics.calibrate import Calibration, CalibrationError, Tail, load, save
from biometrics.identify import DecisionRule
from tests.adapters.face.memory_source import MemorySource
from tests.biometrics.faces import ROOT, models_dir, picture

POINT = "north gate"
OLD, NEW = b"the old key of this estate", b"the new key of this estate"
NO_ATTACK = AttackPolicy(least_live=0)
Make = Callable[..., InProcessFaceEngine]


@pytest.fixture
def make() -> Iterator[Make]:
    """Engines that are closed afterwards."""
    made: list[InProcessFaceEngine] = []

    def build(source: MemorySource, **options: object) -> InProcessFaceEngine:
        chosen = FaceOptions(
            enrolment_attack=NO_ATTACK, probe_attack=NO_ATTACK, workers=1, protect_memory=False, **options
        )  # type: ignore[arg-type]
        engine = build_engine(source, models_dir(), chosen)
        made.append(engine)
        return engine

    yield build
    for engine in made:
        engine.close()


def reference(engine: InProcessFaceEngine, name: str, estate: str) -> bytes:
    encoded = engine.encode(picture(name), estate)
    assert isinstance(encoded, Encoded)
    return encoded.reference


def test_a_reference_under_the_estates_key_is_recognised_there_alone(make: Make) -> None:
    source = MemorySource()
    keys = {"one": [OLD], "two": [NEW]}
    engine = make(source, transform_keys=lambda estate: keys[estate])
    turned = reference(engine, "obama.jpg", "one")
    source.enrol("one", "barack", turned, engine.model(), POINT)
    source.enrol("two", "barack", turned, engine.model(), POINT)
    assert isinstance(engine.identify("one", POINT, [picture("obama2.jpg")]), Match)
    assert engine.identify("two", POINT, [picture("obama2.jpg")]) == NoMatch()


def test_during_a_renewal_old_and_new_references_count_and_afterwards_only_new(make: Make) -> None:
    source = MemorySource()
    old = make(source, transform_keys=lambda _: [OLD])
    source.enrol("estate", "barack", reference(old, "obama.jpg", "estate"), old.model(), POINT)
    during = make(source, transform_keys=lambda _: [NEW, OLD])
    source.enrol("estate", "joe", reference(during, "biden.jpg", "estate"), during.model(), POINT)
    seen = [during.identify("estate", POINT, [picture(name)]) for name in ("obama2.jpg", "biden.jpg")]
    assert [answer.person_id for answer in seen if isinstance(answer, Match)] == ["barack", "joe"]
    after = make(source, transform_keys=lambda _: [NEW])
    assert after.identify("estate", POINT, [picture("obama2.jpg")]) == NoMatch()
    assert isinstance(after.identify("estate", POINT, [picture("biden.jpg")]), Match)


def test_between_two_revisions_that_identify_old_and_new_references_are_both_found(make: Make) -> None:
    source = MemorySource()
    old = make(source, model="joined-1")
    source.enrol("estate", "barack", reference(old, "obama.jpg", "estate"), "joined-1", POINT)
    assert isinstance(old.identify("estate", POINT, [picture("obama2.jpg")]), Match)
    during = make(source, previous_model="joined-1")
    source.enrol("estate", "joe", reference(during, "biden.jpg", "estate"), during.model(), POINT)
    seen = [during.identify("estate", POINT, [picture(name)]) for name in ("obama2.jpg", "biden.jpg")]
    assert [answer.person_id for answer in seen if isinstance(answer, Match)] == ["barack", "joe"]
    assert make(source).identify("estate", POINT, [picture("obama2.jpg")]) == NoMatch()


def test_during_a_change_of_model_both_verify(make: Make) -> None:
    source = MemorySource()
    old = make(source, model="dlib-1")
    source.enrol("estate", "barack", reference(old, "obama.jpg", "estate"), "dlib-1", POINT)
    during = make(source, previous_model="dlib-1")
    source.enrol("estate", "joe", reference(during, "biden.jpg", "estate"), during.model(), POINT)
    assert isinstance(during.verify("estate", POINT, "barack", [picture("obama2.jpg")]), Match)
    assert isinstance(during.verify("estate", POINT, "joe", [picture("biden.jpg")]), Match)
    assert during.verify("estate", POINT, "joe", [picture("obama2.jpg")]) == NoMatch()


def test_the_fallback_never_identifies(make: Make) -> None:
    source = MemorySource()
    engine = make(source, model="dlib-1")
    source.enrol("estate", "barack", reference(engine, "obama.jpg", "estate"), "dlib-1", POINT)
    assert engine.identify("estate", POINT, [picture("obama.jpg")]) == ClaimNeeded()
    assert engine.largest_gallery() == 0


def test_a_rate_that_cannot_be_held_asks_for_a_claim(make: Make) -> None:
    source = MemorySource()
    engine = make(source, rule=DecisionRule(fpir=1e-9))
    source.enrol("estate", "barack", reference(engine, "obama.jpg", "estate"), engine.model(), POINT)
    assert engine.identify("estate", POINT, [picture("obama2.jpg")]) == ClaimNeeded()
    assert isinstance(engine.verify("estate", POINT, "barack", [picture("obama2.jpg")]), Match)


def test_an_estates_own_calibration_counts_and_none_stops_the_start(make: Make, tmp_path: Path) -> None:
    source = MemorySource()
    with pytest.raises(CalibrationError):
        make(source, calibrations=tmp_path)
    save(Calibration("joined-2", {}, {"1x1": Tail((0.1, 3e-3), (0.98, 0.99))}), tmp_path)
    with pytest.raises(CalibrationError, match="too few people"):
        make(source, calibrations=tmp_path)
    load.cache_clear()
    save(Calibration("joined-2", {}, {"1x1": Tail((0.1, 1e-4), (0.98, 0.99))}), tmp_path)
    engine = make(source, calibrations=tmp_path)
    source.enrol("estate", "barack", reference(engine, "obama.jpg", "estate"), engine.model(), POINT)
    assert engine.verify("estate", POINT, "barack", [picture("obama2.jpg")]) == NoMatch()


def test_the_watcher_brings_a_change_in_without_being_asked(make: Make) -> None:
    class Watched(MemorySource):
        """Tells when its references of two people were read."""

        def __init__(self) -> None:
            super().__init__()
            self.read = threading.Event()

        def references(self, estate_id: str) -> Sequence[object]:  # type: ignore[override]
            found = super().references(estate_id)
            if len(found) == 2:
                self.read.set()
            return found

    source = Watched()
    engine = make(source, watch_s=0.02)
    one = reference(engine, "obama.jpg", "estate")
    source.enrol("estate", "barack", one, engine.model(), POINT)
    source.enrol("estate", "twin", one, engine.model(), POINT)
    assert source.read.wait(20)


def test_one_attack_frame_refuses_the_presentation(make: Make) -> None:
    class Sure:
        """An operator's engine that takes everything for an attack."""

        def live_score(self, image: object, face: object) -> float:
            return 0.0

    engine = make(MemorySource(), attack_engine=Sure(), access_point_attack={POINT: AttackPolicy(least_live=0.5)})
    assert engine.identify("estate", POINT, [picture("obama.jpg")]) == Rejected(QualityReason.NOT_LIVE)
    assert engine.identify("estate", "elsewhere", [picture("obama.jpg")]) == NoMatch()


def test_a_full_queue_says_busy_at_once_and_what_waits_is_answered_in_batches() -> None:
    begun, go = threading.Event(), threading.Event()
    sizes: list[int] = []

    def run(jobs: Sequence[int]) -> list[int]:
        begun.set()
        assert go.wait(20)
        sizes.append(len(jobs))
        return [job * 2 for job in jobs]

    batcher = Batcher(run, 1, 4, 4, 20.0, lambda: None)
    answers: list[list[int]] = []
    first = threading.Thread(target=lambda: answers.append(batcher([1])))
    first.start()
    assert begun.wait(20)
    second = threading.Thread(target=lambda: answers.append(batcher([2, 3, 4, 5])))
    second.start()
    while batcher.waiting() < 4:
        second.join(0.001)
    with pytest.raises(ExternalSystemError) as caught:
        batcher([6])
    go.set()
    first.join(20)
    second.join(20)
    batcher.close()
    assert (caught.value.code, caught.value.permanent) == ("face.busy", False)
    assert sorted(answers) == [[2], [4, 6, 8, 10]]
    assert sizes == [1, 4]


def test_a_job_that_fails_spoils_nothing_for_others_in_its_batch() -> None:
    begun, go = threading.Event(), threading.Event()
    sizes: list[int] = []

    def run(jobs: Sequence[int]) -> list[int]:
        begun.set()
        assert go.wait(20)
        sizes.append(len(jobs))
        if 13 in jobs:
            raise ExternalSystemError("face.attack_engine")
        return [job * 2 for job in jobs]

    batcher = Batcher(run, 1, 4, 8, 20.0, lambda: None)
    with ThreadPoolExecutor(4) as callers:
        first = callers.submit(batcher, [0])
        assert begun.wait(20)
        others = [callers.submit(batcher, [job]) for job in (1, 13, 2)]
        while batcher.waiting() < len(others):
            wait(others, 0.001)
        go.set()
        answers = [one.exception() or one.result() for one in (first, *others)]
    batcher.close()
    assert answers[:2] + answers[3:] == [[0], [2], [4]]
    assert isinstance(answers[2], ExternalSystemError)
    assert answers[2].code == "face.attack_engine"
    assert sizes == [1, 3, 1, 1, 1]


def test_a_caller_waits_for_all_of_its_jobs_together_as_long_as_was_said() -> None:
    never = threading.Event()

    def run(jobs: Sequence[int]) -> list[int]:
        never.wait(0.15)
        return list(jobs)

    batcher = Batcher(run, 1, 1, 8, 0.3, lambda: None)
    with pytest.raises(ExternalSystemError) as caught:
        batcher([1, 2, 3])
    batcher.close()
    assert caught.value.code == "face.timeout"


def test_what_nobody_waits_for_any_more_is_not_begun() -> None:
    begun, go, done = threading.Event(), threading.Event(), list[int]()

    def run(jobs: Sequence[int]) -> list[int]:
        begun.set()
        assert go.wait(20)
        done.extend(jobs)
        return list(jobs)

    batcher = Batcher(run, 1, 1, 8, 0.05, lambda: None)
    with pytest.raises(ExternalSystemError) as caught:
        batcher([1, 2, 3])
    assert begun.is_set()
    go.set()
    batcher.close()
    assert caught.value.code == "face.timeout"
    assert done == [1]


def test_what_a_batch_raises_reaches_everyone_who_waited() -> None:
    def run(_jobs: Sequence[int]) -> list[int]:
        raise ExternalSystemError("face.failed")

    batcher = Batcher(run, 1, 4, 4, 20.0, lambda: None)
    with pytest.raises(ExternalSystemError) as caught:
        batcher([1, 2])
    batcher.close()
    assert caught.value.code == "face.failed"


def test_a_worker_that_cannot_be_prepared_stops_the_start() -> None:
    def broken() -> None:
        raise OSError("no network")

    with pytest.raises(OSError, match="no network"):
        Batcher(lambda jobs: jobs, 1, 1, 1, 1.0, broken)


def test_a_face_process_that_is_not_there_is_an_error_of_its_own(tmp_path: Path) -> None:
    client = over_unix_socket(tmp_path / "nobody.sock")
    with pytest.raises(ExternalSystemError) as caught:
        client.identify("estate", POINT, [b"x"])
    assert caught.value.code == "face.unreachable"


@pytest.mark.rule("L9")
def test_faces_never_travel_in_the_clear(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        over_tls("http://face.example", MutualTls(tmp_path, tmp_path, tmp_path))


LEAN = """
import ctypes
import resource
import sys
from pathlib import Path
from adapters.face.in_process import build_engine
from tests.adapters.face.memory_source import MemorySource
engine = build_engine(MemorySource(), Path(sys.argv[1]))
engine.encode(Path(sys.argv[2]).read_bytes(), "estate")
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0  # PR_GET_DUMPABLE
print({"tensorflow", "deepface", "torch", "dlib", "matplotlib", "scipy"} & set(sys.modules))
"""
CLIENT = """
import sys
import adapters.face.remote
print({"tensorflow", "deepface", "cv2", "numpy", "onnxruntime", "biometrics.build"} & set(sys.modules))
"""


@pytest.mark.parametrize("script", [LEAN, CLIENT], ids=["face process", "client"])
def test_no_process_imports_what_it_does_not_need(script: str) -> None:
    picture("obama.jpg")
    command = [sys.executable, "-c", script, str(models_dir()), str(models_dir() / "pictures" / "obama.jpg")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "set()"
