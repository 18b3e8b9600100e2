"""People who do not exist: invented names, example.com, and the 555-01xx numbers of fiction."""

import random
from dataclasses import dataclass

FIRST = (
    "Ada",
    "Aisha",
    "Amir",
    "Ana",
    "Ben",
    "Bea",
    "Chidi",
    "Clara",
    "Dev",
    "Dora",
    "Ellen",
    "Emil",
    "Farah",
    "Finn",
    "Grace",
    "Gus",
    "Hana",
    "Hugo",
    "Ines",
    "Ivo",
    "Jana",
    "Jonas",
    "Kofi",
    "Kim",
    "Lena",
    "Luca",
    "Łukasz",
    "Maya",
    "Milo",
    "Nia",
    "Noor",
    "Omar",
    "Olga",
    "Priya",
    "Paul",
    "Quinn",
    "Rosa",
    "Ravi",
    "Sam",
    "Sara",
    "Tariq",
    "Tess",
    "Uma",
    "Ute",
    "Vera",
    "Viktor",
    "Wen",
    "Will",
    "Yara",
    "Yusuf",
    "Zoe",
    "Zofia",
)
LAST = (
    "Abara",
    "Adler",
    "Barros",
    "Bell",
    "Cho",
    "Costa",
    "Dahl",
    "Diaz",
    "Ekwueme",
    "Engel",
    "Farouk",
    "Fontaine",
    "Garcia",
    "Gruber",
    "Haddad",
    "Holm",
    "Ibarra",
    "Ito",
    "Jansen",
    "Juarez",
    "Kaya",
    "Kovac",
    "Lindqvist",
    "Lopez",
    "Marek",
    "Mensah",
    "Natarajan",
    "Novak",
    "Osei",
    "Ortiz",
    "Park",
    "Patel",
    "Quist",
    "Rahman",
    "Rossi",
    "Santos",
    "Sato",
    "Tanaka",
    "Thorne",
    "Udoh",
    "Vance",
    "Weiss",
    "Whitlock",
    "Xu",
    "Yilmaz",
    "Zielinski",
    "Żółć",
)
FIRST_AREA, AREAS = 201, 79
NUMBERS = 100


@dataclass(frozen=True)
class Person:
    """Somebody invented; the same number gives the same person."""

    name: str
    email: str
    phone: str | None

    @property
    def phone_e164(self) -> str | None:
        """Return the number as E.164, in the United States."""
        return f"+1{self.phone.replace('-', '')}" if self.phone else None


def person(number: int) -> Person:
    """Return the invented person with this number (from 1); a phone as long as numbers last."""
    chance = random.Random(number)  # noqa: S311 - invented people are no secret
    first, last = chance.choice(FIRST), chance.choice(LAST)
    area, line = divmod(number, NUMBERS)
    phone = f"{FIRST_AREA + area}-555-01{line:02}" if area < AREAS else None
    return Person(f"{first} {last}", f"demo.{number}@example.com", phone)
