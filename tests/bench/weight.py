"""What every open page weighs on the wire: a first visit and a second, in brotli and in gzip."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask.testing import FlaskClient

from portal.site import shelf
from portal.site.reading import OPEN_PAGES
from tests.bench.requests import make_app
from tests.bench.row import Row
from tests.booking.conftest import make_coach

ENCODINGS = {"brotli": "br, gzip", "gzip": "gzip"}
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2))"')
COLD_KB, WARM_KB, EMBED_KB, REQUESTS = 50, 6, 3, 7


def measure(folder: Path) -> list[Row]:
    app = make_app(folder / "weight")
    with app.app_context():
        make_coach("Amir Test")
        make_coach("Jules Test")
        pages = [*OPEN_PAGES, *(f"/articles/{each.slug}" for each in shelf.articles())]
        pages += [f"/articles/topics/{slug}" for slug in shelf.topics()]
    client = app.test_client(use_cookies=False)
    return [row for page in pages for row in _rows(client, page)] + list(_embed(client))


def _rows(client: FlaskClient, path: str) -> Iterator[Row]:
    for name, encoding in ENCODINGS.items():
        size, files = cold(client, path, encoding)
        yield Row(f"{path}, cold, {name}", size / 1024, COLD_KB, "KB")
        yield Row(f"{path}, warm, {name}", _size(client, path, encoding) / 1024, WARM_KB, "KB")
    yield Row(f"{path}, requests", files, REQUESTS, "")


def _embed(client: FlaskClient) -> Iterator[Row]:
    for name, encoding in ENCODINGS.items():
        yield Row(f"/embed.js, {name}", _size(client, "/embed.js", encoding) / 1024, EMBED_KB, "KB")


def cold(client: FlaskClient, path: str, encoding: str) -> tuple[int, int]:
    """Bytes and requests of a first visit: the page and every file that it names."""
    page = client.get(path).get_data(as_text=True)
    files = sorted(set(LINKED.findall(page)))
    sizes = [_size(client, each, encoding) for each in (path, *files)]
    return sum(sizes), len(sizes)


def _size(client: FlaskClient, path: str, encoding: str) -> int:
    answer = client.get(path, headers={"Accept-Encoding": encoding})
    assert answer.status_code == 200, path
    return len(answer.data)
