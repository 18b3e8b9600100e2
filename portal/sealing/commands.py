"""`flask vault …`: rotation of studio keys, sealing anew, and how it all stands."""

import sys
import time

import click
from flask.cli import AppGroup

from portal.clock import now
from portal.extensions import vault as the_vault
from portal.sealing.resealing import Resealing
from portal.sealing.standing import ColumnStanding, Standing, standing
from portal.sealing.sweeping import sweep

vault = AppGroup("vault", help="The keys that seal, and what is sealed under them.")


@vault.command("rotate")
def rotate() -> None:
    """Wrap every data key under the first of HEALTH_KEYS; sealed rows are never touched.

    Safe while the portal runs, to stop at any moment, and to run again.
    """
    start = time.perf_counter()
    done, stuck = the_vault().rotate()
    seconds = time.perf_counter() - start
    click.echo(f"{done:,} keys are now under {the_vault().wrapper.primary} ({seconds:.1f} s).")
    if stuck:
        raise click.ClickException(
            f"{stuck:,} keys are under a studio key that is not in HEALTH_KEYS: put it back "
            "behind the first and run this again."
        )


@vault.command("reseal")
def reseal() -> None:
    """Seal what older versions sealed under a studio key itself under its person's key.

    The worker does the same by itself, a little at a time.
    """
    work = Resealing()
    while work.step():
        pass
    click.echo(f"{work.done:,} values are sealed anew.")
    if work.stuck:
        raise click.ClickException(f"{work.stuck:,} values do not open: see `flask vault status`.")


@vault.command("sweep")
def sweep_command() -> None:
    """Delete the keys that have been nobody's for a week; the worker does so daily."""
    click.echo(f"{sweep(at=now()):,} keys deleted.")


@vault.command("status")
def status() -> None:
    """Say how many keys are under which studio key, and which values cannot be opened.

    Exits with 1 when a value cannot be opened.
    """
    found = standing()
    for line in (*_key_lines(found), *_column_lines(found), *_advice(found)):
        click.echo(line)
    sys.exit(1 if found.closed else 0)


def _key_lines(found: Standing) -> list[str]:
    lines = ["Data keys, by the studio key that wraps them:"]
    for kid in dict.fromkeys((*found.studio_keys, *sorted(found.keys))):
        note = "" if kid in found.studio_keys else "  not in HEALTH_KEYS"
        first = "  wraps new keys" if kid == found.studio_keys[0] else ""
        lines.append(f"  {kid:<28}{found.keys.get(kid, 0):>10,}{first}{note}")
    return [*lines, f"  {'of these, in no use':<28}{found.unused:>10,}"]


def _column_lines(found: Standing) -> list[str]:
    return ["Sealed values:", *(f"  {_column(column)}" for column in found.columns)]


def _column(column: ColumnStanding) -> str:
    notes = [f"{count:,} directly under {kid}" for kid, count in sorted(column.directly.items())]
    if column.closed:
        rows = ", ".join(str(row) for row in column.closed[:10])
        more = ", …" if len(column.closed) > 10 else ""  # noqa: PLR2004
        notes.append(f"{len(column.closed):,} CANNOT BE OPENED: rows {rows}{more}")
    return "  ".join([f"{column.name:<28}{column.values:>10,}", *notes])


def _advice(found: Standing) -> list[str]:
    lines = []
    if found.to_rotate:
        lines.append(f"{found.to_rotate:,} keys to rotate: flask --app wsgi vault rotate")
    if found.to_reseal:
        lines.append(f"{found.to_reseal:,} values to seal anew: flask --app wsgi vault reseal")
    if found.unneeded:
        lines.append(f"Nothing is under {', '.join(found.unneeded)} any more.")
    return lines or ["Everything is under the first key."]
