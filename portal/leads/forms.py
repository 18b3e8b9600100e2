"""What the consult and day-pass forms may send, and what is said when it will not do."""

from datetime import date

from flask import request
from wtforms import BooleanField, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal import opening
from portal.clock import now
from portal.extensions import settings
from portal.leads import days, picked, wording
from portal.leads.asked import Asked, body_hash
from portal.leads.contact import Phone, read_phone
from portal.leads.keyed import LONGEST_EMAIL, LONGEST_NAME, NOT_TICKED, Hidden, KeyedForm, Line
from portal.leads.models import ContactBy, Kind
from portal.leads.touch import touches
from portal.words import day_words

LONGEST_PHONE = 40
NO_DAY = "Select which day you would like to come"
ANOTHER_DAY = "Select one of the days in the list"
CLOSED = "We are closed on {day}. Select another day"
PHONE_NEEDED = {ContactBy.PHONE, ContactBy.TEXT}


class LeadForm(KeyedForm):
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
    place = Hidden()
    landing = Hidden()
    referrer = Hidden()
    picked = Hidden()

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.read_phone: Phone | None = None
        self.visit: date | None = None
        super().__init__()

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
        at = now()
        hours = opening.hours(at=at, settings=settings())
        if self.visit in days.offered(hours, at=at):
            return
        if self.visit in days.offered(hours.without({}), at=at):
            raise ValidationError(CLOSED.format(day=day_words(self.visit)))
        raise ValidationError(ANOTHER_DAY)

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
        found = picked.read(self.picked.data) if self.kind is Kind.CONSULT else None
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
            picked=found.text if found else None,
            marketing=self.marketing.data,
            touch=touches(
                landing=self.landing.data,
                referrer=self.referrer.data,
                page=page,
                host=request.host,
            ),
            held=self.doubt,
        )
