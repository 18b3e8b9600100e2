"""The person's own page over HTTP, by a link that is theirs: today, the session, and stopping."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from portal import tokens
from portal.clock import now
from portal.csrf import SignedForm
from portal.htmx import leave_for
from portal.onboarding import client_forms as forms
from portal.onboarding import (
    comeback,
    journal,
    links,
    plan_home,
    queries,
    retelling,
    stopping,
    training,
)
from portal.onboarding.lines import Line
from portal.onboarding.models import Plan, PlanState
from portal.onboarding.notices import HOURS
from portal.onboarding.picture import picture
from portal.onboarding.plan_home import Home
from portal.onboarding.planning import cards
from portal.onboarding.planning.drawings import drawings
from portal.onboarding.planning.wins import sessions_in_a_row
from portal.onboarding.signs import signs
from portal.tokens import DeadLinkError
from portal.words import read_day

GONE, UNPROCESSABLE = 410, 422
bp = Blueprint("plan", __name__, url_prefix="/plan/<token>")
bp.add_url_rule("/link", view_func=comeback.link)
bp.add_url_rule("/link", view_func=comeback.mail_link, methods=["POST"])
bp.register_error_handler(DeadLinkError, comeback.ended)


@bp.get("/")
def home(token: str) -> Any:
    """Show today: what comes, what the last session means, and a few true words."""
    found = _home(token)
    if found.plan.state is PlanState.STOPPED:
        unsent = retelling.is_unsent(found.plan.lead)
        way = _own_page(found.plan, "check" if unsent else "result")
        return _draw("stopped", token, found, unsent=unsent, way=way)
    deck = cards.deck()
    chosen = cards.for_client(picture(found.plan.assessment), most=1)
    return _draw("home", token, found, cards=[(card, deck.sources(card)) for card in chosen])


@bp.post("/session")
def begin(token: str) -> Any:
    """Begin today's session; the warning signs come first when they are due."""
    found = _pressed(token, forms.PressForm)
    if found.asks_again:
        return leave_for(url_for("plan.check", token=token))
    training.begin(found.plan.id, at=now())
    return leave_for(url_for("plan.session", token=token))


@bp.get("/session")
def session(token: str) -> Any:
    """Show the exercise that is next, or the end of the session."""
    found = _training(token)
    if not found.is_training:
        return redirect(url_for("plan.home", token=token))
    left = found.left()
    return _exercise(token, found, left[0]) if left else _end(token, found)


@bp.post("/session/<key>")
def tell(token: str, key: str) -> Any:
    """Keep how one exercise was, and go on; one that a coach took out meanwhile is passed over."""
    found = _training(token)
    line = found.sheet.line(key)
    if line is None:
        return redirect(url_for("plan.session", token=token), 303)
    form = _form(forms.ExerciseForm, found.plan)
    if not form.validate():
        return _exercise(token, found, line, form), UNPROCESSABLE
    training.tell_exercise(found.plan.id, key, form.told, at=now())
    return leave_for(url_for("plan.session", token=token))


def _exercise(token: str, found: Home, line: Line, form: Any = None) -> str:
    return _draw(
        "exercise",
        token,
        found,
        line=line,
        number=len(found.sheet.lines) - len(found.left()) + 1,
        rounds=plan_home.timer(line),
        typed=request.form if form else {},
        problems=form.problems if form else {},
    )


@bp.get("/done")
def enough(token: str) -> Any:
    """End the session here, whatever is left of it."""
    found = _training(token)
    if not found.is_training:
        return redirect(url_for("plan.home", token=token))
    return _end(token, found)


@bp.post("/done")
def finish(token: str) -> Any:
    """Bring the session to its end."""
    found = _training(token)
    form = _form(forms.EndForm, found.plan)
    if not form.validate():
        return _end(token, found, form), UNPROCESSABLE
    training.finish(found.plan.id, confidence=form.confidence.data, at=now())
    after = "check" if _home(token).asks_again else "home"
    return leave_for(url_for(f"plan.{after}", token=token))


def _end(token: str, found: Home, form: Any = None) -> str:
    return _draw("end", token, found, problems=form.problems if form else {})


@bp.post("/morning")
def morning(token: str) -> Any:
    """Keep whether the morning after was back to usual."""
    found = _pressed(token, forms.MorningForm)
    settled = request.form["settled"] == "yes"
    if day := read_day(request.form["day"]):
        training.morning(found.plan.id, day, settled=settled, at=now())
    return leave_for(url_for("plan.home", token=token))


@bp.get("/stop")
def stop(token: str) -> Any:
    """Ask what is new."""
    return _signs(token, _home(token), "stop")


@bp.post("/stop")
def stopped(token: str) -> Any:
    """Stop at once on any sign: the health check decides, and its own page says so."""
    return _take_signs(token, "stop")


@bp.get("/check")
def check(token: str) -> Any:
    """Ask the warning signs again, or after a year the whole health check."""
    return _signs(token, _home(token), "check")


@bp.post("/check")
def checked(token: str) -> Any:
    """Take the answers: nothing new goes on, a sign stops, a change asks the health check.

    After a year the page asks for no signs: its one press opens the whole health check.
    """
    return _take_signs(token, "check")


def _signs(token: str, found: Home, page: str, problem: str = "") -> str:
    answers, ticked = picture(found.plan.assessment).answers, request.form.getlist("ticks")
    asks_all = page == "check" and found.is_year_old and not ticked
    return _draw(
        "year" if asks_all else page,
        token,
        found,
        signs=[sign for sign in signs() if sign.concerns(answers)],
        asks_again=found.asks_again,
        ticked=ticked,
        problems={"ticks": problem} if problem else {},
    )


def _take_signs(token: str, page: str) -> Any:
    found = _home(token)
    form = _form(forms.SignsForm, found.plan)
    if page == "check" and found.is_year_old and form.validate() and not form.ticked:
        return leave_for(retelling.own_pages(stopping.ask_all(found.plan), "check"))
    problem = form.problem() if form.validate() else str(next(iter(form.problems.values())))
    if problem:
        return _signs(token, found, page, problem), UNPROCESSABLE
    told = [key for key in form.ticked if key not in {forms.NONE, forms.CHANGED}]
    if told:
        stopping.stop(found.plan, told, at=now())
        return leave_for(_own_page(found.plan))
    if forms.CHANGED in form.ticked:
        stopping.changed(found.plan.id, at=now())
        return leave_for(retelling.own_pages(stopping.ask_all(found.plan), "check"))
    if found.plan.state is PlanState.ACTIVE and page == "check":
        stopping.nothing_new(found.plan.id, at=now())
    return leave_for(url_for("plan.home", token=token))


@bp.get("/questions")
def ask(token: str) -> Any:
    """Show what people ask, each with its short answer and where that is from."""
    deck = cards.deck()
    asked = [(card, deck.sources(card)) for card in cards.to_ask()]
    return _draw("questions", token, _home(token), cards=asked)


@bp.get("/progress")
def progress(token: str) -> Any:
    """Show how it went so far."""
    return _progress(token, _home(token))


@bp.post("/progress")
def goals(token: str) -> Any:
    """Keep how the goals are now."""
    found = _pressed(token, forms.PressForm)
    named = [goal.name for goal in plan_home.goals(found.plan, found.sheet)]
    sent = {name: request.form[name] for name in named if request.form.get(name)}
    known = {str(number): number for number in range(forms.MOST + 1)}
    if not set(sent.values()) <= set(known):
        abort(400)
    if sent:
        values = {name: known[value] for name, value in sent.items()}
        training.tell_goals(found.plan.id, values, at=now())
    return leave_for(url_for("plan.progress", token=token))


def _progress(token: str, found: Home) -> str:
    start = plan_home.starts(found.plan)
    return _draw(
        "progress",
        token,
        found,
        charts=plan_home.charts(found),
        goals=plan_home.goals(found.plan, found.sheet),
        start=start,
        in_a_row=sessions_in_a_row(journal.history(found.entries)),
    )


@bp.get("/reminders")
def reminders(token: str) -> Any:
    """Show whether reminders come, and when."""
    return _draw("reminders", token, _home(token), hours=HOURS)


@bp.post("/reminders")
def remind(token: str) -> Any:
    """Switch reminders on for an hour, or off: one press, also while the plan waits."""
    found = _home(token)
    if not _form(forms.RemindForm, found.plan).validate():
        return redirect(url_for("plan.home", token=token), 303)
    hour = request.form["hour"]
    training.remind(found.plan.id, None if hour == forms.NONE else int(hour), at=now())
    return leave_for(url_for("plan.reminders", token=token))


def _home(token: str) -> Home:
    plan = queries.plan_to_open(tokens.read(links.PLAN, token))
    if plan.state not in {PlanState.ACTIVE, PlanState.STOPPED}:
        abort(make_response(render_template("onboarding/client/over.html"), GONE))
    return plan_home.home(plan, at=now())


def _training(token: str) -> Home:
    found = _home(token)
    if found.plan.state is PlanState.STOPPED:
        abort(redirect(url_for("plan.home", token=token)))
    return found


def _form(kind: Callable[..., Any], plan: Plan) -> Any:
    return kind(meta={"csrf_context": forms.context(plan)})


def _pressed(token: str, kind: type[SignedForm]) -> Home:
    """Return the plan behind a button that was pressed; a stale press shows the page again."""
    found = _training(token)
    if not _form(kind, found.plan).validate():
        abort(redirect(url_for("plan.home", token=token), 303))
    return found


def _own_page(plan: Plan, place: str = "result") -> str:
    return retelling.own_pages(retelling.intake_of(plan.lead_id).enquiry, place)


def _draw(page: str, token: str, found: Home, **more: Any) -> str:
    return render_template(
        f"onboarding/client/{page}.html",
        **{
            "token": token,
            "found": found,
            "plan": found.plan,
            "csrf_context": forms.context(found.plan),
            "drawings": drawings(),
            "problems": {},
            **more,
        },
    )
