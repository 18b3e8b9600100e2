"""From the health check's result to a pass in two requests; once per person in twelve months."""

import re
from contextlib import nullcontext
from datetime import timedelta

import pytest

from portal.clock import now
from portal.extensions import db
from portal.leads.kinds import Kind
from portal.leads.links import health_check_token
from portal.leads.models import Activity, Enquiry, Status
from portal.leads.queries import latest_enquiry
from portal.mail.models import MailState, OutboxMail
from portal.passes import actions, days, entry
from portal.passes.identity import AlreadyHadOneError
from portal.passes.models import DayPass, PassIdentity
from tests.desk.conftest import form_on
from tests.intake.recorded import record_screening
from tests.passes.conftest import SATURDAY, SUNDAY, claim_url, fresh, kinds, member


def mails(kind):
    return db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)
    ).all()


def test_result_page_leads_to_the_pass_in_two_requests(client, screened):
    enquiry = screened()
    result = client.get(f"/health-check/{health_check_token(enquiry)}/result")
    form = form_on(result.text, "/pass/claim/")
    answer = client.post(form.pop("action"), data=form)
    assert answer.status_code == 303
    page = client.get(answer.location)
    code = re.search(r'data-pass="([^"]+)"', page.text)[1]
    assert re.fullmatch(r"TL-[2346789FHJKMQRWXY]{4,}", code)
    assert page.text.count('<svg class="qr"') == 1
    assert "See you Saturday, Robin" in page.text
    assert "robin." not in page.text


def test_claim_twice_is_one_pass(client, screened):
    enquiry = screened()
    form = form_on(client.get(claim_url(enquiry)).text, "/pass/claim/") | {"day": "2026-11-28"}
    action = form.pop("action")
    places = {client.post(action, data=form).location for _ in range(3)}
    assert len(places) == 1
    assert db.session.scalars(db.select(DayPass)).one().valid_on == SATURDAY
    assert client.get(action).location == places.pop()
    assert [mail.subject for mail in mails("day_pass")] == ["Your day pass for Saturday"]


def test_claim_takes_back_the_mail_that_says_we_confirm(screened):
    enquiry = screened()
    actions.claim(enquiry.public_id, day=SATURDAY, at=now())
    assert [mail.state for mail in mails("request_received")] == [MailState.CANCELLED]


def test_opening_the_claim_page_writes_nothing(client, screened):
    enquiry = screened()
    before = db.session.scalar(db.select(db.func.count()).select_from(DayPass))
    assert client.get(claim_url(enquiry)).status_code == 200
    assert db.session.scalar(db.select(db.func.count()).select_from(DayPass)) == before == 0


@pytest.mark.parametrize("day", ["", "2026-11-21", "2027-11-28", "tomorrow"])
def test_day_that_cannot_be_chosen_is_asked_for_again(client, screened, day):
    enquiry = screened()
    form = form_on(client.get(claim_url(enquiry)).text, "/pass/claim/")
    answer = client.post(form.pop("action"), data=form | {"day": day})
    assert answer.status_code == 422
    assert db.session.scalars(db.select(DayPass)).all() == []


def test_claim_without_our_token_is_refused(client, screened):
    assert client.post(claim_url(screened()), data={"day": "2026-11-28"}).status_code == 422


@pytest.mark.parametrize(
    "answers",
    [
        {"pain_sites": ["low_back"], "bladder": "new_2w"},
        {"chest_pain": "12h_3d"},
        {"age": 15},
        {"age": None},
    ],
)
def test_outcome_that_holds_leads_to_no_pass(client, asks, answers):
    enquiry = asks(kind=Kind.DAY_PASS)
    record_screening(enquiry, answers=answers, wording="I agree", at=now())
    assert (
        "/pass/claim/" not in client.get(f"/health-check/{health_check_token(enquiry)}/result").text
    )
    assert client.get(claim_url(enquiry)).status_code == 302
    with pytest.raises(actions.NotAllowedError):
        actions.claim(enquiry.public_id, day=SATURDAY, at=now())


def test_consult_leads_to_no_pass(client, asks):
    enquiry = asks(kind=Kind.CONSULT)
    record_screening(enquiry, answers={}, wording="I agree", at=now())
    assert client.get(claim_url(enquiry)).status_code == 404


def enquiry_of(day_pass):
    return db.session.get_one(Enquiry, day_pass.enquiry_id)


def again(enquiry, asks, **more):
    """The same person asks once more, on a form of their own."""
    later = asks(kind=Kind.DAY_PASS, **more)
    later.lead_id, later.lead = enquiry.lead_id, enquiry.lead
    db.session.commit()
    record_screening(later, answers={}, wording="I agree", at=now())
    return later


def test_second_pass_is_refused_and_the_first_is_mailed_again(client, screened, asks):
    first = screened()
    actions.claim(first.public_id, day=SATURDAY, at=now())
    second = again(first, asks)
    form = form_on(client.get(claim_url(second)).text, "/pass/claim/") | {"day": "2026-11-28"}
    answer = client.post(form.pop("action"), data=form)
    assert answer.status_code == 409
    assert "There is a day pass in this name already" in answer.text
    assert "data-pass" not in answer.text
    assert [mail.recipient for mail in mails("day_pass")] == [first.email] * 2
    assert kinds(first.lead)[-1] == "pass_refused"


def test_same_email_or_phone_under_another_lead_is_the_same_person(screened):
    first = screened(phone="555-0142")
    first.email, first.phone_e164 = "Robin.Test+one@Example.com", "+13125550142"
    second, third = screened("Ada Test"), screened("Eve Test")
    second.email, third.phone_e164 = "robin.test@example.com", "+13125550142"
    db.session.commit()
    actions.claim(first.public_id, day=SATURDAY, at=now())
    for other in (second, third):
        with pytest.raises(AlreadyHadOneError):
            actions.claim(other.public_id, day=SATURDAY, at=now())


@pytest.mark.parametrize(
    ("address", "is_same"),
    [
        ("robin.test@gmail.com", True),
        ("R.o.b.i.n.Test+gym@GoogleMail.com", True),
        ("robintest@example.com", False),
        ("robin.test@example.com", False),
    ],
)
@pytest.mark.one_database
def test_dots_that_google_does_not_mind_make_nobody_new(screened, address, is_same):
    first, second = screened("Ada Test"), screened("Eve Test")
    first.email, second.email = "robintest@gmail.com", address
    db.session.commit()
    actions.claim(first.public_id, day=SATURDAY, at=now())
    with pytest.raises(AlreadyHadOneError) if is_same else nullcontext():
        actions.claim(second.public_id, day=SATURDAY, at=now())


def test_same_name_and_birth_year_is_the_same_person(screened):
    first, second = screened("Łukasz Test", age=40), screened("lukasz test", age=41)
    other = screened("Lukasz Test", age=60)
    actions.claim(first.public_id, day=SATURDAY, at=now())
    with pytest.raises(AlreadyHadOneError):
        actions.claim(second.public_id, day=SATURDAY, at=now())
    assert actions.claim(other.public_id, day=SATURDAY, at=now()).name == "Lukasz Test"


def test_name_and_birth_year_are_kept_as_a_keyed_hash(issues):
    issues("Robin Test", age=40)
    names = db.session.scalars(db.select(PassIdentity.who)).all()
    assert all("robin" not in who for who in names if who.startswith("name:"))
    assert len([who for who in names if who.startswith("name:")]) == 2


def test_refused_claim_leaves_nothing_behind(screened, asks):
    first = screened()
    actions.claim(first.public_id, day=SATURDAY, at=now())
    rows = db.session.execute(db.select(PassIdentity.who, PassIdentity.pass_id)).all()
    second = again(first, asks, name="Other Test")
    with pytest.raises(AlreadyHadOneError):
        actions.claim(second.public_id, day=SATURDAY, at=now())
    assert db.session.execute(db.select(PassIdentity.who, PassIdentity.pass_id)).all() == rows
    assert len(db.session.scalars(db.select(DayPass)).all()) == 1


def test_used_pass_counts_for_twelve_months(screened, asks, issues, clock):
    day_pass = issues(day=SUNDAY)
    entry.redeem(day_pass.id, staff=member(), press="1", at=now())
    clock.advance(days=364)
    second = again(enquiry_of(fresh(day_pass)), asks)
    day = days.offered(at=now())[1]
    with pytest.raises(AlreadyHadOneError):
        actions.claim(second.public_id, day=day, at=now())
    clock.advance(days=2)
    third = again(enquiry_of(fresh(day_pass)), asks)
    day = days.offered(at=now())[1]
    assert actions.claim(third.public_id, day=day, at=now()).valid_on == day


def test_unused_pass_leaves_the_way_free_once_its_day_is_over(asks, issues, clock):
    day_pass = issues(day=SUNDAY)
    clock.advance(days=2)
    second = again(enquiry_of(day_pass), asks)
    assert actions.claim(second.public_id, day=SATURDAY, at=now()).id != day_pass.id


def test_pass_that_was_given_back_leaves_the_way_free(asks, issues):
    day_pass = issues()
    actions.give_back(day_pass.id, at=now())
    second = again(enquiry_of(fresh(day_pass)), asks)
    assert actions.claim(second.public_id, day=SATURDAY, at=now()).id != day_pass.id


def test_desk_gives_another_pass_with_a_reason(asks, issues):
    day_pass, staff = issues(), member()
    given = actions.give(
        day_pass.lead_id,
        day=SUNDAY,
        staff=staff,
        because="Their first visit was cut short",
        at=now(),
    )
    assert (given.given_by_id, given.enquiry_id, given.valid_on) == (staff.id, None, SUNDAY)
    line = db.session.scalars(db.select(Activity).order_by(Activity.id.desc())).first()
    assert (line.kind, line.detail["text"]) == ("pass_given", "Their first visit was cut short")


@pytest.mark.parametrize("used", [True, False])
def test_pass_from_the_desk_that_is_given_back_does_not_make_room_for_one_more(
    client, asks, issues, used
):
    first, staff = issues(day=SUNDAY), member()
    if used:
        entry.redeem(first.id, staff=staff, press="1", at=now())
    give = {"day": SATURDAY, "staff": staff, "because": "Cut short", "at": now()}
    actions.give_back(actions.give(first.lead_id, **give).id, at=now())
    later = again(enquiry_of(fresh(first)), asks)
    form = form_on(client.get(claim_url(later)).text, "/pass/claim/") | {"day": "2026-11-28"}
    assert client.post(form.pop("action"), data=form).status_code == 409
    assert len(mails("day_pass")) == (2 if used else 3)


def test_minor_stays_one_on_a_pass_given_after_they_asked_again(asks, issues):
    day_pass = issues(age=16, guardian="mother")
    later = asks(kind=Kind.DAY_PASS)
    later.lead_id, later.lead = day_pass.lead_id, day_pass.lead
    db.session.commit()
    given = actions.give(later.lead_id, day=SUNDAY, staff=member(), because="Cut short", at=now())
    assert given.under_18


def test_clear_lead_waits_for_its_visit_and_one_to_adapt_stays_with_the_coach(screened):
    clear = screened()
    actions.claim(clear.public_id, day=SATURDAY, at=now())
    assert clear.lead.status == "contacted"
    assert clear.lead.due_at - now() > timedelta(days=6)


def test_code_is_never_a_leads_reference(screened, monkeypatch):
    enquiry = screened()
    codes = iter([enquiry.lead.ref, "TL-9F2K"])
    monkeypatch.setattr(actions, "new_code", lambda _length: next(codes))
    assert actions.claim(enquiry.public_id, day=SATURDAY, at=now()).code == "TL-9F2K"


def test_code_that_is_taken_is_drawn_again(screened, issues, monkeypatch):
    taken = issues("Ada Test").code
    codes = iter([taken, taken, "TL-9F2K"])
    monkeypatch.setattr(actions, "new_code", lambda _length: next(codes))
    enquiry = screened()
    assert actions.claim(enquiry.public_id, day=SATURDAY, at=now()).code == "TL-9F2K"


def test_whoever_answers_anew_with_a_pass_in_hand_is_left_alone_as_before(issues):
    day_pass = issues()
    lead = day_pass.lead
    stood, enquiry = (lead.status, lead.due_at), latest_enquiry(lead.id)
    for surgery, status in ((None, Status.WAITING), ("no", Status.CONTACTED)):
        record_screening(enquiry, answers={"surgery": surgery}, wording="I agree", at=now())
        assert fresh(day_pass).lead.status is status
    assert (lead.status, lead.due_at) == stood


@pytest.mark.parametrize(
    "answers", [{"surgery": "lt_12w"}, {"pain_sites": ["low_back"], "nprs": 3}]
)
def test_whoever_needs_a_look_after_the_pass_was_claimed_is_seen_at_the_desk(issues, answers):
    day_pass = issues()
    enquiry = latest_enquiry(day_pass.lead_id)
    record_screening(enquiry, answers=answers, wording="I agree", at=now())
    assert fresh(day_pass).lead.status is Status.WAITING


def test_whoever_gave_the_pass_back_is_asked_again(issues):
    day_pass = issues()
    actions.give_back(day_pass.id, at=now())
    enquiry = latest_enquiry(day_pass.lead_id)
    record_screening(enquiry, answers={}, wording="I agree", at=now())
    assert fresh(day_pass).lead.status is Status.WAITING
