import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, render_template_string, request
from werkzeug.test import TestResponse

from portal import create_app
from portal.extensions import db
from portal.staff import actions, guard
from portal.staff.models import Role, Staff
from tests.conftest import CriticalClient

PASSWORD = "a quiet green mat 42"
FORM = """<!doctype html><html lang="en"><head><title>Note</title></head><body><main><h1>Note</h1>
<form action="/test/note" method="post">{{ staff_token() }}</form>
<p>{{ current_staff().name }}</p></main></body></html>"""


@pytest.fixture(scope="session")
def guarded_app(migrated_app: Flask) -> Iterator[Flask]:
    """The same application with a few pages to guard, on the same database."""
    app = create_app(migrated_app.extensions["settings"])
    app.testing = True
    app.test_client_class = CriticalClient

    @app.route("/test/note", methods=["GET", "POST"])
    @guard.requires()
    def note():
        return request.form["text"] if request.method == "POST" else render_template_string(FORM)

    @app.get("/test/answers")
    @guard.requires(Role.COACH, Role.MANAGER)
    def answers():
        return guard.current_staff().email

    @app.get("/test/heartbeat")
    @guard.requires(touch=False)
    def heartbeat():
        return ""

    yield app
    with app.app_context():
        db.engine.dispose()


def token_of(page: TestResponse) -> str:
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)[1]


@dataclass
class Browser:
    """One person's browser at the desk."""

    client: CriticalClient

    def sign_in(self, email="dana@example.com", password=PASSWORD, **fields) -> TestResponse:
        stranger = self.client.application.test_client()
        token = token_of(stranger.get("/staff/sign-in"))
        return self.client.post(
            "/staff/sign-in",
            data={"email": email, "password": password, "csrf_token": token, **fields},
        )

    def staff_token(self) -> str:
        return token_of(self.client.get("/test/note"))

    def sign_out(self) -> TestResponse:
        return self.client.post("/staff/sign-out", data={"csrf_token": self.staff_token()})

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("desk")
        return found.value if found else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("desk", value)

    @property
    def is_signed_in(self) -> bool:
        return self.client.get("/test/heartbeat").status_code == 200


@pytest.fixture
def browser(app, guarded_app) -> Browser:
    return Browser(guarded_app.test_client())


@pytest.fixture
def other_browser(app, guarded_app) -> Browser:
    return Browser(guarded_app.test_client())


@pytest.fixture
def dana(app) -> Staff:
    return actions.add_staff(
        email="dana@example.com", name="Dana Desk", role=Role.DESK, password=PASSWORD
    )
