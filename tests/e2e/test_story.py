"""The README's story through real processes: chat, pages, console, gate."""

from __future__ import annotations

import pytest

from standins.story.story import Faces, steps
from tests.e2e.conftest import Demo

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.mark.rule("L1")
@pytest.mark.rule("L12")
def test_every_step_comes_out_as_told(demo: Demo, faces: Faces) -> None:
    for title, act in steps(demo.folder, demo.ports, faces):
        assert act(), title


@pytest.mark.pictures
def test_with_faces_of_a_public_research_set(demo: Demo, labelled_faces: Faces) -> None:
    for title, act in steps(demo.folder, demo.ports, labelled_faces):
        assert act(), title
