"""A plan over HTTP, for the coach: built, read line by line, changed with a reason, and printed."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from portal.booking.gate import ClosedGateError, Gate
from portal.clock import now
from portal.errors import WrongStateError
from portal.htmx import leave_for
from portal.leads.queries import lead as find_lead
from portal.onboarding import (
    actions,
    changing,
    journal,
    plan_home,
    planning,
    queries,
    sealing,
    stopping,
    telling,
)
from portal.onboarding import plan_forms as forms
from portal.onboarding.changing import FaultsError, HeldError, Press
from portal.onboarding.charts import Chart, chart
from portal.onboarding.models import Plan
from portal.onboarding.notices import Mailed
from portal.onboarding.picture import picture
from portal.onboarding.planning.drawings import drawings
from portal.referrals.queries import agreed_limits
from portal.staff.guard import current_staff, requires
from portal.staff.models import Role

UNPROCESSABLE, CONFLICT = 422, 409
HELD = "The health check holds this person back, so nothing is planned yet."
HELD_YET = {
    "share": "The health check holds this person back, so the plan is not given yet.",
    "resume": "The health check still holds this person back, so the plan does not go on yet.",
}
UNSENT = "They have not sent their health check again yet, so the plan waits for it."
KEPT = "Kept, with your reason. It stands in the story below."
SAID: Mapping[str, str] = {
    **dict.fromkeys(("move", "swap", "set", "remove", "add", "own"), KEPT),
    "note": "Your note is kept.",
    "looked": "Kept: you have looked into it.",
    "share": "Given: the link to their page is on its way by mail.",
    "resume": "The plan goes on from today.",
    "close": "The plan is closed.",
    Mailed.NOW: "The link is on its way to the address on file.",
    Mailed.LATELY: "The link was mailed within the hour, so it is not mailed twice. "
    "If it does not come, look at the address on file.",
    Mailed.NOWHERE: "There is no mail address on file, so no link was mailed.",
}
"""What the page says after a press, by the word in its address."""
Act = Callable[[Press, Any, str], object]


def register(bp: Blueprint) -> None:
    """Give the plan its addresses."""
    bp.add_url_rule("/desk/leads/<int:lead_id>/plan", "make", make, methods=["POST"])
    one = "/desk/plans/<int:plan_id>"
    bp.add_url_rule(one, "plan", show)
    bp.add_url_rule(f"{one}/print", "printed", printed)
    bp.add_url_rule(f"{one}/<verb>", "press", press, methods=["POST"])
    bp.add_url_rule(f"{one}/<verb>/<key>", "press_line", press, methods=["POST"])


@requires(Role.COACH, Role.MANAGER)
def make(lead_id: int) -> Any:
    """Build the plan from the assessment."""
    lead, staff = find_lead(lead_id), current_staff()
    try:
        plan = changing.make(lead.id, staff=staff, at=now())
    except ClosedGateError:
        return _refused(lead_id, HELD)
    except HeldError as held:
        return _refused(lead_id, str(held))
    return leave_for(url_for("onboarding.plan", plan_id=plan.id))


def _refused(lead_id: int, words: str) -> Any:
    lead = find_lead(lead_id)
    return render_template("onboarding/plan/held.html", person=lead, words=words), CONFLICT


@requires(Role.COACH, Role.MANAGER)
def show(plan_id: int) -> Any:
    """Show a plan with its reasons, and every way to change it."""
    return _page(queries.plan(plan_id))


@requires(Role.COACH, Role.MANAGER)
def printed(plan_id: int) -> Any:
    """Show the plan on one page, for paper."""
    plan = queries.plan(plan_id)
    _note(plan)
    return render_template(
        "onboarding/plan/print.html",
        plan=plan,
        person=plan.lead,
        sheet=changing.read(plan),
        drawings=drawings(),
        scope=telling.SCOPE,
    )


@requires(Role.COACH, Role.MANAGER)
def press(plan_id: int, verb: str, key: str = "") -> Any:
    """Change a plan; what would break it is refused in the validator's words."""
    if (verb in WHOLE) == bool(key) or verb not in VERBS:
        abort(404)
    form_type, act = VERBS[verb]
    form = form_type()
    if form.version.data is None:
        abort(400)
    where = f"{verb}-{key}" if key else verb
    if not form.validate():
        wrong = {f"{where}-{name}": str(words[0]) for name, words in form.errors.items()}
        return _page(queries.plan(plan_id), problems=wrong, open_at=where), UNPROCESSABLE
    because = form.because.data if "because" in form else ""
    asked = Press(plan_id, current_staff(), now(), form.version.data, because)
    try:
        said = act(asked, form, key)
    except FaultsError as broken:
        return _refuse(plan_id, where, faults=broken.faults), UNPROCESSABLE
    except ClosedGateError as closed:
        news = UNSENT if closed.gate is Gate.UNFINISHED else HELD_YET[verb]
        return _refuse(plan_id, where, news=news), CONFLICT
    except WrongStateError as wrong_state:
        return _refuse(plan_id, where, news=str(wrong_state)), CONFLICT
    told = said if isinstance(said, Mailed) else verb
    return leave_for(url_for("onboarding.plan", plan_id=plan_id, said=told))


def _refuse(plan_id: int, where: str, **more: Any) -> str:
    """Draw the plan as it stands, with what was refused still in its form."""
    return _page(queries.plan(plan_id), open_at=where, **more)


def _page(plan: Plan, **more: Any) -> str:
    _note(plan)
    sheet, person = changing.read(plan), picture(plan.assessment)
    taken = {line.key for line in sheet.lines}
    return render_template(
        "onboarding/plan/plan.html",
        **{
            "plan": plan,
            "person": plan.lead,
            "sheet": sheet,
            "swaps": {
                line.key: [
                    (each.exercise, each.details.name)
                    for each in planning.alternatives(line.key, person)
                    if each.details and each.exercise not in taken
                ]
                for line in sheet.lines
                if not line.is_own
            },
            "places": [(place, str(place)) for place in range(1, len(sheet.lines) + 1)],
            "library": [
                (name, each.name) for name, each in planning.EXERCISES.items() if name not in taken
            ],
            "names": {name: each.name for name, each in planning.EXERCISES.items()},
            "task": _task(plan),
            "limits": limits.in_words if (limits := agreed_limits(plan.lead_id)) else (),
            "found": plan_home.home(plan, at=now()),
            "goals": plan_home.goals(plan, sheet),
            "chart": _against_load(plan),
            "story": [(change, sealing.read(change)) for change in queries.changes(plan.id)],
            "drawings": drawings(),
            "scope": telling.SCOPE,
            "problems": {},
            "faults": (),
            "news": "",
            "said": SAID.get(request.args.get("said", ""), ""),
            "open_at": "",
            "typed": request.form if request.method == "POST" else {},
            **more,
        },
    )


def _against_load(plan: Plan) -> list[Chart]:
    """Return pain and load over the sessions, drawn one above the other."""
    done = [entry for entry in journal.entries(queries.logs(plan.id)) if entry.is_finished]
    most = max((entry.load for entry in done), default=1) or 1
    loads = [(entry.log.day, entry.load) for entry in done]
    return [
        chart("Most pain", [(entry.log.day, entry.pain) for entry in done]),
        chart("Load, as the sum of levels", loads, most=most),
    ]


def _task(plan: Plan) -> list[str]:
    """Return what the coach was asked to look at, in words."""
    task = queries.open_task(plan.id)
    return sealing.read(task) if task else []


def _note(plan: Plan) -> None:
    actions.note_reading(plan.lead_id, staff=current_staff(), page=request.path, at=now())


VERBS: Mapping[str, tuple[type[forms.PressForm], Act]] = {
    "move": (
        forms.MoveForm,
        lambda asked, form, key: changing.move(asked, key=key, to=form.place.data),
    ),
    "swap": (
        forms.SwapForm,
        lambda asked, form, key: changing.swap(asked, key=key, to=form.to.data),
    ),
    "set": (
        forms.AdjustForm,
        lambda asked, form, key: changing.adjust(
            asked, key=key, level=form.level.data, dose=form.dose.data
        ),
    ),
    "remove": (forms.ReasonForm, lambda asked, _, key: changing.remove(asked, key=key)),
    "add": (
        forms.AddForm,
        lambda asked, form, _: changing.add(asked, exercise=form.exercise.data),
    ),
    "own": (
        forms.OwnForm,
        lambda asked, form, _: changing.add_own(
            asked,
            name=form.name.data,
            how=form.how.data,
            dose=form.dose.data,
            minutes=float(form.minutes.data),
        ),
    ),
    "note": (forms.ReasonForm, lambda asked, *_: changing.write(asked)),
    "link": (forms.PressForm, lambda asked, *_: changing.mail_link(asked)),
    "share": (
        forms.PressForm,
        lambda asked, *_: None if changing.share(asked).lead.email else Mailed.NOWHERE,
    ),
    "resume": (forms.ReasonForm, lambda asked, *_: stopping.resume(asked)),
    "looked": (forms.ReasonForm, lambda asked, *_: changing.looked_into(asked)),
    "close": (forms.ReasonForm, lambda asked, *_: changing.close(asked)),
}
WHOLE = frozenset({"add", "own", "note", "link", "share", "resume", "looked", "close"})
"""The verbs that are about the plan as a whole."""
