import itertools
import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.desk.queries import CAP, PAGE
from portal.extensions import db, transaction
from portal.leads.models import RANK, REPORTED_RANK, Disposition, Kind, Status
from portal.leads.search import index
from tests.desk.conftest import EVERY_LEVEL, fresh, make_enquiry, make_lead, rows_of


def counts_of(page: str) -> dict[str, str]:
    rail = re.search(r'<nav class="rail".*?</nav>', page, re.DOTALL)[0]
    return dict(
        re.findall(r"</svg><span>([^<]+)</span><span(?: class=\"hot\")?>([^<]*)</span>", rail)
    )


def test_stranger_is_sent_to_sign_in(client):
    answer = client.get("/desk/")
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in?next=/desk/")


def test_rows_stand_by_risk_then_by_clock(dana):
    soon, later = now() + timedelta(minutes=10), now() + timedelta(hours=5)
    for level in reversed(EVERY_LEVEL):
        make_lead(f"{level} later", level, due=later)
        make_lead(f"{level} soon", level, due=soon)
    assert rows_of(dana.get("/desk/").text) == [
        f"{level} {when}"
        for level in ("EMERGENCY", "URGENT", "REFERRAL", "INCOMPLETE", "CAUTION", "CLEAR")
        for when in ("soon", "later")
    ]


def test_what_was_reported_while_training_stands_right_below_the_alarms_however_full(dana):
    """By its rank and not by its clock: a page of referrals that are long overdue comes after."""
    overdue, later = now() - timedelta(days=3), now() + timedelta(hours=5)
    for number in range(PAGE + 1):
        make_lead(f"Overdue {number}", Disposition.REFERRAL, due=overdue)
    for level in EVERY_LEVEL:
        make_lead(f"New {level}", level, due=later)
    make_lead("Reported", Disposition.REFERRAL, due=later, reported_at=now())
    page = dana.get("/desk/").text
    alarms = ["New EMERGENCY", "New URGENT"]
    assert rows_of(page)[:4] == [*alarms, "Reported", "Overdue 0"]
    words = "<p>Consult: something new while training, speak to them first</p>"
    assert page.count(words) == 1
    following = re.search(r'href="(/desk/[^"]*after=[^"]+)"', page)[1]
    assert "Reported" not in rows_of(dana.get(unescape(following)).text)
    red = dana.get("/desk/?view=red-flags").text
    assert rows_of(red) == alarms


def test_who_is_told_what_to_do_about_something_reported_reads_it_first(dana):
    lead = make_lead(
        "Robin Test", Disposition.REFERRAL, timeframe="within_days", reported_at=now(), hold="all"
    )
    page = dana.page(lead)
    assert page.count("Something new: asked to check with a professional within a few days") == 1
    assert page.count("Until then your training waits.") == 1


@pytest.mark.parametrize(
    "step",
    [
        lambda lead, **when: lead.screened(
            Disposition.REFERRAL, timeframe="routine", hold="none", **when
        ),
        lambda lead, **when: lead.cleared(leaves="none", **when),
        lambda lead, **when: lead.forget_screening(**when),
    ],
    ids=["another outcome", "a clearance", "answers taken back"],
)
def test_something_reported_keeps_its_place_until_it_is_settled(dana, step):
    lead = make_lead("Robin Test", Disposition.REFERRAL, reported_at=now())
    with transaction():
        fresh(lead).contacted(at=now(), due_at=now())
    assert fresh(lead).open_rank == REPORTED_RANK
    with transaction():
        step(fresh(lead), at=now(), due_at=now())
    assert fresh(lead).open_rank > REPORTED_RANK


def test_an_alarm_that_was_reported_stays_an_alarm(dana):
    lead = make_lead("Robin Test", Disposition.EMERGENCY, reported_at=now())
    assert lead.open_rank == RANK[Disposition.EMERGENCY]


def test_row_carries_what_acceptance_relies_on(dana):
    lead = make_lead("Robin Test", Disposition.URGENT, timeframe="today", hold="all")
    page = dana.get("/desk/").text
    assert f'<li class="row sev--urg" id="lead-{lead.id}" data-disposition="URGENT"' in page
    assert 'data-status="waiting"' in page


@pytest.mark.parametrize(
    ("level", "timeframe", "kind", "words"),
    [
        (Disposition.EMERGENCY, "now", Kind.CONSULT, "Consult: told to call 911"),
        (Disposition.URGENT, "today", Kind.DAY_PASS, "Day pass: told to see a doctor today"),
        (
            Disposition.REFERRAL,
            "within_2_weeks",
            Kind.CONSULT,
            "Consult: a check first, within two weeks",
        ),
        (Disposition.CAUTION, "none", Kind.CONSULT, "Consult: a coach changes a few things"),
        (Disposition.CLEAR, "none", Kind.CONSULT, "Consult: ready for a time"),
        (Disposition.CLEAR, "none", Kind.DAY_PASS, "Day pass: Saturday, November 28"),
        (Disposition.INCOMPLETE, "none", Kind.CONSULT, "Consult: an answer is missing"),
        (None, "none", Kind.CONSULT, "Consult: health check not finished"),
    ],
)
def test_one_line_says_what_was_asked_and_where_it_stands(dana, level, timeframe, kind, words):
    make_lead("Robin Test", level, kind=kind, timeframe=timeframe)
    assert f"<p>{words}</p>" in dana.get("/desk/").text


def test_clock_reads_late_soon_and_calm(dana):
    make_lead("A", due=now() - timedelta(minutes=9))
    make_lead("B", due=now() + timedelta(minutes=30))
    make_lead("C", due=now() + timedelta(hours=5))
    page = dana.get("/desk/").text
    assert re.findall(r'<span class="(sla[^"]*)">.*?</svg> ([^<]+)</span>', page) == [
        ("sla sla--late", "9 min late"),
        ("sla sla--soon", "Call by 12:30 pm"),
        ("sla", "Today, 5 pm"),
    ]


def test_every_lead_is_found_in_its_queues(dana, jules):
    make_lead("Urgent", Disposition.URGENT)
    make_lead("Pass", kind=Kind.DAY_PASS)
    make_lead("Mine", owner_id=dana.staff.id)
    make_lead("Theirs", owner_id=jules.staff.id)
    make_lead("Answered", status=Status.CONTACTED, due=now() + timedelta(hours=2))
    make_lead("Look again", status=Status.CONTACTED, due=now() - timedelta(hours=1))
    make_lead("Asleep", snoozed_until=now() + timedelta(hours=1), due=now() + timedelta(hours=1))
    make_lead("Half", None)
    make_lead("Spam", None, status=Status.HELD, held_because="sent within seconds")
    make_lead("Coming", status=Status.BOOKED)
    make_lead("Finished", status=Status.DONE)
    make_lead("Never", status=Status.NOT_NOW)
    in_order = {
        "": ["Urgent", "Half", "Look again", "Pass", "Mine", "Theirs"],
        "red-flags": ["Urgent"],
        "mine": ["Mine"],
        "follow-up": ["Answered"],
        "snoozed": ["Asleep"],
        "day-passes": ["Pass"],
        "booked": ["Coming"],
        "unfinished": ["Half"],
        "held": ["Spam"],
        "done": ["Never", "Finished"],
    }
    for key, names in in_order.items():
        assert rows_of(dana.get(f"/desk/?view={key}").text) == names, key
    counted = counts_of(dana.get("/desk/").text)
    assert {name: count for name, count in counted.items() if count} == {
        "Needs action": "6",
        "Red flags": "1",
        "Mine": "1",
        "Following up": "1",
        "Snoozed": "1",
        "Day passes": "1",
        "Booked": "1",
        "Not finished": "1",
        "Held": "1",
        "Done lately": "2",
    }


def test_snoozed_red_flag_stays_among_the_red_flags(dana):
    until = now() + timedelta(hours=2)
    make_lead("Asleep", Disposition.EMERGENCY, snoozed_until=until, due=until)
    assert rows_of(dana.get("/desk/?view=red-flags").text) == ["Asleep"]


def test_chips_narrow_the_queue(dana, jules):
    make_lead("Consult", owner_id=jules.staff.id)
    make_lead("Pass", kind=Kind.DAY_PASS)
    assert rows_of(dana.get("/desk/?only=consults").text) == ["Consult"]
    assert rows_of(dana.get("/desk/?only=day-passes").text) == ["Pass"]
    assert rows_of(dana.get("/desk/?only=unassigned").text) == ["Pass"]


def test_chip_goes_by_what_was_asked_last(dana):
    lead = make_lead("Both", kind=Kind.DAY_PASS)
    make_enquiry(lead, kind=Kind.CONSULT)
    assert rows_of(dana.get("/desk/?only=consults").text) == ["Both"]
    assert rows_of(dana.get("/desk/?only=day-passes").text) == []


def test_nonsense_in_the_address_shows_the_queue(dana):
    make_lead("Robin Test")
    for address in (
        "?view=none",
        "?only=none",
        "?after=1.2",
        "?after=x.y.z",
        f"?after=1.{9**30}.1",
    ):
        assert rows_of(dana.get(f"/desk/{address}").text) == ["Robin Test"]


def test_count_is_capped(dana):
    for number in range(CAP + 2):
        make_lead(f"Lead {number}")
    assert counts_of(dana.get("/desk/").text)["Needs action"] == "100+"


@pytest.mark.parametrize("view", ["", "done"])
def test_pages_follow_each_other_without_gap_or_repeat(dana, view):
    status = Status.DONE if view else Status.WAITING
    names = [f"Lead {number:03}" for number in range(2 * PAGE + 1)]
    for name in names:
        make_lead(name, due=now() + timedelta(hours=1), status=status)
    seen, address = [], f"/desk/?view={view}"
    while address:
        page = dana.get(address).text
        seen.append(rows_of(page))
        more = re.search(r'href="([^"]+)">(?:(?!</a>).)*More of this list', page, re.DOTALL)
        address = more[1].replace("&amp;", "&") if more else ""
    assert [len(part) for part in seen] == [PAGE, PAGE, 1]
    assert list(itertools.chain(*seen)) == (names[::-1] if view else names)


@pytest.mark.parametrize("typed", ["rob", "ROBIN Te", "t042", "TL-T042", "555-0142", "robin@"])
def test_search_finds_by_name_phone_reference_and_email(dana, typed):
    lead = make_lead("Robin Test", status=Status.DONE)
    make_lead("Kim Other")
    lead.ref, lead.email = "TL-T042", "robin@example.com"
    lead.phone, lead.phone_e164 = "312-555-0142", "+13125550142"
    index(lead)
    db.session.commit()
    page = dana.client.get("/desk/", query_string={"q": "312" + typed if "555" in typed else typed})
    assert rows_of(page.text) == ["Robin Test"]


def test_search_without_result_says_so(dana):
    assert "<b>Nobody found.</b>" in dana.get("/desk/?q=zzz").text


def test_empty_queue_names_what_is_due_next(dana):
    make_lead("Ellen Test", status=Status.CONTACTED, due=now() + timedelta(hours=5))
    page = dana.get("/desk/").text
    assert "<b>Nothing waiting.</b> Next follow-up: Ellen Test, Today, 5 pm." in page


def test_empty_desk_says_so(dana):
    page = dana.get("/desk/").text
    assert "<b>Nothing waiting.</b></p>" in page
    assert "Nobody is open" in page


def test_numbers_of_the_day(dana, clock):
    make_lead("Late", due=now() - timedelta(minutes=1))
    answered = make_lead("Answered")
    clock.advance(minutes=11)
    dana.press(answered, "call", outcome="spoke")
    page = dana.get("/desk/").text
    assert re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)[:3] == [
        ("New enquiries", "2"),
        ("Median first reply", "11 min"),
        ("Past due", "1"),
    ]
    assert 'aria-label="New enquiries per hour, 6 am to noon: 0, 0, 0, 0, 0, 0, 2"' in page


def test_enquiries_of_yesterday_are_not_counted(dana, clock):
    make_lead("Yesterday")
    clock.advance(days=1)
    dana.stays()
    assert "<dt>New enquiries</dt><dd>0</dd>" in dana.get("/desk/").text


@pytest.mark.parametrize("count", [1, 3])
def test_queue_costs_the_same_queries_for_any_number_of_rows(dana, count):
    for number in range(count):
        make_lead(f"Lead {number}", owner_id=dana.staff.id)
    db.session.remove()
    assert queries_of(lambda: dana.get("/desk/")) == 8


@pytest.mark.parametrize("count", [1, 3])
def test_unchanged_poll_costs_few_queries(dana, count):
    for number in range(count):
        make_lead(f"Lead {number}")
    tag = dana.fragment("/desk/?poll=1").headers["HX-PTag"]
    db.session.remove()
    assert queries_of(lambda: dana.fragment("/desk/?poll=1", **{"HX-PTag": tag})) == 2


def queries_of(act) -> int:
    seen = []

    def count(_connection, _cursor, statement, *_rest):
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    try:
        act()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", count)
    return len(seen)


def test_new_enquiry_wakes_a_snoozed_lead(dana):
    lead = make_lead("Asleep")
    dana.press(lead, "snooze", choice="tomorrow")
    assert rows_of(dana.get("/desk/").text) == []
    fresh(lead).asked_again(at=now(), due_at=now() + timedelta(hours=1))
    db.session.commit()
    assert rows_of(dana.get("/desk/").text) == ["Asleep"]


def test_finished_health_check_wakes_a_snoozed_lead(dana):
    lead = make_lead("Asleep", None)
    dana.press(lead, "snooze", choice="tomorrow")
    fresh(lead).screened(Disposition.URGENT, timeframe="today", hold="all", at=now(), due_at=now())
    db.session.commit()
    assert rows_of(dana.get("/desk/").text) == ["Asleep"]


def test_snooze_that_is_over_brings_the_lead_back(dana, clock):
    lead = make_lead("Asleep")
    dana.press(lead, "snooze", choice="two-hours")
    assert rows_of(dana.get("/desk/").text) == []
    clock.advance(hours=2)
    dana.stays()
    assert rows_of(dana.get("/desk/").text) == ["Asleep"]
