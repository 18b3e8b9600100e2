"""The person's own page: a session, the morning after, the light, and stopping at once."""

import logging
import re
from datetime import timedelta

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.models import Disposition
from portal.mail.models import MailState, OutboxMail
from portal.mail.outbox import unseal
from portal.onboarding import changing, journal, links, queries
from portal.onboarding.models import PlanState
from portal.onboarding.signs import signs
from portal.screening import questionnaire
from tests.desk.conftest import form_on
from tests.onboarding.conftest import fresh, heading, kinds_of, send
from tests.test_privacy import TOLD


class Client:
    """One person with their link."""

    def __init__(self, client, plan) -> None:
        self.client, self.plan_id = client, plan.id
        self.url = f"/plan/{links.plan_token(plan, at=now())}"

    @property
    def plan(self):
        db.session.expire_all()
        return queries.plan(self.plan_id)

    @property
    def sheet(self):
        return changing.read(self.plan)

    @property
    def last(self):
        return journal.entries(queries.logs(self.plan_id))[-1]

    def get(self, path: str = "/"):
        return self.client.get(self.url + path)

    def press(self, page: str, path: str, **fields):
        form = form_on(self.get(page).text, self.url + path)
        return self.client.post(form.pop("action"), data={**form, **fields})

    def train(self, *, pain: int = 1, done: str = "all", confidence: str = "8", **fields) -> None:
        """Go through a whole session, every exercise the same."""
        assert self.press("/", "/session").location == f"{self.url}/session"
        for line in self.sheet.lines:
            told = {"done": done, "pain": pain, "felt": "right", **fields}
            assert self.press("/session", f"/session/{line.key}", **told).status_code == 303
        assert self.press("/session", "/done", confidence=confidence).status_code == 303

    def wake(self, settled: str = "yes"):
        form = form_on(self.get().text, f"{self.url}/morning")
        return self.client.post(form.pop("action"), data={**form, "settled": settled})


@pytest.fixture
def given(jules, planned, app):
    """A plan that was given to somebody: the person with their link."""

    def give(**answers) -> tuple[object, Client]:
        lead, address = planned(**answers)
        jules.stays()
        answer = send(jules, jules.get(address).text, f"{address}/share")
        assert answer.status_code == 303
        return lead, Client(app.test_client(), queries.live_plan(lead.id))

    return give


def said(page: str) -> str:
    return " ".join(re.search('<h2 id="light">(.*?)</h2>', page, re.DOTALL)[1].split())


def test_the_link_comes_by_mail_and_opens_the_page(given):
    lead, person = given()
    mail = db.session.scalars(db.select(OutboxMail).where(OutboxMail.kind == "plan_ready")).one()
    text = unseal(mail.uid, mail.content).text
    address = re.search(r"http://localhost(/plan/\S+)", text)[1]
    assert heading(person.client.get(address).text) == "Hello Ada"
    assert kinds_of(lead)[-1] == "plan_shared"


def test_a_session_goes_step_by_step_and_is_kept(given):
    _, person = given()
    person.press("/", "/session")
    page, first = person.get("/session").text, person.sheet.lines[0]
    assert heading(page) == first.title
    assert page.count(f"exercise 1 of {len(person.sheet.lines)}") == 1
    person.press("/session", f"/session/{first.key}", done="part", pain="4", felt="hard")
    told = person.last.kept["logs"][first.key]
    assert (told["done"], told["pain"], told["felt"], told["sharp"]) == ("part", 4, "hard", False)
    assert heading(person.get("/session").text) == person.sheet.lines[1].title


def test_the_rounds_can_be_read_without_any_clock(given):
    _, person = given()
    person.press("/", "/session")
    rounds = re.findall(r"<li>(Round \d: [^<]+)</li>", person.get("/session").text)
    step = person.sheet.lines[0].item.step
    assert len(rounds) == step.sets


def test_an_exercise_without_a_pain_is_asked_for_one_and_keeps_the_rest(given):
    _, person = given()
    person.press("/", "/session")
    key = person.sheet.lines[0].key
    answer = person.press("/session", f"/session/{key}", done="part", felt="hard")
    assert (answer.status_code, answer.text.count('href="#pain"')) == (422, 1)
    assert re.search(r'value="part" checked', answer.text)


def test_a_green_session_waits_for_the_morning_and_then_stays(given, clock):
    _, person = given()
    person.train(pain=1)
    assert said(person.get().text) == "Green: stay here"
    clock.advance(days=1)
    person.wake("yes")
    assert person.last.kept["settled"] is True
    assert person.get().text.count("back to your usual?") == 0


def test_two_green_sessions_take_one_step_on_and_one_only(given, clock):
    _, person = given(nprs=2, fear_move=2, confidence=8)
    before = {line.key: line.item.level for line in person.sheet.lines}
    for _ in range(2):
        person.train(pain=1)
        clock.advance(days=2)
        person.wake("yes")
    after = {line.key: line.item.level for line in person.sheet.lines}
    assert sorted(after[key] - before[key] for key in before) == [0] * (len(before) - 1) + [1]
    assert said(person.get().text) == "Green: one step on"
    assert next(change.kind for change in queries.changes(person.plan_id)) == "forward"


def test_a_red_session_goes_one_step_easier_at_once_and_only_once(given, clock):
    lead, person = given(nprs=2, fear_move=2, confidence=8)
    before = {line.key: line.item.level for line in person.sheet.lines}
    person.train(pain=7)
    once = {line.key: (line.item.level, line.half) for line in person.sheet.lines}
    for key, level in before.items():
        assert once[key] == (max(level - 1, 1), level == 1)
    assert said(person.get().text) == "Red: one step easier"
    clock.advance(days=1)
    person.wake("no")
    assert {line.key: (line.item.level, line.half) for line in person.sheet.lines} == once
    assert fresh(lead).hold == "none"


def test_two_reds_open_a_task_for_the_coach(given, jules, clock):
    lead, person = given()
    clock.advance(minutes=30)
    person.train(pain=7)
    clock.advance(days=2)
    person.press("/", "/session")
    person.press("/check", "/check", ticks="none")
    person.train(pain=7)
    assert kinds_of(lead).count("plan_look") == 1
    jules.stays()
    page = jules.get(f"/desk/plans/{person.plan_id}").text
    assert page.count("Two red sessions within two weeks") == 1
    send(jules, page, f"/desk/plans/{person.plan_id}/looked", because="Rang, all well")
    assert queries.open_task(person.plan_id) is None


def test_after_red_the_warning_signs_come_before_the_next_session(given, clock):
    _, person = given()
    clock.advance(minutes=30)
    person.train(pain=7)
    clock.advance(days=2)
    assert person.press("/", "/session").location == f"{person.url}/check"
    assert person.press("/check", "/check", ticks="none").location == f"{person.url}/"
    assert person.press("/", "/session").location == f"{person.url}/session"


@pytest.mark.parametrize("days", [30, 366])
def test_after_a_gap_and_after_a_year_they_come_too(given, clock, days):
    _, person = given()
    person.train()
    clock.advance(days=days)
    person.url = f"/plan/{links.plan_token(person.plan, at=now())}"
    assert person.press("/", "/session").location == f"{person.url}/check"


@pytest.mark.parametrize("sign", signs(), ids=lambda sign: sign.key)
def test_any_sign_stops_the_plan_holds_and_lands_on_top(given, told, sign):
    told("Other Test", surgery="lt_12w")
    lead, person = given(**({"pregnancy": "pregnant"} if sign.only else {}))
    person.press("/", "/session")
    answer = person.press("/stop", "/stop", ticks=sign.key)
    assert answer.location.endswith("/result")
    held = fresh(lead)
    page = person.client.get(answer.location).text
    assert page.count(f'data-disposition="{held.disposition}"') == 1
    assert (held.hold, person.plan.state) == ("all", PlanState.STOPPED)
    assert held.disposition in {Disposition.EMERGENCY, Disposition.URGENT, Disposition.REFERRAL}
    queue = db.session.scalars(
        db.select(type(held).id)
        .where(type(held).open_rank.is_not(None))
        .order_by(type(held).open_rank, type(held).due_at)
    ).all()
    assert queue[0] == lead.id
    assert kinds_of(lead).count("plan_stopped") == 1


def test_every_sign_speaks_the_health_checks_language():
    questions = questionnaire().questions
    for sign in signs():
        for key, value in {**sign.answers, **sign.only}.items():
            assert value in questions[key].values


def test_a_stopped_plan_shows_the_way_and_opens_nothing(given):
    _, person = given()
    person.press("/stop", "/stop", ticks="saddle_numb")
    page = person.get()
    assert heading(page.text) == "Your plan waits for now"
    assert person.get("/session").location == f"{person.url}/"


def test_nothing_new_goes_back_to_the_page(given):
    _, person = given()
    assert person.press("/stop", "/stop", ticks="none").location == f"{person.url}/"
    assert person.plan.state is PlanState.ACTIVE


@pytest.mark.parametrize("ticks", [[], ["none", "fever"], ["nonsense"]])
def test_boxes_that_say_nothing_are_asked_again(given, ticks):
    _, person = given()
    answer = person.press("/stop", "/stop", ticks=ticks)
    assert (answer.status_code, answer.text.count("error-summary")) == (422, 1)


def test_changed_health_pauses_and_leads_into_the_health_check(given):
    _, person = given()
    answer = person.press("/check", "/check", ticks="changed")
    assert "/health-check/" in answer.location
    assert person.plan.state is PlanState.STOPPED


def test_the_coach_lets_it_go_on_only_when_the_health_check_does(given, jules):
    lead, person = given()
    person.press("/stop", "/stop", ticks="fever")
    address = f"/desk/plans/{person.plan_id}"
    page = jules.get(address).text
    assert send(jules, page, f"{address}/resume", because="Seen").status_code == 409
    assert fresh(lead).hold == "all"


def test_goals_are_told_now_against_the_start(given):
    _, person = given()
    person.press("/progress", "/progress", goal_1="6")
    page = person.get("/progress").text
    assert re.search(r"Carry my shopping</th><td>3</td><td>6</td>", page)


def test_the_charts_say_in_a_table_what_they_draw(given, clock):
    _, person = given()
    for pain in (4, 2):
        person.train(pain=pain)
        clock.advance(days=2)
        person.wake("yes")
    page = person.get("/progress").text
    assert page.count("Most pain in a session: 4 at the first of 2 sessions, 2 at the last.") == 2
    assert re.findall(r"</th><td>(\d)</td></tr>", page.split("<caption")[1])[:2] == ["4", "2"]


def test_small_wins_are_true_words(given, clock):
    _, person = given()
    for _ in range(3):
        person.train(pain=1)
        clock.advance(days=2)
        person.wake("yes")
    page = person.get().text
    assert "Third session in a row without stopping." in page
    assert re.search(r"\b(streak|score|points|missed|behind)\b", page, re.IGNORECASE) is None


def test_a_reminder_is_asked_for_comes_by_day_and_is_stopped_with_one_press(given):
    _, person = given()
    person.train()
    person.press("/reminders", "/reminders", hour="17")

    def waiting():
        return db.session.scalars(
            db.select(OutboxMail).where(
                OutboxMail.kind == "plan_reminder", OutboxMail.state == MailState.READY
            )
        ).all()

    mail = waiting()[0]
    assert mail.due == now().replace(hour=23, minute=0) + timedelta(days=2)
    form = form_on(person.get("/reminders").text, f"{person.url}/reminders")
    person.client.post(form.pop("action"), data=form)
    assert (waiting(), person.plan.remind_hour) == ([], None)


def test_an_ended_link_is_mailed_again_on_request(given, clock):
    _, person = given()
    clock.advance(days=200)
    ended = person.get()
    assert (ended.status_code, heading(ended.text)) == (410, "This link has ended")
    form = form_on(ended.text, f"{person.url}/link")
    answer = person.client.post(form.pop("action"), data=form, follow_redirects=True)
    assert heading(answer.text) == "Look into your mail"
    kinds = db.session.scalars(db.select(OutboxMail.kind)).all()
    assert kinds.count("plan_link") == 1


def test_a_link_of_ours_for_something_else_opens_nothing(given, client):
    assert client.get("/plan/torn/").status_code == 404


def test_nothing_told_gets_out(given, caplog):
    caplog.set_level(logging.DEBUG)
    _, person = given()
    person.train(pain=7)
    person.press("/stop", "/stop", ticks="bladder")
    mails = db.session.scalars(db.select(OutboxMail)).all()
    letters = [unseal(mail.uid, mail.content) for mail in mails if mail.kind.startswith("plan")]
    words = [text for letter in letters for text in (letter.subject, letter.text)]
    assert len(words) >= 2
    assert [
        text
        for text in words
        if TOLD.search(text) or "7" in re.sub(r"\S*/plan/\S*|555-\S+", "", text)
    ] == []
    assert [record for record in caplog.records if TOLD.search(record.getMessage())] == []
    sealed = [log.content for log in queries.logs(person.plan_id)]
    assert [text for text in sealed if "pain" in text or "bladder" in text] == []


def test_the_front_desk_cannot_read_a_session(given, dana):
    lead, person = given()
    person.train(pain=7)
    page = dana.page(lead)
    assert [line.title for line in person.sheet.lines if line.title in page] == []
    assert "one step easier" not in page
