"""A screen that keeps up: polls that cost nothing, parts that change, two people on one lead."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from portal.clock import now
from portal.desk import actions
from portal.extensions import db
from portal.leads.models import Disposition
from portal.staff.models import Presence, StaffSession
from tests.desk.conftest import fresh, make_lead, rows_of

POLL = "/desk/?poll=1"


def targets(answer) -> list[str]:
    return re.findall(r'<hx-partial hx-target="([^"]+)"', answer.text)


def sections(lead, *parts: str) -> list[str]:
    return [f"#pane-{lead.id}-{part}" for part in parts]


PANE = ("top", "verdict", "referral", "next", "asked", "mail", "story")
BESIDE = ["#views", "#flags", "#today", "#queue-heading"]


def test_list_polls_itself_without_moving_what_is_focused(dana):
    page = dana.get("/desk/?view=mine").text
    rows = re.search(r'<ul class="rows"[^>]*>', page)[0]
    assert 'hx-get="/desk/?poll=1&amp;view=mine"' in rows
    assert 'hx-trigger="every 15s, rows:refresh from:body"' in rows
    assert 'hx-swap="innerMorph"' in rows
    assert re.search(r'hx-ptag="[0-9a-f]{24}"', rows)
    assert "autofocus" not in page


def test_page_comes_with_the_tag_of_its_first_poll(dana):
    make_lead()
    tag = re.search(r'hx-ptag="([^"]+)"', dana.get("/desk/").text)[1]
    answer = dana.fragment(POLL, **{"HX-PTag": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_lead_page_comes_with_the_tag_of_its_first_poll(dana):
    lead = make_lead()
    tag = re.search(r'hx-ptag="([^"]+)"', dana.page(lead))[1]
    answer = dana.fragment(f"{POLL}&open={lead.id}&busy=", **{"HX-PTag": tag})
    assert answer.status_code == 304


@pytest.mark.parametrize("what", ["minute", "note", "claim", "enquiry"])
def test_poll_brings_rows_once_something_changed(dana, jules, clock, what):
    lead = make_lead()
    tag = dana.fragment(POLL).headers["HX-PTag"]
    if what == "minute":
        clock.advance(minutes=1)
    elif what == "note":
        jules.press(lead, "note", text="x")
    elif what == "claim":
        jules.press(lead, "claim")
    else:
        make_lead("Kim Other")
    answer = dana.fragment(POLL, **{"HX-PTag": tag})
    assert answer.status_code == 200
    assert rows_of(answer.text)[-1] == "Robin Test" or what == "enquiry"
    assert targets(answer) == BESIDE


def test_poll_is_no_use_of_the_session(dana, clock):
    clock.advance(minutes=30)
    dana.fragment(POLL)
    db.session.expire_all()
    session = db.session.scalars(db.select(StaffSession)).one()
    assert session.seen_at == now() - timedelta(minutes=30)


def test_poll_of_an_open_lead_brings_its_parts(dana):
    lead = make_lead()
    answer = dana.fragment(f"{POLL}&open={lead.id}")
    assert targets(answer) == BESIDE + sections(lead, *PANE, "acts")
    assert f'<li class="row sev--clr" id="lead-{lead.id}"' in answer.text
    assert " data-on" in answer.text


def test_poll_leaves_an_open_menu_alone(dana):
    lead = make_lead()
    answer = dana.fragment(f"{POLL}&open={lead.id}&busy=1")
    assert targets(answer) == BESIDE + sections(lead, *PANE)


def test_opening_a_lead_brings_the_detail_alone(dana):
    lead = make_lead()
    answer = dana.fragment(f"/desk/leads/{lead.id}?view=mine")
    assert "<html" not in answer.text
    assert f'data-lead="{lead.id}"' in answer.text
    assert "HX-Request-Type" in answer.headers["Vary"]


def test_press_brings_the_parts_it_changed(dana):
    lead = make_lead()
    answer = dana.press(lead, "done", fragment=True)
    assert answer.status_code == 200
    assert targets(answer) == [
        "#rows",
        *BESIDE,
        *sections(lead, *PANE, "acts", "news"),
        "#toast",
    ]
    assert "Robin Test marked done" in answer.text
    assert rows_of(answer.text) == []


def test_refused_press_brings_what_changed(dana, jules):
    lead = make_lead()
    page = dana.page(lead)
    jules.press(lead, "claim")
    answer = dana.press(lead, "claim", page=page, fragment=True)
    assert answer.status_code == 409
    assert "<li>Jules claimed this at noon</li>" in answer.text
    assert fresh(lead).owner_id == jules.staff.id


def test_note_refused_in_a_fragment_comes_back_open(dana):
    lead = make_lead()
    answer = dana.press(lead, "note", fragment=True, text="")
    assert answer.status_code == 422
    assert '<details class="act" name="act" open>' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_two_people_on_one_lead_see_each_other(dana, jules):
    lead = make_lead()
    assert "here too" not in dana.page(lead)
    assert "Dana is here too" in jules.page(lead)
    assert "Jules is here too" in dana.fragment(f"{POLL}&open={lead.id}").text


def test_who_left_is_not_here_any_more(dana, jules, clock):
    lead, other = make_lead(), make_lead("Kim Other")
    jules.page(lead)
    jules.page(other)
    assert "here too" not in dana.page(lead)
    clock.advance(seconds=46)
    assert "here too" not in dana.page(other)


def test_heartbeat_is_written_now_and_then_only(dana, clock):
    lead = make_lead()

    def seen() -> float:
        dana.fragment(f"{POLL}&open={lead.id}")
        db.session.expire_all()
        presence = db.session.scalars(db.select(Presence)).one()
        return (now() - presence.seen_at).total_seconds()

    beats = []
    for _ in range(4):
        beats.append(seen())
        clock.advance(seconds=15)
    assert beats == [0, 15, 0, 15]


def test_arrival_of_a_colleague_breaks_the_304(dana, jules):
    lead = make_lead()
    address = f"{POLL}&open={lead.id}"
    tag = dana.fragment(address).headers["HX-PTag"]
    jules.page(lead)
    assert dana.fragment(address, **{"HX-PTag": tag}).status_code == 200


def test_poll_after_sign_out_leads_to_the_door(dana):
    db.session.execute(db.delete(StaffSession))
    db.session.commit()
    answer = dana.fragment(POLL, **{"HX-Current-URL": "http://localhost/desk/?view=mine"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/staff/sign-in?next=/desk/?view%3Dmine"


def test_emergency_that_comes_in_stands_on_top_and_is_new(dana):
    make_lead("Calm")
    make_lead("Grave", Disposition.EMERGENCY)
    answer = dana.fragment(POLL)
    assert rows_of(answer.text) == ["Grave", "Calm"]
    assert answer.text.count("data-new") == 2


def test_lead_is_new_for_an_hour_unless_somebody_took_it(dana, clock):
    lead = make_lead("Taken")
    dana.press(lead, "claim")
    make_lead("Free")
    assert dana.get("/desk/").text.count("data-new") == 1
    clock.advance(minutes=59, seconds=59)
    assert dana.get("/desk/").text.count("data-new") == 1
    clock.advance(seconds=1)
    dana.stays()
    assert dana.get("/desk/").text.count("data-new") == 0


def test_poll_goes_on_after_the_open_lead_was_erased(dana):
    make_lead()
    answer = dana.fragment(f"{POLL}&open=4711")
    assert (answer.status_code, targets(answer)) == (200, BESIDE)


def test_page_is_shown_though_presence_cannot_be_written(dana, monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(actions, "heartbeat", refuse)
    assert dana.get(f"/desk/leads/{make_lead().id}").status_code == 200
