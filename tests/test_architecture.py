"""The shape of the house, held by tests where import-linter cannot see it."""

import ast
import re
from pathlib import Path

import pytest

from portal.privacy import holdings, inventory

ROOT = Path(__file__).parent.parent
PORTAL = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LONGEST_MODULE = 300


@pytest.mark.parametrize("file", PORTAL, ids=lambda file: str(file.relative_to(ROOT)))
def test_module_opens_with_a_sentence(file: Path):
    docstring = ast.get_docstring(ast.parse(file.read_text()))
    assert docstring is not None
    assert docstring.splitlines()[0].endswith((".", ":"))


@pytest.mark.parametrize("file", PORTAL, ids=lambda file: str(file.relative_to(ROOT)))
def test_module_fits_in_the_head(file: Path):
    assert len(file.read_text().splitlines()) <= LONGEST_MODULE


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(ROOT)))
def test_template_has_no_inline_script_or_style_and_no_htmx_2_habit(file: Path):
    if file.is_relative_to(ROOT / "templates" / "mail"):
        pytest.skip("mail has no content security policy; its styles must be inline")
    habits = re.findall(
        r"hx-on|hx-disabled-elt|hx-boost|hx-ext=|\sstyle=|\son\w+=|javascript:|\|\s*safe\b",
        file.read_text(),
    )
    assert habits == []


def test_no_slice_looks_into_the_request_but_its_views_and_forms():
    offenders = [
        str(file.relative_to(ROOT))
        for file in PORTAL
        if file.name in {"models.py", "queries.py", "actions.py"}
        and re.search(r"from flask import|import flask", file.read_text())
    ]
    assert offenders == []


def test_no_committed_file_names_an_index_or_a_machine():
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert "://" not in (ROOT / name).read_text()


def test_every_column_of_the_schema_says_what_it_is_to_a_person(migrated_app):
    assert inventory.gaps() == [], "\n".join(inventory.gaps())


def test_every_table_that_leads_to_a_person_is_among_what_they_may_ask_for(migrated_app):
    assert sorted(holdings.reachable() - inventory.held().keys()) == []
