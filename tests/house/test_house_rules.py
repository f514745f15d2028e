"""The house's own rules that import-linter cannot see."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "access", "adapters", "app", "biometrics", "bot", "console", "hardware", "jobs", "miniapp_api", "pages",
    "standins", "tests", "benchmarks",
)  # fmt: skip
MAX_LINES = 400
HOST = re.compile(r"https?://([a-z0-9.-]*[a-z0-9-])", re.IGNORECASE)
WECHAT = {"weixin.qq.com", "api.weixin.qq.com", "open.weixin.qq.com", "mp.weixin.qq.com", "res.wx.qq.com"}
HARMLESS = {"127.0.0.1", "localhost", "www.w3.org", "example.com", "example.org"}


def is_foreign(host: str) -> bool:
    """Neither WeChat's, nor this machine, nor a name that RFC 2606 keeps for examples."""
    return host.lower() not in WECHAT | HARMLESS and not host.lower().endswith((".example", ".test"))


def tracked(*suffixes: str) -> list[Path]:
    """Files of the project that git knows, by ending."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name.endswith(suffixes) and (ROOT / name).exists()]


@pytest.mark.parametrize("path", tracked(".py"), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_has_one_subject(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_no_utils_and_empty_inits() -> None:
    files = tracked(".py")
    assert not [p for p in files if p.stem.endswith("utils") or p.stem in {"helpers", "common", "misc"}]
    assert not [p for p in files if p.name == "__init__.py" and p.read_text(encoding="utf-8").strip()]


def test_nothing_people_see_names_a_foreign_host() -> None:
    shown = [
        p for p in tracked(".html", ".js", ".css", ".toml", ".wxml", ".wxss", ".txt", ".json", ".svg")
        if p.relative_to(ROOT).parts[0] in {"templates", "pages", "console", "miniprogram", "bot", "standins"}
        and p.name != "package-lock.json"  # names where build tools ask for donations; shown to nobody
    ]  # fmt: skip
    assert shown
    foreign = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in shown
        for host in HOST.findall(path.read_text(encoding="utf-8"))
        if is_foreign(host)
    }
    assert not foreign


def test_no_code_of_the_service_names_a_foreign_host() -> None:
    source = [p for p in tracked(".py") if p.relative_to(ROOT).parts[0] in set(ROOMS) - {"tests", "benchmarks"}]
    foreign = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in source
        for host in HOST.findall(path.read_text(encoding="utf-8"))
        if is_foreign(host) and host not in {"face", "unused"}
    }
    assert not foreign


@pytest.mark.rule("L13")
def test_no_advertising_or_emotion_code() -> None:
    words = re.compile(
        r"DeepFace\.analyze|\.analyze\(|google-analytics|googletagmanager|umeng|advert(?!ising)|createInterstitialAd"
        r"|createRewardedVideoAd|<ad\b|createBannerAd",
        re.IGNORECASE,
    )
    rooms = set(ROOMS) - {"tests"} | {"templates", "miniprogram"}
    hits = [
        str(p.relative_to(ROOT))
        for p in tracked(".py", ".js", ".html", ".wxml", ".toml")
        if p.relative_to(ROOT).parts[0] in rooms and words.search(p.read_text(encoding="utf-8"))
    ]
    assert not hits


@pytest.mark.rule("L13")
def test_purposes_are_closed_and_have_no_marketing() -> None:
    from access.domain.consent import Purpose
    from access.domain.reading import ReadPurpose

    assert {p.value for p in Purpose} == {"access", "face_use", "face_server", "phone_contact"}
    assert not [p for p in ReadPurpose if re.search(r"market|advert|analytic|profil|train", p.value)]


def test_runtime_requirements_are_pinned_with_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "hardware/agent/requirements.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        names = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:==(\S+))?", text, re.MULTILINE | re.IGNORECASE)
        assert names
        assert all(version for _, version in names), name
        assert text.count("--hash=sha256:") >= len(names)
        assert "http://" not in text
        assert "https://" not in text
