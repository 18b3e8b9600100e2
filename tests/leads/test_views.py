"""The forms over HTTP: what a person sees at each press, and that nothing typed is ever lost."""

import contextlib
import re
from datetime import date

import pytest
from lxml import html

from portal.booking.models import Source, StudioClosure
from portal.clock import now
from portal.extensions import db, transaction
from portal.leads import blank, proof
from portal.leads.models import Activity, Consent, Enquiry, Lead, LeadWord
from portal.mail.models import OutboxMail
from portal.sqlite import WRITE
from tests.leads.conftest import ROBIN, counts, fields, rows

FORMS = ("/consult", "/day-pass")
PUBLIC = ("/", "/articles/", "/how-screening-works", "/privacy", *FORMS)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
STALE = (
    "This page was open for a long time, so we need you to send it again. "
    "Your answers are still here."
)


def problems(answer) -> list[str]:
    """The lines of the error summary, in order."""
    tree = html.fromstring(answer.text)
    summary = next((e for e in tree.iter("div") if e.get("class") == "error-summary"), None)
    if summary is None:
        return []
    return ["".join(line.itertext()).strip() for line in summary.iter("li")]


def beside(answer) -> dict[str, str]:
    """The words beside each field, by the field's id."""
    found = re.findall(
        r'id="([\w-]+)-error">.*?Error: </span>(.*?)</span>', answer.text, flags=re.DOTALL
    )
    return dict(found)


def typed(answer) -> dict[str, str]:
    return {name: text for name, text in fields(answer.text).items() if name in ROBIN}


@pytest.mark.parametrize("path", PUBLIC)
def test_open_page_sets_no_cookie_and_writes_nothing(client, path):
    before = counts()
    answer = client.get(path, headers={"Referer": "https://search.example/?q=back"})
    assert answer.status_code == 200
    assert answer.headers.getlist("Set-Cookie") == []
    assert counts() == before


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("path", "heading", "title"),
    [
        ("/consult", "Book Your Free Consult", "Book your free consult \N{EN DASH} Trueline"),
        ("/day-pass", "Get Your Free Day Pass", "Get your free day pass \N{EN DASH} Trueline"),
    ],
)
def test_page_is_named_by_what_it_offers(client, path, heading, title):
    text = client.get(path).text
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", text) == [heading]
    assert re.findall(r"<title>(.*?)</title>", text) == [title]


@pytest.mark.one_database
@pytest.mark.parametrize("path", FORMS)
def test_form_carries_the_fields_of_the_contract(client, path):
    names = set(fields(client.get(path).text))
    day = {"visit_on"} if path == "/day-pass" else set()
    assert names == {
        "name", "email", "phone", "contact_by", "csrf_token", "key", "place", "landing",
        "referrer", "message",
    } | day  # fmt: skip
    text = client.get(path).text
    assert re.findall(r'name="reason" value="(\w+)"', text.split("</main>")[0]) == [
        "back",
        "start",
        "strong",
        "else",
    ]
    assert text.split("</main>")[0].count('name="marketing"') == 1


@pytest.mark.one_database
@pytest.mark.parametrize("path", FORMS)
def test_form_names_emergency_signs_and_number(client, path):
    main = client.get(path).text.split("</main>")[0]
    line = re.search(r'<p class="small signs.*?</p>', main, flags=re.DOTALL).group()
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", line)).strip()
    assert words == (
        "Get emergency help at once (call 911) if you notice numbness or tingling between your "
        "legs or around your bottom; any change in peeing, or losing control of your bowels; "
        "weakness, or pain, tingling or numbness, in both legs; chest pain."
    )


@pytest.mark.one_database
@pytest.mark.parametrize("path", FORMS)
def test_form_says_what_fills_itself_in(client, path):
    main = client.get(path).text.split("</main>")[0]
    assert dict(re.findall(r'name="(\w+)"[^>]* autocomplete="([\w-]+)"', main)) == {
        "name": "name",
        "phone": "tel",
        "email": "email",
        "message": "off",
    }


@pytest.mark.one_database
def test_every_form_shown_has_a_key_and_a_token_of_its_own(client):
    text = client.get("/").text + client.get("/").text
    keys = re.findall(r'name="key" value="([0-9a-f]{32})"', text)
    tokens = re.findall(r'name="csrf_token" value="([^"]+)"', text)
    assert len(set(keys)) == len(set(tokens)) == 4


@pytest.mark.one_database
def test_page_holds_each_form_once(client):
    forms = re.compile(r'<form class="lead" id="([\w-]+)"')
    assert forms.findall(client.get("/").text) == ["consult-form", "day-pass-form"]
    assert forms.findall(client.get("/consult").text) == ["consult-form", "day-pass-form"]
    assert forms.findall(client.get("/day-pass").text) == ["day-pass-form", "consult-form"]


@pytest.mark.one_database
def test_day_pass_offers_fourteen_days_in_words(client, clock):
    days = re.findall(r'<option value="([^"]*)">(.*?)</option>', client.get("/day-pass").text)
    assert len(days) == 15
    assert days[:2] == [("", "Choose a day"), ("2026-11-22", "Sunday, November 22")]
    clock.advance(hours=7)
    days = re.findall(r'<option value="([^"]*)">(.*?)</option>', client.get("/day-pass").text)
    assert days[1] == ("2026-11-23", "Monday, November 23")


def test_sent_form_leads_to_the_health_check(ask):
    answer = ask()
    assert answer.status_code == 303
    assert re.fullmatch(r"/health-check/[\w.-]+/", answer.headers["Location"])
    assert answer.headers.getlist("Set-Cookie") == []


def test_the_health_check_opens_for_who_was_sent_there(client, ask):
    answer = client.get(ask().headers["Location"])
    assert answer.status_code == 200


def test_sent_day_pass_keeps_the_day(ask):
    assert ask("/day-pass", visit_on="2026-11-28").status_code == 303
    assert [enquiry.visit_on.isoformat() for enquiry in rows(Enquiry)] == ["2026-11-28"]


def close(day: str) -> None:
    with transaction() as session:
        session.add(
            StudioClosure(
                day=date.fromisoformat(day),
                closed=True,
                reason="Works",
                source=Source.OWN,
                confirmed_at=now(),
            )
        )


def test_day_that_somebody_closed_is_not_offered(app, client):
    close("2026-11-28")
    app.extensions.pop(blank.KEPT, None)
    offered = client.get("/day-pass").text
    app.extensions.pop(blank.KEPT, None)
    assert 'value="2026-11-27"' in offered
    assert 'value="2026-11-28"' not in offered


def test_day_that_was_closed_while_the_form_was_open_is_given_back_with_words(fill, client):
    sent = fill("/day-pass", visit_on="2026-11-28")
    close("2026-11-28")
    answer = client.post("/day-pass", data=sent)
    assert answer.status_code == 422
    assert problems(answer) == ["We are closed on Saturday, November 28. Select another day"]
    assert 'value="2026-11-28"' not in answer.text
    assert fields(answer.text)["name"] == ROBIN["name"]


def test_consult_ignores_a_day(ask):
    assert ask("/consult", visit_on="nonsense").status_code == 303
    assert [enquiry.visit_on for enquiry in rows(Enquiry)] == [None]


@pytest.mark.one_database
def test_htmx_is_told_where_to_go(client, fill):
    answer = client.post("/consult", data=fill(), headers=HTMX)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["HX-Redirect"].startswith("/health-check/")


@pytest.mark.one_database
def test_empty_form_is_told_what_is_missing_in_order(ask):
    answer = ask(name="", email="", phone="", reason="", contact_by="phone")
    assert answer.status_code == 422
    assert problems(answer) == [
        "Enter your name",
        "Enter a phone number, or choose email",
        "Enter your email address",
        "Select what brings you in",
    ]
    assert beside(answer) == {
        "consult-name": "Enter your name",
        "consult-phone": "Enter a phone number, or choose email",
        "consult-email": "Enter your email address",
        "consult-reason": "Select what brings you in",
    }
    assert "<title>Error: Book your free consult \N{EN DASH} Trueline</title>" in answer.text


def test_bare_post_is_a_form_to_press_again(client):
    answer = client.post("/consult")
    assert answer.status_code == 422
    assert problems(answer)[0] == STALE
    assert rows(Lead) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("field", "sent", "words"),
    [
        ("name", "   ", "Enter your name"),
        ("name", "x" * 81, "Name must be 80 characters or fewer"),
        ("email", "robin", "Enter an email address, like name@example.com"),
        ("email", "robin@example", "Enter an email address, like name@example.com"),
        ("email", "x" * 245 + "@a.example", "Email address must be 254 characters or fewer"),
        ("phone", "12", "Enter a phone number, like 555-010-0142"),
        ("phone", "5" * 41, "Phone must be 40 characters or fewer"),
        ("reason", "spine", "Select what brings you in"),
        ("contact_by", "pigeon", "Select how we should contact you"),
        ("visit_on", "", "Select which day you would like to come"),
        ("visit_on", "tomorrow", "Select which day you would like to come"),
        ("visit_on", "2026-11-21", "Select one of the days in the list"),
        ("visit_on", "2026-12-06", "Select one of the days in the list"),
        ("visit_on", "9999-12-31", "Select one of the days in the list"),
    ],
)
def test_field_that_will_not_do_is_given_back_with_words(ask, field, sent, words):
    answer = ask("/day-pass", **{"visit_on": "2026-11-28", field: sent})
    assert answer.status_code == 422
    assert problems(answer) == [words]
    assert list(beside(answer).values()) == [words]
    assert rows(Lead) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("name", "Robin"),
        ("name", "x" * 80),
        ("name", "Łukasz Żółć"),
        ("name", "אבי לוי"),
        ("name", "<script>alert(1)</script>"),
        ("name", "{{ 7*7 }}"),
        ("email", "Robin+gym@Example.com"),
        ("phone", ""),
        ("phone", "(555) 010-0123"),
        ("visit_on", "2026-11-22"),
        ("visit_on", "2026-12-05"),
    ],
)
def test_field_that_will_do_goes_through(ask, field, sent):
    assert ask("/day-pass", **{"visit_on": "2026-11-28", field: sent}).status_code == 303


@pytest.mark.one_database
@pytest.mark.parametrize("choice", ["phone", "text"])
def test_phone_is_needed_when_we_are_to_call_or_text(ask, choice):
    answer = ask(phone="", contact_by=choice)
    assert problems(answer) == ["Enter a phone number, or choose email"]
    assert ask(phone="555-010-0123", contact_by=choice).status_code == 303


def test_contact_without_a_choice_is_by_email(client, fill):
    sent = fill()
    del sent["contact_by"]
    assert client.post("/consult", data=sent).status_code == 303
    assert [enquiry.contact_by for enquiry in rows(Enquiry)] == ["email"]


@pytest.mark.one_database
def test_form_given_back_keeps_what_was_typed(ask):
    given = {"name": "Łukasz <b>", "email": "nowhere", "phone": "555 010", "reason": "strong"}
    answer = ask("/day-pass", **given, contact_by="text", marketing="yes", visit_on="2026-11-28")
    kept = fields(answer.text)
    assert {name: kept[name] for name in given} == given
    assert (kept["contact_by"], kept["marketing"]) == ("text", "yes")
    assert kept["visit_on"] == "2026-11-28"
    assert answer.headers.getlist("Set-Cookie") == []


def test_form_given_back_goes_through_once_it_is_right(client, ask, clock):
    sent = fields(ask(name="").text) | {"name": "Robin Test"}
    assert client.post("/consult", data=sent).status_code == 303
    assert [lead.status for lead in rows(Lead)] == ["unfinished"]


@pytest.mark.one_database
def test_errors_in_a_dialog_come_back_as_the_form_alone(client, fill):
    sent = fill(name="", place="dialog")
    answer = client.post("/consult", data=sent, headers=HTMX)
    assert answer.status_code == 422
    assert "HX-Request-Type" in answer.vary
    assert re.findall(r"<(?:html|h1|title|form)[^>]*>", answer.text)[0] == "<title>"
    assert "<title>Error: Book your free consult \N{EN DASH} Trueline</title>" in answer.text
    assert re.findall(r'<h2 id="consult-heading">', answer.text) == ['<h2 id="consult-heading">']
    assert "<h1" not in answer.text
    assert fields(answer.text)["place"] == "dialog"


@pytest.mark.one_database
def test_errors_on_the_page_come_back_with_its_heading(client, fill):
    answer = client.post("/consult", data=fill(name=""), headers=HTMX)
    assert re.findall(r"<h1[^>]*>", answer.text) == ['<h1 id="consult-heading">']


@pytest.mark.one_database
def test_unknown_place_is_the_page(client, fill):
    answer = client.post("/consult", data=fill(name="", place="<script>"), headers=HTMX)
    assert fields(answer.text)["place"] == "page"


@pytest.mark.one_database
def test_form_speaks_htmx_as_agreed(client):
    form = re.search(r'<form class="lead" [^>]+>', client.get("/consult").text).group()
    assert form == (
        '<form class="lead" id="consult-form" action="/consult" method="post" novalidate '
        'hx-post="/consult" hx-target="#consult-form" hx-swap="outerHTML" hx-sync="this:drop">'
    )


def test_probable_typo_is_asked_about_once(client, ask):
    answer = ask(email="robin@gmial.com")
    assert answer.status_code == 422
    assert problems(answer) == ["Did you mean robin@gmail.com? Keep it if it is right."]
    assert rows(Lead) == []
    assert client.post("/consult", data=fields(answer.text)).status_code == 303
    assert [lead.email for lead in rows(Lead)] == ["robin@gmial.com"]


def test_another_typo_is_asked_about_again(client, ask):
    sent = fields(ask(email="robin@gmial.com").text) | {"email": "robin@gmal.com"}
    answer = client.post("/consult", data=sent)
    assert problems(answer) == ["Did you mean robin@gmail.com? Keep it if it is right."]


def test_typo_that_is_put_right_goes_through(client, ask):
    sent = fields(ask(email="robin@gmial.com").text) | {"email": "robin@gmail.com"}
    assert client.post("/consult", data=sent).status_code == 303


@pytest.mark.parametrize(
    "field", ["name", "email", "phone", "reason", "contact_by", "visit_on", "key", "csrf_token"]
)
def test_nul_is_refused_in_every_field_that_counts(client, fill, field):
    sent = fill("/day-pass", visit_on="2026-11-28")
    answer = client.post("/day-pass", data=sent | {field: sent[field] + "\0"})
    assert answer.status_code == 422
    assert len(problems(answer)) == 1
    assert "\0" not in answer.text
    assert rows(Lead) == []


@pytest.mark.parametrize("field", ["landing", "referrer", "place", "kept_email", "utm_source"])
def test_nul_in_what_nobody_typed_is_dropped(ask, field):
    assert ask(**{field: "/\0"}).status_code == 303
    assert "\\u0000" not in str(rows(Enquiry)[0].touch)


def test_control_characters_do_not_reach_the_lead(ask, only_lead):
    ask(name="Robin\r\nBcc: x@example.com\x1b", phone="555\t010\n0123")
    assert only_lead().name == "Robin Bcc: x@example.com"
    assert only_lead().phone == "555 010 0123"


def test_repeated_and_unknown_fields_are_ignored(client, fill, only_lead):
    sent = fill() | {"name": ["Robin Test", "Other"], "status": "done", "id": "7", "version": "9"}
    assert client.post("/consult?name=Query", data=sent).status_code == 303
    lead = only_lead()
    assert (lead.name, lead.status, lead.version) == ("Robin Test", "unfinished", 1)


@pytest.mark.one_database
@pytest.mark.parametrize("key", ["", "ABC", "0" * 15, "0" * 65, "!" * 32, " " + "0" * 32])
def test_form_with_a_malformed_key_is_one_more_press(client, fill, key):
    answer = client.post("/consult", data=fill() | {"key": key})
    assert (answer.status_code, problems(answer)) == (422, [STALE])
    sent = fields(answer.text)
    assert proof.KEY.fullmatch(sent["key"])
    assert typed(answer) == ROBIN
    assert client.post("/consult", data=sent).status_code == 303
    assert [lead.status for lead in rows(Lead)] == ["unfinished"]


@pytest.mark.one_database
def test_missing_key_is_one_more_press(client, fill):
    sent = fill()
    del sent["key"]
    answer = client.post("/consult", data=sent)
    assert (answer.status_code, problems(answer)) == (422, [STALE])
    assert client.post("/consult", data=fields(answer.text)).status_code == 303


def test_same_form_twice_gives_the_same_page_and_one_lead(client, fill):
    sent = fill(marketing="yes")
    first = client.post("/consult", data=sent)
    before = counts()
    second = client.post("/consult", data=sent)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert counts() == before
    assert before["lead"] == before["enquiry"] == 1


def test_same_form_spelt_otherwise_is_the_same(client, fill):
    sent = fill()
    first = client.post("/consult", data=sent)
    again = sent | {
        "email": " ROBIN@example.com ",
        "phone": "(555) 010 0123",
        "name": "Robin  Test",
    }
    assert client.post("/consult", data=again).headers["Location"] == first.headers["Location"]
    assert len(rows(Enquiry)) == 1


def test_same_form_days_later_gives_the_same_page(client, fill, clock):
    sent = fill("/day-pass", visit_on="2026-11-23")
    first = client.post("/day-pass", data=sent)
    clock.advance(days=9)
    second = client.post("/day-pass", data=sent)
    assert (second.status_code, second.headers["Location"]) == (303, first.headers["Location"])


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Other Person"},
        {"email": "other@example.com"},
        {"reason": "else"},
        {"marketing": "yes"},
        {"contact_by": "phone"},
    ],
)
def test_used_key_with_another_body_is_refused_and_keeps_the_input(client, fill, other):
    sent = fill()
    client.post("/consult", data=sent)
    before = counts()
    answer = client.post("/consult", data=sent | other)
    assert answer.status_code == 409
    assert problems(answer) == [
        "You already sent this form with other details. Press Continue again to send these as well."
    ]
    assert counts() == before
    kept = fields(answer.text)
    assert kept | other == kept
    assert kept["key"] != sent["key"]
    assert client.post("/consult", data=kept).status_code == 303
    assert len(rows(Enquiry)) == 2


def test_key_of_the_consult_does_not_open_the_day_pass(client, fill):
    sent = fill("/day-pass", visit_on="2026-11-28")
    client.post("/day-pass", data=sent)
    assert client.post("/consult", data=sent).status_code == 409


@contextlib.contextmanager
def locked_database():
    """Somebody else is writing, for longer than this impatient connection waits."""
    on_sqlite = db.engine.dialect.name == "sqlite"
    db.session.rollback()
    db.engine.dispose()
    with db.engine.execution_options(**{WRITE: True}).connect() as other:
        impatient = "PRAGMA busy_timeout=10" if on_sqlite else "SET lock_timeout = 10"
        db.session.connection().exec_driver_sql(impatient)
        db.session.commit()
        with other.begin():
            if not on_sqlite:
                other.exec_driver_sql("LOCK TABLE lead")
            yield
    db.session.rollback()
    db.engine.dispose()


def test_database_that_is_busy_keeps_the_input(client, fill):
    sent = fill()
    with locked_database():
        answer = client.post("/consult", data=sent)
    assert answer.status_code == 503
    assert problems(answer) == [
        "That did not send. Your answers are still on this page. Try again, or call 555-010-0142."
    ]
    assert typed(answer) == ROBIN
    assert client.post("/consult", data=fields(answer.text)).status_code == 303


def test_sent_form_writes_everything_together(ask):
    ask(marketing="yes")
    found = counts()
    assert {name: n for name, n in found.items() if n} == {
        "lead": 1,
        "enquiry": 1,
        "consent": 2,
        "activity": 1,
        "outbox_mail": 2,
        "lead_word": len(rows(LeadWord)),
        "person_key": 1,
    }
    assert {type(row).__name__ for model in (Activity, Consent, OutboxMail) for row in rows(model)}
