"""The form by which somebody asks for a link of their own to be mailed."""

from wtforms import StringField
from wtforms.validators import Length, Regexp

from portal.csrf import SignedForm
from portal.leads.keyed import LONGEST_EMAIL, WRONG_EMAIL


class AddressForm(SignedForm):
    """An address to send the link to; whether we know it is nobody's business."""

    email = StringField(
        filters=[lambda text: (text or "").strip()],
        validators=[
            Length(max=LONGEST_EMAIL, message="Email address must be 254 characters or fewer"),
            Regexp(r"[^@\s]+@[^@\s]+$", message=WRONG_EMAIL),
        ],
    )
