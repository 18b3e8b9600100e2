"""What the consult and day-pass forms may send, and what is said when it will not do."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal import csrf
from portal.clock import now
from portal.csrf import SignedForm
from portal.extensions import settings
from portal.leads import days, proof, wording
from portal.leads.asked import Asked, body_hash
from portal.leads.contact import Email, Phone, nearby, read_email, read_phone
from portal.leads.hygiene import one_line
from portal.leads.models import ContactBy, Held, Kind
from portal.leads.touch import touches

LONGEST_NAME = 80
LONGEST_EMAIL = 254
LONGEST_PHONE = 40
WHOLE_FORM = "csrf_token"
NUL = "\0"
UNREADABLE = "Type this again: it has a sign in it that we cannot read"
NOT_TICKED = ("", "0", "false", "no", "off")
WRONG_EMAIL = "Enter an email address, like name@example.com"
NO_DAY = "Select which day you would like to come"
ANOTHER_DAY = "Select one of the days in the list"
PHONE_NEEDED = {ContactBy.PHONE, ContactBy.TEXT}


class Line(StringField):
    """One line of text, cleaned of what cannot be seen."""

    def __init__(self, *validators: Any, default: str = "", **kwargs: Any) -> None:
        super().__init__(validators=validators, default=default, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take the first value; a NUL comes from no keyboard and is refused."""
        if valuelist:
            self.data = one_line(valuelist[0])
            if NUL in valuelist[0]:
                raise ValueError(UNREADABLE)


class Hidden(StringField):
    """What came with the form and nobody typed: taken as it is, and never a problem to solve."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default="", **kwargs)


class LeadForm(SignedForm):
    """Both forms; `visit_on` counts for the day pass only. What else is sent is ignored."""

    name = Line(Length(max=LONGEST_NAME, message="Name must be 80 characters or fewer"))
    phone = Line(Length(max=LONGEST_PHONE, message="Phone must be 40 characters or fewer"))
    email = Line(Length(max=LONGEST_EMAIL, message="Email address must be 254 characters or fewer"))
    visit_on = Line()
    reason = Line(AnyOf(list(wording.REASONS), message="Select what brings you in"))
    contact_by = Line(
        AnyOf(list(ContactBy), message="Select how we should contact you"), default=ContactBy.EMAIL
    )
    marketing = BooleanField(false_values=NOT_TICKED)
    kept_email = Hidden()
    key = Hidden()
    place = Hidden()
    landing = Hidden()
    referrer = Hidden()
    message = Hidden()

    def __init__(self, kind: Kind) -> None:
        posted = request.form
        self.kind = kind
        self.read_email: Email | None = None
        self.read_phone: Phone | None = None
        self.visit: date | None = None
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

    def validate_phone(self, field: StringField) -> None:
        """Ask for a number that exists, or for any at all when we are to call."""
        if not field.data:
            if self.contact_by.data in PHONE_NEEDED:
                raise ValidationError("Enter a phone number, or choose email")
            return
        try:
            self.read_phone = read_phone(field.data, region=settings().studio.region)
        except ValueError as error:
            example = settings().studio.phone
            raise ValidationError(f"Enter a phone number, like {example}") from error

    def validate_visit_on(self, field: StringField) -> None:
        """Ask for one of the days on offer."""
        if self.kind is not Kind.DAY_PASS:
            return
        try:
            self.visit = date.fromisoformat(field.data)
        except ValueError as error:
            raise ValidationError(NO_DAY) from error
        if self.visit not in days.offered(settings().studio.hours, at=now()):
            raise ValidationError(ANOTHER_DAY)

    def validate_key(self, _field: StringField) -> None:
        """Treat a form without our key as an old one: one more press."""
        if not self.has_key:
            raise ValidationError(csrf.STALE)

    @property
    def has_key(self) -> bool:
        """Say whether the key is one that we could have made."""
        return proof.KEY.fullmatch(self.key.data) is not None

    @property
    def body_hash(self) -> str:
        """Return what tells this form from another one under the same key, however it is spelt."""
        return body_hash(
            kind=self.kind,
            name=self.name.data,
            email=self.email.data.lower(),
            phone="".join(sign for sign in self.phone.data if sign.isalnum() or sign == "+"),
            visit_on=self.visit_on.data if self.kind is Kind.DAY_PASS else "",
            reason=self.reason.data,
            contact_by=self.contact_by.data,
            marketing=self.marketing.data,
        )

    def asked(self, *, page: str) -> Asked:
        """Return what a validated form asks for; `page` is where it was sent from."""
        assert self.read_email is not None  # noqa: S101 - for the type checker: it was validated
        return Asked(
            kind=self.kind,
            key=self.key.data,
            body_hash=self.body_hash,
            name=self.name.data,
            email=self.read_email,
            phone=self.read_phone,
            reason=self.reason.data,
            contact_by=ContactBy(self.contact_by.data),
            visit_on=self.visit,
            marketing=self.marketing.data,
            touch=touches(landing=self.landing.data, referrer=self.referrer.data, page=page),
            held=self.doubt,
        )

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
