"""The limit on sending: by address and form, kindly worded, keeping the input."""

import sqlite3

import pytest

from portal.extensions import settings
from portal.leads.models import Enquiry, Lead
from portal.limiter import Limiter
from tests.leads.conftest import ROBIN, fields, rows
from tests.leads.test_views import problems, typed

SIXTY = 60
KIND_WORDS = "You have sent this several times. Wait 10 minutes, or call 555-010-0142."


def person(number):
    return {"name": "Robin Test", "email": f"robin{number}@example.com", "phone": ""}


def test_forty_people_behind_one_address_all_pass(ask):
    answers = [ask(**person(number)).status_code for number in range(40)]
    assert answers == [303] * 40
    assert len(rows(Lead)) == 40


@pytest.mark.one_database
def test_forty_people_who_each_mistype_once_all_pass(client, ask):
    for number in range(40):
        again = fields(ask(**person(number) | {"name": ""}).text) | {"name": "Robin Test"}
        assert client.post("/consult", data=again).status_code == 303
    assert len(rows(Lead)) == 40


@pytest.fixture
def used_up(client, fill):
    """An address that has sent as many good forms as it may."""
    for number in range(SIXTY):
        assert client.post("/consult", data=fill(**person(number))).status_code == 303


@pytest.mark.one_database
@pytest.mark.usefixtures("used_up")
def test_one_form_too_many_is_given_back_with_all_that_was_typed(client, fill, clock):
    sent = fill()
    answer = client.post("/consult", data=sent)
    assert (answer.status_code, problems(answer), typed(answer)) == (429, [KIND_WORDS], ROBIN)
    assert answer.headers["Retry-After"] == "600"
    assert len(rows(Lead)) == SIXTY
    clock.advance(minutes=10)
    assert client.post("/consult", data=fields(answer.text)).status_code == 303


@pytest.mark.one_database
@pytest.mark.usefixtures("used_up")
def test_other_form_and_other_address_have_turns_of_their_own(client, fill):
    visit = fill("/day-pass", visit_on="2026-11-28")
    assert client.post("/day-pass", data=visit).status_code == 303
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post("/consult", data=fill(), environ_overrides=elsewhere).status_code == 303


@pytest.mark.one_database
def test_forms_given_back_are_limited_too(client):
    answers = [client.post("/consult", data=ROBIN).status_code for _ in range(SIXTY + 1)]
    assert answers == [422] * SIXTY + [429]


def test_repeats_of_a_stored_form_take_no_turn(client, fill):
    sent = fill()
    assert {client.post("/consult", data=sent).status_code for _ in range(SIXTY + 5)} == {303}
    assert client.post("/consult", data=fill(**person(1))).status_code == 303
    assert len(rows(Enquiry)) == 2


@pytest.mark.one_database
def test_forged_forwarding_header_gives_no_new_turn(client):
    answers = [
        client.post("/consult", data=ROBIN, headers={"X-Forwarded-For": f"192.0.2.{number}"})
        for number in range(SIXTY + 1)
    ]
    assert answers[-1].status_code == 429


@pytest.mark.one_database
def test_another_address_of_the_same_ipv6_line_gives_no_new_turn(client):
    def answer(address):
        return client.post("/consult", data=ROBIN, environ_overrides={"REMOTE_ADDR": address})

    answers = [answer(f"2001:db8:1:2:{number:x}::1").status_code for number in range(SIXTY + 1)]
    assert answers == [422] * SIXTY + [429]
    assert answer("2001:db8:1:3::1").status_code == 422


@pytest.mark.one_database
def test_an_ipv4_address_is_the_same_line_inside_ipv6(client):
    for address in ("192.0.2.7", "::ffff:192.0.2.7") * (SIXTY // 2):
        client.post("/consult", data=ROBIN, environ_overrides={"REMOTE_ADDR": address})
    answer = client.post("/consult", data=ROBIN, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == 429


@pytest.mark.one_database
def test_looking_takes_no_turn(client, fill):
    for _ in range(SIXTY + 5):
        client.get("/consult")
    assert client.post("/consult", data=fill()).status_code == 303


@pytest.fixture
def broken_counter(app, tmp_path, monkeypatch):
    """Let the file of counts be no database."""
    file = tmp_path / "limits.sqlite"
    file.write_bytes(b"this is no database" * 100)
    monkeypatch.setitem(app.extensions, "limiter", Limiter(file=file, redis_url=None))
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(file).execute("SELECT 1 FROM hit")


@pytest.mark.one_database
@pytest.mark.usefixtures("broken_counter")
def test_counter_that_does_not_answer_lets_people_through(client, fill):
    assert client.post("/consult", data=fill()).status_code == 303


@pytest.mark.one_database
@pytest.mark.usefixtures("broken_counter")
@pytest.mark.parametrize("path", ["/privacy/link", "/plan"])
def test_counter_that_does_not_answer_keeps_nobody_from_a_link(client, path):
    form = fields(client.get(path).text) | {"email": "robin@example.com"}
    assert client.post(path, data=form).status_code == 303


def test_limit_is_sixty_in_ten_minutes_unless_set(app):
    limit = settings().lead_rate_limit
    assert (limit.amount, limit.get_expiry()) == (60, 600)
