"""What the pages of a pass are given: its state in words, its day, and its drawing."""

from datetime import datetime, timedelta
from typing import Any

from portal.clock import now
from portal.extensions import settings
from portal.passes import days, entry, queries, signing
from portal.passes.codes import spoken
from portal.passes.forms import context
from portal.passes.links import pass_url
from portal.passes.models import DayPass
from portal.passes.verdict import Verdict, Why
from portal.qr import qr_svg
from portal.words import day_words, time_words

OVER = frozenset({Why.USED, Why.OVER, Why.RETURNED})
NEAR = timedelta(days=6)


def facts(day_pass: DayPass) -> dict[str, Any]:
    """Return what every page of a pass needs; `why` is what the door would say of it now."""
    at = now()
    today, why = days.today(at), _in_general(entry.look(day_pass, at=at), day_pass, at=at)
    return {
        "day_pass": day_pass,
        "csrf_context": context(day_pass),
        "why": why,
        "is_over": why in OVER,
        "is_today": day_pass.valid_on == today,
        "called": _called(day_pass, today=today),
        "signed": queries.signature(day_pass.id) is not None,
        "has_signed": queries.last_signature(day_pass.id) is not None,
        "waiver": signing.to_read(day_pass),
        "spoken": spoken(day_pass.code),
        "qr": qr_svg(
            pass_url(day_pass), label=f"QR code of this day pass, {spoken(day_pass.code)}"
        ),
        **_hours(days.hours_on(day_pass.valid_on)),
    }


def _in_general(verdict: Verdict, day_pass: DayPass, *, at: datetime) -> Why:
    """Return what stands in the way of a visit on its day: that the day is not here yet does not.

    A pass whose day is ahead may still be held back or unsigned, so those are asked for as well;
    once the studio has closed, the day is over for whoever holds it.
    """
    if verdict.why not in {Why.EARLY, Why.HOURS}:
        return verdict.why
    span = days.hours_on(day_pass.valid_on)
    if span and at >= span[1]:
        return Why.OVER
    return entry.look(day_pass, at=span[0]).why if span else Why.CLOSED


def _called(day_pass: DayPass, *, today: Any) -> str:
    """Return `Saturday`, or the whole date when that would leave doubt."""
    ahead = day_pass.valid_on - today
    near = timedelta(0) <= ahead <= NEAR
    return f"{day_pass.valid_on:%A}" if near else day_words(day_pass.valid_on)


def _hours(span: tuple[datetime, datetime] | None) -> dict[str, str]:
    if span is None:
        return {"opens": "", "closes": "", "last_entry": ""}
    zone = settings().studio.zone
    opens, closes = span
    return {
        "opens": time_words(opens, zone),
        "closes": time_words(closes, zone),
        "last_entry": time_words(max(opens, closes - days.LAST_ENTRY), zone),
    }
