"""How somebody looks for a time, as an address or a form says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from portal.booking import zones
from portal.booking.models import Place
from portal.ids import row_id
from portal.words import read_day


def read_coach(text: str) -> int | None:
    """Return the coach whom a text names by number, None for any other text."""
    try:
        return row_id(text)
    except ValueError:
        return None


@dataclass(frozen=True)
class Search:
    """How somebody looks for a time: from which day, where, in which zone, with whom."""

    day: date | None
    place: Place
    zone: ZoneInfo
    coach_id: int | None

    @classmethod
    def read(cls, args: Mapping[str, str], *, studio: ZoneInfo) -> "Search":
        """Return what an address or a form asks for; what it gets wrong counts as not asked."""
        by_phone = args.get("place") == Place.PHONE
        return cls(
            day=read_day(args.get("day", "")),
            place=Place.PHONE if by_phone else Place.IN_PERSON,
            zone=zones.read(args.get("zone"), otherwise=studio) if by_phone else studio,
            coach_id=read_coach(args.get("coach", "")),
        )

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the search as arguments of an address, with some of them changed."""
        named = {
            "day": self.day.isoformat() if self.day else None,
            "place": self.place.value if self.place is Place.PHONE else None,
            "zone": self.zone.key if self.place is Place.PHONE else None,
            "coach": self.coach_id,
            **changes,
        }
        return {name: value for name, value in named.items() if value is not None}
