"""Chats and replies of the demo studio: one in every state that the desk meets."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.chat import answering, queries, saying
from portal.chat.joining import Who
from portal.chat.models import Thread
from portal.chat.saying import Said
from portal.extensions import db, settings
from portal.leads.contact import read_email, read_phone
from portal.leads.models import Disposition, Held, Lead, Status
from portal.replies import actions as replies
from portal.replies import links, moderating, sealing
from portal.replies.queries import by_public_id
from portal.replies.written import Written
from portal.staff.models import Staff

NUMBED = "I can't feel my legs since this morning. Should I still come tomorrow?"
ASKED = "Is it all right to do these in the kitchen while the kettle boils?"
ANSWERED = "That is exactly where they belong. Start with one, and see how it feels."


def talk(desk: Staff, coach: Staff, at: datetime) -> None:
    """Let people write in the chat: who waits, is answered, left a number alone, and spam."""
    ada, bo, cy, di, ed = _people()
    _begin(ada, "Is there a place for a beginner on Saturday morning?", _before(at, 2))
    claimed = _begin(bo, "Can I park my bike somewhere inside?", _before(at, 4))
    answering.claim(_press(claimed, desk, _before(at, 3)))
    over = _begin(cy, "Do I have to bring a towel?", _before(at, 95))
    _answer(over, desk, "No, we have towels for everybody.", _before(at, 92))
    saying.see(over.public_id, at=_before(at, 91))
    saying.say(over.public_id, Said(key="demo-thanks", text="Thank you!"), at=_before(at, 90))
    answering.close(_press(over, desk, _before(at, 89)))
    _begin(di, NUMBED, _before(at, 1))
    alone = Who(name=ed.name, phone=read_phone(ed.phone or "", region=settings().studio.region))
    gone = _write(alone, "Could somebody tell me about the evening hours?", _before(at, 12))
    _answer(gone, coach, "Yes: we are here until nine, every day.", _before(at, 8))
    _write(Who("Cheap Offers"), "See a.example.com and b.example.com", _before(at, 30), Held.LINKS)


def reply(coach: Staff, at: datetime) -> None:
    """Let readers reply: one waits to be read, one is public with the studio's answer."""
    _leave("sore-back", "Rosa Ito", "The part about short walks helped me to begin again.", at)
    later = at - timedelta(days=1)
    number = _leave("moves-for-every-day", "Jo Lind", ASKED, later - timedelta(days=1))
    moderating.publish(moderating.Press(number, coach, 0, later), text=ASKED)
    moderating.answer(moderating.Press(number, coach, 1, later), text=ANSWERED)


def _people() -> Sequence[Lead]:
    """Return five people who wait calmly, and whose number we know."""
    calm = (Disposition.CLEAR, Disposition.CAUTION)
    return db.session.scalars(
        select(Lead)
        .where(Lead.status == Status.WAITING, Lead.disposition.in_(calm), Lead.phone.is_not(None))
        .order_by(Lead.id)
        .limit(5)
    ).all()


def _before(at: datetime, minutes: int) -> datetime:
    return at - timedelta(minutes=minutes)


def _begin(lead: Lead, text: str, at: datetime) -> Thread:
    return _write(Who(name=lead.name, email=read_email(lead.email or "")), text, at)


def _write(who: Who, text: str, at: datetime, held: Held | None = None) -> Thread:
    said = Said(key=f"demo {text}"[:64], text=text, who=who, held=held)
    return queries.named(saying.start(said, at=at))


def _answer(thread: Thread, staff: Staff, text: str, at: datetime) -> None:
    answering.see(thread.id, queries.last_message_id(thread.id), at=at)
    answering.answer(_press(thread, staff, at), text, key=f"demo {text}"[:64])


def _press(thread: Thread, staff: Staff, at: datetime) -> answering.Press:
    return answering.Press(thread.id, staff, queries.thread(thread.id).version, at)


def _leave(slug: str, name: str, text: str, at: datetime) -> int:
    written = Written(
        slug=slug,
        key=f"demo {slug}",
        name=name,
        email=read_email(f"{name.split(maxsplit=1)[0].lower()}.reads@example.com"),
        text=text,
        tell=False,
        body_hash=sealing.body_hash(slug, text),
        doubt=None,
    )
    left = by_public_id(links.whose(replies.leave(written, at=at)))
    assert left is not None  # noqa: S101 - for the type checker: it was left just now
    return left.id
