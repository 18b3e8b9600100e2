"""The road as a stranger walks it, without JavaScript: from the form to a row at the desk."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from portal.leads.models import RANK, Disposition
from portal.staff.actions import add_staff
from portal.staff.models import Role
from tests.screening.answers import cases
from tests.stranger import Stranger

PASSWORD = "a quiet green mat 42"
BACK = {"pain_sites": ["low_back"], "duration": "2_6w", "trend": "same", "aggravators": ["flexion"]}
OUTCOMES = {
    "EMERGENCY": {**BACK, "leg_symptoms": "one", "bladder": "new_2w"},
    "URGENT": {**BACK, "leg_weakness": "new_one"},
    "REFERRAL": {"surgery": "lt_12w"},
    "INCOMPLETE": {**BACK, "bladder": None},
    "CAUTION": BACK,
    "CLEAR": {},
}
"""For every outcome one person who gets it, the gravest first."""
FORMS = {"/consult": "Consult", "/day-pass": "Day pass"}
VIGNETTES = cases("vignettes.json")
OTHERWISE = {
    "V120": ("CLEAR", {}, "numbness between the legs is asked of people with back or leg pain"),
    "V124": ("CLEAR", {"age": 21}, "no page takes an age of 210"),
    "V126": ("EMERGENCY", {"age": 40}, "no page takes an empty age"),
}
"""Vignettes that the pages ask in another way: what comes of it, with which answers, and why."""


class Row(NamedTuple):
    """A lead as the queue shows it."""

    name: str
    disposition: str
    status: str
    clock: str
    words: str


@pytest.fixture
def stranger(client, clock) -> Callable[..., Stranger]:
    """Send a form, taking the time people take: `stranger("/consult", surgery="lt_12w")`."""

    def ask(form: str = "/consult", **answers) -> Stranger:
        person = Stranger(client, **answers)
        person.open(form)
        clock.advance(seconds=15)
        person.press()
        return person

    return ask


@pytest.fixture
def desk(app) -> Callable[[], list[Row]]:
    """Return the queue from the top, as somebody at the desk sees it."""
    add_staff(email="dana@example.com", name="Dana Test", role=Role.DESK, password=PASSWORD)
    dana = Stranger(app.test_client(), email="dana@example.com", password=PASSWORD)

    def queue() -> list[Row]:
        if dana.open("/desk/").place == "sign-in":
            dana.press()
        return rows_of(dana.page.text)

    return queue


def rows_of(page: str) -> list[Row]:
    row = re.compile(
        r'<li class="row [^>]*id="lead-\d+" data-disposition="(\w+)" data-status="(\w+)".*?'
        r'<h3><a [^>]*>([^<]+).*?<span class="sla[^>]*>.*?</svg>([^<]+)</span>.*?<p>([^<]+)</p>',
        re.DOTALL,
    )
    return [
        Row(found[2], found[0], found[1], found[3].strip(), found[4]) for found in row.findall(page)
    ]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_stranger_gets_their_outcome_and_the_desk_a_row(stranger, desk, form, outcome):
    page = stranger(form, **OUTCOMES[outcome]).walk()

    assert page.disposition == outcome
    [row] = desk()
    assert (row.name, row.disposition, row.status) == ("Robin Test", outcome, "waiting")
    assert row.words.startswith(FORMS[form])


def test_queue_has_the_gravest_on_top_and_of_two_alike_the_one_due_first(stranger, desk, clock):
    for turn in ("first", "second"):
        for outcome, answers in reversed(OUTCOMES.items()):
            name = f"{outcome} {turn}"
            mail = f"{name.replace(' ', '.').lower()}@example.com"
            stranger(name=name, email=mail, **answers).walk()
        clock.advance(hours=26)

    assert [(row.disposition, row.name.split()[1]) for row in desk()] == [
        (outcome, turn) for outcome in OUTCOMES for turn in ("first", "second")
    ]


def test_outcomes_of_this_file_are_all_there_are_in_the_order_of_the_desk():
    assert list(OUTCOMES) == sorted(Disposition, key=RANK.__getitem__)


def test_clock_at_the_desk_runs_by_the_outcome(stranger, desk):
    for outcome, answers in OUTCOMES.items():
        stranger(name=outcome, email=f"{outcome.lower()}@example.com", **answers).walk()

    assert [(row.name, row.clock) for row in desk()] == [
        ("EMERGENCY", "Call by 12:05 pm"),
        ("URGENT", "Call by 12:15 pm"),
        ("REFERRAL", "Today, 5 pm"),
        ("INCOMPLETE", "Tomorrow, noon"),
        ("CAUTION", "Tomorrow, noon"),
        ("CLEAR", "Tomorrow, noon"),
    ]


def test_stranger_who_stops_half_way_waits_at_the_desk_as_unfinished(stranger, desk):
    stranger(**BACK).press()

    assert [(row.disposition, row.status) for row in desk()] == [("INCOMPLETE", "unfinished")]


@pytest.mark.one_database
@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in VIGNETTES])
def test_vignette_walked_through_the_pages_gets_its_outcome(app, clock, case):
    outcome, more, _ = OTHERWISE.get(case["id"], (case["expected"]["disposition"], {}, ""))
    person = Stranger(app.test_client(), **case["answers"] | more)

    person.open("/consult")
    clock.advance(seconds=15)
    person.press()

    assert person.walk().disposition == outcome


@pytest.mark.parametrize("age", ["210", ""])
def test_age_that_nobody_has_ends_no_health_check(stranger, desk, age):
    page = stranger(age=age, **OUTCOMES["EMERGENCY"]).press()

    assert (page.status, page.disposition) == (422, None)
    assert [(row.disposition, row.status) for row in desk()] == [("INCOMPLETE", "unfinished")]


def test_numbness_without_pain_is_asked_about_when_it_is_written(stranger):
    note = "numb in my groin"
    page = stranger(free_text=note, saddle_numb="new_2w").walk()

    assert page.disposition == "URGENT"
