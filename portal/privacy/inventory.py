"""What every column of the schema is to a person: read from `inventory.toml` and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from portal.orm import Base

FILE = Path(__file__).with_name("inventory.toml")
COPY, SEALED, WHO = "copy", "sealed", "who"
SHOWN = frozenset({COPY, SEALED, WHO})
ABOUT = frozenset({"title", "why", "until", "link", "prints", "stays"})
ESCAPED = "column."
"""How a column is written whose name is one of those words."""


@dataclass(frozen=True)
class Held:
    """One table with rows about people: what it is called, why it is kept and until when.

    `link` maps a column to the lead's attribute that it repeats, where no foreign key leads there;
    `prints` maps one to the attribute of which it holds the vault's fingerprint.
    """

    table: Table
    title: str
    why: str
    until: str
    link: Mapping[str, str]
    prints: Mapping[str, str]
    stays: str
    columns: Mapping[str, str]

    @property
    def shown(self) -> Mapping[str, str]:
        """Return the columns that a person's copy holds."""
        return {name: kind for name, kind in self.columns.items() if kind in SHOWN}


@cache
def reasons() -> Mapping[str, str]:
    """Return why a column may be left out of a copy, by name."""
    return {name: str(words) for name, words in _file()["reasons"].items()}


@cache
def nobody() -> Mapping[str, str]:
    """Return the tables that hold nothing about people who asked, with the reason."""
    return {name: str(words) for name, words in _file()["nobody"].items()}


@cache
def held() -> Mapping[str, Held]:
    """Return every table with rows about people, in the order in which they are told."""
    tables = _file()["tables"]
    return {name: _held(Base.metadata.tables[name], said) for name, said in tables.items()}


def gaps() -> list[str]:
    """Return what the inventory does not say of the schema, or says wrongly, each with its cure."""
    tables, known = Base.metadata.tables, _file()["tables"]
    found = [
        f"Table {name} is not in portal/privacy/inventory.toml: give it a [tables.{name}] with"
        " title, why, until and one line for each column, or a line under [nobody] with the reason."
        for name in tables
        if name not in known and name not in nobody()
    ]
    found += [
        f"{name} in portal/privacy/inventory.toml is no table (any more): take it out."
        for name in {**known, **nobody()}
        if name not in tables
    ]
    for name in known.keys() & tables.keys():
        found += _gaps_of(tables[name], _held(tables[name], known[name]))
    return sorted(found)


def _gaps_of(table: Table, said: Held) -> list[str]:
    here = f"[tables.{table.name}] of portal/privacy/inventory.toml"
    allowed = SHOWN | reasons().keys()
    names = {column.name for column in table.columns}
    return [
        *(
            f"Column {table.name}.{name} is not classified: add it to {here} as one of"
            f" {', '.join(sorted(allowed))}."
            for name in names - said.columns.keys()
        ),
        *(f"{name} in {here} is no column (any more)." for name in said.columns.keys() - names),
        *(
            f"{name} = {kind!r} in {here} is not one of {', '.join(sorted(allowed))}."
            for name, kind in said.columns.items()
            if kind not in allowed
        ),
    ]


def _held(table: Table, said: Mapping[str, Any]) -> Held:
    return Held(
        table=table,
        title=str(said["title"]),
        why=str(said["why"]),
        until=str(said["until"]),
        link=dict(said.get("link", {})),
        prints=dict(said.get("prints", {})),
        stays=str(said.get("stays", "")),
        columns={
            name.removeprefix(ESCAPED): str(kind)
            for name, kind in said.items()
            if name not in ABOUT
        },
    )


@cache
def _file() -> dict[str, dict[str, Any]]:
    return tomllib.loads(FILE.read_text())
