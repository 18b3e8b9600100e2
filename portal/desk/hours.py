"""The hours over HTTP: coaches keep their own, managers everybody's and the studio's."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy import select

from portal import opening
from portal.booking import diary, keeping, queries
from portal.booking.keeping import Span
from portal.booking.matching import SKILLS
from portal.booking.models import CoachException, CoachHours, CoachProfile, Source
from portal.booking.outside import outside
from portal.clock import now
from portal.desk import hours_forms as forms
from portal.extensions import db, settings
from portal.htmx import leave_for
from portal.passes import days
from portal.passes.queries import waiting_by_day
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role, Staff
from portal.staff.queries import everyone
from portal.words import read_day

UNPROCESSABLE = 422
LONGEST_REASON = 80
NO_DAY = "Enter a day, from today on"


def register(bp: Blueprint) -> None:
    """Give the hours their addresses."""
    bp.add_url_rule("/desk/hours", "hours", hours)
    one = "/desk/hours/<int:staff_id>"
    bp.add_url_rule(one, "coach_hours", coach_hours)
    bp.add_url_rule(one, "keep_hours", keep_hours, methods=["POST"])
    bp.add_url_rule(f"{one}/day", "keep_day", keep_day, methods=["POST"])
    bp.add_url_rule("/desk/hours/studio", "keep_studio", keep_studio, methods=["POST"])
    bp.add_url_rule("/desk/hours/closures", "keep_closure", keep_closure, methods=["POST"])
    bp.add_url_rule("/desk/hours/rules", "keep_rules", keep_rules, methods=["POST"])


@requires()
def hours() -> Any:
    """Show who works when, what the studio closes for, and the rules of booking."""
    return _studio()


@requires(Role.COACH, Role.MANAGER)
def coach_hours(staff_id: int) -> Any:
    """Show the hours of one coach; a coach sees their own."""
    return _coach(_whose(staff_id))


@requires(Role.COACH, Role.MANAGER)
def keep_hours(staff_id: int) -> Any:
    """Keep the weekly hours of one coach."""
    coach = _whose(staff_id)
    week, problems = forms.read_week(request.form)
    if problems:
        return _coach(coach, problems), UNPROCESSABLE
    skills = forms.read_skills(request.form.getlist("skills"))
    keeping.keep_hours(
        coach.id, week=week, skills=skills, bookable=request.form.get("bookable") == "yes"
    )
    return leave_for(url_for("desk.coach_hours", staff_id=staff_id, kept="week"))


@requires(Role.COACH, Role.MANAGER)
def keep_day(staff_id: int) -> Any:
    """Keep other hours for one day, a day off, or forget either."""
    coach, day = _whose(staff_id), _day_to_come()
    opens, closes = (forms.clock(request.form.get(name, "")) for name in ("opens", "closes"))
    kind = request.form.get("kind")
    if day is None:
        return _coach(coach, {"day": NO_DAY}), UNPROCESSABLE
    if kind == "usual":
        keeping.drop_exception(coach.id, day)
    elif kind == "off":
        keeping.keep_exception(coach.id, day, span=None)
    elif opens is not None and closes is not None and opens < closes:
        keeping.keep_exception(coach.id, day, span=Span(opens, closes))
    else:
        return _coach(coach, {"opens": "Enter from and to, like 9:00 and 12:00"}), UNPROCESSABLE
    return leave_for(url_for("desk.coach_hours", staff_id=staff_id))


@requires(Role.MANAGER)
def keep_studio() -> Any:
    """Keep the usual week of the studio."""
    week, problems = forms.read_studio_week(request.form)
    if problems:
        return _studio(problems), UNPROCESSABLE
    keeping.keep_studio_week(week)
    return leave_for(url_for("desk.hours", kept="week"))


@requires(Role.MANAGER)
def keep_closure() -> Any:
    """Decide about a day: closed, open on a holiday, or nothing any more."""
    day, kind = _day_to_come(), request.form.get("kind")
    reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
    if day is None or kind not in {"closed", "open", "usual"}:
        return _studio({"day": NO_DAY}), UNPROCESSABLE
    if kind == "usual":
        keeping.forget_day(day)
    else:
        source = Source.HOLIDAY if request.form.get("source") == Source.HOLIDAY else Source.OWN
        keeping.decide_day(
            day,
            closed=kind == "closed",
            reason=reason or "Closed",
            source=source,
            staff=current_staff(),
            at=now(),
        )
    return leave_for(url_for("desk.hours"))


@requires(Role.MANAGER)
def keep_rules() -> Any:
    """Keep the rules of booking."""
    rules, problems = forms.read_rules(request.form)
    if rules is None:
        return _studio(problems), UNPROCESSABLE
    keeping.keep_rules(rules, at=now())
    return leave_for(url_for("desk.hours", kept="rules"))


def _whose(staff_id: int) -> Staff:
    me = current_staff()
    coach = db.session.scalars(select(Staff).where(Staff.id == staff_id)).one()
    if me.role is not Role.MANAGER and coach.id != me.id:
        abort(403)
    return coach


def _studio(problems: dict[str, str] | None = None) -> str:
    today = _today()
    return render_template(
        "desk/calendar/hours.html",
        **_outside(),
        stranded=_stranded(today),
        people=[each for each in everyone() if each.active and each.reads_answers],
        profiles={each.staff_id: each for each in diary.profiles()},
        closures=keeping.closures(today),
        holidays=keeping.undecided_holidays(today, region=settings().studio.region),
        week=forms.walls(opening.weekly(settings())),
        weekdays=forms.DAYS,
        rules=diary.rules(),
        rule_words=forms.RULES,
        problems=problems or {},
    )


def _coach(coach: Staff, problems: dict[str, str] | None = None) -> str:
    rows = db.session.scalars(select(CoachHours).where(CoachHours.staff_id == coach.id))
    other = db.session.scalars(
        select(CoachException)
        .where(CoachException.staff_id == coach.id, CoachException.day >= _today())
        .order_by(CoachException.day)
    )
    return render_template(
        "desk/calendar/coach.html",
        **_outside(coach.id),
        coach=coach,
        week={row.weekday: row for row in rows},
        exceptions=other.all(),
        **_known_of(coach),
        every_skill=SKILLS,
        weekdays=forms.DAYS,
        typed=request.form if request.method == "POST" else {},
        problems=problems or {},
    )


def _known_of(coach: Staff) -> dict[str, Any]:
    """Return what the form of a week has ticked: as it was sent, else as it is kept."""
    if "from-0" in request.form:
        return {"skills": request.form.getlist("skills"), "bookable": "bookable" in request.form}
    profile = db.session.get(CoachProfile, coach.id) or CoachProfile(skills=[], bookable=True)
    return {"skills": profile.skills, "bookable": profile.bookable}


def _today() -> date:
    return now().astimezone(settings().studio.zone).date()


def _day_to_come() -> date | None:
    """Return the day that was sent, None for one that has gone by: nobody would see it again."""
    day = read_day(request.form.get("day", ""))
    return day if day and day >= _today() else None


def _outside(coach_id: int | None = None) -> dict[str, Any]:
    """Return the sessions that the hours do not hold any more: nothing is called off by itself."""
    usual, booked = opening.weekly(settings()), queries.to_come(now(), coach_id=coach_id)
    why = outside(booked, hours=usual)
    return {
        "outside": why,
        "sessions": [
            (each.starts_at.astimezone(usual.zone).date(), each)
            for each in booked
            if each.id in why
        ],
    }


def _stranded(today: date) -> dict[date, int]:
    """Return how many passes are for days on which the studio does not open."""
    waiting = waiting_by_day(today)
    closed = days.without_entry(waiting)
    return {day: count for day, count in waiting.items() if day in closed}
