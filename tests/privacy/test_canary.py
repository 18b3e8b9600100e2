"""Words planted in every free field of the health check are on no page but those that show answers.

The URL map is walked, so that a new route is tried without anybody thinking of it.
"""

import logging
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.routing import Rule

from portal.clock import now
from portal.extensions import db
from portal.intake.models import Decision, Intake
from portal.leads.links import health_check_token
from portal.leads.models import Activity, Enquiry
from portal.mail import outbox
from portal.mail.models import OutboxMail
from portal.privacy import links
from portal.staff.models import Role
from tests.desk.conftest import make_staff, sign_in
from tests.privacy.conftest import BACK, again

CANARY = "Zyxquill"
FREE = {
    "goals": f"{CANARY} goals",
    "free_text": f"{CANARY} own words",
    "conditions": ["asthma_copd"],
}
TOLD = re.compile(CANARY)
SHOWS_ANSWERS = re.compile(r"answers|assessment|plan|questionnaire|fhir|sheet|\.json")
"""Addresses for coaches and managers behind which answers are read, each reading noted."""
OWN = re.compile(r"^/(health-check|book|manage|pass|day-pass|referral|letter|clinician|plan|my)")
"""Personal pages, where somebody reads their own words back."""


@pytest.fixture
def planted(told, client) -> Enquiry:
    return told(**BACK, **FREE)


def addresses(app, **known: object) -> list[str]:
    """Return every address that a GET may go to, with these numbers and names in its holes."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [_built(rule, known) for rule in rules if "GET" in rule.methods]


def _built(rule: Rule, known: dict[str, object]) -> str:
    holes = {name: 1 if name.endswith("_id") else "x" for name in rule.arguments}
    return rule.build({**holes, **{name: known[name] for name in holes.keys() & known.keys()}})[1]


def betraying(app, client, **known: object) -> list[str]:
    return [path for path in addresses(app, **known) if TOLD.search(_text(client, path))]


def _text(client, path: str) -> str:
    answer = client.get(path)
    return f"{answer.headers} {answer.get_data(as_text=True)}"


def test_the_desk_role_finds_no_answer_behind_any_address(app, planted):
    dana = sign_in(app, make_staff())
    known = {"lead_id": planted.lead_id, "intake_id": 1, "decision_id": 1}
    paths = [path for path in addresses(app, **known) if not OWN.match(path)]
    assert len(paths) > 30
    assert [path for path in paths if TOLD.search(_text(dana.client, path))] == []


def test_a_coach_finds_answers_only_where_each_reading_is_noted(app, planted):
    coach = sign_in(app, make_staff("Jules Test", Role.COACH))
    found = betraying(app, coach.client, lead_id=planted.lead_id)
    assert f"/desk/leads/{planted.lead_id}/answers" in found
    assert [path for path in found if not SHOWS_ANSWERS.search(path)] == []


def test_a_stranger_finds_nothing_behind_any_address(app, planted, client):
    assert betraying(app, client, lead_id=planted.lead_id) == []


def test_ones_own_privacy_pages_show_no_answer(app, planted, client):
    token = links.token(again(planted.lead_id), at=now())
    assert betraying(app, client, token=token, lead_id=planted.lead_id) == []


def test_only_the_health_check_itself_reads_ones_words_back(app, planted, client):
    token = health_check_token(planted)
    found = betraying(app, client, token=token, slug="exercise")
    assert [path for path in found if not path.startswith("/health-check/")] == []
    for path in found:
        assert client.get(path).headers["Cache-Control"] == "no-store"


def test_no_page_puts_anything_into_the_browsers_storage(app):
    scripts = Path(app.root_path).parent / "static"
    kept = [
        match
        for file in scripts.glob("*.js")
        for match in re.findall(r"(?:local|session)Storage\.setItem\(\s*([^,]+)", file.read_text())
    ]
    assert [name for name in kept if re.search(r"answer|health|token", name)] == []


def test_canaries_are_in_no_column_of_any_table(planted):
    with db.engine.connect() as connection:
        rows = [
            (table.name, str(tuple(row)))
            for table in db.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        ]
    assert [name for name, row in rows if TOLD.search(row)] == []
    assert {"intake", "decision"} <= {name for name, _ in rows}


def test_no_mail_log_or_story_carries_a_canary(planted, caplog, app):
    caplog.set_level(logging.DEBUG)
    sign_in(app, make_staff("Jules Test", Role.COACH)).get(f"/desk/leads/{planted.lead_id}/answers")
    mails = [
        outbox.unseal(mail.uid, mail.content) for mail in db.session.scalars(sa.select(OutboxMail))
    ]
    words = [text for mail in mails for text in (mail.subject, mail.text, mail.html)]
    words += [record.getMessage() for record in caplog.records if "portal" in record.name]
    words += [
        str((line.kind, line.detail, line.before))
        for line in db.session.scalars(sa.select(Activity))
    ]
    assert words
    assert [line for line in words if TOLD.search(line)] == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Intake)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1
