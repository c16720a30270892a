"""The settings: what the environment says, secrets in files, and refusals that quote no secret."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from cases.settings import Settings

SECRET = "postgresql://clerk:the-kettle-hums@db/caseledger"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("CASELEDGER_", "DATABASE_URL", "XDG_")):
            monkeypatch.delenv(name)


def test_without_any_setting_the_business_is_in_china_and_the_server_our_own() -> None:
    settings = Settings()
    assert (settings.business_timezone, settings.language) == ("Asia/Shanghai", "zh")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.postgres_bin is None


def test_the_folder_is_the_systems_for_root_and_the_users_own_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert Settings().data_dir == Path("/var/lib/caseledger")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/wang")
    assert Settings().data_dir == Path("/home/wang/.local/share/caseledger")
    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/ignored")
    assert Settings().data_dir == Path("/home/wang/.local/share/caseledger")
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/share")
    assert Settings().data_dir == Path("/srv/share/caseledger")


def test_every_setting_comes_from_a_variable_with_our_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATA_DIR": "/srv/cl",
        "BUSINESS_TIMEZONE": "Asia/Urumqi",
        "LANGUAGE": "en",
        "PORT": "0",
        "HOST": "::1",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"CASELEDGER_{name}", value)
    settings = Settings()
    assert (settings.data_dir, settings.business_timezone) == (Path("/srv/cl"), "Asia/Urumqi")
    assert (settings.language, settings.port, settings.host) == ("en", 0, "::1")


@pytest.mark.parametrize("name", ["DATABASE_URL", "CASELEDGER_DATABASE_URL"])
def test_the_database_may_be_named_bare_with_prefix_or_in_a_file(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, SECRET)
    assert Settings().database_url == SecretStr(SECRET)
    monkeypatch.setenv(name, "")
    assert Settings().database_url is None
    monkeypatch.delenv(name)
    (tmp_path / "url").write_text(SECRET + "\n", encoding="utf-8")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "url"))
    assert Settings().database_url == SecretStr(SECRET)
    monkeypatch.setenv(name, SECRET)
    with pytest.raises(ValueError, match="both set"):
        Settings()


def test_our_own_name_wins_over_the_bare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/other")
    monkeypatch.setenv("CASELEDGER_DATABASE_URL", SECRET)
    assert Settings().database_url == SecretStr(SECRET)


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/nowhere/url")
    with pytest.raises(ValueError, match="DATABASE_URL_FILE names /nowhere/url, which cannot be read"):
        Settings()


def test_no_secret_is_ever_shown() -> None:
    settings = Settings(database_url=SecretStr(SECRET))
    assert "kettle" not in repr(settings) + str(settings.model_dump()) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("LANGUAGE", "fr"),
        ("BUSINESS_TIMEZONE", "Asia/Peking"),
        ("BUSINESS_TIMEZONE", "../etc"),
    ],
)
def test_a_setting_without_sense_is_refused_by_name_and_not_quoted(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CASELEDGER_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()) as refusal:
        Settings()
    assert value not in str(refusal.value)


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())
