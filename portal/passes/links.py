"""The addresses of a pass: its page, as the QR code, the mail and the calendar carry it."""

from portal.extensions import settings
from portal.passes.models import DayPass


def pass_url(day_pass: DayPass) -> str:
    """Return the whole address of a pass; it names nobody."""
    return f"{settings().public_url}/pass/{day_pass.public_id}"
