"""A person's rights over their data: consents, what is held, a copy of it, erasing it, complaining.

Everything here is generic over the schema. `inventory.toml` says of every column what it is; a test
fails for a column that nobody classified. `holdings` finds a person's rows by the foreign keys that
lead to them, `export` writes them out, `erasing` takes them away and leaves a hash in the ledger,
which `replay` carries out again after an old backup was restored. `retention` does by the clock
what a person may ask for at any time.

Health checks hang on a consent: withdrawing it hides them at once, in the database (`consents`).
"""

from portal.privacy.views import bp

__all__ = ["bp"]
