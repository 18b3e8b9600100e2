"""The migrations are the schema: head equals the models, every step goes down and up with data."""

import importlib.util
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade

from portal import create_app
from portal.extensions import db
from tests.conftest import make_settings, scratch_postgres

ROOT = Path(__file__).parent.parent
REVISIONS = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions()))
]


@pytest.fixture
def bare_app(database_url: str, tmp_path: Path):
    """An application over a database of its own, without a single table."""
    if database_url.startswith("sqlite"):
        yield create_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'bare.sqlite'}"))
        return
    with scratch_postgres(f"portal_bare_{tmp_path.name}") as url:
        app = create_app(make_settings(tmp_path, url))
        yield app
        with app.app_context():
            db.engine.dispose()


def test_head_equals_the_models(bare_app: Flask):
    with bare_app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_no_number_that_the_desk_names_in_an_address_is_given_a_second_time(app: Flask):
    once = [table for table in db.metadata.sorted_tables if table.kwargs["sqlite_autoincrement"]]
    assert {"lead", "chat_thread", "reply"} <= {table.name for table in once}
    if db.engine.dialect.name == "sqlite":
        for table in once:
            (words,) = db.session.execute(
                sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name}
            ).one()
            assert "PRIMARY KEY (id AUTOINCREMENT)" in words, table.name


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_step_goes_up_down_and_up_again_with_data(bare_app: Flask, revision: str):
    with bare_app.app_context():
        upgrade(revision=revision)
        _fill_every_table()
        downgrade(revision="-1")
        upgrade(revision="head")
        assert sorted(_tables()) == sorted([*db.metadata.tables, "alembic_version"])


def test_foreign_keys_are_minded_after_a_run_that_found_nothing_to_do(bare_app: Flask):
    """Else whatever is erased on that connection would leave behind what belongs to it."""
    with bare_app.app_context():
        upgrade()
        upgrade()
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1


def test_going_all_the_way_down_leaves_nothing(bare_app: Flask):
    with bare_app.app_context():
        upgrade()
        _fill_every_table()
        downgrade(revision="base")
        assert _tables() == ["alembic_version"]


def test_migrations_import_no_portal():
    for file in sorted((ROOT / "migrations" / "versions").glob("*.py")):
        assert "portal" not in file.read_text()
        assert importlib.util.spec_from_file_location("revision", file) is not None


def _tables() -> list[str]:
    return sa.inspect(db.engine).get_table_names()


def _fill_every_table() -> None:
    """Put one row into every table there is, parents first, from the schema alone."""
    live = sa.MetaData()
    with db.engine.begin() as connection:
        live.reflect(connection)
        for table in sorted(live.sorted_tables, key=lambda table: table.name in ON_A_CONSENT):
            if table.name != "alembic_version":
                connection.execute(table.insert().values(any_row(table)))


ACTIVE_CONSENT = {
    "consent": {"purpose": "health", "withdrawn_at": None},
    "intake": {"hidden_at": None},
    "plan": {"hidden_at": None},
}
"""What the other rows hang on: the database refuses a health row without it."""
ON_A_CONSENT = {"assessment", "plan", "plan_change", "plan_task", "session_log"}
"""Tables that no foreign key puts behind the consent which they need."""


def any_row(table: sa.Table) -> dict[str, object]:
    row = {column.name: _value(table, column) for column in table.columns}
    given = ACTIVE_CONSENT.get(table.name, {})
    return row | {name: value for name, value in given.items() if name in row}


def _value(table: sa.Table, column: sa.Column) -> object:
    allowed = _allowed(table, column.name)
    if allowed:
        return allowed
    kind = column.type
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Integer):
        return 1
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 11, 22, 12, tzinfo=UTC)
    if isinstance(kind, sa.Date):
        return datetime(2026, 11, 22, tzinfo=UTC).date()
    return {} if isinstance(kind, sa.JSON) else "x"


def _allowed(table: sa.Table, column: str) -> str | None:
    """The first value that a CHECK constraint lists for the column, read from the database."""
    for check in sa.inspect(db.engine).get_check_constraints(table.name):
        text = check["sqltext"]
        if re.findall(r"\w+", text)[0] == column and "'" in text:
            return text.split("'")[1]
    return None


def test_rewriting_the_leads_keeps_what_belongs_to_them(bare_app: Flask):
    with bare_app.app_context():
        upgrade(revision="0006")
        _fill_every_table()
        before = {name: _count(name) for name in _tables()}
        upgrade(revision="0007")
        assert {name: _count(name) for name in before} == before
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                assert connection.execute(sa.text("PRAGMA foreign_key_check")).all() == []
                assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar_one() == 1


def test_open_leads_make_room_for_what_is_reported_and_close_up_again(bare_app: Flask):
    def ranked(rank: int | None = None) -> int | None:
        with db.engine.begin() as connection:
            if rank is not None:
                connection.execute(sa.text("UPDATE lead SET open_rank = :rank"), {"rank": rank})
            return connection.execute(sa.text("SELECT open_rank FROM lead")).scalar_one()

    with bare_app.app_context():
        upgrade(revision="0021")
        _fill_every_table()
        found = []
        for rank in range(6):
            ranked(rank)
            upgrade(revision="0023")
            found.append(ranked())
            downgrade(revision="0021")
            assert ranked() == rank
        assert found == [0, 1, 3, 4, 5, 6]


def test_a_status_that_nobody_knows_is_refused(bare_app: Flask):
    with bare_app.app_context():
        upgrade()
        _fill_every_table()
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE lead SET status = 'booked'"))
        for column in ("status", "disposition", "contact_by"):
            with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
                connection.execute(sa.text(f"UPDATE lead SET {column} = 'nonsense'"))  # noqa: S608


def _count(table: str) -> int:
    with db.engine.connect() as connection:
        return connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
