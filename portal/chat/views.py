"""The visitor's chat over HTTP: the page to begin on, and the thread by a link of its own."""

from typing import Any, cast

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import NoResultFound

from portal.chat import device, links, queries, saying, screens, ways
from portal.chat.forgetting import forget
from portal.chat.forms import DeviceForm, EraseForm, SayForm, StartForm, WhoForm
from portal.clock import now
from portal.extensions import settings
from portal.headers import EMPTIES
from portal.htmx import leave_for, wants_fragment
from portal.leads import pace, prefill, touch
from portal.leads.asked import KeyTakenError
from portal.leads.prefill import Known
from portal.tokens import DeadLinkError

UNPROCESSABLE, CONFLICT, TOO_OFTEN = 422, 409, 429
FORMS = {"consult": "leads.consult", "day-pass": "leads.day_pass", "time": "booking.times"}

bp = Blueprint("chat", __name__, url_prefix="/chat")


@bp.record_once
def _fill_forms(state: BlueprintSetupState) -> None:
    prefill.offer(cast("Flask", state.app), "chat", _told)


def _told(reference: str) -> Known | None:
    """Return what the visitor has said of themselves, for a form; never a word of the chat."""
    try:
        thread = queries.named(links.read_fill_token(reference))
    except (DeadLinkError, NoResultFound):
        return None
    return Known(thread.name or "", thread.email or "", thread.phone or "")


@bp.get("")
def begin() -> Any:
    """Show the page to begin on, or the chat that this device was asked to remember."""
    kept = device.known()
    if kept is None:
        return screens.begin()
    if wants_fragment():
        return screens.thread(*kept)
    return redirect(url_for("chat.thread", token=kept[0]), 303)


@bp.post("")
def start() -> Any:
    """Begin a thread with its first message."""
    form = StartForm()
    if not form.validate():
        return screens.begin(form, status=UNPROCESSABLE)
    if not _is_within_pace("begin", request.remote_addr):
        return screens.begin(form, status=TOO_OFTEN, problem=screens.TOO_MANY)
    try:
        public_id = saying.start(form.first(page=_sent_from()), at=now())
    except KeyTakenError:
        return screens.begin(form, status=CONFLICT, problem=screens.SENT_OTHERWISE)
    begun = queries.named(public_id)
    token = links.token(begun)
    if form.place.data == screens.PANEL and wants_fragment():
        return screens.thread(token, begun)
    return leave_for(url_for("chat.thread", token=token))


@bp.get("/<token>")
def thread(token: str) -> Any:
    """Show a thread; a poll gets 304 while nothing has changed."""
    found = links.bearer(token)
    mark = queries.mark(found.public_id)
    polled = "poll" in request.args
    if polled and request.headers.get(screens.TAG) == mark.tag(at=now()):
        return Response(status=304)
    if _is_somebody() and queries.last_message_id(mark.id) > mark.visitor_seen:
        saying.see(found.public_id, at=now())
    show = screens.news if polled else screens.thread
    return show(token, queries.named(found.public_id))


@bp.post("/<token>")
def say(token: str) -> Any:
    """Add a message."""
    found, form = links.bearer(token), SayForm()
    if not form.validate():
        return _back(token, form, UNPROCESSABLE)
    if not _is_within_pace("say", found.public_id):
        return _back(token, form, TOO_OFTEN, screens.TOO_MANY)
    try:
        saying.say(found.public_id, form.said(), at=now())
    except KeyTakenError:
        return _back(token, form, CONFLICT, screens.SENT_OTHERWISE)
    if wants_fragment():
        return screens.said(token, queries.named(found.public_id))
    return redirect(url_for("chat.thread", token=token, _anchor="chat-write"), 303)


@bp.post("/<token>/who")
def who(token: str) -> Any:
    """Write down who the visitor says they are."""
    found, form = links.bearer(token), WhoForm()
    if not form.validate():
        here = queries.named(found.public_id)
        return screens.thread(token, here, who=form, status=UNPROCESSABLE, place=form.place.data)
    if not form.says_nothing:
        saying.tell_who(found.public_id, form.who(), at=now())
    if wants_fragment():
        here = queries.named(found.public_id)
        return screens.thread(token, here, told=True, place=form.place.data)
    return redirect(url_for("chat.thread", token=token, _anchor="chat-who"), 303)


@bp.post("/<token>/device")
def keep(token: str) -> Any:
    """Let this device know the chat again, or no more."""
    found, form = links.bearer(token), DeviceForm()
    if not form.validate() or not device.is_asked_here():
        abort(400)
    remembered = form.do.data == "remember"
    if wants_fragment():
        shown = queries.named(found.public_id)
        answer = screens.thread(
            token, shown, remembered=remembered, pressed=True, place=form.place.data
        )
    else:
        answer = make_response(redirect(url_for("chat.thread", token=token), 303))
    return device.remember(answer, token) if remembered else device.forget(answer)


@bp.post("/<token>/erase")
def erase(token: str) -> Any:
    """Erase the chat, here and in this browser, once its box is ticked.

    Whoever began it without an address has this way.
    """
    found, form = links.bearer(token), EraseForm()
    here = queries.named(found.public_id)
    if not form.validate() or not form.sure.data:
        wrong = {"unsure": True, "problems": {"sure": "unsure"}, "place": screens.PAGE}
        return screens.thread(token, here, status=UNPROCESSABLE, **wrong)
    forget(here.id)
    answer = device.forget(redirect(url_for("chat.erased"), 303))
    answer.headers.update(EMPTIES)
    return answer


@bp.get("/erased")
def erased() -> Any:
    """Say that it is done."""
    return render_template("chat/erased.html")


@bp.get("/<token>/on/<way>")
def go_on(token: str, way: str) -> Any:
    """Hand over to a form with what is known filled in, or to the times of whoever may book.

    Whoever is not known to be the thread's person gets the free times that anybody sees.
    """
    found = links.bearer(token)
    here = queries.named(found.public_id)
    if way == "time" and here.lead and found.is_person_of(here):
        address = ways.to_a_time(here.lead)
        return redirect(address or url_for("chat.thread", token=token), 303)
    if way not in FORMS:
        abort(404)
    return redirect(url_for(FORMS[way], chat=links.fill_token(here, at=now())), 303)


def _back(token: str, form: SayForm, status: int, problem: str | None = None) -> Response:
    here = queries.named(links.bearer(token).public_id)
    return screens.refused(token, here, form, status=status, problem=problem)


def _is_within_pace(what: str, who: str | None) -> bool:
    return pace.within(settings().chat_rate_limit, f"chat {what}", who)


def _is_somebody() -> bool:
    """Say whether a browser shows this to a person: what fetches links beforehand says no such."""
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return False
    return wants_fragment() or request.headers.get("Sec-Fetch-Mode") == "navigate"


def _sent_from() -> str:
    """Return the page of ours that the form stood on, as far as the browser says."""
    return touch.inside(request.referrer or "", host=request.host) or ""
