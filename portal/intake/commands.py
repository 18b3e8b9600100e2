"""`flask audit …`: whether the log of readings is as it was written."""

import click
from flask.cli import AppGroup

from portal.intake import readings
from portal.intake.readings import Head

audit = AppGroup("audit", help="The log of who read whose health answers.")


@audit.command("verify")
@click.option("--expect", metavar="NUMBER:HASH", help="A head that was printed before.")
def verify(*, expect: str | None) -> None:
    """Look at every row; name the first that is not as it was written, and exit with 1."""
    fault = readings.verify(expected=_head(expect) if expect else None)
    if fault:
        raise click.ClickException(f"Row {fault.row} {fault.what}.")
    click.echo(f"The log of readings is whole: {readings.head().number:,} rows.")


@audit.command("head")
def head() -> None:
    """Print the end of the log, to keep where nobody who can change the log reaches it."""
    click.echo(str(readings.head()))


@audit.command("anchor")
def anchor() -> None:
    """Sign the end of the log as it stands now: once after an upgrade, or after a restore."""
    click.echo(f"Signed: {readings.anchor_anew()}")


def _head(text: str) -> Head:
    number, _, hash_ = text.partition(":")
    if not number.isdigit():
        raise click.BadParameter("write it as `flask audit head` prints it, NUMBER:HASH")
    return Head(int(number), hash_)
