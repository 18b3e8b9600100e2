"""The holder's own pages: the pass as it stands, another day, giving it back, the waiver."""

import re
from base64 import b64encode
from dataclasses import replace

import html5lib
import pytest
import segno
from icalendar import Calendar

from portal import create_app
from portal.booking.models import Source, StudioClosure
from portal.clock import now
from portal.config import WrongSettingError
from portal.errors import WrongStateError
from portal.extensions import db, settings, transaction, vault
from portal.leads.queries import latest_enquiry
from portal.mail import outbox
from portal.mail.models import MailState, OutboxMail
from portal.passes import actions, days, entry, signing, waiver
from portal.passes.models import DayPass, State, WaiverSignature
from portal.passes.signing import Signer
from portal.passes.unused import follow_up
from portal.qr import QUIET_ZONE, qr_svg
from portal.vault import CannotOpenError
from tests.conftest import make_settings
from tests.desk.conftest import form_on
from tests.intake.recorded import record_screening
from tests.leads.conftest import counts
from tests.passes.conftest import SATURDAY, SUNDAY, fresh, kinds, member
from tests.referrals.conftest import REFERRED, URGENT


def url(day_pass, page=""):
    return f"/pass/{day_pass.public_id}{page}"


def heading(client, path):
    return re.search(r"<h1[^>]*>([^<]+)</h1>", client.get(path).text)[1]


def send(client, day_pass, page, action, **fields):
    form = form_on(client.get(url(day_pass, page)).text, url(day_pass, action))
    return client.post(form.pop("action"), data=form | fields)


def test_looking_at_any_page_writes_nothing(client, issues):
    day_pass = issues(signed=False)
    before = counts()
    for page in ("", "/day", "/waiver", "/calendar.ics"):
        assert client.get(url(day_pass, page)).status_code == 200
        assert client.head(url(day_pass, page)).status_code == 200
    assert counts() == before


@pytest.mark.parametrize("page", ["give-back", "waiver", "day"])
def test_post_without_our_token_changes_nothing(client, issues, page):
    day_pass = issues(signed=False)
    answer = client.post(url(day_pass, f"/{page}"), data={"day": "2026-11-29", "agree": "yes"})
    assert answer.status_code == 422
    assert (fresh(day_pass).state, fresh(day_pass).valid_on) == (State.READY, SATURDAY)


def test_token_of_another_pass_changes_nothing(client, issues):
    mine, theirs = issues("Ada Test"), issues("Eve Test")
    form = form_on(client.get(url(mine, "/day")).text, url(mine, "/give-back"))
    form.pop("action")
    assert client.post(url(theirs, "/give-back"), data=form).status_code == 422
    assert fresh(theirs).state is State.READY


def test_link_that_is_nobodys_says_so(client):
    for page in ("", "/day", "/waiver", "/waiver.pdf", "/calendar.ics"):
        assert client.get(f"/pass/AAAAAAAAAAAAAAAAAAAAAA{page}").status_code == 404


def test_page_shows_the_least(client, issues):
    day_pass = issues()
    text = client.get(url(day_pass)).text
    assert day_pass.email not in text
    assert day_pass.lead.ref not in text
    assert "Robin Test" in text


def test_code_is_said_sign_by_sign(client, issues):
    day_pass = issues()
    spoken = " ".join(day_pass.code.replace("-", ""))
    assert f"Code: {spoken}</span>" in client.get(url(day_pass)).text


def test_qr_code_is_the_link_alone_within_its_quiet_zone(app, issues):
    day_pass = issues()
    link = f"http://localhost/pass/{day_pass.public_id}"
    svg = html5lib.parseFragment(qr_svg(link, label="x"), namespaceHTMLElements=False)[0]
    size = int(svg.get("viewBox").split()[2])
    paths = list(svg)
    assert paths[0].get("fill") == "#FFFFFF"
    drawn = set()
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1", paths[1].get("d")):
        drawn |= {(int(x) + step, int(y)) for step in range(int(run))}
    matrix = segno.make(link, error="m", micro=False).matrix
    wanted = {
        (x + QUIET_ZONE, y + QUIET_ZONE)
        for y, row in enumerate(matrix)
        for x, module in enumerate(row)
        if module
    }
    assert drawn == wanted
    assert size == len(matrix) + 2 * QUIET_ZONE


def test_move_keeps_the_code_and_tells_by_mail(client, issues):
    day_pass = issues()
    assert send(client, day_pass, "/day", "/day", day="2026-11-29").status_code == 303
    moved = fresh(day_pass)
    assert (moved.code, str(moved.valid_on), moved.moves) == (day_pass.code, "2026-11-29", 1)
    assert kinds(moved.lead)[-1] == "pass_moved"
    mails = db.session.scalars(db.select(OutboxMail).order_by(OutboxMail.id)).all()
    assert [(mail.kind, mail.state) for mail in mails if "pass" in mail.kind] == [
        ("day_pass", "cancelled"),
        ("pass_moved", "ready"),
    ]
    assert mails[-1].subject == "Your day pass is now for Sunday, November 29"


@pytest.mark.one_database
def test_a_pass_that_is_moved_to_and_fro_floods_nobody_with_mail(client, issues, clock):
    day_pass, days = issues(), ("2026-11-29", "2026-11-30")
    answers = [send(client, day_pass, "/day", "/day", day=days[n % 2]) for n in range(31)]
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]
    assert fresh(day_pass).moves == 30
    clock.advance(hours=1)
    assert send(client, day_pass, "/day", "/day", day="2026-11-29").status_code == 303


@pytest.mark.parametrize("day", ["", "2026-11-21", "never"])
def test_move_to_no_day_asks_again(client, issues, day):
    day_pass = issues()
    answer = send(client, day_pass, "/day", "/day", day=day)
    assert (answer.status_code, "<title>Error: " in answer.text) == (422, True)


def test_given_back_is_final_and_says_so(client, issues):
    day_pass = issues()
    assert send(client, day_pass, "/day", "/give-back").status_code == 303
    assert heading(client, url(day_pass)) == "You gave this pass back"
    page = client.get(url(day_pass, "/day")).text
    assert "<form" not in page[page.index("<main") :]
    with pytest.raises(WrongStateError):
        actions.move(day_pass.id, day=SUNDAY, at=now())


@pytest.mark.one_database
def test_press_on_a_page_from_before_leads_to_where_the_pass_stands(client, issues):
    day_pass = issues(day=SUNDAY, signed=False)
    pages = {page: client.get(url(day_pass, page)).text for page in ("/day", "/waiver")}
    actions.give_back(day_pass.id, at=now())
    sent = {"day": "2026-11-28", "signed_name": "Robin Test", "agree": "yes"}
    for page, text in pages.items():
        form = form_on(text, url(day_pass, page))
        answer = client.post(form.pop("action"), data=form | sent)
        assert (answer.status_code, answer.location) == (303, url(day_pass))


@pytest.mark.one_database
def test_pass_on_hold_offers_no_day_and_can_still_be_given_back(client, issues):
    day_pass = issues()
    page = client.get(url(day_pass, "/day")).text
    with transaction():
        fresh(day_pass).lead.screened(
            "URGENT", timeframe="today", hold="all", at=now(), due_at=now()
        )
    form = form_on(page, url(day_pass, "/day")) | {"day": "2026-11-29"}
    assert client.post(form.pop("action"), data=form).location == url(day_pass)
    assert fresh(day_pass).valid_on == SATURDAY
    assert 'name="day"' not in client.get(url(day_pass, "/day")).text
    assert send(client, day_pass, "/day", "/give-back").status_code == 303


def test_used_and_gone_by_read_as_the_copy_deck_words_them(client, issues, clock):
    used, over = issues("Ada Test", day=SUNDAY), issues("Eve Test", day=SUNDAY)
    entry.redeem(used.id, staff=member(), press="1", at=now())
    clock.advance(days=1)
    assert heading(client, url(used)) == "This pass was used on Sunday, November 22"
    assert heading(client, url(over)) == "This pass was for Sunday, November 22"
    assert "Want to come back?" in client.get(url(used)).text
    assert "Get another day" in client.get(url(over)).text
    assert send(client, over, "/day", "/day", day="2026-11-28").status_code == 303
    assert heading(client, url(over)) == "See you Saturday, Eve"


@pytest.mark.one_database
def test_day_is_over_for_its_holder_once_the_studio_has_closed(client, issues, clock):
    day_pass = issues(day=SUNDAY)
    clock.advance(hours=8)
    assert heading(client, url(day_pass)) == "See you today, Robin"
    clock.advance(hours=1)
    assert heading(client, url(day_pass)) == "This pass was for Sunday, November 22"


def test_calendar_entry_is_one_event_that_moves_and_is_cancelled(client, issues):
    day_pass = issues()

    def event():
        calendar = Calendar.from_ical(client.get(url(day_pass, "/calendar.ics")).data)
        found = calendar.walk("VEVENT")[0]
        return calendar["method"], found

    _, first = event()
    assert first.start.isoformat() == "2026-11-28T06:00:00-06:00"
    assert first.end.isoformat() == "2026-11-28T21:00:00-06:00"
    actions.move(day_pass.id, day=SUNDAY, at=now())
    _, second = event()
    actions.give_back(day_pass.id, at=now())
    method, third = event()
    assert {each["uid"] for each in (first, second, third)} == {first["uid"]}
    assert [each["sequence"] for each in (first, second, third)] == [0, 1, 2]
    assert (method, third["status"]) == ("CANCEL", "CANCELLED")
    assert "Robin" not in str(first)


def test_mail_of_a_pass_and_of_its_new_day_carries_the_calendar_entry(issues):
    day_pass = issues()
    actions.move(day_pass.id, day=SUNDAY, at=now())
    letters = [
        outbox.unseal(mail.uid, mail.content)
        for mail in db.session.scalars(
            db.select(OutboxMail)
            .where(OutboxMail.kind.in_(["day_pass", "pass_moved"]))
            .order_by(OutboxMail.id)
        )
    ]
    found = [Calendar.from_ical(each.attachments[0].text).walk("VEVENT")[0] for each in letters]
    assert [(str(each.start.date()), each["sequence"]) for each in found] == [
        ("2026-11-28", 0),
        ("2026-11-22", 1),
    ]


def test_closed_day_is_not_offered_and_a_pass_for_it_says_so(client, issues):
    day_pass = issues()
    with transaction() as session:
        session.add(
            StudioClosure(
                day=SATURDAY, closed=True, reason="Works", source=Source.OWN, confirmed_at=now()
            )
        )
    assert heading(client, url(day_pass)) == "Pick another day, Robin"
    assert "2026-11-28" not in client.get(url(day_pass, "/day")).text


def sign(client, day_pass, **fields):
    typed = {"signed_name": "Robin Test", "agree": "yes", **fields}
    return send(client, day_pass, "/waiver", "/waiver", **typed)


def test_waiver_once_signed_makes_the_pass_ready(client, issues):
    day_pass = issues(signed=False)
    assert "Not valid yet" in client.get(url(day_pass)).text
    assert sign(client, day_pass).status_code == 303
    assert "Day pass ready" in client.get(url(day_pass)).text
    assert client.get(url(day_pass, "/waiver")).status_code == 302
    assert kinds(fresh(day_pass).lead)[-1] == "waiver_signed"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"signed_name": " "}, "Type your full name to sign"),
        ({"signed_name": "x" * 81}, "Name must be 80 characters or fewer"),
        ({"agree": ""}, "Select the box to say that you have read this and agree"),
        ({"who": "guardian"}, "Enter how you are related, like mother or guardian"),
        ({"who": "somebody"}, "Select who signs"),
        ({"relation": "mother"}, "Select that you sign for them, or leave out how you are related"),
        ({"version": "1999"}, "The text has changed since you opened this page."),
    ],
)
def test_waiver_asks_again_and_keeps_what_was_typed(client, issues, fields, problem):
    day_pass = issues(signed=False)
    answer = sign(client, day_pass, **fields)
    assert (answer.status_code, problem in answer.text) == (422, True)
    assert db.session.scalars(db.select(WaiverSignature)).all() == []
    assert 'value="Robin Test"' in answer.text or "signed_name" in fields


def test_minor_is_signed_for_by_a_guardian_only(client, issues):
    day_pass = issues(signed=False, age=17)
    assert sign(client, day_pass).status_code == 422
    assert sign(client, day_pass, signed_name="Ada Test", relation="mother").status_code == 303
    signature = db.session.scalars(db.select(WaiverSignature)).one()
    kept = signing.content(signature)
    assert (signature.by_guardian, kept.signed_name, kept.relation) == (True, "Ada Test", "mother")
    assert "I am the parent or legal guardian of Robin Test" in kept.text


def test_exact_text_its_hash_and_the_document_are_kept_sealed(client, issues):
    day_pass = issues(signed=False)
    sign(client, day_pass, signed_name="Łukasz Żółć")
    signature = db.session.scalars(db.select(WaiverSignature)).one()
    kept = signing.content(signature)
    assert waiver.sha256(kept.text) == kept.text_hash == signature.text_hash
    page = waiver.current(studio="Trueline", name="Robin Test")
    assert kept.text == page.text(under_18=False, by_guardian=False)
    pdf = client.get(url(day_pass, "/waiver.pdf"))
    assert (pdf.mimetype, waiver.sha256(pdf.data)) == ("application/pdf", signature.pdf_hash)
    assert "Łukasz" not in signature.content + signature.pdf
    assert b64encode(b"%PDF").decode()[:4] not in signature.pdf[:12]
    with pytest.raises(CannotOpenError):
        vault().open("waiver_signature.pdf:elsewhere", signature.pdf)


@pytest.mark.parametrize(("age", "who"), [(35, "self"), (35, "guardian"), (16, "guardian")])
@pytest.mark.one_database
def test_every_word_that_is_kept_stood_on_the_page_that_was_signed(client, issues, age, who):
    day_pass = issues(signed=False, age=age)
    page = html5lib.parse(client.get(url(day_pass, "/waiver")).text, namespaceHTMLElements=False)
    words = " ".join("".join(page.itertext()).split())
    relation = "mother" if who == "guardian" else ""
    assert sign(client, day_pass, who=who, relation=relation).status_code == 303
    kept = signing.content(db.session.scalars(db.select(WaiverSignature)).one())
    assert [line for line in kept.text.strip().split("\n\n") if line not in words] == []


def test_new_version_asks_again_and_the_old_signature_stays(client, issues, monkeypatch):
    day_pass = issues()
    text = waiver.FILE.read_text()
    more = waiver.read(text + text.replace('"2026-11"', '"2027-01"'))
    monkeypatch.setattr(waiver, "_versions", lambda: more)
    assert "Our text has changed: sign it again" in client.get(url(day_pass)).text
    assert entry.look(fresh(day_pass), at=now()).why == "early"
    assert sign(client, day_pass).status_code == 303
    versions = db.session.scalars(db.select(WaiverSignature.version)).all()
    assert sorted(versions) == ["2026-11", "2027-01"]


def test_studio_names_its_own_waiver(client, app, issues, tmp_path, monkeypatch):
    file = tmp_path / "waiver.toml"
    text = waiver.FILE.read_text().replace("Before you train with us", "Our own words")
    file.write_text(text.replace('"2026-11"', '"ours-1"'))
    day_pass = issues(signed=False)
    monkeypatch.setitem(app.extensions, "settings", replace(settings(), waiver_file=file))
    assert "Our own words" in client.get(url(day_pass, "/waiver")).text
    assert sign(client, day_pass).status_code == 303
    assert db.session.scalars(db.select(WaiverSignature.version)).all() == ["ours-1"]


@pytest.mark.parametrize("text", [None, "waiver = []", "no toml", '[[waiver]]\nversion = "1"'])
def test_studio_whose_waiver_cannot_be_used_does_not_start(tmp_path, text):
    file = tmp_path / "waiver.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(WrongSettingError, match="STUDIO_WAIVER"):
        create_app(make_settings(tmp_path, "sqlite://", STUDIO_WAIVER=str(file)))


@pytest.mark.parametrize("toml", ["", "waiver = []", waiver.FILE.read_text() * 2])
def test_waiver_file_without_or_with_twice_a_version_is_refused(toml):
    with pytest.raises(ValueError, match="version"):
        waiver.read(toml)


def test_unused_pass_is_followed_up_once_the_morning_after(issues, clock):
    day_pass = issues(day=SUNDAY)
    entry.redeem(issues("Used Test", day=SUNDAY).id, staff=member(), press="1", at=now())
    assert follow_up(at=now()) == 0
    clock.advance(days=1)
    assert [follow_up(at=now()) for _ in range(3)] == [1, 0, 0]
    mail = db.session.scalars(
        db.select(OutboxMail).where(OutboxMail.kind == "pass_follow_up")
    ).one()
    assert (mail.subject, mail.due.isoformat()) == (
        "Your day pass is still here",
        "2026-11-23T18:00:00+00:00",
    )
    assert kinds(fresh(day_pass).lead)[-1] == "pass_unused"


def test_nobody_who_came_on_another_pass_is_told_that_they_did_not(issues, clock):
    missed, staff = issues(day=SUNDAY), member()
    give = {"staff": staff, "because": "Came a day late", "at": now()}
    given = actions.give(missed.lead_id, day=days.offered(at=now())[1], **give)
    clock.advance(days=1)
    signing.sign(given.id, signer=Signer("Robin Test"), at=now())
    entry.redeem(given.id, staff=staff, press="1", at=now())
    assert follow_up(at=now()) == 1
    sent = db.session.scalars(db.select(OutboxMail.kind)).all()
    assert "pass_follow_up" not in sent


def test_nobody_who_should_see_a_doctor_gets_a_cheerful_mail(issues, clock):
    day_pass = issues(day=SUNDAY)
    with transaction():
        fresh(day_pass).lead.screened(
            "URGENT", timeframe="today", hold="all", at=now(), due_at=now()
        )
    clock.advance(days=1)
    assert follow_up(at=now()) == 1
    kinds_sent = db.session.scalars(db.select(OutboxMail.kind)).all()
    assert "pass_follow_up" not in kinds_sent


@pytest.mark.parametrize("answers", [URGENT, REFERRED, {"temp_illness": "yes"}])
def test_nobody_whom_the_night_holds_back_is_written_to_in_the_morning(issues, clock, answers):
    day_pass = issues(day=SUNDAY)
    clock.advance(days=1)
    assert follow_up(at=now()) == 1
    enquiry = latest_enquiry(day_pass.lead_id)
    record_screening(enquiry, answers=answers, wording="I agree", at=now())
    mail = db.select(OutboxMail.state).where(OutboxMail.kind == "pass_follow_up")
    assert db.session.scalars(mail).one() is MailState.CANCELLED


def test_names_in_every_script_fit_a_pass_and_a_document(client, issues):
    for name in ("Łukasz Żółć", "محمد علي", "דנה לוי", "山田太郎", "Mononym", "W" * 80):
        day_pass = issues(name)
        page = client.get(url(day_pass))
        assert page.status_code == 200
        assert client.get(url(day_pass, "/waiver.pdf")).data.startswith(b"%PDF-")
    assert len(db.session.scalars(db.select(DayPass)).all()) == 6
