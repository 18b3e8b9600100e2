"""Adds invented people to a database: a whole small studio, or as many leads as one likes."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, zip_longest
from pathlib import Path

from sqlalchemy import Table, func, insert, select, text

from portal.clock import now
from portal.demo import clients, door, looks, talks
from portal.demo.cases import Case, cases
from portal.demo.diary import open_diary
from portal.demo.rows import Draft, Ledger, draft
from portal.desk import actions as desk
from portal.desk.actions import Press
from portal.desk.calls import NotNow, Outcome, snoozes
from portal.extensions import db, settings, transaction, vault
from portal.leads.kinds import ALARMS
from portal.leads.models import Lead, Status
from portal.staff.actions import add_staff
from portal.staff.models import Role, Staff

STUDIO_LEADS = 40
BATCH = 2_000
STILL_OPEN = 400
TABLES = ("lead", "lead_word", "enquiry", "consent", "activity", "intake", "decision", "referral")
COUNTED = ("lead", "enquiry", "consent", "intake", "decision")
PEOPLE = (
    ("manager@demo.example", "Mara Okafor", Role.MANAGER),
    ("coach@demo.example", "Amir Nassar", Role.COACH),
    ("coach2@demo.example", "Jules Tanner", Role.COACH),
    ("desk@demo.example", "Dana Obi", Role.DESK),
)
SIGN_INS = "demo-sign-ins.txt"


def seed_studio() -> bool:
    """Turn an empty database into a demo studio; say False and change nothing in any other."""
    if db.session.scalar(select(func.count()).select_from(Staff)):
        return False
    if db.session.scalar(select(func.count()).select_from(Lead)):
        return False
    staff = _hire()
    at = now()
    _insert(
        draft(number, at=_lately(number, case, at), closed=False, case=case)
        for number, case in zip_longest(_numbers(STUDIO_LEADS), cases())
    )
    _work_through(staff, at)
    open_diary(staff, at)
    clients.take_on(staff[1], at)
    door.hand_out(staff[-1], at)
    looks.go_round(staff[1], at)
    talks.talk(staff[-1], staff[1], at)
    talks.reply(staff[1], at)
    return True


def add_leads(count: int) -> None:
    """Add `count` invented leads, all but the newest long closed, in batches of bounded memory."""
    at = now()
    numbers = _numbers(count)
    _insert(
        draft(
            number,
            at=at - timedelta(minutes=7 * (numbers.stop - number)),
            closed=number < numbers.stop - STILL_OPEN,
        )
        for number in numbers
    )


def sign_ins(instance: Path) -> str:
    """Return the lines with the demo accounts and their passwords, empty without a demo."""
    file = instance / SIGN_INS
    return file.read_text() if file.exists() else ""


def _hire() -> list[Staff]:
    lines = ["Demo sign-ins (invented people; this database is a demo):"]
    staff = []
    for email, name, role in PEOPLE:
        password = "-".join(secrets.token_hex(2) for _ in range(4))
        staff.append(add_staff(email=email, name=name, role=role, password=password))
        lines.append(f"  {role.value:8} {email:22} {password}")
    file = os.open(settings().instance / SIGN_INS, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w") as out:
        out.write("\n".join(lines) + "\n")
    return staff


def _numbers(count: int) -> range:
    start = (db.session.scalar(select(func.max(Lead.id))) or 0) + 1
    return range(start, start + count)


def _lately(number: int, case: Case | None, at: datetime) -> datetime:
    """Return a moment in the last two days; whoever was told to get help asked just now."""
    if case is not None and case.disposition in ALARMS:
        return at - timedelta(minutes=5 + 6 * (number % 4))
    return at - timedelta(minutes=3 + (number * 37 % STUDIO_LEADS) ** 2 * 1.7)


def _insert(drafts: Iterable[Draft]) -> None:
    for batch in _batches(drafts):
        _insert_batch(batch)


def _batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    source = iter(drafts)
    while batch := list(islice(source, BATCH)):
        yield batch


@transaction()
def _insert_batch(batch: list[Draft]) -> None:
    ids = {name: db.session.scalar(select(func.max(_table(name).c.id))) or 0 for name in COUNTED}
    ledger = Ledger(ids=ids, settings=settings(), vault=vault())
    with vault().holding(one.ref for one in batch):
        for one in batch:
            ledger.add(one)
    for name in TABLES:
        if ledger.rows[name]:
            db.session.execute(insert(_table(name)), ledger.rows[name])
    if db.engine.dialect.name == "postgresql":
        for name in COUNTED:
            top = {"top": max(ledger.ids[name], 1)}
            db.session.execute(text(f"SELECT setval('{name}_id_seq', :top)"), top)


def _table(name: str) -> Table:
    return db.metadata.tables[name]


def _work_through(staff: list[Staff], at: datetime) -> None:
    """Let the staff do a morning's work, so that every state of a lead can be seen."""
    manager, coach, _, desk_staff = staff
    snooze = snoozes(None, at=at, hours=settings().studio.hours)[-1]
    steps: list[Callable[[Press], object]] = [
        desk.claim,
        lambda press: desk.log_call(press, outcome=Outcome.SPOKE, settings=settings()),
        lambda press: desk.log_call(press, outcome=Outcome.NO_ANSWER, settings=settings()),
        lambda press: desk.snooze(press, choice=snooze),
        desk.finish,
        lambda press: desk.put_away(press, because=next(iter(NotNow))),
        lambda press: desk.note(press, text="Asked for an early slot if we can."),
    ]
    calm = db.session.scalars(
        select(Lead.id).where(Lead.open_rank >= 2, Lead.status != Status.HELD).order_by(Lead.id)  # noqa: PLR2004
    ).all()
    for turn, lead_id in enumerate(calm[: 2 * len(steps)]):
        who = (desk_staff, coach, manager)[turn % 3]
        lead = db.session.get_one(Lead, lead_id)
        steps[turn % len(steps)](Press(lead_id=lead_id, staff=who, seen=lead.version, at=at))
