from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal import create_app
from portal.config import WrongSettingError, read
from portal.serve import keep_secrets


def settings(tmp_path: Path, **environ: str):
    return read({"INSTANCE_PATH": str(tmp_path), **environ})


def test_defaults_describe_a_studio(tmp_path):
    studio = settings(tmp_path).studio
    assert (studio.zone, studio.emergency, studio.hours.in_words()) == (
        ZoneInfo("America/Chicago"),
        "911",
        "6 am to 9 pm, every day",
    )


def test_database_defaults_to_sqlite_in_the_instance(tmp_path):
    assert settings(tmp_path).database_url == f"sqlite:///{tmp_path / 'portal.sqlite'}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgres_urls_use_the_shipped_driver(tmp_path, scheme):
    url = settings(tmp_path, DATABASE_URL=f"{scheme}://db.example/studio").database_url
    assert url == "postgresql+psycopg://db.example/studio"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STUDIO_TIMEZONE", "Mars/Olympus"),
        ("STUDIO_HOURS", "whenever"),
        ("EMBED_HOSTS", "www.studio.example"),
        ("EMBED_HOSTS", "https://a.example; script-src *"),
        ("STUDIO_HOURS", "mon 09:00-08:00"),
        ("LEAD_RATE_LIMIT", "lots"),
        ("MAIL_PORT", "smtp"),
        ("CLOCK_REFER_BY", "5 pm"),
        ("HEALTH_KEYS", "k1:tooshort"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(WrongSettingError, match=name):
        settings(tmp_path, **{name: value})


def test_keys_are_kept_apart_from_the_database(tmp_path):
    assert settings(tmp_path).key_store_url == f"sqlite:///{tmp_path / 'keys.sqlite'}"
    url = settings(tmp_path, KEY_STORE_URL="postgresql://db.example/keys").key_store_url
    assert url == "postgresql+psycopg://db.example/keys"
    same = "postgres://db.example/studio"
    with pytest.raises(WrongSettingError, match="KEY_STORE_URL names the database itself"):
        settings(tmp_path, DATABASE_URL=same, KEY_STORE_URL=same.replace("gres:", "gresql:"))


def test_clocks_are_settings(tmp_path):
    clocks = settings(tmp_path, CLOCK_URGENT_MINUTES="20", CLOCK_REFER_BY="16:30").clocks
    assert (clocks.urgent_minutes, clocks.refer_by) == (20, time(16, 30))


def test_a_web_server_gets_no_app_without_secrets(tmp_path, monkeypatch):
    monkeypatch.delenv("FLASK_RUN_FROM_CLI", raising=False)
    with pytest.raises(WrongSettingError, match="SECRET_KEY and HEALTH_KEYS not set"):
        create_app(settings(tmp_path))


def test_kept_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    keep_secrets(settings(tmp_path))
    first = settings(tmp_path)
    keep_secrets(first)
    assert settings(tmp_path).secret_key == first.secret_key
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_the_environment_wins_over_kept_secrets(tmp_path):
    keep_secrets(settings(tmp_path))
    assert settings(tmp_path, SECRET_KEY="from outside").secret_key == "from outside"
