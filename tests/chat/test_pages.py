"""The visitor's pages: begin, talk, be told, be remembered, go on; without a script."""

import re
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from portal.chat import answering, links, queries
from portal.chat.forgetting import forget
from portal.chat.models import Author, Message, Thread
from portal.clock import now
from portal.extensions import db, vault
from portal.leads.models import Lead
from portal.mail.models import MailState, OutboxMail
from portal.vault import CannotOpenError
from tests.chat.conftest import ROBIN, again, make_lead, press, who
from tests.leads.conftest import fields

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}
VISITS = {"Sec-Fetch-Mode": "navigate"}
CHEST = "I have a tight pain in my chest right now"


@pytest.fixture
def talks(client, clock):
    """Begin a chat on its page, and return the address of the thread."""

    def talk(**typed: str) -> str:
        sent = fields(client.get("/chat").text) | {"text": "Hello there"} | typed
        clock.advance(seconds=5)
        answer = client.post("/chat", data=sent)
        assert answer.status_code == 303
        return answer.headers["Location"]

    return talk


def only() -> Thread:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(sa.select(Thread)).one()


def write_form(page: str) -> dict[str, str]:
    form = re.search(r'<form class="chat__write".*?</form>', page, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[0]))


def said(page: str) -> list[str]:
    return re.findall(r'<p class="msg__text">([^<]+)</p>', page)


def states(page: str) -> list[str]:
    return re.findall(r'<p class="msg__state">([^<]+)</p>', page)


def mails(kind: str) -> list[OutboxMail]:
    db.session.rollback()
    wanted = sa.select(OutboxMail).where(OutboxMail.kind == kind).order_by(OutboxMail.id)
    return list(db.session.scalars(wanted))


def test_page_says_who_answers_and_when(client):
    page = client.get("/chat").text
    assert "Somebody from our team answers you here." in page
    assert "Usually within 5 minutes." in page
    assert "<b>Not for emergencies.</b>" in page


def test_page_says_when_nobody_is_there(client, clock):
    clock.move_to(datetime(2026, 11, 23, 4, tzinfo=UTC))
    assert "We are back tomorrow at 6 am. Leave a message and we will reply by 6:05 am." in (
        client.get("/chat").text
    )


def test_a_message_is_a_thread_of_its_own_page(client, talks):
    page = client.get(talks(text="Hello\nthere")).text
    assert said(page) == ["Hello\nthere"]
    assert states(page) == ["Sent"]
    assert 'role="log"' in page


def test_an_empty_message_is_given_back_with_all_that_was_typed(client):
    sent = fields(client.get("/chat").text) | {"name": "Robin", "email": "robin"}
    answer = client.post("/chat", data=sent)
    assert answer.status_code == 422
    assert "Write your message" in answer.text
    assert 'value="Robin"' in answer.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Thread)) == 0


def test_a_name_and_an_address_are_asked_and_not_demanded(client, talks):
    talks()
    assert (only().name, only().lead_id) == (None, None)


def test_an_address_makes_the_chat_a_lead(client, talks):
    talks(name="Robin Test", email=ROBIN)
    assert only().lead.email == ROBIN


def test_a_second_message_is_said_once_however_often_it_is_sent(client, talks):
    url = talks()
    sent = write_form(client.get(url).text) | {"text": "And on Sunday?"}
    for _ in range(2):
        assert client.post(url, data=sent).status_code == 303
    assert said(client.get(url).text) == ["Hello there", "And on Sunday?"]


def test_other_words_under_a_key_that_was_used_are_kept_and_sent_with_a_fresh_one(client, talks):
    url = talks()
    sent = write_form(client.get(url).text) | {"text": "And on Sunday?"}
    client.post(url, data=sent)
    answer = client.post(url, data=sent | {"text": "And on Monday?"})
    assert answer.status_code == 409
    assert "And on Monday?" in answer.text
    again_ = write_form(answer.text) | {"text": "And on Monday?"}
    assert client.post(url, data=again_).status_code == 303
    assert len(said(client.get(url).text)) == 3


def test_words_of_an_emergency_show_the_safety_text_at_once(client, talks):
    page = client.get(talks(text=CHEST)).text
    assert "Do not wait for our answer." in page
    assert 'href="tel:911"' in page
    assert [mail.subject for mail in mails("chat_waiting")] == [
        f"A chat needs you now: {only().ref}"
    ]


@pytest.mark.one_database
@pytest.mark.parametrize("wrong", [{"email": "robin"}, {"text": CHEST + "!" * 2000}])
def test_words_of_an_emergency_that_are_not_taken_show_the_advice_all_the_same(client, wrong):
    sent = fields(client.get("/chat").text) | {"text": CHEST} | wrong
    answer = client.post("/chat", data=sent)
    assert answer.status_code == 422
    assert '<p class="chat__alarm">' in answer.text
    calm = client.post("/chat", data=sent | {"text": "Hello", "email": "robin"})
    assert '<p class="chat__alarm">' not in calm.text


@pytest.mark.one_database
def test_advice_is_shown_where_a_message_comes_too_often(client, talks):
    url = talks()
    for number in range(31):
        sent = write_form(client.get(url).text) | {"text": f"Word {number}"}
        client.post(url, data=sent)
    answer = client.post(url, data=sent | {"text": CHEST})
    assert (answer.status_code, '<p class="chat__alarm">' in answer.text) == (429, True)


@pytest.mark.one_database
def test_nothing_to_book_stands_beside_the_advice(client, talks, dana):
    url, ways = talks(), 'aria-label="Go on from here"'
    assert ways in client.get(url).text
    sent = write_form(client.get(url).text) | {"text": CHEST}
    assert '<hx-partial hx-target="#chat-on"' in client.post(url, data=sent, headers=HX).text
    assert ways not in client.get(url).text
    answering.lower_flag(press(only(), dana))
    assert ways in client.get(url).text


def test_advice_stays_beside_the_form_until_somebody_has_seen_to_it(client, talks, dana):
    url = talks(text=CHEST)
    beside = re.compile(r'<form class="chat__write"[^>]*>\s*<p class="chat__alarm">')
    assert beside.search(client.get(url).text)
    answering.lower_flag(press(only(), dana))
    assert not beside.search(client.get(url).text)


def test_a_chat_that_is_answered_in_time_rings_nobody(client, talks, dana):
    talks()
    assert [mail.due for mail in mails("chat_waiting")] == [only().due_at]
    answering.answer(press(only(), dana), "Yes.", key="a")
    assert [mail.state for mail in mails("chat_waiting")] == [MailState.CANCELLED]


def test_an_answer_that_is_not_read_comes_by_mail_with_the_link_and_no_word(client, talks, dana):
    talks(name="Robin Test", email=ROBIN)
    for key in "ab":
        answering.answer(press(only(), dana), f"Answer {key}", key=key)
    (mail,) = mails("chat_answer")
    assert (mail.recipient, mail.subject) == (ROBIN, "We have answered you")
    assert mail.reference == only().lead.ref
    assert (mail.due - now()).total_seconds() == 180


def test_an_answer_that_is_read_stays_at_home(client, talks, dana):
    url = talks(email=ROBIN)
    answering.answer(press(only(), dana), "Yes, come by.", key="a")
    client.get(url)
    assert [mail.state for mail in mails("chat_answer")] == [MailState.READY]
    client.get(url, headers=VISITS)
    assert [mail.state for mail in mails("chat_answer")] == [MailState.CANCELLED]
    assert only().visitor_seen == queries.last_message_id(only().id)


def test_a_poll_brings_what_is_new_and_then_nothing(client, talks, dana):
    url = talks()
    tag = re.search(r'hx-ptag="([^"]+)"', client.get(url).text)[1]
    poll = HX | {"HX-PTag": tag}
    assert client.get(f"{url}?poll=1", headers=poll).status_code == 304
    answering.answer(press(only(), dana), "Yes, come by.", key="a")
    news = client.get(f"{url}?poll=1", headers=poll)
    assert said(news.text) == ["Hello there", "Yes, come by."]
    poll |= {"HX-PTag": news.headers["HX-PTag"]}
    assert client.get(f"{url}?poll=1", headers=poll).status_code == 304
    assert only().visitor_seen == queries.last_message_id(only().id)


def test_a_poll_without_news_writes_nothing_and_asks_once(client, talks):
    url = talks()
    tag = re.search(r'hx-ptag="([^"]+)"', client.get(url).text)[1]
    asked = []

    def hear(*args) -> None:
        asked.append(args[2].split()[0])

    sa.event.listen(db.engine, "before_cursor_execute", hear)
    client.get(f"{url}?poll=1", headers=HX | {"HX-PTag": tag})
    sa.event.remove(db.engine, "before_cursor_execute", hear)
    assert [word for word in asked if word != "BEGIN"] == ["SELECT"]


@pytest.mark.one_database
def test_a_panel_is_told_once_when_an_answer_is_late(client, talks, clock):
    url = talks()
    tag = re.search(r'hx-ptag="([^"]+)"', client.get(url).text)[1]
    clock.advance(minutes=6)
    late = client.get(f"{url}?poll=1", headers=HX | {"HX-PTag": tag})
    assert "We are later than we said." in late.text
    again_ = client.get(f"{url}?poll=1", headers=HX | {"HX-PTag": late.headers["HX-PTag"]})
    assert again_.status_code == 304


def test_what_the_desk_has_read_is_seen(client, talks):
    url = talks()
    answering.see(only().id, queries.last_message_id(only().id), at=now())
    assert states(client.get(url).text) == ["Seen"]


def test_notes_of_the_staff_are_never_on_the_page(client, talks, dana):
    url = talks()
    answering.note(press(only(), dana), "Zyxquill", key="n")
    assert "Zyxquill" not in client.get(url).text


def test_who_one_is_can_be_told_later_and_is_asked_again_when_wrong(client, talks):
    url = talks()
    sent = fields(client.get(url).text)
    answer = client.post(f"{url}/who", data=sent | {"email": "robin"})
    assert (answer.status_code, "Enter an email address" in answer.text) == (422, True)
    assert client.post(f"{url}/who", data=sent | {"email": ROBIN}).status_code == 303
    assert only().lead.email == ROBIN


def test_a_device_remembers_only_when_asked_and_forgets_when_asked(client, talks):
    url = talks()
    assert client.get_cookie("chat", path="/chat") is None
    assert client.get("/chat").status_code == 200
    token = fields(client.get(url).text)["csrf_token"]
    kept = client.post(f"{url}/device", data={"csrf_token": token, "do": "remember"})
    cookie = kept.headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/chat"))
    assert client.get("/chat").headers["Location"] == url
    client.post(f"{url}/device", data={"csrf_token": token, "do": "forget"})
    assert client.get("/chat").status_code == 200


def test_a_device_that_remembers_a_chat_that_is_gone_begins_anew(client, talks):
    url = talks()
    token = fields(client.get(url).text)["csrf_token"]
    client.post(f"{url}/device", data={"csrf_token": token, "do": "remember"})
    assert client.get("/chat").status_code == 303
    forget(only().id)
    assert client.get("/chat").status_code == client.get("/chat", headers=HX).status_code == 200


@pytest.mark.one_database
def test_no_other_site_makes_a_device_keep_a_chat(client, talks):
    url = talks()
    sent = {"csrf_token": fields(client.get(url).text)["csrf_token"], "do": "remember"}
    answer = client.post(f"{url}/device", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (400, None)


@pytest.mark.one_database
def test_a_page_without_a_script_offers_to_look_for_an_answer(client, talks):
    url = talks()
    assert f'<noscript><p class="chat__who"><a href="{url}">' in client.get(url).text


@pytest.mark.parametrize(("way", "path"), [("consult", "/consult"), ("day-pass", "/day-pass")])
def test_one_press_leads_to_a_form_with_what_is_known_and_nothing_in_the_address(
    client, talks, way, path
):
    url = talks(name="Robin Test", email=ROBIN, text="My secret back")
    there = client.get(f"{url}/on/{way}").headers["Location"]
    assert there.startswith(f"{path}?chat=")
    assert "robin" not in there.lower()
    page = client.get(there).text
    assert (fields(page)["name"], fields(page)["email"]) == ("Robin Test", ROBIN)
    assert "secret" not in page


def test_a_reference_that_is_old_opens_an_empty_form(client, talks, clock):
    url = talks(name="Robin Test", email=ROBIN)
    there = client.get(f"{url}/on/consult").headers["Location"]
    clock.advance(hours=2)
    assert fields(client.get(there).text)["name"] == ""


def test_a_form_from_the_chat_joins_the_lead_of_the_chat(client, talks, clock):
    url = talks(name="Robin Test", email=ROBIN)
    there = client.get(f"{url}/on/consult").headers["Location"]
    sent = fields(client.get(there).text) | {"reason": "back", "contact_by": "email"}
    clock.advance(seconds=5)
    assert client.post("/consult", data=sent).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Lead)) == 1


def mailed(thread: Thread, address: str) -> str:
    return links.mailed_url(thread, address).removeprefix("http://localhost")


def test_a_typed_address_opens_nobodys_times(begins, client, app, monkeypatch):
    lead = make_lead("Robin Known")
    lead.email = lead.email_key = ROBIN
    db.session.commit()
    thread = begins(who=who("Mallory", ROBIN))
    monkeypatch.setitem(app.extensions, "chat_way_to_a_time", lambda _lead: "/book/theirs")
    token = links.token(again(thread))
    assert "Pick a time" not in client.get(f"/chat/{token}").text
    assert client.get(f"/chat/{token}/on/time").location.startswith("/times?chat=")


def test_the_mailed_link_opens_the_times_of_the_address_it_was_mailed_to(
    begins, client, app, monkeypatch
):
    lead = make_lead("Robin Known")
    lead.email = lead.email_key = ROBIN
    db.session.commit()
    thread = begins(who=who("Robin", ROBIN))
    monkeypatch.setitem(app.extensions, "chat_way_to_a_time", lambda _lead: "/book/theirs")
    own, others = mailed(again(thread), ROBIN), mailed(again(thread), "mallory@example.com")
    assert "Pick a time" in client.get(own).text
    assert client.get(f"{own}/on/time").headers["Location"] == "/book/theirs"
    assert "Pick a time" not in client.get(others).text
    assert client.get(f"{others}/on/time").location.startswith("/times?chat=")


def test_a_flood_in_one_chat_is_stopped_with_words_kept(client, talks):
    url = talks()
    answers = []
    for number in range(31):
        sent = write_form(client.get(url).text) | {"text": f"Word {number}"}
        answers.append(client.post(url, data=sent))
    assert [answer.status_code for answer in answers] == [303] * 30 + [429]
    assert "Word 30" in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "600"


def test_a_flood_of_chats_from_one_address_is_stopped(client, clock):
    codes = []
    sent = fields(client.get("/chat").text)
    clock.advance(seconds=5)
    for number in range(31):
        key = f"{number:032d}"
        codes.append(client.post("/chat", data=sent | {"text": "Buy", "key": key}).status_code)
    assert codes == [303] * 30 + [429]
    assert queries.inbox(limit=9) == []


def test_what_fills_in_the_trap_is_kept_aside_and_told_nothing(client, talks):
    url = talks(message="https://spam.example", email=ROBIN)
    assert said(client.get(url).text) == ["Hello there"]
    assert (only().open_rank, only().lead_id, mails("chat_waiting")) == (None, None, [])


def test_a_dead_link_is_said_so(client, talks, clock):
    url = talks()
    assert client.get("/chat/nonsense").status_code == 404
    clock.advance(days=91)
    assert client.get(url).status_code == 410


def test_every_message_of_the_system_is_in_the_log(client, talks):
    talks(text=CHEST)
    authors = list(db.session.scalars(sa.select(Message.author).order_by(Message.id)))
    assert authors == [Author.VISITOR, Author.SYSTEM]


def test_a_chat_is_erased_by_its_own_link_once_the_box_is_ticked(client, talks):
    url, row = talks(), only()
    place, kept = next((each.place, each.text) for each in queries.messages(row.id))
    token = fields(client.get(url).text)["csrf_token"]
    refused = client.post(f"{url}/erase", data={"csrf_token": token})
    assert (refused.status_code, "cannot be undone" in refused.text) == (422, True)
    done = client.post(f"{url}/erase", data={"csrf_token": token, "sure": "yes"})
    assert done.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "Your chat is erased" in client.get(done.headers["Location"]).text
    assert client.get(url).status_code == 404
    assert client.get("/chat").status_code == 200
    with pytest.raises(CannotOpenError):
        vault().open(place, kept)
    assert [mail.state for mail in mails("chat_waiting")] == [MailState.CANCELLED]


def test_a_poll_and_a_sent_message_say_who_answers_by_now(client, talks, dana):
    url = talks()
    claimed = "Dana from our team answers you."
    assert claimed not in client.get(url).text
    answering.claim(press(only(), dana))
    polled = client.get(f"{url}?poll=1", headers=HX).text
    sent = write_form(client.get(url).text) | {"text": "And on Sunday?"}
    said_ = client.post(url, data=sent, headers=HX).text
    for page in (polled, said_):
        standing = page.partition('<hx-partial hx-target="#chat-standing"')[2]
        assert claimed in standing.partition("</hx-partial>")[0]
