"""Pages, compressed on the way out where nobody can learn anything from their size.

Comparing sizes reveals a secret (BREACH) when somebody else can make your browser fetch a page with
your secret in it and their words beside it. What a browser adds to a foreign request is cookies, so
an answer to a request with a cookie goes out as it is: those are the staff's pages. All others
depend on nothing but the address and the form that was sent, which such a person would have to know
already. Static files are compressed beforehand, see `portal.assets`.
"""

import gzip

from flask import Flask, Response, request

WORTH_IT = 1024
LEVEL = 6


def install(app: Flask) -> None:
    """Compress the HTML answers of `app`."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype != "text/html":
            return response
        response.vary.add("Accept-Encoding")
        if _is_welcome() and _is_worth_it(response):
            response.set_data(gzip.compress(response.get_data(), LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response


def _is_welcome() -> bool:
    return (
        request.method != "HEAD"
        and not request.cookies
        and request.accept_encodings.quality("gzip") > 0
    )


def _is_worth_it(response: Response) -> bool:
    return not response.is_streamed and len(response.get_data()) > WORTH_IT
