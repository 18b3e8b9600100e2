"""`flask staff …`: who may sit at the desk, managed from the command line."""

import sys
from collections.abc import Callable

import click
from flask.cli import AppGroup
from sqlalchemy.exc import NoResultFound

from portal.staff import actions, queries
from portal.staff.models import Role
from portal.staff.passwords import WeakPasswordError

staff = AppGroup("staff", help="Accounts of the people who work here.")

ROLE = click.Choice([role.value for role in Role])
EMAIL = click.argument("email")
PASSWORD = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)


@staff.command("add")
@EMAIL
@click.option("--name", required=True)
@click.option("--role", type=ROLE, required=True)
@PASSWORD
def add(email: str, name: str, role: str, *, password_stdin: bool) -> None:
    """Add an account."""
    if email.count("@") != 1 or any(sign.isspace() for sign in email.strip()):
        raise click.ClickException(f"{email!r} is not an email address.")
    password = _password(from_stdin=password_stdin)
    try:
        person = actions.add_staff(email=email, name=name, role=Role(role), password=password)
    except (WeakPasswordError, actions.AccountExistsError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{person.name} ({person.role.value}) can sign in as {person.email}.")


@staff.command("list")
def list_() -> None:
    """List every account."""
    for person in queries.everyone():
        closed = "" if person.active else "  disabled"
        click.echo(f"{person.role.value:8} {person.email}  {person.name}{closed}")


@staff.command("disable")
@EMAIL
def disable(email: str) -> None:
    """Close an account and sign the person out everywhere."""
    _known(lambda: actions.disable(email))


@staff.command("enable")
@EMAIL
def enable(email: str) -> None:
    """Open a closed account again."""
    _known(lambda: actions.enable(email))


@staff.command("role")
@EMAIL
@click.argument("role", type=ROLE)
def role(email: str, role: str) -> None:
    """Give somebody another role and sign them out everywhere."""
    _known(lambda: actions.change_role(email, Role(role)))


@staff.command("password")
@EMAIL
@PASSWORD
def password(email: str, *, password_stdin: bool) -> None:
    """Replace a password and sign the person out everywhere."""
    fresh = _password(from_stdin=password_stdin)
    _known(lambda: actions.set_password(email, fresh))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _known(change: Callable[[], None]) -> None:
    try:
        change()
    except NoResultFound as error:
        raise click.ClickException("Nobody has that address.") from error
    except WeakPasswordError as error:
        raise click.ClickException(str(error)) from error
