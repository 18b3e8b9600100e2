"""The stage on which a state is brought about, and the ways that lead to most of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from portal.extensions import db
from portal.leads.models import Lead
from portal.staff.models import Role
from tests.browser.conftest import Visit, ask, sign_in
from tests.stranger import Stranger


@dataclass
class Stage:
    """A browser, and the application behind it."""

    visit: Visit
    app: Flask

    def person(self, form: str = "/consult", **answers: Any) -> Stranger:
        return ask(self.app, form, **answers)

    def desk(self, path: str = "/desk/", *, role: Role = Role.DESK, **options: Any) -> Page:
        return self.visit(path, **sign_in(self.app, role), **options)

    def lead(self, **answers: Any) -> int:
        """Return the number of a lead who has come to their outcome."""
        self.person(**answers).walk()
        with self.app.app_context():
            found = db.session.scalars(db.select(Lead.id).order_by(Lead.id.desc())).first()
            db.session.remove()
        assert found is not None
        return found


Shows = Callable[[Stage], Page]


def of_path(path: str) -> Shows:
    return lambda stage: stage.visit(path)


def of_form(path: str) -> Shows:
    """Send a form empty, with a script."""
    return lambda stage: refused(stage.visit(path), "main")


def of_dialog(slug: str) -> Shows:
    def show(stage: Stage) -> Page:
        page = stage.visit("/articles/sore-back")
        page.locator(f"header.site [data-dialog={slug}-dialog]").click()
        return page

    return show


def of_dialog_form(slug: str) -> Shows:
    return lambda stage: refused(of_dialog(slug)(stage), "dialog:modal")


def of_question(place: str, **answers: Any) -> Shows:
    return lambda stage: stage.visit(stage.person(**answers).walk(place).path)


def of_question_refused(place: str, **answers: Any) -> Shows:
    return lambda stage: refused(of_question(place, **answers)(stage), "main")


def of_outcome(**answers: Any) -> Shows:
    return lambda stage: stage.visit(stage.person(**answers).walk().path)


def beside(place: str, other: str, **answers: Any) -> Shows:
    """Go by address from one page of a health check to another."""
    return lambda stage: stage.visit(
        stage.person(**answers).walk(place).path.replace(f"/{place}", f"/{other}")
    )


def refused(page: Page, where: str) -> Page:
    page.locator(f"{where} form[novalidate] .btn").last.click()
    expect(page.locator(f"{where} .error-summary")).to_be_focused()
    return page
