"""The two links of a referral: the person's own, and the one on the letter for a professional."""

from datetime import datetime, timedelta

from portal import tokens
from portal.extensions import settings
from portal.referrals.models import Referral, ReturnLink

REFERRAL, RETURN = "referral", "return"
REFERRAL_LASTS = timedelta(days=60)
RETURN_LASTS = timedelta(days=90)


def referral_token(referral: Referral, *, at: datetime) -> str:
    """Return the person's token, good for sixty days from the day of `at`."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return tokens.mint(REFERRAL, referral.public_id, until=day + REFERRAL_LASTS)


def referral_url(referral: Referral, *, at: datetime) -> str:
    """Return the whole address of the person's page, as a mail needs it."""
    return f"{settings().public_url}/referral/{referral_token(referral, at=at)}"


def return_token(link: ReturnLink) -> str:
    """Return the token with which a professional answers; asking twice gives the same one."""
    return tokens.mint(RETURN, link.public_id, until=link.ends_at)


def return_url(link: ReturnLink) -> str:
    """Return the whole address of the return link, as the letter prints it."""
    return f"{settings().public_url}/return/{return_token(link)}"
