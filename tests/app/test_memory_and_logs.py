"""What is secret stays in the process: not in a log line, not in a traceback, not in a core dump."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.app.test_settings import GOOD

RAISE = """
import logging
from app import logs
logs.configure("api", "debug", pretty=False)
def inner(): raise ValueError("phone 13812345678")
def outer():
    try: inner()
    except ValueError as error: raise RuntimeError("openid oAlice") from error
try: outer()
except RuntimeError as error:
    logging.getLogger("kaimen.console").error("unexpected error", exc_info=error)
    logging.getLogger("any.library").exception("failed")
"""
OURS = """
import logging
from app import logs
logs.configure("face", "info", pretty=False)
log = logging.getLogger("adapters.face.galleries")
told = {"what": "of joined-1", "count": 3, "phone": "13812345678", "event": "e1"}
log.warning("faces are not compared", extra=told)
log.info("face memory", extra={"no_core_dumps": True, "locked": False})
log.debug("not at this level")
try: raise ValueError("openid oAlice")
except ValueError: log.exception("the face process failed")
logging.getLogger("any.library").warning("body 13812345678")
"""
LIMIT = """
import os, resource
from app.bootstrap import build_house
from app.settings import Settings
build_house(Settings.from_env(os.environ))
print(resource.getrlimit(resource.RLIMIT_CORE)[0])
"""


def run(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)


@pytest.mark.rule("L9")
def test_a_traceback_names_places_and_kinds_and_quotes_no_value() -> None:
    said = run(RAISE).stderr
    assert said.count("RuntimeError") == said.count("ValueError") == 2
    assert "in inner" in said
    for hidden in ("13812345678", "oAlice"):
        assert hidden not in said


@pytest.mark.rule("L9")
def test_lines_of_our_own_rooms_say_what_happened_with_allowed_fields_alone() -> None:
    said = run(OURS).stderr
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    first, second, third = lines
    assert (first["event"], first["level"]) == ("faces are not compared", "warning")
    assert (first["what"], first["count"], first["event_id"]) == ("of joined-1", 3, "e1")
    assert (second["no_core_dumps"], second["locked"]) == (True, False)
    assert "ValueError" in third["error"]
    for hidden in ("13812345678", "oAlice"):
        assert hidden not in said


@pytest.mark.rule("L9")
def test_a_process_with_keys_leaves_no_core_dump() -> None:
    raised = "import resource; resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(4)[1],) * 2)\n"
    assert run(raised + LIMIT, **GOOD).stdout.strip() == "0"
