"""The desk at a small and at a large number of leads: what must not grow with them."""

import os
import re
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from portal.demo import seeding
from portal.staff.actions import add_staff
from portal.staff.models import Role
from tests.bench.requests import bare_app, make_app
from tests.bench.row import Row, cpu_ms, wall_p95_ms

SMALL = 10_000
LARGE = int(os.environ.get("BENCH_LEADS", "100000"))
PASSWORD = "many leads on a long list"
PAGES = {
    "queue page": "/desk/",
    "red flags": "/desk/?view=red-flags",
    "done lately": "/desk/?view=done",
    "prefix search": "/desk/?q=zo",
    "search by reference": "/desk/?q=TL-2",
    "lead page": "/desk/leads/{lead}",
}


def measure(folder: Path) -> list[Row]:
    bare = bare_app(folder / "bare-desk.sqlite").test_client(use_cookies=False)
    hello = cpu_ms(lambda: bare.get("/"), times=500)
    small, _ = studio(folder / "small", SMALL)
    large, seconds = studio(folder / "large", LARGE)
    rows = [
        Row(
            f"{name}: {LARGE:,} leads against {SMALL:,}, p95",
            _p95(large, path, LARGE) / _p95(small, path, SMALL),
            1.3,
        )
        for name, path in PAGES.items()
    ]
    tag = _tag(large)
    return [
        *rows,
        Row(
            f"queue page at {LARGE:,}, CPU", cpu_ms(lambda: large.get("/desk/"), times=50), 3, "ms"
        ),
        Row("poll answered 304, CPU against bare Flask", _poll(large, tag) / hello, 3),
        Row(f"{LARGE:,} demo leads, scaled to a million", seconds / LARGE * 1e6 / 60, 5, "min"),
    ]


def studio(folder: Path, leads: int) -> tuple[FlaskClient, float]:
    """A studio with that many leads, its manager signed in, and the seconds that took."""
    app = make_app(folder)
    start = time.perf_counter()
    with app.app_context():
        seeding.add_leads(leads)
    taken = time.perf_counter() - start
    return signed_in(app), taken


def signed_in(app: Flask) -> FlaskClient:
    with app.app_context():
        add_staff(
            email="bench@example.com", name="Bench Manager", role=Role.MANAGER, password=PASSWORD
        )
    client = app.test_client()
    page = client.get("/staff/sign-in").get_data(as_text=True)
    token = re.findall(r'csrf_token" value="([^"]+)"', page)[0]
    form = {"csrf_token": token, "email": "bench@example.com", "password": PASSWORD}
    assert client.post("/staff/sign-in", data=form).status_code == 303
    return client


def _p95(client: FlaskClient, path: str, leads: int) -> float:
    address = path.format(lead=leads // 2)

    def visit() -> None:
        assert client.get(address).status_code == 200, address

    return wall_p95_ms(visit, times=60)


def _tag(client: FlaskClient) -> str:
    return client.get("/desk/?poll=1", headers={"HX-Request-Type": "partial"}).headers["HX-PTag"]


def _poll(client: FlaskClient, tag: str) -> float:
    headers = {"HX-Request-Type": "partial", "HX-PTag": tag}

    def ask() -> None:
        assert client.get("/desk/?poll=1", headers=headers).status_code in {200, 304}

    return cpu_ms(ask, times=100)
