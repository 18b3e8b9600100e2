import os
import re
import subprocess
import sys
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal import create_app
from portal.config import ROOT, WrongSettingError, read
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
        ("PUBLIC_URL", "portal.studio.example"),
        ("PUBLIC_URL", "https://studio.example/portal"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://db.example/studio"),
        ("KEY_STORE_URL", "postgresql://u:p@db.example:port/keys"),
        ("REDIS_URL", "http://redis.example"),
        ("LEAD_RATE_LIMIT", "0 per 1 hour"),
        ("LEAD_MINIMUM_SECONDS", "nan"),
        ("LEAD_MINIMUM_SECONDS", "-1"),
        ("STAFF_IDLE_MINUTES", "0"),
        ("CLOCK_EMERGENCY_MINUTES", "-5"),
        ("CLOCK_REFER_BY", "17:00+02:00"),
        ("RETAIN_LEAD_DAYS", "-1"),
        ("RETAIN_LEAD_DAYS", "99999999"),
        ("STUDIO_EMAIL", "hello"),
        ("STUDIO_REGION", "Texas"),
        ("MAIL_PORT", "70000"),
        ("MAIL_USE_TLS", "starttls"),
        ("MAIL_DEFAULT_SENDER", "desk"),
        ("TRUSTED_HOSTS", "https://portal.studio.example"),
        ("PROXY_HOPS", "-1"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path, name, value):
    with pytest.raises(WrongSettingError, match=f"^{name}"):
        settings(tmp_path, **{name: value})


@pytest.mark.parametrize("name", ["DATABASE_URL", "KEY_STORE_URL", "REDIS_URL", "HEALTH_KEYS"])
def test_what_holds_a_secret_is_refused_without_it(tmp_path, name):
    with pytest.raises(WrongSettingError) as refused:
        settings(tmp_path, **{name: "k1://user:hunter2@db.example:port/x"})
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(("word", "on"), [("Yes", True), ("true", True), ("off", False)])
def test_a_switch_is_on_in_every_usual_spelling(tmp_path, word, on):
    assert settings(tmp_path, MAIL_USE_TLS=word).mail["MAIL_USE_TLS"] is on


def test_lists_are_taken_with_blanks_and_an_address_with_its_slash(tmp_path):
    found = settings(
        tmp_path, TRUSTED_HOSTS="a.example, b.example", PUBLIC_URL="https://a.example/"
    )
    assert (found.trusted_hosts, found.public_url) == (
        ("a.example", "b.example"),
        "https://a.example",
    )


@pytest.mark.parametrize(
    ("name", "place"),
    [("INSTANCE_PATH", "a file/x"), ("ERASURE_LEDGER", "gone/x"), ("ERASURE_LEDGER", ".")],
)
def test_a_place_that_cannot_be_kept_is_refused_by_name(tmp_path, name, place):
    (tmp_path / "a file").touch()
    with pytest.raises(WrongSettingError, match=f"^{name}="):
        settings(tmp_path, **{name: str(tmp_path / place)}).make_places()


def test_a_command_refuses_a_wrong_setting_in_one_line(tmp_path):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "staff", "list"]
    wrong = {**os.environ, "INSTANCE_PATH": str(tmp_path), "MAIL_PORT": "smtp"}
    answer = subprocess.run(  # noqa: S603
        command, env=wrong, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (answer.returncode, answer.stderr) == (
        1,
        "Error: MAIL_PORT='smtp': give a whole number from 1 to 65535\n",
    )


def test_readme_lists_every_setting_that_there_is():
    rows = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    code = (ROOT / "portal/config.py").read_text() + (ROOT / "gunicorn.conf.py").read_text()
    known = set(re.findall(r'"([A-Z]+_[A-Z_]+)[="]', code)) - {"PORTAL_DEMO", "MAIL_SUPPRESS_SEND"}
    assert set(re.findall(r"`([A-Z]+_[A-Z_]+)`", rows)) == known


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
