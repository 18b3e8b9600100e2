"""Sealing anew what older versions sealed under a studio key itself, while the studio goes on.

Each value changes only if it is still the one that was read, in transactions of a few hundred rows:
a person who saves an answer at the same moment wins, and a kill leaves every row readable.
"""

from collections.abc import Iterator

from portal.cipher import CannotOpenError
from portal.extensions import transaction, vault
from portal.sealing.columns import SealedColumn, Value, columns

AT_ONCE = 200


class Resealing:
    """Goes once through every sealed column, a batch at a time; `done` counts values."""

    def __init__(self) -> None:
        self.done, self.stuck = 0, 0
        self._left = [(column, 0) for column in columns()]

    def step(self) -> bool:
        """Seal one batch anew; return False when all has been gone through."""
        if not self._left:
            return False
        column, last = self._left[0]
        values = column.values(after=last, limit=AT_ONCE, old_only=True)
        if values:
            self._seal(column, values)
            self._left[0] = (column, values[-1].id)
        else:
            self._left.pop(0)
        return True

    @transaction()
    def _seal(self, column: SealedColumn, values: list[Value]) -> None:
        people = [value.person for value in values if value.person]
        with vault().holding(people):
            for value, sealed in self._sealed_anew(values):
                self.done += column.replace(value, sealed)

    def _sealed_anew(self, values: list[Value]) -> Iterator[tuple[Value, str]]:
        for value in values:
            try:
                text = vault().open(value.place, value.text)
            except CannotOpenError:
                self.stuck += 1
            else:
                yield value, vault().seal(value.place, text, person=value.person)
