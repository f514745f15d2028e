"""Settings: frozen, everything wrong said at once, no secret shown, no stand-in in production."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, SettingsError

GOOD = {
    "KAIMEN_ENV": "test",
    "KAIMEN_PUBLIC_URL": "https://kaimen.example/",
    "KAIMEN_DATABASE_URL": "sqlite:////tmp/kaimen.db",
    "KAIMEN_DATA_DIR": "/tmp/kaimen",
    "KAIMEN_MASTER_KEY": base64.b64encode(bytes(32)).decode(),
    "KAIMEN_SECRET_KEY": "s" * 40,
    "KAIMEN_OA_APPID": "wx1",
    "KAIMEN_OA_SECRET": "hidden-secret",
    "KAIMEN_OA_TOKEN": "token",
    "KAIMEN_OA_AES_KEY": "a" * 43,
}


def problems(**changes: str | None) -> list[str]:
    environ = {**GOOD, **{f"KAIMEN_{key}": value for key, value in changes.items()}}
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({key: value for key, value in environ.items() if value is not None})
    return caught.value.problems


def test_good_settings_are_frozen_and_tidy() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.public_url == "https://kaimen.example"
    assert settings.is_secure
    with pytest.raises(ValidationError):
        settings.public_url = "http://other"


def test_every_problem_is_said_at_once() -> None:
    found = problems(PUBLIC_URL="ftp://x", OA_APPID=None, EVENT_KEEP_DAYS="forever")
    assert len(found) == 3
    assert "KAIMEN_OA_APPID: is missing" in found


def test_no_secret_is_quoted() -> None:
    assert "hidden-secret" not in str(problems(PUBLIC_URL="nonsense"))
    assert "hidden-secret" not in repr(Settings.from_env(GOOD))
    assert "short" not in str(problems(SECRET_KEY="short"))


@pytest.mark.parametrize("key", ["", "abc", "!!!!", base64.b64encode(b"short").decode()])
def test_a_master_key_is_32_bytes(key: str) -> None:
    assert any("KAIMEN_MASTER_KEY" in problem for problem in problems(MASTER_KEY=key))


def test_secrets_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("from-a-file\n", encoding="utf-8")
    environ = {key: value for key, value in GOOD.items() if key != "KAIMEN_OA_SECRET"}
    settings = Settings.from_env({**environ, "KAIMEN_OA_SECRET_FILE": str(file)})
    assert settings.oa_secret.get_secret_value() == "from-a-file"
    assert any("not both" in problem for problem in problems(OA_SECRET_FILE=str(file)))
    assert any(
        "cannot read" in problem for problem in problems(OA_SECRET=None, OA_SECRET_FILE=str(tmp_path / "no"))
    )


@pytest.mark.rule("L9")
@pytest.mark.parametrize(
    "change",
    [
        {"PUBLIC_URL": "http://kaimen.example"},
        {"WECHAT_API_BASE": "http://127.0.0.1:8701"},
        {"WECHAT_OPEN_BASE": "https://localhost"},
        {"OA_MODE": "plain"},
        {"FACE_ADDRESS": ""},
    ],
)
def test_production_refuses_what_is_for_the_demo(change: dict[str, str]) -> None:
    assert problems(ENV="production", **{"FACE_ADDRESS": "unix:/run/kaimen/face.sock", **change})


def test_every_setting_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"`KAIMEN_{name.upper()}`" not in page]
    assert not missing


@pytest.mark.rule("L9")
def test_faces_never_travel_in_the_clear() -> None:
    assert any("in the clear" in problem for problem in problems(FACE_ADDRESS="http://10.0.0.5:9000"))
    assert any("all three" in problem for problem in problems(FACE_ADDRESS="https://face.internal:9000"))
