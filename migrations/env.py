"""Runs migrations over the application's own engine, one transaction per run."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator

extension = current_app.extensions["migrate"]
engine = extension.db.engine


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write our column types as plain SQLAlchemy ones: migrations never import the portal."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    """Migrate; SQLite minds no foreign keys meanwhile.

    A table that is written anew is dropped on the way, which would take all rows that point to it
    along. The switch works outside of transactions only, and a run that finds nothing to do has one
    open since it looked.
    """
    with engine.connect() as connection:
        _mind_foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            render_item=render_item,
            transaction_per_migration=True,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _mind_foreign_keys(connection, "ON")


def _mind_foreign_keys(connection: Connection, word: str) -> None:
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={word}")


run()
