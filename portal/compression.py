"""Pages, compressed on the way out where nobody can learn anything from their size.

Comparing sizes reveals a secret (BREACH) when somebody else can make your browser fetch a page with
your secret in it and their words beside it. What a browser adds to a foreign request is cookies, so
an answer to a request with a cookie goes out as it is: those are the staff's pages. All others
depend on nothing but the address and the form that was sent, which such a person would have to know
already. Static files are compressed beforehand, see `portal.assets`.
"""

import gzip

import brotli
from flask import Flask, Response, request

WORTH_IT = 1024
GZIP_LEVEL, BROTLI_QUALITY = 6, 5


def install(app: Flask) -> None:
    """Compress the HTML answers of `app`."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype != "text/html":
            return response
        response.vary.add("Accept-Encoding")
        encoding = _welcome()
        if encoding and _is_worth_it(response):
            response.set_data(_packed(response.get_data(), encoding))
            response.headers["Content-Encoding"] = encoding
        return response


def _welcome() -> str | None:
    """Return the encoding to answer in: brotli, a tenth smaller, where the browser takes it."""
    if request.method == "HEAD" or request.cookies:
        return None
    offered = request.accept_encodings
    return next((name for name in ("br", "gzip") if offered.quality(name) > 0), None)


def _packed(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


def _is_worth_it(response: Response) -> bool:
    return not response.is_streamed and len(response.get_data()) > WORTH_IT
