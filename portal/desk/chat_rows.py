"""How a chat reads in a list and in words: whose it is, where it stands, what was done with it.

A list is read across the counter, so nothing here holds a word of what was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.chat.models import Author, State, Step, Thread
from portal.chat.reading import Line
from portal.desk.guide import first_name
from portal.hours import clock_words
from portal.leads.contact import read_email, read_phone
from portal.staff.models import Staff
from portal.words import due_words, since_words

NEW_FOR = timedelta(hours=1)
SOON = timedelta(minutes=2)
STORY: Mapping[str, str] = {
    "claimed": "Claimed by {who}",
    "given_back": "Given back to everybody by {who}",
    "flag_lowered": "Seen to by {who}",
    "called": "Called by {who}",
    "closed": "Closed by {who}",
    "released": "Let into the inbox by {who}",
    "undone": "Last step taken back by {who}",
    "returned": "Back to everybody: it was claimed and waited too long",
}
ACTIVE: Mapping[str, str] = {
    "claimed": "{Who} claimed this",
    "given_back": "{Who} gave this back to everybody",
    "flag_lowered": "{Who} took this off the top",
    "called": "{Who} called them",
    "closed": "{Who} closed this",
    "released": "{Who} let this into the inbox",
    "undone": "{Who} took a step back",
}
TOAST: Mapping[str, str] = {
    "claimed": "Claimed.",
    "given_back": "Given back to everybody",
    "flag_lowered": "Taken off the top",
    "called": "Noted that you have called",
    "closed": "Closed. The next word of {name} opens it again",
    "released": "Let into the inbox",
}


@dataclass(frozen=True)
class ChatRow:
    """One line of the inbox, as it stood at `at`."""

    thread: Thread
    at: datetime

    @property
    def sev(self) -> str:
        """Return which of the desk's severities it is drawn in."""
        if self.thread.flagged_at is not None:
            return "emer"
        return "ref" if self.thread.is_open and self.thread.due_at is not None else "inc"

    @property
    def word(self) -> str:
        """Return the tag: for what sounds like an emergency what to do, and never why."""
        if self.thread.held_because is not None:
            return "Held"
        if self.thread.flagged_at is not None:
            return "Read now"
        if self.thread.wants_call:
            return "Call back"
        return {"waiting": "Waits", "answered": "Answered", "closed": "Closed"}[self.thread.state]

    @property
    def clock(self) -> str:
        """Return how the response clock stands: `late`, `soon` or an empty text."""
        due = self.thread.due_at
        if due is None or not self.thread.is_open:
            return ""
        if due <= self.at:
            return "late"
        return "soon" if due - self.at <= SOON else ""

    @property
    def is_new(self) -> bool:
        """Say whether somebody has begun to wait within the hour, and nobody has taken it on."""
        since = self.thread.waiting_since
        free = self.thread.is_open and self.thread.claimed_by_id is None
        return free and since is not None and self.at - since < NEW_FOR

    def due(self, zone: ZoneInfo) -> str:
        """Return by when somebody answers, or when it last moved."""
        due = self.thread.due_at
        if due is None or not self.thread.is_open:
            return since_words(self.thread.updated_at, at=self.at, zone=zone)
        words = due_words(due, at=self.at, zone=zone)
        return words if self.thread.wants_call else words.replace("Call by", "Answer by")

    def words(self, zone: ZoneInfo) -> str:
        """Return the one line below the name."""
        thread, where = self.thread, f"Chat {self.thread.ref}"
        if thread.held_because is not None:
            return f"{where}: looks like spam, {thread.held_because}"
        if thread.state is State.CLOSED:
            return f"{where}: closed"
        if thread.wants_call:
            return f"{where}: answer not read yet, call {thread.number_alone}"
        if thread.waiting_since is None:
            return f"{where}: answered"
        since = since_words(thread.waiting_since, at=self.at, zone=zone)
        call = f", no email: call {thread.number_alone}" if thread.number_alone else ""
        return f"{where}: waits since {since}{call}"


def called(thread: Thread) -> str:
    """Return what to call the visitor: what they typed, never the name of whom they may be."""
    return thread.name or "Visitor"


@dataclass(frozen=True)
class Given:
    """One thing that the visitor typed of themselves, beside what the lead is known by."""

    what: str
    typed: str
    known: str
    differs: bool


def given(thread: Thread, *, region: str) -> Sequence[Given]:
    """Return what was typed, each with what is known and whether it says something else."""
    lead, found = thread.lead, []
    if thread.name:
        known = lead.name if lead else ""
        found.append(Given("Name", thread.name, known, thread.name.casefold() != known.casefold()))
    if thread.email:
        same = lead is not None and read_email(thread.email).key == lead.email_key
        found.append(Given("Email", thread.email, (lead.email if lead else "") or "", not same))
    if thread.phone:
        typed = read_phone(thread.phone, region=region)
        same = lead is not None and typed.e164 is not None and typed.e164 == lead.phone_e164
        found.append(Given("Phone", thread.phone, (lead.phone if lead else "") or "", not same))
    return found


def told(step: Step, *, me: Staff) -> str:
    """Return a step as the story says it."""
    return STORY[step.kind].format(who=_doer(step, me))


def toast(step: Step, thread: Thread) -> str:
    """Return what the person who pressed is told."""
    if step.kind == "undone" or step.undone_at is not None:
        return "Taken back"
    return TOAST[step.kind].format(name=first_name(called(thread)))


def can_be_undone(step: Step, thread: Thread) -> bool:
    """Say whether a step stands and nothing has happened since."""
    return step.before is not None and step.undone_at is None and step.version == thread.version


def news(
    steps: Sequence[Step], lines: Sequence[Line], *, me: Staff, zone: ZoneInfo
) -> Sequence[str]:
    """Return what others did and said, in words, the latest first."""
    done = [
        (step.at, ACTIVE[step.kind].format(Who=_upper(_doer(step, me))))
        for step in steps
        if step.kind in ACTIVE
    ]
    said = [
        (line.at, f"{_name_of(line)} wrote") for line in lines if line.author is not Author.SYSTEM
    ]
    every = sorted(done + said, reverse=True)
    return [f"{words} at {clock_words(at.astimezone(zone))}" for at, words in every]


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _name_of(line: Line) -> str:
    if line.author is Author.VISITOR:
        return "The visitor"
    return first_name(line.who) or "Somebody"


def _doer(step: Step, me: Staff) -> str:
    if step.staff is None:
        return "somebody"
    return "you" if step.staff_id == me.id else first_name(step.staff.name)
