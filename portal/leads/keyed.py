"""A public form with a key of its own: what makes sending it twice harmless, and spam stand out.

The forms of other steps that strangers fill in are built on it too.
"""

from collections.abc import Mapping
from typing import Any

from flask import request
from wtforms import StringField, ValidationError

from portal import csrf
from portal.csrf import SignedForm
from portal.extensions import settings
from portal.leads import proof
from portal.leads.contact import Email, nearby, read_email
from portal.leads.hygiene import one_line, several_lines
from portal.leads.models import Held

LONGEST_NAME = 80
LONGEST_EMAIL = 254
WHOLE_FORM = "csrf_token"
NUL = "\0"
UNREADABLE = "Type this again: it has a sign in it that we cannot read"
NOT_TICKED = ("", "0", "false", "no", "off")
WRONG_EMAIL = "Enter an email address, like name@example.com"


class Line(StringField):
    """One line of text, cleaned of what cannot be seen."""

    def __init__(self, *validators: Any, default: str = "", **kwargs: Any) -> None:
        super().__init__(validators=validators, default=default, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the first value; a NUL comes from no keyboard and is refused."""
        if valuelist:
            self.data = self.clean(valuelist[0])
            if NUL in valuelist[0]:
                raise ValueError(UNREADABLE)

    def clean(self, text: str) -> str:
        """Return what is kept of the text."""
        return one_line(text)


class Lines(Line):
    """Several lines of text, cleaned of what cannot be seen."""

    def clean(self, text: str) -> str:
        """Return what is kept of the text."""
        return several_lines(text)


class Hidden(StringField):
    """What came with the form and nobody typed: taken as it is, and never a problem to solve."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default="", **kwargs)


class KeyedForm(SignedForm):
    """The parent: whoever declares `name` and `email` has them asked for. `message` is the trap."""

    kept_email = Hidden()
    key = Hidden()
    message = Hidden()

    def __init__(self) -> None:
        posted = request.form
        self.read_email: Email | None = None
        context = proof.context(posted.get("csrf_token", ""), posted.get("key", ""))
        super().__init__(formdata=posted, meta={"csrf_context": context})

    def validate_name(self, field: StringField) -> None:
        """Ask for a name; one word will do."""
        if not field.data:
            raise ValidationError("Enter your name")

    def validate_email(self, field: StringField) -> None:
        """Ask for an address that can be written to, and once about one that looks mistyped."""
        if not field.data:
            raise ValidationError("Enter your email address")
        try:
            self.read_email = read_email(field.data)
        except ValueError as error:
            raise ValidationError(WRONG_EMAIL) from error
        meant = nearby(self.read_email.address)
        if meant and self.kept_email.data != field.data:
            self.kept_email.data = field.data
            raise ValidationError(f"Did you mean {meant}? Keep it if it is right.")

    def validate_key(self, _field: StringField) -> None:
        """Treat a form without our key as an old one: one more press."""
        if not self.has_key:
            raise ValidationError(csrf.STALE)

    @property
    def has_key(self) -> bool:
        """Say whether the key is one that we could have made."""
        return proof.is_key(self.key.data)

    @property
    def doubt(self) -> Held | None:
        """Return why this may not come from a person."""
        if self.message.data:
            return Held.TRAP
        least = settings().lead_minimum_seconds
        return proof.doubt(self.csrf_token.data, self.key.data, minimum_seconds=least)

    def renewed(self, *, fresh_key: bool) -> tuple[str, str]:
        """Return the key and the token for showing the form again: as they were, if they hold."""
        key, token = self.key.data, self.csrf_token.data or ""
        if fresh_key or not self.has_key:
            key = proof.new_key()
        elif csrf.signed_at(token, self.meta.csrf_context):
            return key, token
        return key, proof.token(key, returned=True)

    @property
    def problems(self) -> Mapping[str, str]:
        """Return the first problem of each field; one of token or key concerns the whole form."""
        found = dict(super().problems)
        whole = found.pop("csrf_token", None) or found.pop("key", None)
        found.pop("key", None)
        return {WHOLE_FORM: whole, **found} if whole else found

    @property
    def typed(self) -> Mapping[str, Any]:
        """Return every value, as the form is shown again."""
        return {field.name: field.data for field in self}
