"""Short links: who makes one, where it leads, and that its name is kept with the lead."""

import re

import pytest

from portal.campaigns import actions
from portal.campaigns.models import Campaign
from portal.extensions import db
from portal.leads.models import Enquiry
from portal.staff.models import Role
from tests.desk.conftest import form_on, make_staff, sign_in
from tests.stranger import Stranger

GOOD = {"title": "Sore back?", "name": "spring-window", "target": "/consult"}


@pytest.fixture
def manager(app):
    return sign_in(app, make_staff("Mara Test", Role.MANAGER))


@pytest.fixture
def poster(app) -> Campaign:
    staff = make_staff("Noor Test", Role.MANAGER)
    made = actions.make(**GOOD, staff_id=staff.id)
    return db.session.get_one(Campaign, made)


def send(manager, **changes):
    form = form_on(manager.get("/desk/posters").text, "/desk/posters")
    return manager.client.post("/desk/posters", data={**form, **GOOD, **changes})


def names() -> list[str]:
    return list(db.session.scalars(db.select(Campaign.name)))


def test_manager_makes_a_link_and_sees_its_poster(manager):
    answer = send(manager)
    page = manager.get(answer.location).text
    assert answer.status_code == 303
    assert "localhost/go/spring-window" in page
    assert re.search(r'<svg class="qr" role="img" aria-label="QR code: http://localhost/go', page)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "Spring window!"}, "Enter a short name"),
        ({"name": "x" * 41}, "Enter a short name"),
        ({"title": "  "}, "Enter what the poster says"),
        ({"target": "https://evil.example/"}, "Select where the link leads"),
        ({"target": ""}, "Select where the link leads"),
    ],
)
def test_wrong_form_comes_back_with_what_was_typed(manager, changes, problem):
    answer = send(manager, **changes)
    assert answer.status_code == 422
    assert problem in answer.text
    assert 'value="spring-window"' in answer.text or "name" in changes
    assert names() == []


def test_name_is_given_once_and_never_again(manager):
    send(manager)
    db.session.expire_all()
    second = send(manager, name="Spring-Window", title="Another")
    assert (second.status_code, names()) == (422, ["spring-window"])
    assert "This name is taken" in second.text


def test_link_sends_on_with_its_name_as_the_campaign(client, poster):
    answer = client.get("/go/Spring-Window")
    assert (answer.status_code, answer.location) == (
        302,
        "/consult?utm_source=go&utm_campaign=spring-window",
    )


def test_lead_keeps_the_poster_it_came_by(app, client, poster):
    stranger = Stranger(client)
    stranger.ask(client.get("/go/spring-window").location)
    touch = db.session.scalars(db.select(Enquiry)).one().touch
    assert touch["first"]["utm_campaign"] == "spring-window"


def test_ended_link_leads_to_the_first_page_and_ends_once(client, manager, poster):
    form = form_on(manager.get("/desk/posters").text, f"/desk/posters/{poster.id}/end")
    path = f"/desk/posters/{poster.id}/end"
    assert manager.client.post(path, data=form).status_code == 303
    assert client.get("/go/spring-window").location.startswith("/?utm_source=go")
    assert manager.client.post(path, data=form).status_code == 409


def test_unknown_link_is_a_page_of_its_own(client):
    assert client.get("/go/nothing").status_code == 404


def test_desk_prints_posters_and_makes_none(app, poster):
    desk = sign_in(app, make_staff("Dana Test", Role.DESK))
    page = desk.get("/desk/posters").text
    assert ("A new link" in page, "End it" in page) == (False, False)
    assert desk.get(f"/desk/posters/{poster.id}").status_code == 200
    assert desk.client.post("/desk/posters", data=GOOD).status_code == 403
