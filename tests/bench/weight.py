"""What a page weighs on the wire: everything that a first visit loads, compressed."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from tests.bench.requests import make_app
from tests.bench.row import Row

BROWSER = {"Accept-Encoding": "br, gzip"}
LINKED = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js|woff2))"')


def measure(folder: Path) -> list[Row]:
    client = make_app(folder / "weight").test_client(use_cookies=False)
    article = re.findall(
        r'href="(/articles/[^"#]+)"', client.get("/articles/").get_data(as_text=True)
    )[0]
    rows = []
    for path in ("/", article, "/consult", "/day-pass", "/how-screening-works", "/privacy"):
        size, files = cold(client, path)
        rows += [
            Row(f"{_name(path)}, cold load", size / 1024, 50, "KB"),
            Row(f"{_name(path)}, requests", files, 7, ""),
        ]
    rows.append(Row("the article again, warm", _size(client, article) / 1024, 6, "KB"))
    return rows


def cold(client: FlaskClient, path: str) -> tuple[int, int]:
    """Bytes and requests of a first visit: the page and every file that it names."""
    page = client.get(path).get_data(as_text=True)
    files = sorted(set(LINKED.findall(page)))
    return _size(client, path) + sum(_size(client, file) for file in files), 1 + len(files)


def _size(client: FlaskClient, path: str) -> int:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 200, path
    return len(answer.data)


def _name(path: str) -> str:
    return "the article" if path.startswith("/articles/") else path
