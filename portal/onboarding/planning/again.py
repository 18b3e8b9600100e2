"""When the health check is asked again: at a start, after red or a gap, on a change, each year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from portal.onboarding.planning.light import session_zone
from portal.onboarding.planning.plan import Reason
from portal.onboarding.planning.sessions import Session
from portal.onboarding.planning.signals import signals


def rescreen_due(
    *,
    today: date,
    screened_on: date | None,
    answered_on: date | None = None,
    history: Sequence[Session] = (),
    changed: bool = False,
) -> Reason | None:
    """Say why the health check is due again, or None.

    `screened_on` is when the warning signs were last asked: None means not for this programme yet,
    and every one starts with a second look. A red session or a gap asks once: an answer since then
    settles it. `answered_on` is when the whole health check was last gone through; None means that
    it was then. A year after it all of it is asked, which settles everything else as well.
    """
    answered = answered_on or screened_on
    for due, rule_id in (
        (changed, "RESCREEN-CHANGED"),
        (answered is not None and is_old(answered, today), "RESCREEN-YEAR"),
        (_starts(history, today, screened_on), "RESCREEN-START"),
        (_is_red_since(history, screened_on), "RESCREEN-RED"),
        (_is_gap_since(history, today, screened_on), "RESCREEN-GAP"),
    ):
        if due:
            return signals().say(rule_id)
    return None


def _starts(history: Sequence[Session], today: date, screened_on: date | None) -> bool:
    """Say whether a programme starts without a second look, or with one that is a gap away."""
    if screened_on is None:
        return True
    return not history and today - screened_on > timedelta(days=signals().numbers["gap_days"])


def _is_red_since(history: Sequence[Session], screened_on: date | None) -> bool:
    return any(
        session_zone(each) == "red" and (screened_on is None or each.on > screened_on)
        for each in history
    )


def _is_gap_since(history: Sequence[Session], today: date, screened_on: date | None) -> bool:
    """Count from the last session, or from the answers since then."""
    if not history:
        return False
    since = max(filter(None, (history[-1].on, screened_on)))
    return today - since > timedelta(days=signals().numbers["gap_days"])


def is_old(answered_on: date, today: date) -> bool:
    """Say whether the health check was gone through a year ago or longer."""
    return today - answered_on >= timedelta(days=signals().numbers["year_days"])
