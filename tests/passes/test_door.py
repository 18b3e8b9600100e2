"""The door: a code in, a verdict out, one press, and the way back."""

import re
from dataclasses import replace

import pytest

from portal.clock import now
from portal.extensions import db, transaction
from portal.leads.kinds import Disposition
from portal.leads.models import Activity
from portal.passes import actions, entry, waiver
from portal.passes.models import DayPass, PassIdentity, Redemption, State
from tests.desk.conftest import form_on
from tests.passes.conftest import ADAPT, SATURDAY, SUNDAY, fresh, kinds
from tests.passes.test_claim import again, enquiry_of

HEALTH = re.compile(r"pain|low back|pregnan|bladder|screening rule|PAIN-ADAPT", re.IGNORECASE)


def check(desk, typed):
    page = desk.get("/desk/passes").text
    form = form_on(page, "/desk/passes") | {"code": typed}
    return desk.client.post(form.pop("action"), data=form)


def verdict(desk, typed):
    """Type a code and return what the door says: the word and what decided."""
    answer = check(desk, typed)
    page = desk.get(answer.location).text if answer.status_code == 303 else answer.text
    return re.search(r'data-verdict="(\w+)" data-why="(\w+)"', page).groups()


def press(desk, day_pass, button, page=None, **fields):
    page = page or desk.get(f"/desk/passes/{day_pass.id}").text
    form = form_on(page, f"/desk/passes/{day_pass.id}/{button}") | fields
    return desk.client.post(form.pop("action"), data=form)


def test_code_link_and_reference_find_the_pass_however_they_are_typed(dana, issues):
    day_pass = issues(day=SUNDAY)
    code, ref = day_pass.code, day_pass.lead.ref
    typed = (
        code,
        code.lower(),
        code.removeprefix("TL-"),
        " ".join(code),
        f"http://localhost/pass/{day_pass.public_id}",
        f"https://other.example/pass/{day_pass.public_id}/",
        f"Your pass: http://localhost/pass/{day_pass.public_id}/day?from=mail ",
        ref,
    )
    assert {verdict(dana, each) for each in typed} == {("VALID", "welcome")}


def test_reference_finds_the_pass_that_is_still_good(dana, issues, asks):
    gone = issues(day=SUNDAY)
    actions.give_back(gone.id, at=now())
    later = again(enquiry_of(fresh(gone)), asks)
    good = actions.claim(later.public_id, day=SUNDAY, at=now())
    assert verdict(dana, good.lead.ref) == ("STOP", "waiver")
    actions.give(good.lead_id, day=SATURDAY, staff=dana.staff, because="For a friend", at=now())
    assert verdict(dana, good.lead.ref) == ("STOP", "waiver")


@pytest.mark.parametrize("typed", ["TL-0000", "?", "http://localhost/pass/abc", "x" * 5000])
def test_unknown_code_stops_and_stays_in_the_field(dana, typed):
    answer = check(dana, typed)
    assert answer.status_code == 422
    assert "No pass has this code" in answer.text


def test_empty_code_asks_for_one(dana):
    answer = check(dana, " ")
    assert (answer.status_code, "Type or scan a code" in answer.text) == (422, True)


def test_checking_a_code_writes_nothing(dana, issues):
    day_pass = issues(day=SUNDAY)
    before = db.session.scalar(db.select(db.func.count()).select_from(Activity))
    verdict(dana, day_pass.code)
    assert db.session.scalar(db.select(db.func.count()).select_from(Activity)) == before
    assert fresh(day_pass).state is State.READY


def test_person_to_adapt_for_is_let_in_with_care_and_no_health_word(dana, issues):
    day_pass = issues(day=SUNDAY, **ADAPT)
    page = dana.get(f"/desk/passes/{day_pass.id}").text
    main = page[page.index("<main") :]
    assert 'data-verdict="CAUTION" data-why="coach"' in page
    assert "A coach says hello first" in page
    assert HEALTH.findall(main) == []
    assert press(dana, day_pass, "let-in").status_code == 303


def test_minor_needs_a_guardians_signature_and_a_hello(dana, issues):
    day_pass = issues(day=SUNDAY, age=17, signed=False)
    assert verdict(dana, day_pass.code) == ("STOP", "waiver")
    page = dana.get(f"/desk/passes/{day_pass.id}").text
    assert "Under 18: a parent or guardian has to sign the waiver" in page
    assert "Ask for the parent or guardian" in page
    signed = issues("Ada Test", day=SUNDAY, age=16, guardian="mother")
    assert verdict(dana, signed.code) == ("CAUTION", "guardian")
    adapted = issues("Eve Test", day=SUNDAY, age=16, guardian="mother", **ADAPT)
    assert verdict(dana, adapted.code) == ("CAUTION", "coach")
    assert "Under 18, and a coach says hello first" in dana.get(f"/desk/passes/{adapted.id}").text


def test_each_reason_to_stop_is_said(dana, issues, clock):
    early, unsigned = issues("Ada Test"), issues("Eve Test", day=SUNDAY, signed=False)
    returned = issues("Ida Test", day=SUNDAY)
    actions.give_back(returned.id, at=now())
    assert verdict(dana, early.code) == ("STOP", "early")
    assert verdict(dana, unsigned.code) == ("STOP", "waiver")
    assert verdict(dana, returned.code) == ("STOP", "returned")
    clock.advance(hours=10)
    dana.stays()
    assert verdict(dana, issues_today(issues).code) == ("STOP", "early")
    clock.advance(days=7)
    dana.stays()
    assert verdict(dana, early.code) == ("STOP", "over")


def issues_today(issues):
    return issues("Uma Test", day=SATURDAY)


def test_before_opening_the_door_stays_shut(dana, issues, clock):
    day_pass = issues()
    clock.advance(days=5, hours=17)
    dana.stays()
    assert verdict(dana, day_pass.code) == ("STOP", "hours")


@pytest.mark.parametrize(
    ("level", "hold"),
    [
        (Disposition.EMERGENCY, "all"),
        (Disposition.URGENT, "all"),
        (Disposition.REFERRAL, "none"),
        (Disposition.INCOMPLETE, "all"),
        (Disposition.CAUTION, "vigorous"),
    ],
)
def test_graver_word_after_the_pass_was_issued_stops_it(dana, client, issues, level, hold):
    day_pass = issues(day=SUNDAY)
    page = dana.get(f"/desk/passes/{day_pass.id}").text
    with transaction():
        fresh(day_pass).lead.screened(level, timeframe="today", hold=hold, at=now(), due_at=now())
    assert verdict(dana, day_pass.code) == ("STOP", "held")
    answer = press(dana, day_pass, "let-in", page)
    assert (answer.status_code, 'data-why="held"' in answer.text) == (409, True)
    assert fresh(day_pass).state is State.READY
    assert "Your day pass waits, Robin" in client.get(f"/pass/{day_pass.public_id}").text


def test_letting_in_once_is_kept_shown_and_said(dana, issues):
    day_pass = issues(day=SUNDAY)
    answer = press(dana, day_pass, "let-in")
    page = dana.get(answer.location).text
    assert 'data-verdict="IN"' in page
    assert "Checked in. Sunday, November 22, noon, Dana let them in" in page
    assert verdict(dana, day_pass.code) == ("STOP", "used")
    assert fresh(day_pass).state is State.USED
    assert kinds(fresh(day_pass).lead)[-1] == "pass_used"


def test_same_press_twice_is_one_use_and_two_good_answers(dana, issues):
    day_pass = issues(day=SUNDAY)
    page = dana.get(f"/desk/passes/{day_pass.id}").text
    answers = [press(dana, day_pass, "let-in", page) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(db.session.scalars(db.select(Redemption)).all()) == 1


def test_two_screens_let_in_once(dana, jules, issues):
    day_pass = issues(day=SUNDAY)
    screens = [desk.get(f"/desk/passes/{day_pass.id}").text for desk in (dana, jules)]
    first = press(dana, day_pass, "let-in", screens[0])
    second = press(jules, day_pass, "let-in", screens[1])
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Used already" in second.text


def test_undo_opens_the_pass_again_and_only_once(dana, issues):
    day_pass = issues(day=SUNDAY)
    page = dana.get(press(dana, day_pass, "let-in").location).text
    assert press(dana, day_pass, "undo", page).status_code == 303
    assert verdict(dana, day_pass.code) == ("VALID", "welcome")
    press(dana, day_pass, "let-in")
    press(dana, day_pass, "undo", page)
    assert verdict(dana, day_pass.code) == ("STOP", "used")


def test_use_and_undo_move_how_long_the_person_is_known(dana, issues):
    day_pass = issues(day=SUNDAY)
    page = dana.get(press(dana, day_pass, "let-in").location).text
    until = db.session.scalars(db.select(PassIdentity.until)).all()
    assert all((each - now()).days == 365 for each in until)
    press(dana, day_pass, "undo", page)
    db.session.expire_all()
    until = db.session.scalars(db.select(PassIdentity.until)).all()
    assert all((each - now()).days == 0 for each in until)


def test_desk_moves_a_pass_to_today(dana, issues):
    day_pass = issues()
    assert press(dana, day_pass, "today").status_code == 303
    assert fresh(day_pass).valid_on == SUNDAY
    assert verdict(dana, day_pass.code) == ("VALID", "welcome")


def test_a_move_to_today_that_is_refused_says_why(dana, issues, asks, clock):
    over = issues(day=SUNDAY)
    clock.advance(days=1)
    dana.stays()
    page = dana.get(f"/desk/passes/{over.id}").text
    later = again(enquiry_of(over), asks)
    actions.claim(later.public_id, day=SATURDAY, at=now())
    answer = press(dana, over, "today", page)
    assert (answer.status_code, "They have another day pass by now" in answer.text) == (409, True)
    early = issues("Ada Test")
    page = dana.get(f"/desk/passes/{early.id}").text
    actions.give_back(early.id, at=now())
    answer = press(dana, early, "today", page)
    assert (answer.status_code, "used or given back meanwhile" in answer.text) == (409, True)
    late = issues("Eve Test")
    clock.advance(hours=7)
    dana.stays()
    answer = press(dana, late, "today")
    assert (answer.status_code, "the day is nearly over" in answer.text) == (409, True)


def test_desk_gives_one_more_pass_only_with_a_reason(dana, issues):
    day_pass = issues()
    page = dana.get("/desk/passes").text
    form = form_on(page, "/desk/passes/give")
    action, sent = form.pop("action"), {"ref": day_pass.lead.ref, "day": "2026-11-22"}
    refused = dana.client.post(action, data={**form, **sent, "because": " "})
    assert (refused.status_code, "Say why, in a few words" in refused.text) == (422, True)
    for wrong in ({"ref": "TL-NONE"}, {"day": "2020-01-01"}, {"day": ""}):
        answer = dana.client.post(action, data={**form, **sent, "because": "Moved", **wrong})
        assert answer.status_code == 422
    ref = day_pass.lead.ref.lower()
    for typed in (ref, " ".join(ref), ref.removeprefix("tl-"), day_pass.code):
        more = {"ref": typed, "because": "First visit cut short"}
        assert dana.client.post(action, data={**form, **sent, **more}).status_code == 303
    assert len(db.session.scalars(db.select(DayPass)).all()) == 5


def test_arrivals_name_everybody_of_the_day_and_nobody_else(dana, issues):
    here = issues("Zoe Test", day=SUNDAY)
    issues("Ada Test", day=SUNDAY, signed=False)
    issues("Later Test")
    gone = issues("Gone Test", day=SUNDAY)
    actions.give_back(gone.id, at=now())
    press(dana, here, "let-in")
    page = dana.get("/desk/passes/today").text
    rows = re.findall(r"<tr><th scope=\"row\">.*?<bdi>([^<]+)</bdi>.*?</tr>", page)
    assert rows == ["Ada Test", "Zoe Test"]
    assert re.findall(r"<td>(Signed|To sign)</td>", page) == ["To sign", "Signed"]
    assert "noon, Dana" in page
    assert "Later Test" in dana.get("/desk/passes/today?day=2026-11-28").text
    assert dana.get("/desk/passes/today?day=soon").status_code == 200


def test_signed_waiver_is_for_coaches_and_managers(dana, jules, issues):
    day_pass = issues()
    path = f"/desk/passes/{day_pass.id}/waiver.pdf"
    assert dana.get(path).status_code == 403
    answer = jules.get(path)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    unsigned = issues("Ada Test", signed=False)
    assert jules.get(f"/desk/passes/{unsigned.id}/waiver.pdf").status_code == 404


def test_a_new_version_of_the_waiver_stops_whoever_signed_the_old_one_and_says_so(
    dana, issues, monkeypatch
):
    day_pass = issues(day=SUNDAY)
    minor = issues("Eve Test", day=SUNDAY, age=16, guardian="mother")
    newer = replace(waiver.read(waiver.FILE.read_text())[-1], version="2027-01")
    monkeypatch.setattr(waiver, "_versions", lambda: [newer])
    assert verdict(dana, day_pass.code) == ("STOP", "waiver")
    page = dana.get(f"/desk/passes/{minor.id}").text
    assert "a parent or guardian has to sign again for Eve" in page
    page = dana.get(f"/desk/passes/{day_pass.id}").text
    assert "Our waiver has changed since Robin signed it" in page
    unsigned = issues("Ada Test", day=SUNDAY, signed=False)
    assert "The waiver is not signed" in dana.get(f"/desk/passes/{unsigned.id}").text


def test_whoever_is_in_has_signed_also_once_the_waiver_changes(dana, issues, monkeypatch):
    day_pass = issues(day=SUNDAY)
    entry.redeem(day_pass.id, staff=dana.staff, press="p", at=now())
    newer = replace(waiver.read(waiver.FILE.read_text())[-1], version="2027-01")
    monkeypatch.setattr(waiver, "_versions", lambda: [newer])
    page = dana.get("/desk/passes/today").text
    assert ("Signed" in page, "To sign" in page) == (True, False)
