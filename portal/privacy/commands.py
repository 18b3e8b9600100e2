"""`flask privacy ...`: retention by hand, and carrying out old erasures after a restore."""

import click
from flask.cli import with_appcontext

from portal.clock import now
from portal.extensions import settings
from portal.privacy import erasing, retention


@click.group("privacy")
def privacy() -> None:
    """Look after what is held about people."""


@privacy.command("retention")
@click.option("--dry-run", is_flag=True, help="Print what would go, and touch nothing.")
@with_appcontext
def retention_command(*, dry_run: bool) -> None:
    """Erase what has been kept for its time, class by class."""
    gone = retention.preview(at=now()) if dry_run else retention.run(at=now())
    kept = settings().retention
    for name, kind in retention.KINDS.items():
        after = f"{kind.days(kept)} days after {kind.after}"
        click.echo(f"{name:<10} {gone[name]:>6} {'due' if dry_run else 'erased'}  {after}")


@privacy.command("replay")
@with_appcontext
def replay_command() -> None:
    """Erase again whoever an old backup brought back."""
    click.echo(f"{erasing.replay(at=now())} erased again.")
