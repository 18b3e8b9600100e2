"""A form may stand open for a day and over a restart: it goes through, or comes back filled in."""

from pathlib import Path

import pytest

from portal import create_app, csrf
from portal.csrf import STALE
from portal.extensions import db, settings
from portal.leads import proof
from portal.leads.models import Enquiry, Lead
from tests.conftest import make_settings
from tests.leads.conftest import ROBIN, fields, rows
from tests.leads.test_views import problems, typed

pytestmark = pytest.mark.one_database

HOUR = 3600
DAY = 24 * HOUR


@pytest.mark.parametrize("seconds", [2, HOUR, 25 * HOUR, 8 * DAY - 10])
def test_form_left_open_goes_through(client, fill, clock, seconds):
    sent = fill()
    clock.advance(seconds=seconds)
    assert client.post("/consult", data=sent).status_code == 303
    assert [lead.status for lead in rows(Lead)] == ["unfinished"]


def test_form_left_open_for_nine_days_needs_one_more_press(client, fill, clock):
    sent = fill()
    clock.advance(days=9)
    answer = client.post("/consult", data=sent)
    assert (answer.status_code, problems(answer)) == (422, [STALE])
    again = fields(answer.text)
    assert again["key"] == sent["key"]
    assert again["csrf_token"] != sent["csrf_token"]
    assert typed(answer) == ROBIN
    assert client.post("/consult", data=again).status_code == 303
    assert [lead.status for lead in rows(Lead)] == ["unfinished"]


@pytest.fixture
def restarted(app):
    """The same studio after a restart, with these settings in place of the old ones."""

    apps = []

    def restart(**environ):
        url = app.config["SQLALCHEMY_DATABASE_URI"]
        raw = {name: str(settings().raw[name]) for name in ("SECRET_KEY", "HEALTH_KEYS")}
        fresh = create_app(make_settings(Path(app.instance_path), url, **(raw | environ)))
        fresh.testing = True
        apps.append(fresh)
        return fresh.test_client()

    yield restart
    for fresh in apps:
        with fresh.app_context():
            db.engine.dispose()


def test_form_goes_through_after_a_restart(fill, restarted):
    sent = fill()
    assert restarted().post("/consult", data=sent).status_code == 303


def test_repeat_after_a_restart_gives_the_same_page(client, fill, restarted):
    sent = fill()
    first = client.post("/consult", data=sent)
    second = restarted().post("/consult", data=sent)
    assert second.headers["Location"] == first.headers["Location"]
    assert len(rows(Enquiry)) == 1


def test_form_needs_one_more_press_after_the_secret_changed(fill, restarted):
    sent, studio = fill(), restarted(SECRET_KEY="another-secret-for-tests")
    answer = studio.post("/consult", data=sent)
    assert (answer.status_code, problems(answer), typed(answer)) == (422, [STALE], ROBIN)
    assert studio.post("/consult", data=fields(answer.text)).status_code == 303
    db.session.rollback()  # The page was drawn in this session, which still reads as of then.
    assert len(rows(Lead)) == 1


@pytest.mark.parametrize(
    "spoilt",
    ["", "{start}", "again:{rest}", ".{whole}", "{whole}\0", "{rest}", "x{whole}", "{whole}.x"],
)
def test_token_that_is_not_ours_needs_one_more_press(client, fill, spoilt):
    sent = fill()
    whole = sent["csrf_token"]
    token = spoilt.format(whole=whole, start=whole[:-1], rest=whole.removeprefix("lead:"))
    answer = client.post("/consult", data=sent | {"csrf_token": token})
    assert (answer.status_code, problems(answer), typed(answer)) == (422, [STALE], ROBIN)
    assert rows(Lead) == []


def test_token_of_another_purpose_needs_one_more_press(client, fill):
    answer = client.post("/consult", data=fill() | {"csrf_token": csrf.sign("public")})
    assert (answer.status_code, problems(answer)) == (422, [STALE])


def test_stale_form_with_a_wrong_field_says_both(client, fill, clock):
    sent = fill(name="")
    clock.advance(days=9)
    assert problems(client.post("/consult", data=sent)) == [STALE, "Enter your name"]


def test_keys_are_random_and_tokens_belong_to_one_key(app):
    keys = {proof.new_key() for _ in range(1000)}
    assert len(keys) == 1000
    assert all(proof.KEY.fullmatch(key) for key in keys)
    one, other = list(keys)[:2]
    assert proof.context(proof.token(one), other) == f"lead:{one}"
    assert proof.context("nonsense", other) == f"lead:{other}"
