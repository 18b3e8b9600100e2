"""Form tokens without a session: signed, dated and bound to whom they were shown.

A public form must survive a day in an open tab, a restart and a browser without cookies, so its
token is a signed moment and nothing is stored. A staff form's token is bound to the staff session
through `Meta.csrf_context`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, request
from flask_wtf import FlaskForm
from itsdangerous import BadData, TimestampSigner
from wtforms import ValidationError
from wtforms.csrf.core import CSRF

from portal.clock import now

GOOD_FOR = timedelta(days=8)
STALE = (
    "This page was open for a long time, so we need you to send it again. "
    "Your answers are still here."
)


def sign(context: str) -> str:
    """Return a token for `context`, dated now."""
    return _signer(context).sign(context).decode()


def signed_at(token: str, context: str) -> datetime | None:
    """Return the moment a token for `context` was made, or None for any other or an old text."""
    try:
        _, moment = _signer(context).unsign(token, return_timestamp=True)
    except BadData:
        return None
    return None if now() - moment > GOOD_FOR else moment


def _signer(context: str) -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt=f"form:{context}")


class SignedCSRF(CSRF):
    """WTForms' CSRF hook over `sign`: Flask-WTF's own keeps the token in a session cookie."""

    def setup_form(self, form: Any) -> list[Any]:
        """Remember whom the form is shown to."""
        self.context: str = form.meta.csrf_context
        return list(super().setup_form(form))

    def generate_csrf_token(self, csrf_token_field: Any) -> str:  # noqa: ARG002
        """Return a fresh token for the form about to be shown."""
        return sign(self.context)

    def validate_csrf_token(self, form: Any, field: Any) -> None:  # noqa: ARG002
        """Ask for one more press when the token is foreign, altered or old."""
        if not isinstance(field.data, str) or signed_at(field.data, self.context) is None:
            raise ValidationError(STALE)


class SignedForm(FlaskForm):
    """The parent of every form here; a subclass or `meta=` may set `csrf_context`."""

    class Meta(FlaskForm.Meta):
        """Signed tokens instead of a session."""

        csrf = True
        csrf_class = SignedCSRF
        csrf_context = "public"
        csrf_field_name = "csrf_token"

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:  # noqa: ARG002
            """Read the posted form and nothing else: Flask-WTF takes a JSON body for one too."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" else None

    @property
    def problems(self) -> Mapping[str, str]:
        """Return the first problem of each field that has one, in the order of the form."""
        return {field.id: str(field.errors[0]) for field in self if field.errors}
