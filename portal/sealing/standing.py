"""How the sealing stands: keys by studio key, unused ones, and values that cannot be opened."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.cipher import MARK, CannotOpenError
from portal.extensions import vault
from portal.sealing.columns import SealedColumn, Value, all_values, columns
from portal.sealing.sweeping import unused

AT_ONCE = 1_000


@dataclass(frozen=True)
class ColumnStanding:
    """One sealed column: all its values, those of an older version by studio key, the closed."""

    name: str
    values: int
    directly: Mapping[str, int]
    closed: Sequence[int]


@dataclass(frozen=True)
class Standing:
    """The whole: `keys` counts data keys by the studio key that wraps them, the first one wraps."""

    studio_keys: Sequence[str]
    keys: Mapping[str, int]
    unused: int
    columns: Sequence[ColumnStanding]

    @property
    def to_rotate(self) -> int:
        """Return how many data keys another studio key than the first still wraps."""
        return sum(count for kid, count in self.keys.items() if kid != self.studio_keys[0])

    @property
    def to_reseal(self) -> int:
        """Return how many values are sealed under a studio key itself."""
        return sum(sum(column.directly.values()) for column in self.columns)

    @property
    def closed(self) -> int:
        """Return how many values cannot be opened."""
        return sum(len(column.closed) for column in self.columns)

    @property
    def unneeded(self) -> Sequence[str]:
        """Return the studio keys behind the first that nothing is under any more."""
        used = set(self.keys).union(*(column.directly for column in self.columns))
        return [kid for kid in self.studio_keys[1:] if kid not in used]


def standing() -> Standing:
    """Return how the sealing stands; every value is opened for it, and none is shown."""
    return Standing(
        studio_keys=vault().wrapper.studio_key_ids,
        keys=vault().store.counts(),
        unused=len(unused()),
        columns=[_column(column) for column in columns()],
    )


def _column(column: SealedColumn) -> ColumnStanding:
    values, directly, closed = 0, Counter[str](), list[int]()
    for batch in all_values(column, at_once=AT_ONCE):
        values += len(batch)
        names = [value.text.partition(".")[0] for value in batch]
        directly.update(name for name in names if not name.startswith(MARK))
        closed += _closed(batch, {name for name in names if name.startswith(MARK)})
    return ColumnStanding(column.name, values, directly, closed)


def _closed(batch: list[Value], key_ids: set[str]) -> list[int]:
    """Return the ids of the rows whose value does not open."""
    try:
        with vault().holding((), ids=sorted(key_ids)):
            return [value.id for value in batch if not _opens(value)]
    except CannotOpenError:
        return [value.id for value in batch if not _opens(value)]


def _opens(value: Value) -> bool:
    try:
        vault().open(value.place, value.text)
    except CannotOpenError:
        return False
    return True
