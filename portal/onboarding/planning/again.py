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
    history: Sequence[Session] = (),
    changed: bool = False,
) -> Reason | None:
    """Say why the health check is due again, or None. `screened_on` is when it was last answered.

    None there means not for this programme yet: every one starts with a second look. A red session
    or a gap asks once: an answer since then settles it.
    """
    for due, rule_id in (
        (changed, "RESCREEN-CHANGED"),
        (screened_on is None, "RESCREEN-START"),
        (_is_red_since(history, screened_on), "RESCREEN-RED"),
        (_is_gap_since(history, today, screened_on), "RESCREEN-GAP"),
        (screened_on is not None and _is_old(screened_on, today), "RESCREEN-YEAR"),
    ):
        if due:
            return signals().say(rule_id)
    return None


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


def _is_old(screened_on: date, today: date) -> bool:
    return today - screened_on >= timedelta(days=signals().numbers["year_days"])
