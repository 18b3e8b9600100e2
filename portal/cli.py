"""Every management command: `flask --app wsgi COMMAND`."""

import json
import os
import sys
from pathlib import Path
from typing import IO, Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from portal import config, serve
from portal.chat.answering import return_ignored
from portal.clock import now
from portal.demo import seeding
from portal.desk.actions import return_ignored_claims
from portal.extensions import settings
from portal.intake.commands import audit
from portal.mail import worker as mail_worker
from portal.onboarding.planning import build_many
from portal.onboarding.training import end_left_open
from portal.passes.unused import follow_up
from portal.privacy import erasing, retention
from portal.privacy.commands import privacy
from portal.referrals import chores
from portal.screening.decision import evaluate_many
from portal.sealing.commands import vault
from portal.sealing.upkeep import Upkeep
from portal.staff.commands import staff


def install(app: Flask) -> None:
    """Add the commands to `app`."""
    for command in (
        serve_command,
        worker,
        staff,
        vault,
        audit,
        screening,
        plan,
        privacy,
        demo_command,
        new_secrets,
    ):
        app.cli.add_command(command)


@click.command("serve")
@click.option("--demo", "with_demo", is_flag=True, help="Seed a demo studio if empty.")
def serve_command(*, with_demo: bool) -> None:
    """Migrate, then run the web server and the worker until Ctrl-C."""
    from portal import create_app  # noqa: PLC0415  the app under which this command runs has no secrets yet

    address = serve.free_address(os.environ)
    serve.keep_secrets(config.from_environment())
    app = create_app(config.from_environment())
    environ = {name: text for name, text in os.environ.items() if name != "FLASK_RUN_FROM_CLI"}
    with app.app_context():
        upgrade()
        if with_demo and seeding.seed_studio():
            click.echo("An empty database: a demo studio with invented people was added.")
    sign_ins = seeding.sign_ins(Path(app.instance_path))
    if sign_ins:
        environ["PORTAL_DEMO"] = "1"
        click.echo(sign_ins)
    click.echo(f"The portal is at http://{address}/ and the desk at http://{address}/desk/")
    sys.exit(serve.run_both(environ))


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Send what is due and do what comes up now and then, until asked to stop."""
    settings().require_secrets()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    upkeep = Upkeep()
    ticks = (*TICKS, lambda: upkeep.tend(at=now()))
    mail_worker.run(app, mail_worker.stop_on_signals(), ticks=ticks)


def _return_ignored_claims() -> None:
    return_ignored_claims(now(), settings=settings())


def _return_ignored_chats() -> None:
    return_ignored(now(), settings=settings())


def _follow_up_unused_passes() -> None:
    follow_up(at=now())


def _look_after_privacy() -> None:
    """Erase again what an old backup brought back; once a day, erase what has had its time."""
    erasing.replay(at=now())
    retention.forget_last_notes()
    retention.daily(at=now())


def _end_sessions_left_open() -> None:
    end_left_open(at=now())


def _look_after_referrals() -> None:
    chores.follow_up(at=now())
    chores.expire(at=now())


@click.group("screening")
def screening() -> None:
    """Look into the rules of the health check."""


@screening.command("evaluate")
@click.argument("file", type=click.File("r"))
def evaluate(file: IO[str]) -> None:
    """Print the outcome of each case in FILE (or `-`): JSON, a list of {"id", "answers"}."""
    try:
        outcomes = evaluate_many(_cases(file))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(outcomes, indent=1))


@click.group("plan")
def plan() -> None:
    """Look into the rules that turn an assessment into a plan."""


@plan.command("build")
@click.argument("file", type=click.File("r"))
def build_plans(file: IO[str]) -> None:
    """Print the first plan of each case in FILE (or `-`): {"id", "answers", "modifiers"}."""
    try:
        plans = build_many(_cases(file))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(plans, indent=1))


def _cases(file: IO[str]) -> list[Any]:
    try:
        read = json.load(file)
    except RecursionError as error:
        raise ValueError("The file is nested too deeply.") from error
    shaped = isinstance(read, list) and all(
        isinstance(case, dict) and "id" in case and isinstance(case.get("answers"), dict)
        for case in read
    )
    if not shaped:
        raise ValueError('The file must hold a list of {"id": ..., "answers": {...}}.')
    return list(read)


@click.command("demo")
@click.option(
    "--leads",
    type=click.IntRange(min=0),
    default=40,
    show_default=True,
    help="How many invented people to add.",
)
@with_appcontext
def demo_command(*, leads: int) -> None:
    """Add invented people in every outcome and state, clearly marked as demo."""
    seeding.add_leads(leads)


@click.command("new-secrets")
def new_secrets() -> None:
    """Print a fresh SECRET_KEY and HEALTH_KEYS for the environment of a real studio."""
    click.echo(serve.new_secrets(), nl=False)


TICKS = (
    _return_ignored_claims,
    _return_ignored_chats,
    _follow_up_unused_passes,
    _look_after_referrals,
    _end_sessions_left_open,
    _look_after_privacy,
)
