"""Small things worth saying, each only when it is true; never a score, never what is missing."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from portal.onboarding.journal import Entry
from portal.onboarding.lines import Sheet

COUNTED = {1: "First", 2: "Second", 3: "Third", 4: "Fourth", 5: "Fifth", 10: "Tenth"}
IN_A_ROW = timedelta(days=7)
MOST = 3


def wins(found: Sequence[Entry], sheet: Sheet, start: Mapping[str, int]) -> list[str]:
    """Return what can be said after these sessions; `start` holds the levels of the beginning."""
    done = [entry for entry in found if entry.is_finished]
    said = [*_counts(done), *_settled(done), *_climbed(sheet, start)]
    return said[:MOST]


def in_a_row(found: Sequence[Entry]) -> int:
    """Return how many of the last sessions followed one another within a week."""
    done = [entry for entry in found if entry.is_finished]
    count = min(len(done), 1)
    for later, earlier in zip(reversed(done), reversed(done[:-1]), strict=False):
        if later.log.day - earlier.log.day > IN_A_ROW:
            break
        count += 1
    return count


def _counts(done: Sequence[Entry]) -> list[str]:
    whole = 0
    for entry in reversed(done):
        if not entry.session.complete or entry.zone == "red":
            break
        whole += 1
    if whole > 1 and whole in COUNTED:
        return [f"{COUNTED[whole]} session in a row without stopping."]
    if whole > 1:
        return [f"{whole} sessions in a row without stopping."]
    return [f"{COUNTED[len(done)]} session done."] if len(done) in COUNTED else []


def _settled(done: Sequence[Entry]) -> list[str]:
    mornings = [entry.session.settled for entry in done][-3:]
    if mornings and mornings[-1] is True:
        return ["Back to usual the morning after."]
    return []


def _climbed(sheet: Sheet, start: Mapping[str, int]) -> list[str]:
    return [
        f"{line.title}: from level {start[line.key]} to level {line.item.level}."
        for line in sheet.lines
        if line.key in start and line.item.level > start[line.key]
    ]
