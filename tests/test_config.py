"""Settings come from the environment once; a wrong one is named in a sentence."""

import re
import stat
from dataclasses import fields
from pathlib import Path
from threading import Thread

import pytest

from config import PROJECT, Config, ConfigError, kept_secret

SECRET = "a public site needs a long secret"


def test_config_has_sound_defaults(tmp_path: Path) -> None:
    config = Config.from_env({"DATA_FOLDER": str(tmp_path)})
    assert config.database_url == f"sqlite:///{tmp_path}/sandbox.sqlite3"
    assert config.base_url == "http://127.0.0.1:8000"
    assert config.pack_code == "mx"
    assert config.smtp_url is None
    assert (config.demo, config.testing, config.log_json, config.is_local) == (
        False,
        False,
        False,
        True,
    )


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_config_names_the_driver_of_postgresql(scheme: str, tmp_path: Path) -> None:
    url = f"{scheme}://user:word@db.example.org/sandbox"
    config = Config.from_env({"DATABASE_URL": url, "DATA_FOLDER": str(tmp_path)})
    assert config.database_url == "postgresql+psycopg://user:word@db.example.org/sandbox"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BASE_URL", "sandbox.example.org", "BASE_URL must be the public address"),
        ("BASE_URL", "https://sandbox.example.org/app", "BASE_URL must be the public address"),
        ("BASE_URL", "http://sandbox.example.org", "BASE_URL must begin with https://"),
        ("BASE_URL", "http://[", "BASE_URL must be the public address"),
        ("DATABASE_URL", "mysql://root:pw@db/x", "DATABASE_URL must begin with postgresql://"),
        ("SMTP_URL", "mail.example.org:25", "SMTP_URL must be an address such as"),
        ("FROM_ADDRESS", "sandbox", "FROM_ADDRESS must be one mail address"),
        ("DEMO", "perhaps", "DEMO must be 1 or 0"),
        ("PACK_CODE", "../mx", "PACK_CODE must be the short name"),
        ("PACK_FOLDER", "packs", "PACK_FOLDER must be an absolute path"),
        ("SECRET_KEY", "short", "SECRET_KEY must have at least 32 characters"),
    ],
)
def test_config_refuses(name: str, value: str, sentence: str, tmp_path: Path) -> None:
    environ = {"SECRET_KEY": SECRET, "DATA_FOLDER": str(tmp_path), name: value}
    with pytest.raises(ConfigError) as refusal:
        Config.from_env(environ)
    (problem,) = refusal.value.problems
    assert problem.startswith(sentence)
    assert problem.endswith(".")


def test_config_names_all_problems_at_once(tmp_path: Path) -> None:
    environ = {"DATA_FOLDER": str(tmp_path), "DEMO": "perhaps", "FROM_ADDRESS": "x"}
    with pytest.raises(ConfigError) as refusal:
        Config.from_env(environ)
    assert [problem.split()[0] for problem in refusal.value.problems] == ["FROM_ADDRESS", "DEMO"]


def test_config_keeps_passwords_out_of_messages(tmp_path: Path) -> None:
    environ = {
        "DATA_FOLDER": str(tmp_path),
        "DATABASE_URL": "mysql://root:pa55word@db/x",
        "SMTP_URL": "ftp://me:pa55word@mail.example.org",
    }
    with pytest.raises(ConfigError) as refusal:
        Config.from_env(environ)
    assert len(refusal.value.problems) == 2
    assert "pa55word" not in str(refusal.value)
    sound = Config.from_env(
        {
            "DATA_FOLDER": str(tmp_path),
            "DATABASE_URL": "postgresql://me:pa55word@db/x",
            "SMTP_URL": "smtp://me:pa55word@mail.example.org",
            "SECRET_KEY": f"{SECRET} pa55word",
        }
    )
    assert "pa55word" in sound.database_url
    assert "pa55word" not in repr(sound)


def test_config_of_a_public_site_needs_its_own_secret(tmp_path: Path) -> None:
    environ = {"BASE_URL": "https://sandbox.example.org", "DATA_FOLDER": str(tmp_path)}
    with pytest.raises(ConfigError, match="SECRET_KEY is not set"):
        Config.from_env(environ)
    assert list(tmp_path.iterdir()) == []
    settings = Config.from_env({**environ, "SECRET_KEY": SECRET}).flask_settings()
    assert settings["SECRET_KEY"] == SECRET
    assert settings["SESSION_COOKIE_SECURE"] is True
    assert settings["SESSION_COOKIE_NAME"] == "__Host-session"
    assert settings["TRUSTED_HOSTS"] == ["127.0.0.1", "::1", "localhost", "sandbox.example.org"]


def test_local_site_makes_its_secret_once_and_keeps_it_private(tmp_path: Path) -> None:
    environ = {"DATA_FOLDER": str(tmp_path / "var")}
    first = Config.from_env(environ)
    assert Config.from_env(environ).secret_key == first.secret_key
    assert len(first.secret_key) >= 32
    mode = (tmp_path / "var" / "secret_key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert first.flask_settings()["SESSION_COOKIE_SECURE"] is False


def test_processes_that_start_together_share_one_secret(tmp_path: Path) -> None:
    keys: list[str] = []
    threads = [
        Thread(target=lambda: keys.append(kept_secret(tmp_path / "secret_key"))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 20
    assert set(keys) == {(tmp_path / "secret_key").read_text()}
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_every_setting_is_used() -> None:
    code = "\n".join(
        path.read_text() for path in (PROJECT / "config.py", *(PROJECT / "sandbox").rglob("*.py"))
    )
    idle = [
        each.name
        for each in fields(Config)
        if not re.search(rf"(config|self)\.{each.name}\b", code)
    ]
    assert idle == []
