"""Signing in and out over HTTP."""

from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for

from portal.headers import EMPTIES
from portal.htmx import leave_for
from portal.staff import actions, cookie, destination, guard, passwords, queries, throttle
from portal.staff.forms import WRONG, SignInForm
from portal.staff.models import Staff
from portal.staff.unsent import Unsent

SIGNED_IN_AGAIN = (
    "You are signed in again. What you had typed was not sent yet, and nothing of it is lost."
)

bp = Blueprint("staff", __name__)
bp.before_app_request(guard.forget_earlier_request)
bp.add_app_template_global(guard.staff_or_nobody, "current_staff")
bp.add_app_template_global(guard.staff_token, "staff_token")


@bp.route("/staff/sign-in", methods=["GET", "POST"])
def sign_in() -> Any:
    """Show the sign-in page; on POST count the try, check who it is, and open a session."""
    if request.method != "POST":
        return _welcome()
    if guard.is_cross_site():
        abort(403)
    form = SignInForm()
    if not form.validate():
        return _page(form), 422
    if not throttle.allows(form.address, request.remote_addr):
        return _page(form, wait=throttle.minutes()), 429, throttle.retry_after()
    staff = _recognised(form)
    if staff is None:
        return _wrong(form)
    throttle.give_back(form.address, request.remote_addr)
    return _let_in(staff, form)


@bp.post("/staff/sign-out")
@guard.requires()
def sign_out() -> Any:
    """End the session here and in every copy of its cookie, and empty what the browser kept."""
    actions.close_session(guard.current_session().token_hash)
    answer = cookie.take_back(leave_for(url_for("staff.sign_in", left=1)))
    answer.headers.update(EMPTIES)
    return answer


def _welcome() -> Any:
    after = destination.own_path(request.args.get("next"))
    if guard.live_session() is not None:
        return redirect(after or url_for("desk.queue"), 303)
    return _page(SignInForm(formdata=None, data={"next": after}))


def _page(form: SignInForm, *, wait: int | None = None) -> str:
    return render_template(
        "staff/sign_in.html",
        form=form,
        wait=wait,
        left="left" in request.args,
        timed_out=cookie.sent_hash() is not None,
    )


def _recognised(form: SignInForm) -> Staff | None:
    """Return whose email and password these are; the work is the same whether there is one."""
    staff = queries.account_of(form.address)
    known = staff is not None and staff.active
    kept = staff.password_hash if staff and known else passwords.NOBODYS
    return staff if passwords.matches(kept, form.password.data) and known else None


def _let_in(staff: Staff, form: SignInForm) -> Any:
    token, proven = cookie.new_token(), staff.password_hash
    opened = actions.open_session(
        staff,
        proven=proven,
        token_hash=cookie.hash_of(token),
        instead_of=cookie.sent_hash(),
        fresh=passwords.keep(form.password.data) if passwords.is_outdated(proven) else None,
    )
    if not opened:
        return _wrong(form)
    return cookie.give(_go_on(staff, form, token), token)


def _go_on(staff: Staff, form: SignInForm, token: str) -> Any:
    unsent = Unsent.opened(form.unsent.data, staff)
    if unsent is None:
        return redirect(destination.own_path(form.next.data) or url_for("desk.queue"), 303)
    guard.sit(cookie.hash_of(token))
    page = render_template("staff/again.html", form=unsent, because=SIGNED_IN_AGAIN)
    return make_response(page)


def _wrong(form: SignInForm) -> Any:
    form.refuse(WRONG)
    return _page(form), 422
