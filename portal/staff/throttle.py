"""How many guesses anybody gets: per account, and per network address for all accounts together.

A right password is no guess and is given back, so that a desk where people come and go never
locks itself out (OWASP ASVS 5.0, 6.3.1; figures in `SIGN_IN_RATE_LIMIT`).
"""

from limits import RateLimitItem

from portal.clock import now
from portal.extensions import limiter, settings

ACCOUNTS_PER_ADDRESS = 10
SECONDS = 60


def allows(email: str, address: str | None) -> bool:
    """Count a try and say whether it may go as far as the password; both counts always run."""
    at = now()
    account = limiter().allows(_limit(), "sign-in", email, at=at)
    network = limiter().allows(_address_limit(), "sign-in-from", str(address), at=at)
    return account and network


def give_back(email: str, address: str | None) -> None:
    """Uncount a try whose password was right."""
    at = now()
    limiter().give_back(_limit(), "sign-in", email, at=at)
    limiter().give_back(_address_limit(), "sign-in-from", str(address), at=at)


def minutes() -> int:
    """Return how long to wait, in whole minutes, until there are tries again at the latest."""
    return max(_limit().get_expiry() // SECONDS, 1)


def retry_after() -> dict[str, str]:
    """Return the header that says so to a program."""
    return {"Retry-After": str(_limit().get_expiry())}


def _limit() -> RateLimitItem:
    return settings().sign_in_rate_limit


def _address_limit() -> RateLimitItem:
    one = _limit()
    return type(one)(one.amount * ACCOUNTS_PER_ADDRESS, one.multiples, one.namespace)
