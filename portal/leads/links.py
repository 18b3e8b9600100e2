"""The personal links that an enquiry carries through the rest of the journey."""

from datetime import timedelta

from portal import tokens
from portal.extensions import settings
from portal.leads.models import Enquiry

HEALTH_CHECK = "health-check"
HEALTH_CHECK_LASTS = timedelta(days=7)


def health_check_token(enquiry: Enquiry) -> str:
    """Return the token of the enquiry's health check; asking twice gives the same one."""
    until = enquiry.created_at + HEALTH_CHECK_LASTS
    return tokens.mint(HEALTH_CHECK, enquiry.public_id, until=until)


def read_health_check_token(token: str) -> str:
    """Return the `public_id` of the enquiry that a token was made for; raise DeadLinkError."""
    return tokens.read(HEALTH_CHECK, token)


def health_check_url(enquiry: Enquiry) -> str:
    """Return the whole address of the enquiry's health check, as a mail needs it."""
    return f"{settings().public_url}/health-check/{health_check_token(enquiry)}/"
