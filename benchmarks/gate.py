"""`make bench-gate`: from holding something up at the simulated gate to the relay, through every real process."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.demo.folder import DemoFolder, Ports
from benchmarks.report import at_most, percentile, plain, write
from standins.gate.client import GateOutcome
from standins.story.play import demo_faces, free_ports, running
from standins.story.story import CARD, Story, steps

CARDS = 200
CODES = 100
FACES = 60
ENROLLED_AFTER = 17
"""Steps of the story until the resident is approved, has a card and an enrolled face."""


def main() -> None:
    """Play the story up to the approval, then present again and again."""
    models = Path("models")
    with tempfile.TemporaryDirectory(prefix="kaimen-") as name:
        folder, ports = DemoFolder(Path(name)), Ports.from_env(free_ports())
        faces = demo_faces(models)
        with running(folder, ports, models):
            story = Story(folder, ports, faces)
            for _title, act in steps(folder, ports, faces)[:ENROLLED_AFTER]:
                act()
            cards = [granted(story.gate.present_card(CARD)) for _ in range(CARDS)]
            codes = [granted(story.gate.present_code_picture(code)) for code in visitor_codes(story)]
            looks = [granted(story.gate.present_face([faces.again.read_bytes()])) for _ in range(FACES)]
    write(
        "gate",
        [
            at_most("QR presentation to relay, p95", percentile(codes, 0.95), "ms", len(codes), 500),
            at_most("face presentation to relay, p95", percentile(looks, 0.95), "ms", len(looks), 800),
            plain("card presentation to relay, p95", percentile(cards, 0.95), "ms", len(cards)),
            plain("QR presentation to relay, p50", percentile(codes, 0.5), "ms", len(codes)),
            plain("face presentation to relay, p50", percentile(looks, 0.5), "ms", len(looks)),
            plain("card presentation to relay, p50", percentile(cards, 0.5), "ms", len(cards)),
        ],
    )


def granted(seen: GateOutcome) -> float:
    """Milliseconds to the relay; a denial would make the figure meaningless."""
    if not (seen.granted and seen.relay_fired):
        raise SystemExit(f"not granted: {seen.reason}")
    return seen.ms


def visitor_codes(story: Story) -> list[bytes]:
    """Pictures of a visitor's pass with twenty entries, as often as needed."""
    pictures: list[bytes] = []
    while len(pictures) < CODES:
        story.invite(entries=20)
        story.visitor_page()
        pictures += [story.code] * 20
    return pictures[:CODES]


if __name__ == "__main__":
    main()
