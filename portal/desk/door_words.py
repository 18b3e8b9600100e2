"""What the door says in words: why, and what to do. It names no health answer, to any role."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.desk.guide import first_name
from portal.passes.models import DayPass, Redemption
from portal.passes.verdict import Verdict, Why
from portal.words import day_words, moment_words, time_words


@dataclass(frozen=True)
class Spoken:
    """A verdict as the desk reads it."""

    why: str
    todo: str


WORDS: Mapping[Why, tuple[str, str]] = {
    Why.UNKNOWN: (
        "No pass has this code",
        "Read it again, sign by sign, or type their reference. Still nothing? Search their name.",
    ),
    Why.RETURNED: (
        "This pass was given back",
        "They can ask for a new one on our page. It takes two minutes.",
    ),
    Why.USED: (
        "Used already: {used}",
        "A pass is good once. If that was a mistake, take it back below and check again.",
    ),
    Why.OVER: (
        "This pass was for {day}",
        "It was not used, so it may be moved to today.",
    ),
    Why.EARLY: (
        "This pass is for {day}",
        "If today suits everybody, move it to today. Else they come back then.",
    ),
    Why.CLOSED: (
        "The studio is marked as closed on {day}",
        "Let them choose another day by the link in their mail.",
    ),
    Why.HELD: (
        "On hold: {name} does not train today",
        "Fetch a coach before anything else. Ask no health questions at the counter.",
    ),
    Why.WAIVER: (
        "The waiver is not signed",
        "Ask {name} to open the pass on their phone and sign. No phone? Open it on this screen.",
    ),
    Why.HOURS: (
        "Outside our opening hours",
        "The pass is good while the studio is open that day.",
    ),
    Why.COACH: (
        "A coach says hello first",
        "Let {name} in, and take them to a coach before they start.",
    ),
    Why.GUARDIAN: (
        "Under 18, signed for by a parent or guardian",
        "Let {name} in. A coach says hello and asks who is with them.",
    ),
    Why.WELCOME: ("Signed, on the right day, not used", "Let {name} in."),
}

GUARDIAN_SIGNS = (
    "Ask for the parent or guardian: they open the pass on a phone and sign. "
    "No phone? Open it on this screen."
)
OF_A_MINOR: Mapping[Why, tuple[str, str]] = {
    **WORDS,
    Why.WAIVER: ("Under 18: a parent or guardian has to sign the waiver", GUARDIAN_SIGNS),
    Why.COACH: (
        "Under 18, and a coach says hello first",
        "Let {name} in, and take them to a coach, who asks who is with them, before they start.",
    ),
}
OF_A_MINOR_AGAIN = (
    "Our waiver has changed: a parent or guardian has to sign again for {name}",
    GUARDIAN_SIGNS,
)
SIGN_AGAIN = (
    "Our waiver has changed since {name} signed it",
    "Ask {name} to open the pass on their phone and sign again. No phone? Open it on this screen.",
)


def in_words(
    verdict: Verdict,
    day_pass: DayPass | None,
    *,
    redemption: Redemption | None,
    zone: ZoneInfo,
    signed_before: bool = False,
) -> Spoken:
    """Return a verdict in words; `signed_before` tells a changed waiver from one never signed."""
    facts = {
        "name": first_name(day_pass.name) if day_pass else "",
        "day": day_words(day_pass.valid_on) if day_pass else "",
        "used": _used(redemption, zone) if redemption else "",
    }
    is_minor = day_pass is not None and day_pass.under_18
    why, todo = (OF_A_MINOR if is_minor else WORDS)[verdict.why]
    if verdict.why is Why.WAIVER and signed_before:
        why, todo = OF_A_MINOR_AGAIN if is_minor else SIGN_AGAIN
    return Spoken(why.format_map(facts), todo.format_map(facts))


def checked_in(redemption: Redemption, zone: ZoneInfo) -> str:
    """Return what the list says of somebody who is here: `12:04 pm, Dana`."""
    return f"{time_words(redemption.at, zone)}, {first_name(redemption.staff.name)}"


def _used(redemption: Redemption, zone: ZoneInfo) -> str:
    return f"{moment_words(redemption.at, zone)}, {first_name(redemption.staff.name)} let them in"
