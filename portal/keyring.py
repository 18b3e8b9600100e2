"""Whose data key is which: written in the same transaction as the rows that are sealed under it."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import db, insert_into, transaction, vault
from portal.keystore import slices
from portal.orm import Base


class PersonKey(Base):
    """The data key of one person, who is named by their lead's reference, or of one reply.

    There is no foreign key: the row outlives the person's others, so that whoever erases them can
    still find the key to shred, however late.
    """

    __tablename__ = "person_key"

    person: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    key_id: Mapped[str] = mapped_column(sa.String(32), unique=True)


def forget(*people: str) -> None:
    """Shred the keys of these people, and only then the rows by which the keys are found."""
    vault().shred(*people)
    with transaction():
        db.session.execute(sa.delete(PersonKey).where(PersonKey.person.in_(people)))


class Register:
    """Looks up and writes down keys, in the caller's transaction."""

    def ids_of(self, people: Sequence[str]) -> Mapping[str, str]:
        """Return the key ids of these people, of those who have one."""
        found: dict[str, str] = {}
        for some in slices(people):
            is_it = PersonKey.person == some[0] if len(some) == 1 else PersonKey.person.in_(some)
            wanted = sa.select(PersonKey.person, PersonKey.key_id).where(is_it)
            rows = db.session.connection().execute(wanted)
            found |= {person: key_id for person, key_id in rows}  # noqa: C416
        return found

    def assign(self, keys: Mapping[str, str], *, instead_of: Mapping[str, str]) -> None:
        """Give each person a key, unless somebody else has given them one meanwhile.

        A person who is in `instead_of` had that key, which was shredded.
        """
        insert = insert_into(PersonKey)
        assign = insert.on_conflict_do_update(
            index_elements=["person"],
            set_={"key_id": insert.excluded.key_id},
            where=PersonKey.key_id == sa.bindparam("stale"),
        )
        rows = [
            {"person": person, "key_id": key_id, "stale": instead_of.get(person, "")}
            for person, key_id in keys.items()
        ]
        db.session.connection().execute(assign, rows)
