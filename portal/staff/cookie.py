"""The sign-in cookie: 256 random bits that only the browser knows; we keep their SHA-256."""

import hashlib
import secrets

from flask import request
from werkzeug.wrappers import Response

from portal.extensions import settings

TOKEN_BYTES = 32


def new_token() -> str:
    """Return a fresh random token for one session."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def name() -> str:
    """Return the cookie's name; over TLS the prefix binds it to this host and to `Path=/`."""
    return "__Host-desk" if settings().secure_cookies else "desk"


def sent_hash() -> str | None:
    """Return the hash of the token that came with this request, or None without a cookie."""
    token = request.cookies.get(name())
    return hash_of(token) if token else None


def give(response: Response, token: str) -> Response:
    """Set the cookie until the browser closes; how long it opens anything is decided here."""
    response.set_cookie(
        name(), token, path="/", httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return response


def take_back(response: Response) -> Response:
    """Remove the cookie from the browser."""
    response.delete_cookie(
        name(), path="/", httponly=True, samesite="Lax", secure=settings().secure_cookies
    )
    return response
