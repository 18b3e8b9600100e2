"""How a line of a lead's story reads: in the activity list, in a toast, and as what changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.desk.calls import NOT_NOW, OUTCOMES
from portal.desk.guide import first_name
from portal.hours import clock_words
from portal.leads.models import Activity, Lead
from portal.staff.models import Staff
from portal.words import short_day_words

WEEK = timedelta(days=6)

STORY: Mapping[str, str] = {
    "claimed": "Claimed by {who}",
    "assigned": "Handed to {to} by {who}",
    "called": "Call by {who}: {outcome}",
    "noted": "Note by {who}",
    "snoozed": "Snoozed until {until} by {who}",
    "done": "Marked done by {who}",
    "not_now": "Put away by {who}: {because}",
    "released": "Released into the queue by {who}",
    "undone": "Last step taken back by {who}",
    "returned": "Back to everybody: {owner} had claimed it and nothing followed",
    "chatted": "Wrote in the chat",
    "asked": "Asked for a free {kind}",
    "asked_again": "Asked again, for a free {kind}",
    "held": "Held back: it looks like spam",
    "health_check_started": "Health check started",
    "health_check_sent": "Health check finished",
    "health_check_incomplete": "Health check sent with an answer missing",
    "health_check_changed": "Health check opened again",
    "emergency_shown": "Emergency advice shown",
    "urgent_shown": "Urgent advice shown",
    "emergency_taken_back": "Said that an emergency answer was a mistake",
    "letter_taken": "Letter for the professional taken",
    "referral_link_sent": "Link to the letter sent by mail, because they asked",
    "return_link_revoked": "Link on the letter taken back{by}",
    "clearance_told": "Says they were given the OK: a coach verifies it",
    "clearance_came": "A professional has answered: a coach verifies it",
    "clearance_verified": "OK verified by {who}: booking is open",
    "clearance_refused": "Answer read by {who}: not yet",
    "clearance_doubted": "OK taken back by {who}: a coach looks again",
    "clearance_expired": "The OK has come to its end",
    "referral_reopened": "Answers changed: someone looks again first",
    "referral_follow_up": "Kind word sent: no answer yet",
    "seen": "Has been seen on {day}, noted by {who}",
    "link_sent": "Link to go on sent by mail",
    "health_withdrawn": "Took their health answers back: nobody can read them any more",
    "contact_withdrawn": "Asked for no more reminders: none go out",
    "marketing_withdrawn": "Asked for no more articles: none go out",
    "walked_in": "Walked in, noted by {who}",
    "session_booked": "Consult booked for {session}",
    "session_moved": "Consult moved to {session}",
    "session_cancelled": "Consult on {session} cancelled{by}",
    "session_arrived": "Here for the consult, noted by {who}",
    "session_arrived_late": "Came late to the consult, noted by {who}",
    "session_no_show": "Did not come to the consult on {session}",
    "session_recovered": "Another time offered by mail, by {who}",
    "session_unchanged": "Consult on {session} stands again, by {who}",
    "pass_issued": "Day pass taken for {day}",
    "pass_given": "Day pass for {day} given by {who}",
    "pass_refused": "Day pass refused: there was one already",
    "pass_moved": "Day pass moved to {day}",
    "pass_given_back": "Day pass given back",
    "pass_used": "Let in with the day pass by {who}",
    "pass_use_undone": "Letting in taken back by {who}",
    "pass_unused": "Day pass for {day} not used",
    "waiver_signed": "Waiver signed",
    "assessment_started": "Assessment started by {who}",
    "assessment_finished": "Assessment finished by {who}",
    "plan_made": "Plan built by {who}",
    "plan_shared": "Plan given by {who}",
    "plan_stopped": "Plan stopped",
    "plan_look": "A coach is asked to look at the plan",
    "plan_resumed": "Plan goes on, by {who}",
    "plan_closed": "Plan closed by {who}",
}
COACHING = frozenset(
    {
        *("assessment_started", "assessment_finished", "plan_shared", "plan_stopped"),
        *("plan_look", "plan_resumed", "plan_closed"),
    }
)
"""What only those read who train people: the front desk knows that there is a plan, no more."""
ALONE: Mapping[str, str] = {"released": "Let in: the person went on with the questions"}
ACTIVE: Mapping[str, str] = {
    "claimed": "{Who} claimed this",
    "assigned": "{Who} handed this to {to}",
    "called": "{Who} logged a call: {outcome}",
    "noted": "{Who} added a note",
    "snoozed": "{Who} snoozed this until {until}",
    "done": "{Who} marked this done",
    "not_now": "{Who} put this away: {because}",
    "released": "{Who} released this",
    "undone": "{Who} took a step back",
}
TOAST: Mapping[str, str] = {
    "claimed": "Claimed.",
    "assigned": "Handed to {to}",
    "called": "Call logged: {outcome}. Next look: {due}",
    "noted": "Note added",
    "snoozed": "Snoozed until {until}",
    "done": "{name} marked done",
    "not_now": "{name} put away: {because}",
    "released": "{name} released into the queue",
    "clearance_verified": "Verified. {name} can be booked",
    "clearance_refused": "Kept on hold. {name} gets a kind word",
    "clearance_doubted": "Taken back. Booking waits again",
    "return_link_revoked": "The link on the letter is dead",
    "seen": "Noted: {name} has been seen",
}
CALLS = {outcome.value: words.lower() for outcome, words in OUTCOMES.items()}
REASONS = {reason.value: words.lower() for reason, words in NOT_NOW.items()}
KINDS = {"consult": "consult", "day_pass": "day pass"}


@dataclass(frozen=True)
class Line:
    """One line of the activity list; `undo` names the step that can still be taken back."""

    words: str
    quote: str
    at: datetime
    undone: bool
    undo: int | None


def lines(story: Iterable[Activity], lead: Lead, *, me: Staff, zone: ZoneInfo) -> Sequence[Line]:
    """Return the story in words, in the order given."""
    return [
        Line(
            words=told(line, me=me, zone=zone),
            quote=_quote(line),
            at=line.at,
            undone=line.undone_at is not None,
            undo=line.id if can_be_undone(line, lead) and _may_undo(line, me) else None,
        )
        for line in story
        if concerns(line, me)
    ]


def _quote(line: Activity) -> str:
    """Return what somebody wrote: a note, or why a session was called off."""
    said = "because" if line.kind == "session_cancelled" else "text"
    return line.detail.get(said) or ""


def concerns(line: Activity, me: Staff) -> bool:
    """Say whether a line is for this person's eyes."""
    return me.reads_answers or line.kind not in COACHING


def can_be_undone(line: Activity, lead: Lead) -> bool:
    """Say whether a step stands and nothing has happened since; a note can always go."""
    if line.before is None or line.undone_at is not None:
        return False
    return line.version == lead.version or "status" not in line.before


def _may_undo(line: Activity, me: Staff) -> bool:
    """Say whether this person may: what a coach has said about an OK only a coach takes back."""
    before = line.before or {}
    return "referral" not in before or "link_id" in before or me.reads_answers


def told(line: Activity, *, me: Staff, zone: ZoneInfo) -> str:
    """Return a line as the activity list says it; an unknown kind says its own name."""
    words = STORY.get(line.kind, line.kind.replace("_", " ").capitalize())
    if line.staff_id is None:
        words = ALONE.get(line.kind, words)
    return words.format_map(_facts(line, me=me, zone=zone)) + _afterthought(line)


def changed(line: Activity, *, me: Staff, zone: ZoneInfo) -> str:
    """Return a line as news to somebody whose screen is older: `Jules claimed this at 2:16 pm`."""
    words = ACTIVE.get(line.kind) if line.staff_id else None
    said = (
        words.format_map(_facts(line, me=me, zone=zone)) if words else told(line, me=me, zone=zone)
    )
    return f"{said} at {clock_words(line.at.astimezone(zone))}"


def toast(line: Activity, lead: Lead, *, me: Staff, zone: ZoneInfo) -> str:
    """Return what the person who pressed is told."""
    if line.undone_at is not None:
        return "Taken back"
    facts = _facts(line, me=me, zone=zone)
    due = day_and_clock(lead.due_at, at=line.at, zone=zone) if lead.due_at else "open"
    words = TOAST.get(line.kind, "Done")
    return words.format_map({**facts, "name": lead.name, "due": due})


def day_and_clock(moment: datetime, *, at: datetime, zone: ZoneInfo) -> str:
    """Return `5 pm` today, `Tue 9 am` within the week, else `Nov 30, 9 am`."""
    wall, today = moment.astimezone(zone), at.astimezone(zone).date()
    if wall.date() == today:
        return clock_words(wall)
    if timedelta(0) < wall.date() - today <= WEEK:
        return f"{wall:%a} {clock_words(wall)}"
    return f"{wall:%b} {wall.day}, {clock_words(wall)}"


def _afterthought(line: Activity) -> str:
    """Return what an enquiry's line adds: why it was held, and whose else it may be."""
    held, may_be = line.detail.get("held"), line.detail.get("may_be")
    return (f"; held: {held}" if held else "") + (f"; may be {may_be}" if may_be else "")


def _facts(line: Activity, *, me: Staff, zone: ZoneInfo) -> Mapping[str, str]:
    detail: Mapping[str, Any] = line.detail
    who = "you" if line.staff_id == me.id else _name_of(line.staff)
    until = detail.get("until")
    return {
        "who": who,
        "by": f" by {who}" if line.staff_id else " by the person",
        "Who": who.capitalize() if who == "you" else who,
        "to": _handed_to(detail, me=me),
        "outcome": CALLS.get(str(detail.get("outcome")), ""),
        "because": REASONS.get(str(detail.get("because")), ""),
        "until": day_and_clock(datetime.fromisoformat(until), at=line.at, zone=zone)
        if until
        else "",
        "day": _day(detail.get("day")),
        "session": _session(detail.get("starts_at"), zone),
        "owner": first_name(detail.get("owner") or "somebody"),
        "kind": KINDS.get(str(detail.get("kind")), "visit"),
    }


def _session(starts_at: str | None, zone: ZoneInfo) -> str:
    if not starts_at:
        return "a time"
    wall = datetime.fromisoformat(starts_at).astimezone(zone)
    return f"{short_day_words(wall.date())}, {clock_words(wall)}"


def _day(day: str | None) -> str:
    return short_day_words(date.fromisoformat(day)) if day else "a day"


def _name_of(staff: Staff | None) -> str:
    return first_name(staff.name) if staff else "somebody"


def _handed_to(detail: Mapping[str, Any], *, me: Staff) -> str:
    if detail.get("to_id") == me.id:
        return "you"
    return first_name(detail.get("to") or "everybody")
