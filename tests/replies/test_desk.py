"""Replies at the desk: who may read, what each button does, and who came second."""

import re

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, vault
from portal.intake.models import Reading
from portal.leads.models import Lead
from portal.mail.models import MailState, OutboxMail
from portal.replies import actions, inbox, moderating, sealing
from portal.replies.models import Alarm, Doubt, Reply, State
from portal.replies.moderating import OvertakenError, Press
from portal.staff.models import Role
from tests.desk.conftest import form_on, make_lead, make_staff
from tests.replies.conftest import ARTICLE, SLUG, leave, replies

GRAVE = "I have crushing pain in my chest right now"


def page_at_desk(reply: Reply) -> str:
    return f"/desk/replies/{reply.id}"


def press(desk, reply: Reply, button: str, *, page: str | None = None, **typed):
    """Press a button with what the page's own form carries, as a browser would."""
    page = page or desk.get(page_at_desk(reply)).text
    form = form_on(page, f"{page_at_desk(reply)}/{button}")
    text = re.search(r'<textarea[^>]* name="text"[^>]*>([^<]*)</textarea>', page)
    own = {"text": text[1]} if text and button in {"publish", "edit"} else {}
    return desk.client.post(form.pop("action"), data={**form, **own, **typed})


def again(reply: Reply) -> Reply:
    db.session.expire_all()
    return db.session.get_one(Reply, reply.id)


def listed(page: str) -> list[str]:
    return re.findall(r'<a href="/desk/replies/\d+">(R-\w+)</a>', page)


def kinds() -> list[tuple[str, MailState]]:
    found = db.session.execute(sa.select(OutboxMail.kind, OutboxMail.state).order_by(OutboxMail.id))
    return [(kind, state) for kind, state in found]


@pytest.mark.one_database
def test_the_front_desk_sees_how_many_are_flagged_and_no_reply(client, dana, jules):
    reply = leave(GRAVE)
    flags = "<b>1 flagged reply</b> under an article."
    assert f"{flags} Ask a coach or a manager to read it now." in dana.get("/desk/").text
    assert f'{flags} <a href="/desk/replies">Read it now</a>' in jules.get("/desk/").text
    for path in ("/desk/replies", page_at_desk(reply)):
        assert dana.get(path).status_code == 403
    assert "/desk/replies" not in dana.get("/desk/").text


@pytest.mark.one_database
def test_the_rail_counts_what_waits_until_it_is_read(jules):
    assert "flagged" not in jules.get("/desk/").text
    reply = leave()
    leave("Spam", doubt=Doubt.TRAP)
    rail = r'<a href="/desk/replies">.*?<span>Replies</span><span>(\d+)</span>'
    assert re.search(rail, jules.get("/desk/").text, re.DOTALL)[1] == "1"
    press(jules, reply, "publish")
    assert re.search(rail, jules.get("/desk/").text, re.DOTALL)[1] == "0"


def test_the_inbox_has_flagged_ones_first_then_the_oldest_and_spam_apart(jules):
    first, second = leave("First"), leave("Second")
    urgent, grave = leave("One calf is newly swollen and hot"), leave(GRAVE)
    spam = leave("Spam", doubt=Doubt.LINKS)
    spam_with_a_sign = leave(GRAVE, doubt=Doubt.TRAP)
    assert listed(jules.get("/desk/replies").text) == [
        each.ref for each in (grave, spam_with_a_sign, urgent, first, second)
    ]
    assert listed(jules.get("/desk/replies?view=spam").text) == [spam.ref]
    assert jules.get("/desk/replies?view=nothing").status_code == 404


@pytest.mark.one_database
def test_the_list_shows_no_name_and_no_word(jules):
    leave("Zyxquill hurts", name="Zyxquill", email="zyxquill@example.com")
    for view in ("waiting", "spam", "published", "aside"):
        assert "zyxquill" not in jules.get(f"/desk/replies?view={view}").text.lower()


def test_each_look_is_noted_with_the_lead_when_the_address_is_known(jules):
    stranger, lead = leave(email="else@example.com"), make_lead()
    known = leave(email=lead.email)
    for reply in (stranger, known):
        assert jules.get(page_at_desk(reply)).status_code == 200
    found = db.session.execute(
        sa.select(Reading.staff_id, Reading.lead_id, Reading.page).order_by(Reading.id)
    )
    assert [tuple(row) for row in found] == [
        (jules.staff.id, 0, page_at_desk(stranger)),
        (jules.staff.id, lead.id, page_at_desk(known)),
    ]


def test_publishing_as_it_stands_leaves_no_mark_and_tells_who_asked(client, jules):
    reply = leave(tell=True)
    answer = press(jules, reply, "publish")
    assert answer.location == f"{page_at_desk(reply)}?said=publish"
    assert "Published. Everybody can read it now." in jules.get(answer.location).text
    shown = client.get(ARTICLE).text
    assert ("fear of movement" in shown, "Edited by the studio" in shown) == (True, False)
    assert kinds() == [("reply_published", MailState.READY)]


def test_an_edit_for_privacy_is_marked_and_the_first_words_are_kept_sealed(client, jules):
    reply = leave("Dr. Test gave me pills")
    press(jules, reply, "publish", text="A doctor helped me")
    shown = client.get(ARTICLE).text
    assert "A doctor helped me" in shown
    assert "Edited by the studio for privacy" in shown
    assert "pills" not in shown
    row = str(tuple(db.session.execute(sa.select(Reply.__table__)).one()))
    assert "pills" not in row
    press(jules, reply, "edit", text="Somebody helped me")
    assert sealing.original(again(reply)) == "Dr. Test gave me pills"
    press(jules, reply, "undo-edit")
    kept = again(reply)
    assert (sealing.text(kept), kept.original, kept.edited_at) == (
        "Dr. Test gave me pills",
        None,
        None,
    )


def test_undo_takes_a_published_reply_down_with_its_mail(client, jules):
    reply = leave(tell=True)
    said = press(jules, reply, "publish").location
    press(jules, reply, "take-down", page=jules.get(said).text)
    assert again(reply).state is State.HELD
    assert kinds() == [("reply_published", MailState.CANCELLED)]
    assert "fear of movement" not in client.get(ARTICLE).text
    press(jules, reply, "publish")
    assert [state for _, state in kinds()] == [MailState.CANCELLED, MailState.READY]


def test_what_is_put_aside_can_be_put_back(jules):
    reply = leave()
    said = press(jules, reply, "reject").location
    assert again(reply).state is State.REJECTED
    assert listed(jules.get("/desk/replies?view=aside").text) == [reply.ref]
    press(jules, reply, "put-back", page=jules.get(said).text)
    assert again(reply).state is State.HELD


def test_the_studio_answers_and_takes_it_back(client, jules):
    reply = leave(tell=True)
    press(jules, reply, "publish")
    said = press(jules, reply, "answer", answer="Thank you, Rosa.").location
    assert "Thank you, Rosa." in client.get(ARTICLE).text
    assert kinds()[-1] == ("reply_answered", MailState.READY)
    said = press(jules, reply, "answer", answer="Thank you, Rosa!").location
    assert [kind for kind, _ in kinds()] == ["reply_published", "reply_answered"]
    press(jules, reply, "unanswer", page=jules.get(said).text)
    assert "Thank you, Rosa!" not in client.get(ARTICLE).text
    assert kinds()[-1] == ("reply_answered", MailState.CANCELLED)


def test_a_flag_is_lowered_by_who_looked_or_decided(jules):
    looked, published, aside = leave(GRAVE), leave(GRAVE), leave(GRAVE)
    assert [reply.alarm for reply in replies()] == [Alarm.EMERGENCY] * 3
    for reply, button in ((looked, "look"), (published, "publish"), (aside, "reject")):
        press(jules, reply, button)
    assert [reply.is_flagged for reply in replies()] == [False] * 3
    assert again(looked).state is State.HELD
    assert "flagged" not in jules.get("/desk/").text


@pytest.mark.one_database
def test_a_flagged_reply_says_how_to_reach_its_writer_and_another_does_not(jules):
    lead = make_lead()
    flagged, plain = leave(GRAVE, email=lead.email), leave(email="rosa@example.com")
    page = jules.get(page_at_desk(flagged)).text
    assert f'href="mailto:{lead.email}"' in page
    assert f'href="/desk/leads/{lead.id}"' in page
    assert "rosa@example.com" not in jules.get(page_at_desk(plain)).text


@pytest.mark.one_database
@pytest.mark.parametrize(("button", "field"), [("publish", "text"), ("answer", "answer")])
def test_words_that_are_missing_are_asked_for(jules, button, field):
    reply = leave()
    if button == "answer":
        press(jules, reply, "publish")
    answer = press(jules, reply, button, **{field: "  "})
    assert (answer.status_code, 'class="error-summary"' in answer.text) == (422, True)


def test_who_comes_second_is_told_and_keeps_what_they_typed(jules, mara):
    reply = leave()
    stale = mara.get(page_at_desk(reply)).text
    press(jules, reply, "publish")
    answer = press(mara, reply, "publish", page=stale, text="Something else")
    assert answer.status_code == 409
    assert "A colleague was at this reply just now." in answer.text
    assert "\nSomething else</textarea>" in answer.text
    assert sealing.text(again(reply)) != "Something else"


@pytest.mark.one_database
@pytest.mark.parametrize(("button", "field"), [("publish", "text"), ("answer", "answer")])
def test_words_stay_when_a_colleague_took_their_field_away(jules, mara, button, field):
    reply = leave()
    if button == "answer":
        press(jules, reply, "publish")
    stale = mara.get(page_at_desk(reply)).text
    press(jules, reply, "reject" if button == "publish" else "take-down")
    answer = press(mara, reply, button, page=stale, **{field: "Something long"})
    assert (answer.status_code, '<p class="say__text">Something long</p>' in answer.text) == (
        409,
        True,
    )


def test_a_press_that_does_not_fit_the_state_is_a_calm_page(jules):
    reply = leave()
    page = jules.get(page_at_desk(reply)).text
    form = form_on(page, f"{page_at_desk(reply)}/publish")
    form.pop("action")
    for button in ("take-down", "put-back", "unanswer", "undo-edit", "look"):
        answer = jules.client.post(f"{page_at_desk(reply)}/{button}", data=form)
        assert (answer.status_code, button) == (409, button)
    assert jules.client.post(f"{page_at_desk(reply)}/nothing", data=form).status_code == 404
    assert (again(reply).state, again(reply).version) == (State.HELD, 0)


def test_of_two_presses_on_the_same_version_one_counts(app):
    staff, reply = make_staff("Jules Test", Role.COACH), leave()
    seen = Press(reply.id, staff=staff, seen=0, at=now())
    moderating.reject(seen)
    with pytest.raises(OvertakenError):
        moderating.publish(seen, text="Anything")
    assert again(reply).state is State.REJECTED


def test_a_thread_is_closed_and_opened_again_by_the_same_page(client, jules):
    for button, is_open in (("close", False), ("close", False), ("open", True)):
        page = jules.get("/desk/replies").text
        path = f"/desk/replies/threads/{SLUG}"
        form = form_on(page, f"{path}/{'open' if 'Open it again' in page else 'close'}")
        form.pop("action")
        assert jules.client.post(f"{path}/{button}", data=form).status_code == 303
        assert ('name="text"' in client.get(ARTICLE).text) is is_open
    path = "/desk/replies/threads/nothing/close"
    assert jules.client.post(path, data=form).status_code == 404


def test_erasing_a_reply_that_a_desk_has_open_is_a_page(jules, client):
    reply = leave()
    page = jules.get(page_at_desk(reply)).text
    with db.engine.begin() as connection:
        connection.execute(sa.delete(Reply.__table__))
    assert press(jules, reply, "reject", page=page).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 0


@pytest.mark.parametrize("view", ["waiting", "published", "spam"])
def test_pages_of_the_inbox_follow_each_other_without_gap_or_repeat(jules, monkeypatch, view):
    monkeypatch.setattr(inbox, "PAGE", 2)
    found = [leave(f"Reply {number}", doubt=None) for number in range(5)]
    if view == "waiting":
        found.insert(0, leave(GRAVE))
        found.insert(1, leave(f"{GRAVE}, too"))
    for reply in found:
        reply.state = State.PUBLISHED if view == "published" else State.HELD
        reply.doubt = Doubt.LINKS if view == "spam" else None
    db.session.commit()
    seen, to = [], f"/desk/replies?view={view}"
    while to:
        page = jules.get(to).text
        seen.append(listed(page))
        more = re.search(r'href="([^"]+)">(?:(?!</a>).)*More of this list', page, re.DOTALL)
        to = more[1].replace("&amp;", "&") if more else ""
    refs = [reply.ref for reply in found]
    assert [ref for part in seen for ref in part] == (refs if view == "waiting" else refs[::-1])
    assert {len(part) for part in seen[:-1]} == {2}


@pytest.mark.one_database
@pytest.mark.parametrize("after", ["x", "1", "1.2.3", f"1.{9**30}"])
def test_address_that_names_no_place_is_the_first_page(jules, after):
    reply = leave()
    assert listed(jules.get(f"/desk/replies?after={after}").text) == [reply.ref]


def test_the_strip_comes_with_the_next_poll_and_goes_with_it(dana, jules):
    tag = dana.fragment("/desk/?poll=1").headers["HX-PTag"]
    reply = leave(GRAVE)
    answer = dana.fragment("/desk/?poll=1", **{"HX-PTag": tag})
    assert "<b>1 flagged reply</b>" in answer.text
    press(jules, reply, "look")
    gone = dana.fragment("/desk/?poll=1", **{"HX-PTag": answer.headers["HX-PTag"]})
    assert (gone.status_code, "flagged" in gone.text) == (200, False)


def test_a_screen_left_open_over_an_erased_reply_publishes_nobody_elses_name(jules):
    erased = leave("I am Rosa of Oak Street 5.")
    screen = jules.get(page_at_desk(erased)).text
    actions.erase(erased.public_id)
    other = leave("Thank you!", name="Sam K.")
    assert press(jules, erased, "publish", page=screen).status_code == 404
    assert (again(other).state, sealing.text(again(other))) == (State.HELD, "Thank you!")


def test_whoever_reads_a_reply_while_it_is_erased_is_told_that_it_is_gone(jules):
    path = page_at_desk(reply := leave())
    key_id = reply.text.partition(".")[0]

    reads = []

    @sa.event.listens_for(db.engine, "after_cursor_execute")
    def erase(_connection, _cursor, statement, *_rest):
        if "FROM reply" not in statement:
            return
        reads.append(statement)
        if len(reads) == len(("to note who reads", "to show")):
            vault().store.forget([key_id])
            with db.engine.begin() as elsewhere:
                elsewhere.execute(sa.delete(Reply))

    answer = jules.get(path)
    sa.event.remove(db.engine, "after_cursor_execute", erase)
    assert answer.status_code == 404
