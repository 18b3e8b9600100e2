"""What everybody reads under an article: text and nothing but text."""

import pytest
import sqlalchemy as sa

from portal.clock import now
from portal.extensions import db, vault
from portal.replies import queries
from portal.replies.models import State
from tests.desk.conftest import make_staff
from tests.replies.conftest import ARTICLE, SLUG, leave

pytestmark = pytest.mark.one_database


@pytest.fixture
def publish(app):
    """Leave a reply and publish it."""
    staff = make_staff()

    def publish_(text="A kind word", **more):
        reply = leave(text, **more)
        reply.publish(staff_id=staff.id, at=now())
        db.session.commit()
        return reply

    return publish_


def section(client, path=ARTICLE) -> str:
    return client.get(path).text.partition('id="replies"')[2].partition("</section>")[0]


def test_name_and_day_are_shown_and_the_email_never(client, publish):
    publish(name="Rosa M.", email="rosa@example.com")
    page = client.get(ARTICLE).text
    assert '<b><bdi>Rosa M.</bdi></b> <time datetime="2026-11-22">November 22, 2026</time>' in page
    assert "rosa@example.com" not in page


def test_markup_and_links_are_text(client, publish):
    publish('<b>See</b> https://example.com/ "now"', name="<i>Rosa</i>")
    shown = section(client)
    assert "&lt;b&gt;See&lt;/b&gt; https://example.com/ &#34;now&#34;" in shown
    assert "<bdi>&lt;i&gt;Rosa&lt;/i&gt;</bdi>" in shown
    assert '<a href="https' not in shown


def test_lines_stay_and_marks_that_turn_the_writing_go(client, publish, write):
    write(text="First\r\n\r\n\r\n\r\nthen \u202eevil\u202c  now")
    [reply] = db.session.scalars(sa.select(queries.Reply)).all()
    reply.publish(staff_id=make_staff("Else Test").id, at=now())
    db.session.commit()
    assert '<p class="reply__text" dir="auto">First\n\nthen evil now</p>' in section(client)


def test_the_studios_answer_stands_under_its_reply(client, publish):
    reply = publish()
    reply.answered("Thank you, Rosa.", staff_id=reply.staff_id, at=now())
    db.session.commit()
    answer = section(client).partition('class="reply__answer"')[2]
    assert ("Trueline answers" in answer, "Thank you, Rosa." in answer) == (True, True)


def test_only_what_is_published_under_this_article_is_shown(client, publish):
    publish("Here")
    publish("Elsewhere", slug="steady-core")
    publish("Taken down").state = State.REJECTED
    leave("Held")
    db.session.commit()
    shown = section(client)
    assert [word for word in ("Here", "Elsewhere", "Taken", "Held") if word in shown] == ["Here"]
    assert "1 reply</h2>" in shown


def test_newest_come_first_a_screenful_at_a_time(client, publish):
    numbers = [publish(f"Word {number};").id for number in range(23)]
    first, older = section(client), section(client, f"{ARTICLE}?replies={numbers[2]}")
    assert [number for number in range(23) if f"Word {number};" in first] == [*range(3, 23)]
    assert [number for number in range(23) if f"Word {number};" in older] == [0, 1, 2]
    assert f'href="{ARTICLE}?replies={numbers[2]}#replies"' in first
    assert "23 replies</h2>" in first
    assert client.get(f"{ARTICLE}?replies=x").status_code == 200


def test_a_thread_costs_the_same_however_long(client, publish):
    client.get("/privacy")  # The usual week in the foot is asked for once a minute.
    counts = []
    for _ in range(2):
        seen: list[str] = []

        def note(_connection, _cursor, statement, *_rest, seen=seen):
            seen.append(statement)

        publish()
        sa.event.listen(db.engine, "before_cursor_execute", note)
        client.get(ARTICLE)
        sa.event.remove(db.engine, "before_cursor_execute", note)
        counts.append(sum(statement.startswith("SELECT") for statement in seen))
    assert counts == [2, 2]


def test_a_reply_whose_key_is_gone_is_not_shown_when_a_backup_brings_it_back(client, publish):
    publish("Stays")
    gone = publish("Came back")
    vault().shred(gone.ref)
    shown = [reply.text for reply in queries.thread(SLUG).replies]
    assert shown == ["Stays"]
    assert "Came back" not in client.get(ARTICLE).text
